"""What an incident is made of: drivers, finer slices, overdue rows, what customers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from alerts.inbox import IncidentPage
from alerts.incident_rows import Member
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link, narrow, spanning
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.case import direction
from dashboard.wording.incident_chart import window
from dashboard.wording.incident_names import (
    amount,
    by_name,
    slice_words,
)

SHOWN_INSIDE = 12
SHOWN_DRIVERS = 8


def drivers_title(page: IncidentPage) -> str:
    """What grew most, in a sentence."""
    found = page.evidence.get("drivers", [])
    if not found:
        overdue = page.evidence.get("rows")
        return _("The longest over their time") if overdue else _("What drives it")
    top = found[0]
    return _(
        "{dimension} “{value}” grew most",
        dimension=dimension_name(top["dimension"]),
        value=value_name(top["dimension"], top["value"]),
    )


def drivers_note(page: IncidentPage) -> str:
    """What the table of drivers compares."""
    if page.evidence.get("drivers") or not page.evidence.get("rows"):
        return _("What grew most inside the slice, against the weeks before")
    return _("Whom to help first")


def drivers_count(page: IncidentPage) -> int:
    """How many drivers, or overdue rows, there are to show."""
    return len(page.evidence.get("drivers") or page.evidence.get("rows") or ())


def drivers(page: IncidentPage, zone: str, query: str) -> str:
    """What grew most inside the slice; of a deadline rule the rows that are longest overdue."""
    if page.evidence.get("drivers") or not page.evidence.get("rows"):
        return _grown(page, query)
    return _overdue(page, zone, query)


def _grown(page: IncidentPage, query: str) -> str:
    """What grew most inside the slice, each with the way to its cases."""
    columns = [
        rows.Column(_("What")),
        rows.Column(_("Seen"), num=True),
        rows.Column(_("Usual"), num=True),
        rows.Column(_("More"), num=True),
    ]
    found = page.evidence.get("drivers", [])[:SHOWN_DRIVERS]
    most = max((abs(driver["excess"]) for driver in found), default=0) or 1
    lines = [
        rows.Row(
            (
                rows.Cell(
                    value_name(driver["dimension"], driver["value"]),
                    sub=dimension_name(driver["dimension"]),
                ),
                rows.Cell(formats.number(driver["y"])),
                rows.Cell(amount(driver["mu"], "count")),
                rows.Cell(
                    formats.signed(driver["excess"], 0),
                    bar=driver["excess"] / most,
                    bar_kind="worse",
                ),
            ),
            href=behind(page, query, **{driver["dimension"]: driver["value"]}),
        )
        for driver in found
    ]
    return rows.table(columns, lines)


def inside_count(page: IncidentPage) -> int:
    """How many finer slices and further alerts there are to show."""
    return len(_inside(page))


def inside_title(page: IncidentPage) -> str:
    """What the table of the incident's parts holds."""
    count = inside_count(page)
    if not count:
        return _("What lies inside")
    return ngettext("{count} part inside", "{count} parts inside", count)


def _overdue(page: IncidentPage, zone: str, query: str) -> str:
    names = {"parcel": _("Parcel"), "case": _("Case"), "refund": _("Refund")}
    shown = page.evidence["rows"]
    kind = shown[0]["kind"]
    columns = [rows.Column(names.get(kind, kind)), rows.Column(_("Since"))]
    lines = []
    for row in shown:
        since = datetime.fromisoformat(row["since"])
        told_since = rows.Cell(formats.moment(since, zone))
        href = {
            "case": _case(row["id"], query),
            "parcel": link("/rows/parcels", query, {"q": row["id"]}),
        }.get(kind, "")
        lines.append(rows.Row((rows.Cell(row["id"]), told_since), href=href))
    return rows.table(columns, lines)


def inside(page: IncidentPage) -> str:
    """Finer slices and further alerts of the incident, the largest excess first."""
    columns = [
        rows.Column(_("Slice")),
        rows.Column(_("Seen"), num=True),
        rows.Column(_("Expected"), num=True),
        rows.Column(_("Share of the excess"), num=True),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(child.get("title") or slice_words(child["labels"]), sub=child["state"]),
                rows.Cell(formats.number(child["y"])),
                rows.Cell(amount(child["mu"], "count")),
                rows.Cell(formats.percent(child["share"], 0) if child["share"] else formats.NONE),
            )
        )
        for child in _inside(page)[:SHOWN_INSIDE]
    ]
    return rows.table(columns, lines)


def _inside(page: IncidentPage) -> list[dict[str, Any]]:
    """Children of the evidence and the other members; a member that is a child stands once."""
    whole = page.row["excess"] or 0.0
    found: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for child in page.evidence.get("children", []):
        share = child.get("share")
        if share is None and whole > 0:
            share = child["excess"] / whole
        found[tuple(sorted(child["labels"].items()))] = {**child, "share": share, "state": ""}
    own = tuple(sorted(page.labels.items()))
    others = []
    for member in page.members:
        key = tuple(sorted(member.labels.items()))
        same_rule = member.rule_id == page.row["rule_id"]
        state = _("own alert") if member.resolved_at is None else _("own alert, over")
        if same_rule and key in found:
            found[key]["state"] = state
        elif not (same_rule and key == own):
            others.append(_other(member, state))
    return [*sorted(found.values(), key=lambda child: -(child["excess"] or 0.0)), *others]


def _other(member: Member, state: str) -> dict[str, Any]:
    """A further alert of the incident as a part of it."""
    numbers = member.evidence.get("numbers", {})
    texts = member.evidence.get("texts", {}).get("title", {})
    title = by_name(texts.get("en" if current() == "en" else "zh", ""), member.labels)
    return {
        "labels": dict(member.labels),
        "title": title.rstrip(".。"),
        **{name: numbers.get(name) for name in ("y", "mu", "excess")},
        "share": None,
        "state": state,
    }


def examples(page: IncidentPage, query: str) -> str:
    """What customers say, in their own words."""
    shown = [
        rows.Quote(
            text=example["text"],
            source=_source(example),
            lang=example.get("lang") or "",
            dir=direction(example.get("lang")),
            href=_case(example["id"], query) if example.get("kind") == "case" else "",
        )
        for example in page.evidence.get("examples", [])
        if example.get("text")
    ]
    return rows.quotes(shown)


def examples_count(page: IncidentPage) -> int:
    """How many customers are quoted."""
    return sum(bool(example.get("text")) for example in page.evidence.get("examples", []))


def _source(example: Mapping[str, Any]) -> str:
    if example.get("kind") == "review":
        return _("Review {id}", id=example["id"])
    return _("Case {case_id}", case_id=example["id"])


def _case(case_id: str, query: str) -> str:
    """The page of a case; the evidence does not name its feed."""
    return link(f"/cases/{quote(case_id, safe='')}", query)


def behind(page: IncidentPage, query: str, **more: str) -> str:
    """The cases, or the late parcels, of the slice on the days that were judged."""
    labels = {name: value for name, value in {**page.labels, **more}.items() if value}
    found = narrow(query, **{name: value for name, value in labels.items() if name != "product"})
    first, last = window(page)
    overdue = [datetime.fromisoformat(row["since"]).date() for row in page.evidence.get("rows", [])]
    if first and last:
        found = spanning(found, min([first, *overdue]), last)
    if page.row["kpi"] == "late_parcels":
        return link("/rows/parcels", found, {"view": "late"})
    return link("/cases", found)


def behind_words(page: IncidentPage) -> str:
    """The link to the rows behind the number."""
    if page.row["kpi"] == "late_parcels":
        return _("The late parcels of the slice on these days")
    return _("The cases of the slice on these days")
