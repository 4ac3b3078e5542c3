"""What the lists behind numbers say: names of lists and views, their rows, the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboard import formats
from dashboard.languages import _, current, ngettext
from dashboard.row_lists import RowListing, cases_of
from dashboard.url_filter import DIMENSIONS, Period
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.cases import filter_words
from data_access.browse import ROW_KINDS

STANDING_KIND = {"on_time": "ok", "late": "breach"}
"""How a parcel stands to its status class."""


def kind_name(kind: str) -> str:
    """What readers call a list."""
    return {
        "parcels": _("Parcels"),
        "returns": _("Returned lines"),
        "reviews": _("Reviews"),
        "surveys": _("Survey answers"),
    }[kind]


def view_names(kind: str) -> dict[str, str]:
    """View of a list to its name, in the order of the control."""
    return {
        "parcels": {
            "all": _("All"),
            "due": _("Due"),
            "late": _("Late"),
            "on_time": _("On time"),
        },
        "returns": {"all": _("All")},
        "reviews": {"all": _("All"), "low": _("1 or 2 stars")},
        "surveys": {
            "csat": _("CSAT"),
            "csat_low": _("Not satisfied"),
            "nps": _("NPS"),
            "detractors": _("Detractors"),
        },
    }[kind]


def grid_rows(
    frame: pl.DataFrame, kind: str, query: str, *, zone: str, last: date
) -> list[dict[str, Any]]:
    """Rows of the grid, ready to read but for instants, which the browser writes out."""
    known = ROW_KINDS[kind]
    anchor = known.cohort.anchor
    found = []
    for row in frame.iter_rows(named=True):
        day = row[anchor].date() if isinstance(row[anchor], datetime) else row[anchor]
        own = {
            "key": f"{row[known.key]} {row['source']}",
            "href": cases_of(row.get("case_id") or row["order_id"], day, last, query),
            "zone": zone,
        }
        found.append({**{name: _text(name, row) for name in row}, **own, **_standing(row)})
    return found


def _text(name: str, row: Mapping[str, Any]) -> Any:
    value = row[name]
    if value is None:
        return None if name.endswith("at") else formats.NONE
    if name in DIMENSIONS:
        return value_name(name, str(value))
    if name == "value_minor":
        return formats.money(value, row["currency"]) if row["currency"] else formats.NONE
    if isinstance(value, datetime):
        return formats.iso_utc(value)
    return formats.day(value) if isinstance(value, date) else value


def _standing(row: Mapping[str, Any]) -> dict[str, str]:
    if "standing" not in row:
        return {}
    names = {"on_time": _("On time"), "late": _("Late")}
    standing = row["standing"] or ""
    return {
        "standing": names.get(standing, _("Not judged")),
        "standing_kind": STANDING_KIND.get(standing, "none"),
    }


def answer(total: int, shown: RowListing, span: Period, unfiltered: Collection[str] = ()) -> str:
    """How many rows of which kind from when: the sentence below the title."""
    effective = replace(span.now, **dict.fromkeys(unfiltered, ()))  # type: ignore[arg-type]
    parts = [
        _counted(total, shown),
        _when(shown.kind, formats.days(span.first, span.last)),
        *filter_words(effective),
        *(_("any {dimension}", dimension=dimension_name(name).lower()) for name in unfiltered),
    ]
    if shown.text:
        parts.append(_("with “{text}”", text=shown.text))
    return ("，" if current() == "zh_Hans" else ", ").join(parts)


def _when(kind: str, days: str) -> str:
    return {
        "parcels": _("promised for {days}", days=days),
        "returns": _("requested {days}", days=days),
        "reviews": _("written {days}", days=days),
        "surveys": _("answered {days}", days=days),
    }[kind]


def _counted(n: int, shown: RowListing) -> str:
    return {
        ("parcels", "all"): ngettext("{count} parcel", "{count} parcels", n),
        ("parcels", "due"): ngettext("{count} parcel due", "{count} parcels due", n),
        ("parcels", "late"): ngettext("{count} late parcel", "{count} late parcels", n),
        ("parcels", "on_time"): ngettext("{count} parcel on time", "{count} parcels on time", n),
        ("returns", "all"): ngettext("{count} returned line", "{count} returned lines", n),
        ("reviews", "all"): ngettext("{count} review", "{count} reviews", n),
        ("reviews", "low"): ngettext(
            "{count} review with 1 or 2 stars", "{count} reviews with 1 or 2 stars", n
        ),
        ("surveys", "csat"): ngettext("{count} CSAT answer", "{count} CSAT answers", n),
        ("surveys", "csat_low"): ngettext(
            "{count} CSAT answer below 4", "{count} CSAT answers below 4", n
        ),
        ("surveys", "nps"): ngettext("{count} NPS answer", "{count} NPS answers", n),
        ("surveys", "detractors"): ngettext("{count} detractor", "{count} detractors", n),
    }[shown.kind, shown.view]
