"""What the Service screen says about the next hours: what falls due, who is there to prevent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.service import COUNTS, DOWNLOAD, HORIZONS, STAFFED
from dashboard.url_filter import case_link, link, narrow
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.clocks import clock_name
from data_access.browse.service_roster import Pace
from data_access.metrics import Filter

STATUS = {15: "breach", 60: "watch"}
"""Minutes left to the status of a deadline; beyond, it has none."""


def horizon_name(minutes: int) -> str:
    """`15 min`, `60 min`, `4 h`."""
    return formats.duration(60 * minutes) if minutes > 60 else _("{m} min", m=minutes)


def answer(
    due: int,
    minutes: int,
    worst: Mapping[str, Any] | None,
    by: str,
    on_shift: int | None,
    *,
    roster_ends: datetime | None = None,
    zone: str = "UTC",
) -> str:
    """The first sentence: how many breach, where help is furthest, or how many are there.

    Args:
        due: cases due.
        minutes: within this time.
        worst: group with most need: `group`, its `due`, `within` (agents; null: not known).
        by: what the group is a value of.
        on_shift: agents on shift now; None where nobody can tell.
        roster_ends: end of the last shift, where it lies in the past.
        zone: zone that days are named in.
    """
    if not due:
        head = _("Nothing breaches within {span}", span=horizon_name(minutes))
    else:
        head = ngettext(
            "{count} case breaches within {span}",
            "{count} cases breach within {span}",
            due,
            span=horizon_name(minutes),
        )
    if due and worst is not None and worst["within"] is not None:
        return _("{head}; {part}.", head=head, part=_worst(worst, by))
    return _sentences(head, _presence(on_shift, roster_ends, zone))


def unknown_data(ended: date | None) -> str:
    """The sentence where nothing can fall due: no data, or data that are history."""
    if ended is None:
        return _("Nothing has been imported yet.")
    return _(
        "The data end on {day}: nothing can fall due any more.", day=formats.day(ended, year=True)
    )


def _worst(worst: Mapping[str, Any], by: str) -> str:
    group, agents = value_name(by, worst["group"]), worst["within"]
    count = formats.number(worst["due"])
    if agents == 0:
        return _("{count} of them for {group}, where nobody is on shift", count=count, group=group)
    return ngettext(
        "{cases} of them for {group}, where {count} agent is on shift in that time",
        "{cases} of them for {group}, where {count} agents are on shift in that time",
        agents,
        cases=count,
        group=group,
    )


def _presence(on_shift: int | None, roster_ends: datetime | None, zone: str) -> str:
    if roster_ends is not None:
        return _("The roster ended on {day}.", day=formats.day(formats.as_zone(roster_ends, zone)))
    if on_shift is None:
        return _("Nobody can say who is on shift: no shifts are imported.")
    return agents_on_shift(on_shift) + ("。" if current() == "zh_Hans" else ".")


def agents_on_shift(count: int) -> str:
    """`21 agents are on shift`."""
    if not count:
        return _("Nobody is on shift")
    return ngettext("{count} agent is on shift", "{count} agents are on shift", count)


def _sentences(*parts: str) -> str:
    ends = [part if part.endswith((".", "。")) else part + _stop() for part in parts if part]
    return ("" if current() == "zh_Hans" else " ").join(ends)


def _stop() -> str:
    return "。" if current() == "zh_Hans" else "."


def title(due: int, minutes: int) -> str:
    """The finding above the table."""
    if not due:
        return _("Nothing is due within {span}", span=horizon_name(minutes))
    return ngettext(
        "{count} case due within {span}",
        "{count} cases due within {span}",
        due,
        span=horizon_name(minutes),
    )


def note(
    now: datetime,
    zone: str,
    on_shift: int | None,
    pace: Pace,
    *,
    days: int,
    unfiltered: list[str],
    silent: bool,
    roster_ends: datetime | None = None,
) -> str:
    """As of when, who is there, and what the estimate of capacity rests on.

    Args:
        now: the instant.
        zone: zone that it is named in.
        on_shift: agents on shift; None without a roster.
        pace: answers and hours of the past.
        days: over how many days.
        unfiltered: dimensions of the filter that agents do not have.
        silent: agents do not say which languages they speak, and the table is by language.
        roster_ends: end of the last shift, where it lies in the past.
    """
    parts = [_("as of {moment}", moment=formats.moment(now, zone))]
    if roster_ends is not None:
        day = formats.day(formats.as_zone(roster_ends, zone))
        parts.append(_("the roster ended on {day}, so only the demand is shown", day=day))
        return " · ".join(parts)
    if on_shift is None:
        parts.append(_("no shifts are imported, so only the demand is shown"))
        return " · ".join(parts)
    parts.append(agents_on_shift(on_shift))
    if silent:
        parts.append(_("agents do not say which languages they speak"))
    if pace.per_hour is not None:
        parts.append(
            _(
                "usual pace, an estimate: {rate} answers per agent and hour over {days} days "
                "(n = {answers} in {hours} hours)",
                rate=formats.number(pace.per_hour, 2),
                days=days,
                answers=formats.number(pace.answers),
                hours=formats.number(pace.hours),
            )
        )
    if unfiltered:
        names = ", ".join(dimension_name(name) for name in unfiltered)
        parts.append(_("agents are not filtered by {names}", names=names))
    return " · ".join(parts)


def unfiltered(where: Filter) -> list[str]:
    """Dimensions of a filter that say nothing about agents."""
    return [name for name in where.values() if name not in STAFFED]


def demand_table(
    groups: pl.DataFrame, whole: Mapping[str, Any], by: str, minutes: int, query: str, clock: str
) -> str:
    """What falls due by group, who is there, and whether that is enough.

    Args:
        groups: `group`, `COUNTS`, `here`, `within`, `capacity`, the most pressing first.
        whole: the same of all groups together.
        by: what groups are values of.
        minutes: the horizon that staff is looked at in.
        query: the present view, kept in links.
        clock: the clock shown; empty: all of them.
    """
    # Agents have no level: there is nothing to set beside a row then.
    staffed = whole["here"] is not None and by in STAFFED
    columns = [rows.Column(dimension_name(by))]
    if staffed:
        columns.append(rows.Column(_("Enough?")))
    columns += [
        rows.Column(horizon_name(horizon), num=True, title=_("Cases due within this time"))
        for horizon in HORIZONS
    ]
    if staffed:
        columns += [
            rows.Column(_("On shift"), num=True, title=_("Agents now; smaller: within the time")),
            rows.Column(_("Usual pace"), num=True, title=_("Answers that may be expected in it")),
        ]
    lines = [
        rows.Row(
            _cells(value_name(by, row["group"]), row, minutes, staffed=staffed),
            href=_behind(row["group"], by, minutes, query, clock),
        )
        for row in groups.iter_rows(named=True)
    ]
    lines.append(
        rows.Row(
            _cells(_("All"), whole, minutes, staffed=staffed),
            href=_behind(None, by, minutes, query, clock),
        )
    )
    return rows.table(columns, lines)


def _cells(
    name: str, row: Mapping[str, Any], minutes: int, *, staffed: bool
) -> tuple[rows.Cell, ...]:
    cells = [rows.Cell(name)]
    if staffed:
        # Of all together nobody can say: who speaks one language may not speak another.
        told = standing(row[f"due_{minutes}"], row["within"], row["capacity"])
        kind, word = told if "group" in row else ("", "")
        cells.append(rows.Cell(word, status=kind))
    cells += [rows.Cell(formats.number(row[count])) for count in COUNTS]
    if staffed:
        more = row["within"] is not None and row["within"] != row["here"]
        within = _("{n} in {span}", n=row["within"], span=horizon_name(minutes)) if more else ""
        cells += [
            rows.Cell(formats.number(row["here"]), sub=within),
            rows.Cell(formats.number(row["capacity"], 1)),
        ]
    return tuple(cells)


def standing(due: int, within: int | None, capacity: float | None) -> tuple[str, str]:
    """Status and word for a group: is somebody there, and is it enough at the usual pace?"""
    if within is None or not due:
        return "", ""
    if within == 0:
        return "breach", _("Nobody on shift")
    if capacity is not None and due > capacity:
        return "watch", _("Above usual pace")
    return "ok", _("Enough")


def _behind(group: str | None, by: str, minutes: int, query: str, clock: str) -> str:
    narrowed = query if group is None else narrow(query, **{by: group})
    if clock:
        # The case list knows no single clock: the queue of this screen does.
        own = {"within": str(minutes), "by": by, "clock": clock}
        return link("/service", narrowed, own)
    return link("/cases", narrowed, {"view": f"due_{minutes}"})


def clock_table(clocks: pl.DataFrame, minutes: int, by: str, query: str) -> str:
    """What falls due by clock; a clock leads to its queue."""
    if not clocks.height:
        return ""
    columns = [rows.Column(_("Clock"))]
    columns += [rows.Column(horizon_name(horizon), num=True) for horizon in HORIZONS]
    columns.append(rows.Column(_("Next"), num=True))
    lines = [
        rows.Row(
            (
                rows.Cell(clock_name(row["clock"])),
                *[rows.Cell(formats.number(row[count])) for count in COUNTS],
                rows.Cell(at=row["next"]),
            ),
            href=link("/service", query, {"within": str(minutes), "by": by, "clock": row["clock"]}),
        )
        for row in clocks.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def queue(due: pl.DataFrame, query: str) -> list[rows.Item]:
    """Each running clock with the time left; a click opens the case."""
    items = []
    for row in due.iter_rows(named=True):
        minutes = row["minutes_left"]
        about = [
            clock_name(row["clock"]),
            *[value_name(name, row[name]) for name in ("language", "team") if row[name]],
        ]
        items.append(
            rows.Item(
                title=f"{row['case_id']} · {row['subject'] or _('No subject')}",
                href=case_link(row["case_id"], row["source"], query),
                note=" · ".join(about),
                side=formats.duration(60 * minutes),
                at=row["due_at"],
                status=next((kind for most, kind in STATUS.items() if minutes < most), ""),
            )
        )
    return items


def queue_title(shown: int, total: int) -> str:
    """How many of the queue are shown."""
    if shown < total:
        return _("Next to breach, {shown} of {total}", shown=shown, total=formats.number(total))
    return _("Next to breach")


def all_link(minutes: int, query: str) -> str:
    """Address of the case list of everything due."""
    return link("/cases", query, {"view": f"due_{minutes}"})


def export_link(minutes: int, clock: str, query: str) -> str:
    """Address of the file of the queue."""
    own = {"within": str(minutes), "clock": clock}
    return link(DOWNLOAD, query, {name: value for name, value in own.items() if value})
