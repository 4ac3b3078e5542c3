"""What the page of one incident says: state, chart, drivers, what lies inside, examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import polars as pl

from alerts.inbox import IncidentPage
from alerts.incident_rows import Member
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link, narrow, spanning
from dashboard.vocabulary import dimension_name, kpi_title, value_name
from dashboard.wording.case import direction
from dashboard.wording.incident_names import (
    STATUS_OF_SEVERITY,
    against,
    amount,
    by_name,
    handling_name,
    muted,
    severity_name,
    slice_words,
    title_of,
    told,
    verdict_names,
)
from data_access.metrics import CATALOGUE

SERIES = {
    "day": pl.Date(),
    "y": pl.Float64(),
    "mu": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
SHOWN_INSIDE = 12
SHOWN_DRIVERS = 8


def answer(page: IncidentPage) -> str:
    """What it is and who has it, in a sentence."""
    title = title_of(page.row, page.labels)
    state = page.row["handling"]
    if state == "open" and page.row["mute_kind"]:
        return _("{title}. Nobody is told at present.", title=title)
    if state == "open":
        return _("{title}. Nobody has it yet.", title=title)
    if state == "acknowledged":
        name = page.row["assignee"] or page.row["acknowledged_by"] or formats.NONE
        return _("{title}. {name} has it.", title=title, name=name)
    if state == "awaiting_verdict":
        return _("{title}. It is over; what was it?", title=title)
    return _("{title}. Closed.", title=title)


def summary(page: IncidentPage) -> str:
    """The rule's own summary, with countries by name."""
    return by_name(told(page.row, "summary"), page.labels)


def todo(page: IncidentPage) -> str:
    """What the rule advises to do first, and the playbook it suggests."""
    advice = by_name(told(page.row, "action"), page.labels) or _("The rule names no first steps.")
    playbook = page.evidence.get("playbook")
    if not playbook:
        return advice
    suggested = _("Suggested playbook: {name}.", name=str(playbook).replace("-", " "))
    return f"{advice}\n\n{suggested}"


def facts(page: IncidentPage, zone: str, query: str) -> str:
    """State, slice, numbers and people, as a list of facts."""
    row = page.row
    shown = [
        rows.Fact(
            _("Severity"),
            severity_name(row["severity"]),
            status=STATUS_OF_SEVERITY.get(row["severity"], "info"),
        ),
        rows.Fact(_("State"), handling_name(row["handling"]), sub=_handled(page, zone)),
        rows.Fact(_("Signal"), _signal(page, zone), sub=_rounds(page)),
        rows.Fact(_("Slice"), slice_words(page.labels)),
        rows.Fact(_("Number"), against(row), sub=_excess(row)),
        rows.Fact(_("Assigned to"), row["assignee"] or _("nobody")),
    ]
    if row["mute_kind"]:
        until = row["mute_until"]
        ends = _("until {time}", time=formats.moment(until, zone)) if until else ""
        shown.append(rows.Fact(_("Told to nobody"), muted(row), sub=ends, status="info"))
    if row["handling"] == "closed" or row["verdict"]:
        verdict = verdict_names().get(row["verdict"] or "", formats.NONE)
        shown.append(rows.Fact(_("Verdict"), verdict, sub=row["verdict_note"] or ""))
    if page.true_start is not None:
        shown.append(rows.Fact(_("Really began"), formats.moment(page.true_start, zone)))
    if page.continues_id is not None:
        before = _("Incident {number}", number=page.continues_id)
        href = link(f"/alerts/{page.continues_id}", query)
        shown.append(rows.Fact(_("The same before"), before, href=href))
    shown.append(_rule(page))
    return rows.facts(shown)


def _handled(page: IncidentPage, zone: str) -> str:
    row = page.row
    if row["acknowledged_by"]:
        return _(
            "by {name}, {time}",
            name=row["acknowledged_by"],
            time=formats.moment(row["acknowledged_at"], zone),
        )
    return ""


def _signal(page: IncidentPage, zone: str) -> str:
    row = page.row
    if row["firing"]:
        return _("goes on since {time}", time=formats.moment(row["opened_at"], zone))
    if row["resolved_at"] is None:
        return _("is over")
    return _("is over since {time}", time=formats.moment(row["resolved_at"], zone))


def _rounds(page: IncidentPage) -> str:
    if not page.reopened:
        return ""
    return ngettext("opened again {count} time", "opened again {count} times", page.reopened)


def _excess(row: Mapping[str, Any]) -> str:
    if row["excess"] is None or row["kind"] not in {"surge", "proportion"}:
        return ""
    return _("{excess} more than expected", excess=formats.number(row["excess"], 0))


def _rule(page: IncidentPage) -> rows.Fact:
    rule_id = page.row["rule_id"] or formats.NONE
    if page.version is None:
        return rows.Fact(_("Rule"), rule_id)
    version = _("version {n} ({hash})", n=page.version.n, hash=page.version.sha256[:8])
    href = link(f"/rules/{page.version.rule_id}", "")
    return rows.Fact(_("Rule"), rule_id, sub=version, href=href)


def days(page: IncidentPage) -> pl.DataFrame:
    """The series of the evidence for the chart: `SERIES`, `inside`, `hover`, `label`."""
    frame = pl.DataFrame(
        [{name: point.get(name) for name in SERIES} for point in page.evidence.get("series", [])],
        schema={**SERIES, "day": pl.String()},
        orient="row",
    ).with_columns(pl.col("day").str.to_date())
    first, last = _window(page)
    inside = pl.col("day").is_between(first, last) if first and last else pl.lit(value=False)
    unit = _unit(page)
    hover = [_hover(point, unit) for point in frame.iter_rows(named=True)]
    labels = [formats.day(day) for day in frame["day"]]
    return frame.with_columns(
        inside=inside,
        hover=pl.Series(hover, dtype=pl.String),
        label=pl.Series(labels, dtype=pl.String),
    )


def _unit(page: IncidentPage) -> str:
    """Unit of the series: shares stay shares, hours and rows are counts of a day."""
    kinds = {"threshold": page.row["unit"], "proportion": "count"}
    return kinds.get(page.row["kind"], "count") or "count"


def is_share(page: IncidentPage) -> bool:
    """Whether the chart counts in percent."""
    return _unit(page) == "share"


def _window(page: IncidentPage) -> tuple[date | None, date | None]:
    return page.row["first_day"], page.row["day"]


def _hover(point: Mapping[str, Any], unit: str) -> str:
    value, expected = amount(point["y"], unit), amount(point["mu"], unit)
    text = f"{formats.day(point['day'], year=True)}<br><b>{value}</b>"
    if point["mu"] is None:
        return text
    band = formats.span(point["low"], point["high"], 0 if unit == "count" else 2)
    return f"{text}<br>{_('expected {value}', value=expected)} ({band})"


def chart_title(page: IncidentPage) -> str:
    """The finding: what the chart shows now."""
    words = against(page.row)
    if not words:
        return _("Value against expected")
    return f"{slice_words(page.labels)}: {words}"


def chart_note(page: IncidentPage) -> str:
    """What is compared with what, which days were judged, and how the chart shows it."""
    text = page.evidence.get("compared", {}).get("en" if current() == "en" else "zh", "")
    first, last = _window(page)
    judged = ""
    if first and last:
        judged = _("Judged: {days} (diamonds).", days=formats.days(first, last))
    return " ".join(part for part in (_subject(page), text, judged) if part)


def _subject(page: IncidentPage) -> str:
    kpi = page.row["kpi"] or ""
    return f"{kpi_title(kpi)}." if kpi in CATALOGUE else ""


def value_label(frame: pl.DataFrame, page: IncidentPage) -> str:
    """What stands at the end of the line."""
    value = frame["y"].last() if frame.height else None
    return amount(value, _unit(page)) if isinstance(value, float) else ""


def expected_label(frame: pl.DataFrame, page: IncidentPage) -> str:
    """What stands at the end of the expectation."""
    expected = frame["mu"].last() if frame.height else None
    if not isinstance(expected, float):
        return ""
    limit = page.row["kind"] in {"threshold", "deadline"}
    words = _("limit {value}") if limit else _("expected {value}")
    return words.format(value=amount(expected, _unit(page)))


def chart_summary(page: IncidentPage, frame: pl.DataFrame) -> str:
    """The chart for someone who cannot see it."""
    high = pl.coalesce("high", "mu")
    over = frame.filter((pl.col("y") > high) | (pl.col("y") < pl.col("low"))).height
    return ngettext(
        "{title}. {count} of {all} days lies outside of what was to be expected.",
        "{title}. {count} of {all} days lie outside of what was to be expected.",
        over,
        title=chart_title(page),
        all=frame.height,
    )


def chart_table(frame: pl.DataFrame, page: IncidentPage) -> str:
    """The table behind the chart, the newest day first."""
    columns = [
        rows.Column(_("Day")),
        rows.Column(_("Seen"), num=True),
        rows.Column(_("Expected"), num=True),
        rows.Column(_("Band"), num=True),
    ]
    unit = _unit(page)
    lines = [
        rows.Row(
            (
                rows.Cell(formats.day(point["day"], year=True)),
                rows.Cell(amount(point["y"], unit)),
                rows.Cell(amount(point["mu"], unit)),
                rows.Cell(_band(point, unit)),
            )
        )
        for point in frame.reverse().iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def _band(point: Mapping[str, Any], unit: str) -> str:
    if point["low"] is None or point["high"] is None:
        return formats.NONE
    return formats.span(point["low"], point["high"], 0 if unit == "count" else 2)


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
    return ngettext("{count} part inside", "{count} parts inside", inside_count(page))


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
    first, last = _window(page)
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
