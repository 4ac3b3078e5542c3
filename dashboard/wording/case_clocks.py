"""What is said of the clocks of one case: verdicts, what was counted, what was not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from dashboard import formats
from dashboard.languages import _, current
from dashboard.wording.case_names import event_name, role_name
from dashboard.wording.cases import status_name
from dashboard.wording.clock_names import CLOCK_ORDER, clock_name
from dashboard.wording.exclusions import check_advice, check_effect, check_name

if TYPE_CHECKING:
    from data_access.browse.case_clocks import CaseClocks

KIND = {
    "met": "ok",
    "missed": "breach",
    "overdue": "breach",
    "running": "info",
    "withdrawn": "none",
    "measured": "none",
}
"""Standing of a clock to its status class."""


@dataclass(frozen=True)
class Line:
    """One stretch of a clock; `seconds` of the lines of a run add up to its whole time."""

    clock: str
    instance: int
    starts_at: datetime
    ends_at: datetime
    seconds: int
    counted: bool
    reason: str
    why: str
    calendar: str
    policy: str


def shown_clocks(clocks: CaseClocks) -> list[str]:
    """The clocks worth showing: those with a target, and those that counted anything."""
    worth = clocks.instances.filter(pl.col("target_s").is_not_null() | (pl.col("counted_s") > 0))
    there = worth["clock"].unique().to_list()
    return [clock for clock in CLOCK_ORDER if clock in there]


def runs(clocks: CaseClocks, clock: str) -> list[dict[str, Any]]:
    """The instances of a clock, in the order of its turns."""
    return clocks.instances.filter(pl.col("clock") == clock).sort("instance").to_dicts()


_DAYS_FROM = 240 * 3600
"""Spans are written in days from ten days on; below, a target of 48 h must be comparable."""


def span(seconds: float | None, *, business: bool = False) -> str:
    """A duration as exact as it is judged: `15 s`, `4 h 12 min`; business time never in days."""
    if seconds is None:
        return formats.NONE
    size = abs(seconds)
    if size < 60:
        return _("{s} s", s=formats.number(int(size)))
    if size >= _DAYS_FROM and not business:
        return formats.duration(size)
    return _hours(int(size) // 3600, int(size) % 3600 // 60)


def _hours(hours: int, minutes: int) -> str:
    if not hours:
        return _("{m} min", m=minutes)
    shown = formats.number(hours)
    if not minutes:
        return _("{h} h", h=shown)
    return _("{hours} h {mins} min", hours=shown, mins=minutes)


def exact(seconds: int) -> str:
    """`4:12:00`: hours, minutes and seconds, so that a column can be added up."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"


def verdict(run: Mapping[str, Any], zone: str, *, turn: bool = False) -> str:
    """`First response 4 h 12 min on business hours, target 4 h: missed by 12 min`."""
    business = bool(run["on_business"])

    def told(seconds: float | None) -> str:
        return span(seconds, business=business)

    name = clock_name(run["clock"])
    if turn:
        name = turn_name(run)
    basis = _("on business hours") if business else _("around the clock")
    head = _("{clock} {span} {basis}", clock=name, span=told(run["counted_s"]), basis=basis)
    standing, over = run["standing"], run["over_s"]
    if standing == "measured":
        return head
    head = _("{head}, target {target}", head=head, target=told(run["target_s"]))
    return _("{head}: {verdict}", head=head, verdict=_judgement(run, standing, told(over), zone))


def _judgement(run: Mapping[str, Any], standing: str, over: str, zone: str) -> str:
    by = event_name(run["withdrawn_by"] or "") or formats.NONE
    if standing == "missed" and run["stopped_at"] is None:
        standing = "given_up"
    if standing == "running" and run["due_at"] is None:
        standing = "standing"
    due = formats.moment(run["due_at"], zone) if run["due_at"] else formats.NONE
    return {
        "met": _("met with {span} to spare", span=over),
        "missed": _("missed by {span}", span=over),
        "given_up": _("missed by {span} when it was withdrawn", span=over),
        "overdue": _("overdue by {span} and still running", span=over),
        "withdrawn": _("withdrawn before the deadline ({by}), not judged", by=by),
        "standing": _("{span} left, standing still without a deadline", span=over),
        "running": _("{span} left, due {moment}", span=over, moment=due),
    }[standing]


def lines(clocks: CaseClocks, clock: str) -> list[Line]:
    """The stretches of a clock, oldest first, in whole seconds that add up.

    Neighbours that differ in nothing a reader is told are one.
    """
    rows = clocks.intervals.filter(pl.col("clock") == clock).sort("instance", "starts_at")
    found: list[Line] = []
    for row in rows.iter_rows(named=True):
        line = Line(
            clock=clock,
            instance=row["instance"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            # Both ends are rounded, not the length: else a column of lengths would not add up.
            seconds=_second(row["ends_at"]) - _second(row["starts_at"]),
            counted=row["counted"],
            reason=row["reason"],
            why=reason(row["reason"], row["detail"]),
            calendar=calendar(row["calendar"], row["version"]),
            policy=policy(row["policy"]),
        )
        if found and _alike(found[-1], line):
            before = found.pop()
            seconds = before.seconds + line.seconds
            line = replace(line, starts_at=before.starts_at, seconds=seconds)
        found.append(line)
    return found


def _alike(one: Line, other: Line) -> bool:
    told = ("instance", "counted", "reason", "why", "calendar", "policy")
    same = all(getattr(one, name) == getattr(other, name) for name in told)
    return same and one.ends_at == other.starts_at


def _second(instant: datetime) -> int:
    return int(instant.timestamp())


def reason(code: str, detail: str | None) -> str:
    """Why a stretch was counted or was not."""
    if code == "running":
        return _("Counted")
    if code == "paused":
        return _("Paused: {status}", status=status_name(detail)) if detail else _("Paused")
    if code == "holiday":
        return _("Day off: {name}", name=detail) if detail else _("Day off")
    if code == "holiday_tentative":
        name = detail or formats.NONE
        return _("Day off that may still move: {name}", name=name)
    names = {
        "out_of_hours": _("Outside business hours"),
        "calendar_missing": _("Business hours not known"),
    }
    return names.get(code, code)


def why_not(code: str) -> str:
    """Why such a stretch must not count."""
    sentences = {
        "out_of_hours": _("Nobody was to be on duty by the calendar."),
        "holiday": _("The calendar is closed on this day."),
        "holiday_tentative": _("The day depends on the moon or on a decree; the calendar closes."),
        "paused": _("The clock stands still in this status."),
        "calendar_missing": _("A calendar is named, but nobody imported its hours."),
    }
    return sentences.get(code, "")


def calendar(key: str | None, version: Any) -> str:
    """`office, since 1 Jan 2026`; empty where every hour counts."""
    if key is None:
        return ""
    name = key.partition("/")[2] or key
    if version is None:
        return name
    return _("{calendar}, since {day}", calendar=name, day=formats.day(version, year=True))


def policy(key: str | None) -> str:
    """The policy by its own number; empty for the default target."""
    return "" if key is None else key.partition("/")[2] or key


def sums(told: Sequence[Line]) -> tuple[int, dict[str, int], int]:
    """Seconds counted, seconds not counted by reason, seconds in all."""
    counted = sum(line.seconds for line in told if line.counted)
    left_out: dict[str, int] = {}
    for line in told:
        if not line.counted:
            left_out[line.reason] = left_out.get(line.reason, 0) + line.seconds
    return counted, left_out, sum(line.seconds for line in told)


def accounted(told: Sequence[Line]) -> str:
    """How much time passed, how much of it counted, and what the rest was."""
    counted, left_out, whole = sums(told)
    stop = "。" if current() == "zh_Hans" else ". "
    text = _("{span} passed, {counted} of it counted", span=span(whole), counted=span(counted))
    if not left_out:
        return text + stop.rstrip()
    named = ("、" if current() == "zh_Hans" else ", ").join(
        _("{span} {reason}", span=span(seconds), reason=_short(code))
        for code, seconds in left_out.items()
    )
    return text + stop + _("Not counted: {parts}", parts=named) + stop.rstrip()


def _short(code: str) -> str:
    names = {
        "out_of_hours": _("outside business hours"),
        "holiday": _("on days off"),
        "holiday_tentative": _("on days off that may still move"),
        "paused": _("paused"),
        "calendar_missing": _("without known hours"),
    }
    return names.get(code, code)


def in_force(told: Sequence[Line], run: Mapping[str, Any]) -> str:
    """Which policy and which calendar held, one after the other where they changed."""
    joint = " → "
    policies = list(dict.fromkeys(line.policy for line in told))
    # Only what counted names the version in force; where nothing did, the calendar alone.
    used = [line for line in told if line.counted] or told
    calendars = list(dict.fromkeys(line.calendar for line in used)) or [""]
    parts = []
    if run["target_s"] is not None or any(policies):
        named = [name or _("default target") for name in policies]
        parts.append(_("Policy: {names}", names=joint.join(named)))
    named = [name or _("every hour counts") for name in calendars]
    parts.append(_("Calendar: {names}", names=joint.join(named)))
    return " · ".join(parts)


def finding(row: Mapping[str, Any], zone: str) -> tuple[str, str, str, str]:
    """A data-quality finding: what, since when, how it is counted, what to do."""
    what = check_name(row["check"])
    if row["detail"]:
        what = _("{check} ({detail})", check=what, detail=row["detail"])
    at = formats.moment(row["at"], zone) if row["at"] else formats.NONE
    return what, at, check_effect(row["check"]), check_advice(row["check"])


def basis_name(basis: str) -> str:
    """What kind of time a vendor's figure is."""
    return {
        "calendar": _("calendar time"),
        "business": _("business hours"),
        "counted": _("time in status"),
    }.get(basis, basis)


def vendor_line(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Clock and kind of time, the source's figure, ours, the difference."""
    what = _("{clock}, {basis}", clock=clock_name(row["clock"]), basis=basis_name(row["basis"]))
    ours = span(row["ours_s"]) if row["ours_s"] is not None else _("not measured")
    difference = row["difference_s"]
    if difference is None:
        said = formats.NONE
    elif abs(difference) < 60:
        said = _("the same to the minute")
    elif difference > 0:
        said = _("{span} more there", span=span(difference))
    else:
        said = _("{span} less there", span=span(difference))
    return what, span(row["vendor_s"]), ours, said


def vendor_flag(clocks: CaseClocks) -> str:
    """The source's own verdict beside ours; empty where it gives none."""
    flag = clocks.case["vendor_sla_met"]
    if flag is None:
        return ""
    theirs = _("The source calls its SLA met.") if flag else _("The source calls its SLA missed.")
    judged = [
        run["standing"] for run in clocks.instances.to_dicts() if run["standing"] != "measured"
    ]
    late = sum(standing in {"missed", "overdue"} for standing in judged)
    ours = (
        _("By the events {late} of {count} clocks missed their target.", late=late,
          count=len(judged))
        if judged
        else _("By the events there is nothing to judge.")
    )  # fmt: skip
    return theirs + ("" if current() == "zh_Hans" else " ") + ours


def event_line(row: Mapping[str, Any]) -> str:
    """One mark of the timeline in words."""
    name = event_name(str(row["kind"]))
    if row["kind"] == "status" and row["to"]:
        return _("{clock}: {state}", clock=name, state=status_name(row["to"]))
    return name


def actor(row: Mapping[str, Any]) -> str:
    """Who did it, as far as it is told."""
    return role_name(row["role"])


def turn_name(run: Mapping[str, Any]) -> str:
    """A clock with the number of its turn."""
    return _("{clock}, turn {n}", clock=clock_name(run["clock"]), n=run["instance"])
