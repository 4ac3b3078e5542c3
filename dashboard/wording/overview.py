"""What the Overview says: the answer, alerts, movers, what is due, the map in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.targets import target_of
from dashboard.url_filter import Period, case_link, link, narrow
from dashboard.vocabulary import dimension_name, kpi_short, kpi_title, value_name
from dashboard.wording.clocks import clock_name
from dashboard.wording.incident_names import (
    STATUS_OF_SEVERITY,
    against,
    severity_name,
    slice_words,
    title_of,
)
from dashboard.wording.service_due import agents_on_shift
from dashboard.wording.standing import SMALLEST_N, judge
from dashboard.wording.tiles import BEHIND
from data_access.metrics import CATALOGUE, Kpi


def answer(
    needs: pl.DataFrame,
    due_within_hour: int,
    *,
    any_data: bool = True,
    ended: date | None = None,
) -> str:
    """The first sentence of the Overview: what needs me now.

    Args:
        needs: incidents that nobody has, as `alerts.inbox` orders them.
        due_within_hour: deadlines that end soon.
        any_data: whether anything was ever imported.
        ended: the last day of data that are history; nothing can be said of today then.
    """
    if not any_data:
        return _("Nothing has been imported yet.")
    count = needs.height
    parts = []
    if count:
        first = needs.row(0, named=True)
        parts.append(
            ngettext(
                "{count} incident needs somebody: {first}.",
                "{count} incidents need somebody, first: {first}.",
                count,
                first=title_of(first, json.loads(first["labels"])),
            )
        )
    if due_within_hour:
        parts.append(
            ngettext(
                "{count} deadline ends within the hour.",
                "{count} deadlines end within the hour.",
                due_within_hour,
            )
        )
    if ended is not None:
        parts.append(
            _(
                "The data end on {day}; the figures lead up to it.",
                day=formats.day(ended, year=True),
            )
        )
    if not parts:
        return _("Nothing needs you right now: no open alert, no deadline within the hour.")
    return ("" if current() == "zh_Hans" else " ").join(parts)


def alert_rows(incidents: pl.DataFrame, query: str) -> list[rows.Alert]:
    """Each incident with its numbers and who has it; a click opens its page."""
    shown = []
    for row in incidents.iter_rows(named=True):
        labels = json.loads(row["labels"])
        evidence = [against(row), slice_words(labels), _holder(row)]
        shown.append(
            rows.Alert(
                title=title_of(row, labels),
                word=severity_name(row["severity"]),
                kind=STATUS_OF_SEVERITY.get(row["severity"], "info"),
                evidence=" · ".join(part for part in evidence if part),
                href=link(f"/alerts/{row['group_id']}", query),
                since=row["opened_at"],
                since_text=_("open since"),
            )
        )
    return shown


def alerts_note(hidden: int, in_hand: int, watching: str) -> str:
    """What the block does not show: further incidents, those in hand; and that somebody looks."""
    parts = []
    if hidden:
        parts.append(_("{count} more", count=hidden))
    if in_hand:
        parts.append(
            ngettext("{count} incident is in hand.", "{count} incidents are in hand.", in_hand)
        )
    return " · ".join([*parts, watching])


def _holder(row: Mapping[str, Any]) -> str:
    name = row["assignee"] or row["acknowledged_by"]
    return _("{name} has it", name=name) if name else ""


def due_items(frame: pl.DataFrame, query: str) -> list[rows.Item]:
    """Each running clock with the time left; a click opens the case."""
    items = []
    for row in frame.iter_rows(named=True):
        about = [
            clock_name(row["clock"]),
            *[value_name(name, row[name]) for name in ("category", "market") if row[name]],
        ]
        minutes = row["minutes_left"]
        items.append(
            rows.Item(
                title=f"{row['case_id']} · {row['subject'] or _('No subject')}",
                href=case_link(row["case_id"], row["source"], query),
                note=" · ".join(about),
                side=formats.duration(60 * minutes),
                at=row["due_at"],
                status="breach" if minutes < 15 else "watch" if minutes < 60 else "",
            )
        )
    return items


def due_title(count: int, minutes: int, limit: int) -> str:
    """The finding of the list of deadlines."""
    if not count:
        return _("Nothing is due")
    span = formats.duration(60 * minutes)
    if count >= limit:
        return _("{limit} or more deadlines end within {span}", limit=limit, span=span)
    return ngettext(
        "{count} deadline ends within {span}",
        "{count} deadlines end within {span}",
        count,
        span=span,
    )


def on_shift(agents: int | None) -> str:
    """Who is there to prevent it, and that the Service screen tells more."""
    if agents is None:
        return _("What falls due, by team and language")
    return _("{agents}: what falls due, by team and language", agents=agents_on_shift(agents))


def movers_table(frame: pl.DataFrame, kpi: str, by: str, query: str) -> str:
    """Rows of the movers: before, now, effect on the whole, split into rate and mix."""
    declared = CATALOGUE[kpi]
    columns = [
        rows.Column(dimension_name(by)),
        rows.Column(_("Before"), num=True),
        rows.Column(_("Now"), num=True),
        rows.Column(_("Effect on the whole"), num=True),
        rows.Column(_("of it rate"), num=True, title=_("The segment itself changed")),
        rows.Column(_("of it mix"), num=True, title=_("The segment's share of the whole changed")),
    ]
    largest = max((abs(value) for value in frame["effect"].drop_nulls()), default=0) or 1
    lines = [
        _mover(row, declared, by, largest=largest, href=_mover_link(row, kpi, by, query))
        for row in frame.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def movers_title(frame: pl.DataFrame, kpi: str, by: str) -> str:
    """The finding: which segment moved the KPI most."""
    if not frame.height or frame["effect"][0] is None:
        return _("What changed most")
    top, unit = frame.row(0, named=True), CATALOGUE[kpi].unit
    if formats.direction(top["effect"], 0, unit) == "flat":
        return _("Nothing moved “{kpi}” visibly", kpi=kpi_short(kpi))
    effect = formats.change(top["effect"], 0, unit)
    return _(
        "{segment} moved “{kpi}” most: {effect}",
        segment=value_name(by, top["segment"] or ""),
        kpi=kpi_short(kpi),
        effect=effect,
    )


def map_title(frame: pl.DataFrame, kpi: str) -> str:
    """The finding of the map: who is furthest below the target."""
    target = target_of(kpi) or 0
    judged = frame.filter(pl.col("n") >= SMALLEST_N, pl.col("value").is_not_null()).sort("value")
    if not judged.height:
        return _("No country has enough cases to judge")
    worst = judged.row(0, named=True)
    if worst["value"] >= target:
        return _("Every country with enough cases answers on target")
    return _(
        "{country} waits longest: {share} answered in time",
        country=formats.country(worst["market"]),
        share=formats.percent(worst["value"]),
    )


def map_summary(frame: pl.DataFrame, kpi: str) -> str:
    """The map for someone who cannot see it."""
    target = target_of(kpi) or 0
    judged = frame.filter(pl.col("n") >= SMALLEST_N, pl.col("value").is_not_null()).sort("value")
    below = judged.filter(pl.col("value") < target)
    worst = ", ".join(
        f"{formats.country(row['market'])} {formats.percent(row['value'])}"
        for row in below.head(3).iter_rows(named=True)
    )
    text = _(
        "{kpi}: {below} of {judged} countries with enough cases are below the target of {target}.",
        kpi=kpi_title(kpi),
        below=below.height,
        judged=judged.height,
        target=formats.percent(target, 0),
    )
    return f"{text} {_('Lowest: {worst}.', worst=worst)}" if worst else text


def map_table(frame: pl.DataFrame, kpi: str) -> str:
    """The table behind the map: the furthest below the target first, too small ones last."""
    target = target_of(kpi)
    columns = [
        rows.Column(dimension_name("market")),
        rows.Column(kpi_short(kpi), num=True),
        rows.Column(_("Cases"), num=True),
    ]
    lines = []
    small = pl.col("n").fill_null(0) < SMALLEST_N
    for row in frame.sort(small, "value", nulls_last=True).iter_rows(named=True):
        share = row["value"]
        meter = None if share is None else (share, row["low"], row["high"], target)
        lines.append(
            rows.Row(
                (
                    rows.Cell(value_name("market", row["market"] or "")),
                    rows.Cell(
                        formats.percent(share),
                        sub=formats.interval(row["low"], row["high"], "share"),
                        meter=meter,
                    ),
                    rows.Cell(formats.number(row["n"])),
                ),
                href=row["href"],
                small=(row["n"] or 0) < SMALLEST_N,
            )
        )
    return rows.table(columns, lines)


def _is_rest(row: Mapping[str, Any]) -> bool:
    """Whether the row sums up the segments beyond the ones shown."""
    return bool(row["kind"] == "rest")


def _segment_name(row: Mapping[str, Any], by: str) -> str:
    return _("All others") if _is_rest(row) else value_name(by, row["segment"] or "")


def _mover_link(row: Mapping[str, Any], kpi: str, by: str, query: str) -> str:
    narrowed = query if _is_rest(row) else narrow(query, **{by: row["segment"] or ""})
    path, own = BEHIND[kpi]
    # A segment is narrow enough for its rows; /complaints would only show it once more.
    return link(path, narrowed, own) if path.startswith("/rows/") else link("/cases", narrowed)


def _mover(row: Mapping[str, Any], kpi: Kpi, by: str, *, largest: float, href: str) -> rows.Row:
    unit, effect = kpi.unit, row["effect"]
    way = formats.direction(effect, 0, unit)
    return rows.Row(
        (
            rows.Cell(_segment_name(row, by), sub=_come_or_gone(row)),
            rows.Cell(formats.value(row["value_before"], unit), sub=_n(row["n_before"])),
            rows.Cell(formats.value(row["value_now"], unit), sub=_n(row["n_now"])),
            rows.Cell(
                formats.change(effect, 0, unit),
                bar=(effect or 0) / largest,
                bar_kind=judge(kpi, way),
            ),
            rows.Cell(formats.change(row["rate_effect"], 0, unit)),
            rows.Cell(formats.change(row["mix_effect"], 0, unit)),
        ),
        href=href,
        small=max(row["n_now"] or 0, row["n_before"] or 0) < SMALLEST_N,
    )


def _come_or_gone(row: Mapping[str, Any]) -> str:
    """What is said of a segment that only one of the periods has: all of its effect is mix."""
    return {"new": _("new"), "lost": _("gone")}.get(row["kind"], "")


def _n(count: float | None) -> str:
    return _("n = {n}", n=formats.number(count)) if count is not None else ""


def period_note(span: Period, fresh_at: datetime | None, zone: str) -> str:
    """Which days the tiles cover, what they are compared with, how fresh they are."""
    parts = [formats.days(span.first, span.last)]
    before = span.before
    if before is not None and before.start and before.end:
        parts.append(_("compared with {days}", days=formats.days(before.start, before.end)))
    if fresh_at is not None:
        parts.append(_("data to {moment}", moment=formats.moment(fresh_at, zone)))
    return " · ".join(parts)
