"""The clocks of one case as the page shows them: frames for the figure, tables, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current
from dashboard.wording import case_clocks as words
from dashboard.wording.clock_names import clock_name

if TYPE_CHECKING:
    from data_access.browse.case_clocks import CaseClocks

_LOCAL = pl.Datetime("us")
PIECES = {
    "row": pl.String(),
    "starts": _LOCAL,
    "ends": _LOCAL,
    "kind": pl.String(),
    "label": pl.String(),
    "hover": pl.String(),
}
DEADLINES = {"row": pl.String(), "at": _LOCAL, "label": pl.String(), "hover": pl.String()}
EVENTS = {"at": _LOCAL, "who": pl.String(), "hover": pl.String()}

KIND_OF_TIME = {
    "running": "counted",
    "out_of_hours": "out_of_hours",
    "holiday": "holiday",
    "holiday_tentative": "holiday",
    "paused": "paused",
}
"""Reason of an interval to the look of its piece."""

_UNMARKED = {"tag", "assign", "note", "priority", "schedule", "sla_applied", "level"}
"""Kinds of events that change no clock's state by themselves and would crowd the axis."""


def names_of_time() -> dict[str, str]:
    """Look of a piece to its word in the legend."""
    return {
        "counted": _("Counted"),
        "out_of_hours": _("Outside business hours"),
        "holiday": _("Day off"),
        "paused": _("Paused"),
        "unknown": _("Business hours not known"),
    }


@dataclass(frozen=True)
class Part:
    """Leaf properties of the details of one clock, in the order of `ClockPart`."""

    box: str
    verdict: str
    verdict_class: str
    account: str
    table: str


def part(told: CaseClocks, clock: str, zone: str) -> Part:
    """The details of one clock; hidden where it did not run."""
    if clock not in shown(told):
        return Part("aw-none", "", "aw-none", "", "")
    return Part(
        "aw-clocks__clock",
        sentence(told, clock, zone),
        f"aw-status aw-status--{standing_class(told, clock)}",
        details(told, clock, zone),
        table(told, clock, zone),
    )


def shown(told: CaseClocks) -> list[str]:
    """The clocks worth showing, in their order."""
    return words.shown_clocks(told)


def no_clock() -> str:
    """The title where no clock ran."""
    return _("How the clocks ran")


def happened() -> str:
    """Name of the line of events."""
    return _("What happened")


def vendor_flag(told: CaseClocks) -> str:
    """The source's own verdict beside ours."""
    return words.vendor_flag(told)


def lane(told: CaseClocks, clock: str) -> str:
    """Name of a clock's bar, with how it stands."""
    runs = words.runs(told, clock)
    late = sum(run["standing"] in {"missed", "overdue"} for run in runs)
    if len(runs) > 1:
        stands = _("{late} of {count} late", late=late, count=len(runs))
    else:
        (run,) = runs
        stands = words.span(run["counted_s"], business=bool(run["on_business"]))
        if run["target_s"] is not None:
            target = words.span(run["target_s"], business=bool(run["on_business"]))
            stands = _("{span} of {target}", span=stands, target=target)
    return f"{clock_name(clock)}<br>{stands}"


def pieces(told: CaseClocks, zone: str) -> pl.DataFrame:
    """The bars: every stretch of every clock shown."""
    found = [
        {
            "row": lane(told, clock),
            "starts": formats.as_zone(line.starts_at, zone),
            "ends": formats.as_zone(line.ends_at, zone),
            "kind": KIND_OF_TIME.get(line.reason, "unknown"),
            "label": words.span(line.seconds) if line.counted else line.why,
            "hover": "<br>".join(
                part
                for part in (
                    f"<b>{clock_name(clock)}: {line.why}</b>",
                    f"{_clock(line.starts_at, zone)} – {_clock(line.ends_at, zone)}",
                    words.span(line.seconds),
                    line.calendar,
                    line.policy,
                )
                if part
            ),
        }
        for clock in words.shown_clocks(told)
        for line in words.lines(told, clock)
    ]
    return pl.DataFrame(found, schema=PIECES)


def deadlines(told: CaseClocks, zone: str) -> pl.DataFrame:
    """The marks of the deadlines."""
    found = [
        {
            "row": lane(told, clock),
            "at": formats.as_zone(run["due_at"], zone),
            "label": _("due"),
            "hover": _("Deadline {moment}", moment=formats.moment(run["due_at"], zone)),
        }
        for clock in words.shown_clocks(told)
        for run in words.runs(told, clock)
        if run["due_at"] is not None
    ]
    return pl.DataFrame(found, schema=DEADLINES)


def events(told: CaseClocks, zone: str) -> pl.DataFrame:
    """The marks of what happened."""
    found = []
    for row in told.events.iter_rows(named=True):
        kind = str(row["kind"])
        if kind in _UNMARKED:
            continue
        who = {"customer_msg": "customer", "agent_msg": "agent"}.get(kind, "other")
        hover = f"<b>{words.event_line(row)}</b><br>{_clock(row['at'], zone)}"
        found.append({"at": formats.as_zone(row["at"], zone), "who": who, "hover": hover})
    return pl.DataFrame(found, schema=EVENTS)


def title(told: CaseClocks) -> str:
    """The finding: which clocks were missed."""
    late = [
        clock_name(clock)
        for clock in words.shown_clocks(told)
        if any(run["standing"] in {"missed", "overdue"} for run in words.runs(told, clock))
    ]
    if late:
        named = ("、" if current() == "zh_Hans" else ", ").join(late)
        return _("Late: {clocks}", clocks=named)
    judged = told.instances.filter(pl.col("standing").is_in(["met", "running"])).height
    return _("Every clock is within its target") if judged else _("How the clocks ran")


def summary(told: CaseClocks, zone: str) -> str:
    """The figure for someone who cannot see it."""
    joint = "；" if current() == "zh_Hans" else "; "
    return joint.join(sentence(told, clock, zone) for clock in words.shown_clocks(told))


def sentence(told: CaseClocks, clock: str, zone: str) -> str:
    """The verdict of a clock; of several turns how many were late."""
    runs = words.runs(told, clock)
    if len(runs) == 1:
        return words.verdict(runs[0], zone)
    late = sum(run["standing"] in {"missed", "overdue"} for run in runs)
    return _(
        "{clock}: {late} of {count} turns late", clock=clock_name(clock), late=late, count=len(runs)
    )


def standing_class(told: CaseClocks, clock: str) -> str:
    """Status class of a clock: that of its worst turn."""
    standings = [run["standing"] for run in words.runs(told, clock)]
    for standing in ("overdue", "missed", "running", "met"):
        if standing in standings:
            return words.KIND[standing]
    return "none"


def details(told: CaseClocks, clock: str, zone: str) -> str:
    """Each turn's verdict with its sums, and the table of its stretches."""
    every = words.lines(told, clock)
    parts = []
    runs = words.runs(told, clock)
    for run in runs:
        own = [line for line in every if line.instance == run["instance"]]
        said = [words.accounted(own), words.in_force(own, run)]
        if len(runs) > 1:
            said.insert(0, words.verdict(run, zone, turn=True))
        parts.append("\n".join(said))
    return "\n\n".join(parts)


def table(told: CaseClocks, clock: str, zone: str) -> str:
    """The stretches of a clock as a table, the sums of each turn below."""
    several = len(words.runs(told, clock)) > 1
    columns = [
        rows.Column(_("From")),
        rows.Column(_("To")),
        rows.Column(_("Counted"), num=True),
        rows.Column(_("Not counted"), num=True),
        rows.Column(_("Why")),
        rows.Column(_("Calendar")),
        rows.Column(_("Policy")),
    ]
    every = words.lines(told, clock)
    lines = []
    for run in words.runs(told, clock):
        own = [line for line in every if line.instance == run["instance"]]
        lines += [_row(line, zone) for line in own]
        counted, left_out, whole = words.sums(own)
        name = words.turn_name(run) if several else _("Sum")
        lines.append(
            _cells(
                name,
                words.exact(whole),
                words.exact(counted),
                words.exact(sum(left_out.values())),
                words.verdict(run, zone).partition(": ")[2],
                "",
                "",
            )
        )
    return rows.table(columns, lines)


def _row(line: words.Line, zone: str) -> rows.Row:
    length = words.exact(line.seconds)
    return _cells(
        _clock(line.starts_at, zone),
        _clock(line.ends_at, zone),
        length if line.counted else "",
        "" if line.counted else length,
        line.why,
        line.calendar,
        line.policy,
        sub="" if line.counted else words.why_not(line.reason),
    )


def _cells(*texts: str, sub: str = "") -> rows.Row:
    why = 4
    return rows.Row(
        tuple(rows.Cell(text, sub=sub if place == why else "") for place, text in enumerate(texts))
    )


def findings(told: CaseClocks, zone: str) -> str:
    """Data-quality notes: what was found, since when, how it is counted, what to do."""
    columns = [
        rows.Column(_("Check")),
        rows.Column(_("Since")),
        rows.Column(_("How it is counted")),
        rows.Column(_("What to do")),
    ]
    lines = [
        rows.Row(tuple(rows.Cell(text) for text in words.finding(row, zone)))
        for row in told.findings.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def vendor(told: CaseClocks) -> str:
    """The source's own figures beside those from events."""
    columns = [
        rows.Column(_("Clock")),
        rows.Column(_("As the source says"), num=True),
        rows.Column(_("From events"), num=True),
        rows.Column(_("Difference")),
    ]
    lines = [
        rows.Row(tuple(rows.Cell(text) for text in words.vendor_line(row)))
        for row in told.vendor.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def every_table(told: CaseClocks, zone: str) -> str:
    """The table behind the figure: all stretches of all clocks."""
    columns: list[Any] = [
        rows.Column(_("Clock")),
        rows.Column(_("From")),
        rows.Column(_("To")),
        rows.Column(_("Length"), num=True),
        rows.Column(_("Why")),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(clock_name(clock)),
                rows.Cell(_clock(line.starts_at, zone)),
                rows.Cell(_clock(line.ends_at, zone)),
                rows.Cell(words.exact(line.seconds)),
                rows.Cell(line.why),
            )
        )
        for clock in words.shown_clocks(told)
        for line in words.lines(told, clock)
    ]
    return rows.table(columns, lines)


def _clock(instant: Any, zone: str) -> str:
    # One unbroken text that reads the same in every language and sorts by itself.
    return f"{formats.as_zone(instant, zone):%Y-%m-%d\u00a0%H:%M:%S}"
