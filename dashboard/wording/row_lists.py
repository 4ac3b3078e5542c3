"""What the lists behind numbers say: names of lists and views, their rows, the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboard import formats
from dashboard.languages import _, current, ngettext
from dashboard.row_lists import KINDS, RowListing, cases_of
from dashboard.url_filter import DIMENSIONS, Period, case_link
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.cases import filter_words, status_name
from dashboard.wording.clock_names import clock_name
from dashboard.wording.exclusions import reason_left_out
from dashboard.wording.recorded import cost_kind_name, medium_name
from data_access.browse import ROW_KINDS

TURNS = tuple(name for name, kind in ROW_KINDS.items() if kind.cohort.mart == "clocks")
"""Lists of the runs of one clock, named after it."""

WAITS = {"first_responses": "first_response", "resolutions": "resolution"}
"""Lists of the cases whose wait is watched to the clock it is about."""

STANDING_KIND = {"on_time": "ok", "late": "breach"}
"""How a parcel stands to its status class."""


def kind_name(kind: str) -> str:
    """What readers call a list."""
    if kind in TURNS:
        return _("Turns counted: {clock}", clock=clock_name(kind))
    if kind in WAITS:
        return _("Cases watched: {clock}", clock=clock_name(WAITS[kind]))
    return {
        "parcels": _("Parcels"),
        "returns": _("Returned lines"),
        "reviews": _("Reviews"),
        "surveys": _("Survey answers"),
        "cases": _("Cases counted"),
        "solved": _("Solved cases counted"),
        "orders": _("Orders counted"),
        "lines": _("Order lines counted"),
        "sent_back": _("Lines sold and sent back"),
        "delivered": _("Parcels delivered"),
        "costs": _("Costs"),
        "voices": _("Voices with a score of anger"),
    }[kind]


def view_names(kind: str) -> dict[str, str]:
    """View of a list to its name, in the order of the control."""
    if kind in TURNS:
        return {"due": _("Due"), "met": _("In time"), "missed": _("Late")}
    if kind in WAITS:
        return {"watched": _("All")}
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
            "csat_top": _("Satisfied"),
            "csat_low": _("Not satisfied"),
            "nps": _("NPS"),
            "detractors": _("Detractors"),
        },
        "cases": {
            "all": _("All"),
            "fr_due": _("First response due"),
            "fr_met": _("First response in time"),
            "fr_missed": _("First response late"),
            "res_due": _("Resolution due"),
            "res_met": _("Resolved in time"),
            "res_missed": _("Resolution late"),
            "judged": _("With a target"),
            "paused": _("Paused while waiting"),
            "vendor": _("Flagged by the source"),
            "vendor_met": _("Met, as the source says"),
        },
        "solved": {"due": _("14 days over"), "reopened": _("Reopened")},
        "orders": {"all": _("All")},
        "lines": {"sold": _("Sold")},
        "sent_back": {"all": _("All"), "defective": _("As defective")},
        "delivered": {"all": _("All")},
        "costs": {"all": _("All"), "booked": _("Booked"), "given": _("Compensations")},
        "voices": {"all": _("All"), "messages": _("Messages"), "angry": _("Angry")},
    }[kind]


def shown_views(kind: str, view: str) -> dict[str, str]:
    """The views of the control; one of rows left out only while it is the one shown."""
    names = view_names(kind)
    return names if view in names else {**names, view: _left_out(view)}


def _left_out(view: str) -> str:
    return _("Not counted: {reason}", reason=reason_left_out(view.partition("-")[2]))


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
            "href": _target(kind, row, day, last, query),
            "zone": zone,
        }
        found.append({**{name: _text(name, row) for name in row}, **own, **_standing(row)})
    return found


def _target(kind: str, row: Mapping[str, Any], day: date, last: date, query: str) -> str:
    """The case itself, or the cases about what the row tells of."""
    if kind in {"cases", "solved", *TURNS, *WAITS}:
        return case_link(row["case_id"], row["source"], query)
    return cases_of(row.get("case_id") or row["order_id"], day, last, query)


def _text(name: str, row: Mapping[str, Any]) -> Any:
    value = row[name]
    if value is None:
        return None if name.endswith("at") else formats.NONE
    if name in DIMENSIONS:
        return value_name(name, str(value))
    if name in {"value_minor", "total_minor"}:
        return formats.money(value, row["currency"]) if row["currency"] else formats.NONE
    if name in _WORDED:
        return _WORDED[name](value)
    if isinstance(value, datetime):
        return formats.iso_utc(value)
    return formats.day(value) if isinstance(value, date) else value


_WORDED: Mapping[str, Callable[[Any], str]] = {
    "status": status_name,
    "cost_kind": cost_kind_name,
    "medium": medium_name,
    "anger": formats.number,
}


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
    if kind in TURNS:
        return _("started {days}", days=days)
    if kind in WAITS:
        return _("created {days}", days=days)
    return {
        "parcels": _("promised for {days}", days=days),
        "returns": _("requested {days}", days=days),
        "reviews": _("written {days}", days=days),
        "surveys": _("answered {days}", days=days),
        "cases": _("created {days}", days=days),
        "solved": _("solved {days}", days=days),
        "orders": _("placed {days}", days=days),
        "lines": _("sold {days}", days=days),
        "sent_back": _("sold {days}", days=days),
        "delivered": _("delivered {days}", days=days),
        "costs": _("incurred {days}", days=days),
        "voices": _("written {days}", days=days),
    }[kind]


def _counted(n: int, shown: RowListing) -> str:
    if shown.view not in KINDS[shown.kind]:
        reason = reason_left_out(shown.view.partition("-")[2])
        return ngettext(
            "{count} row not counted: {reason}", "{count} rows not counted: {reason}", n,
            reason=reason,
        )  # fmt: skip
    if shown.kind in WAITS:
        return ngettext("{count} case watched", "{count} cases watched", n)
    if shown.kind in TURNS:
        return {
            "due": ngettext("{count} clock due", "{count} clocks due", n),
            "met": ngettext("{count} clock stopped in time", "{count} clocks stopped in time", n),
            "missed": ngettext("{count} late clock", "{count} late clocks", n),
        }[shown.view]
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
        ("surveys", "csat_top"): ngettext(
            "{count} CSAT answer of 4 or 5", "{count} CSAT answers of 4 or 5", n
        ),
        ("surveys", "csat_low"): ngettext(
            "{count} CSAT answer below 4", "{count} CSAT answers below 4", n
        ),
        ("surveys", "nps"): ngettext("{count} NPS answer", "{count} NPS answers", n),
        ("surveys", "detractors"): ngettext("{count} detractor", "{count} detractors", n),
        ("cases", "all"): ngettext("{count} case", "{count} cases", n),
        ("cases", "fr_due"): ngettext(
            "{count} case whose first response was due",
            "{count} cases whose first response was due",
            n,
        ),
        ("cases", "fr_met"): ngettext(
            "{count} case answered in time", "{count} cases answered in time", n
        ),
        ("cases", "fr_missed"): ngettext(
            "{count} case with a late first response",
            "{count} cases with a late first response",
            n,
        ),
        ("cases", "res_due"): ngettext(
            "{count} case whose resolution was due", "{count} cases whose resolution was due", n
        ),
        ("cases", "res_met"): ngettext(
            "{count} case resolved in time", "{count} cases resolved in time", n
        ),
        ("cases", "res_missed"): ngettext(
            "{count} case with a late resolution", "{count} cases with a late resolution", n
        ),
        ("cases", "judged"): ngettext(
            "{count} case with a target", "{count} cases with a target", n
        ),
        ("cases", "paused"): ngettext(
            "{count} case paused while the customer waited",
            "{count} cases paused while the customer waited",
            n,
        ),
        ("cases", "vendor"): ngettext(
            "{count} case flagged by the source", "{count} cases flagged by the source", n
        ),
        ("cases", "vendor_met"): ngettext(
            "{count} case that the source calls met", "{count} cases that the source calls met", n
        ),
        ("solved", "due"): ngettext(
            "{count} case solved at least 14 days ago",
            "{count} cases solved at least 14 days ago",
            n,
        ),
        ("solved", "reopened"): ngettext("{count} reopened case", "{count} reopened cases", n),
        ("orders", "all"): ngettext("{count} order", "{count} orders", n),
        ("lines", "sold"): ngettext("{count} order line sold", "{count} order lines sold", n),
        ("sent_back", "all"): ngettext("{count} line sent back", "{count} lines sent back", n),
        ("sent_back", "defective"): ngettext(
            "{count} line sent back as defective", "{count} lines sent back as defective", n
        ),
        ("costs", "all"): ngettext("{count} amount", "{count} amounts", n),
        ("costs", "booked"): ngettext("{count} booked cost", "{count} booked costs", n),
        ("costs", "given"): ngettext("{count} compensation", "{count} compensations", n),
        ("voices", "all"): ngettext("{count} voice", "{count} voices", n),
        ("voices", "messages"): ngettext("{count} message", "{count} messages", n),
        ("voices", "angry"): ngettext("{count} angry message", "{count} angry messages", n),
        ("delivered", "all"): ngettext("{count} parcel delivered", "{count} parcels delivered", n),
    }[shown.kind, shown.view]
