"""The table of clocks in `docs/clocks.md`, written from the declarations."""

from __future__ import annotations

from pathlib import Path

from data_access.clocks.declarations import CLOCKS, LIVE_CHANNELS, VIP_TIERS, Clock

PAGE = Path(__file__).parents[2] / "docs" / "clocks.md"

_STARTS = {
    "first": "first customer message",
    "later": "oldest unanswered message of every later turn",
    "every": "oldest unanswered message of every turn",
}
_SCOPES = {
    "every_case": "",
    "live_vip": f" ({', '.join(VIP_TIERS)} on {', '.join(LIVE_CHANNELS)})",
    "marketplace": " (on a marketplace)",
}


def clock_table() -> str:
    """One Markdown row per clock."""
    rows = [
        "| clock | starts | stops | withdrawn by | counts | default target |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| `{clock.name}` | {_start(clock)} | {clock.stops} | {', '.join(clock.withdrawn_by)} "
        f"| {_counts(clock)} | {_target(clock)} |"
        for clock in CLOCKS.values()
    ]
    return "\n".join(rows)


def _start(clock: Clock) -> str:
    if clock.starts == "creation":
        return "creation"
    if clock.starts == "escalation":
        return "oldest escalation without a solution"
    return _STARTS[clock.turns] + _SCOPES[clock.scope]


def _counts(clock: Clock) -> str:
    if clock.always_on:
        return "all time, weekends included"
    if clock.statuses is not None:
        return "time in " + ", ".join(clock.statuses)
    return "all time but pauses"


def _target(clock: Clock) -> str:
    if clock.default_s is None:
        return "none"
    levels = [f"level {level}: {_span(seconds)}" for level, seconds in clock.level_s]
    return _span(clock.default_s) + (f" ({', '.join(levels)})" if levels else "")


def _span(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds} s"
