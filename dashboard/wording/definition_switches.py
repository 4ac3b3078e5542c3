"""A product's definition in words, choice by choice."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.languages import _, current
from dashboard.wording.cases import status_name
from data_access.presets import Definition
from data_access.presets.definition import RESOLUTIONS, RESPONSES, STATUS_TIMES


@dataclass(frozen=True)
class SwitchRow:
    """One choice on both sides; a side without a definition says nothing."""

    name: str
    left: str
    right: str
    left_assumed: bool
    right_assumed: bool

    @property
    def differs(self) -> bool:
        """Whether the sides chose differently."""
        return bool(self.left and self.right) and self.left != self.right


_FIELDS = {
    "start": (*RESPONSES, *RESOLUTIONS),
    "replies": RESPONSES,
    "turns": ("next_response",),
    "after_solve": RESPONSES,
    "stop": RESOLUTIONS,
    "solved_time": ("full_resolution",),
    "closed_counts": RESOLUTIONS,
    "statuses": ("full_resolution", *STATUS_TIMES),
    "hours": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "schedule": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "agent_started": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "merged": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "spam": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "deleted": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "open_cases": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
    "statistic": (*RESPONSES, *RESOLUTIONS, *STATUS_TIMES),
}
"""Field of a definition to the metrics it says something about."""


def switch_rows(
    metric: str, left: Definition | None, right: Definition | None
) -> tuple[SwitchRow, ...]:
    """The choices that matter for a metric, those that differ first."""
    shown = []
    for name, metrics in _FIELDS.items():
        if metric not in metrics:
            continue
        words = [choice(made, name) if made is not None else "" for made in (left, right)]
        assumed = [made is not None and name in made.assumed for made in (left, right)]
        row = SwitchRow(switch_name(name), words[0], words[1], assumed[0], assumed[1])
        shown.append(row)
    return tuple(sorted(shown, key=lambda row: not row.differs))


def switch_name(name: str) -> str:
    """What is chosen."""
    return {
        "start": _("The clock starts at"),
        "replies": _("Answers that count"),
        "turns": _("Turns"),
        "after_solve": _("Reply after a solve"),
        "stop": _("Ends with"),
        "solved_time": _("Time while solved"),
        "closed_counts": _("Closed, never solved"),
        "statuses": _("Statuses"),
        "hours": _("Hours"),
        "schedule": _("Schedule"),
        "agent_started": _("Agent-started cases"),
        "merged": _("Merged cases"),
        "spam": _("Spam"),
        "deleted": _("Deleted cases"),
        "open_cases": _("Cases still running"),
        "statistic": _("Shown there as"),
    }[name]


def choice(made: Definition, name: str) -> str:
    """How a definition chose."""
    if name == "statuses":
        joint = "、" if current() == "zh_Hans" else ", "
        return joint.join(map(status_name, made.statuses)) if made.statuses else _("all")
    if name == "schedule" and made.hours == "calendar":
        return _("none")
    value = getattr(made, name)
    if isinstance(value, bool):
        return _counted(value, name)
    return {
        "created": _("creation"),
        "first_customer_message": _("the customer's first message that waits"),
        "last_customer_message": _("the customer's last message before the reply"),
        "human": _("public messages of people"),
        "human_and_bot": _("public messages of people and bots"),
        "any": _("every public message"),
        "follow_ups": _("after the first answer"),
        "all": _("all, the first one included"),
        "counts": _("counts"),
        "withdrawn": _("does not count"),
        "watched": _("does not count, the wait until the solve does"),
        "first_solve": _("the first solve"),
        "last_solve": _("the solve that lasted"),
        "each_solve": _("every solve, each on its own"),
        "calendar": _("calendar hours"),
        "business": _("business hours"),
        "in_force": _("the one in force at each moment"),
        "at_the_end": _("the last one, for all of the time"),
        "out": _("left out"),
        "next_reply": _("counted, until the next reply"),
        "opening_counts": _("counted, the opening message is the reply"),
        "dropped": _("left out"),
        "censored": _("counted as running"),
        "median": _("median"),
        "mean": _("mean"),
    }[value]


def _counted(value: bool, name: str) -> str:
    if name == "closed_counts":
        return _("a resolution") if value else _("no resolution")
    return _("counted") if value else _("left out")
