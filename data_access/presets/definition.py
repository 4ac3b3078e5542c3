"""What a time metric means in one product, as named switches.

Two products that show different minutes for the same ticket differ in a handful of choices: when
the clock starts, whose reply stops it, which hours count, which tickets are left out. Each choice
is one field here, so that two definitions can be compared, and a gap between their numbers be
taken apart, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

METRICS = (
    "first_response",
    "next_response",
    "first_resolution",
    "full_resolution",
    "requester_wait",
    "agent_work",
    "on_hold",
)
"""The time metrics, in the order they are shown."""

RESPONSES = ("first_response", "next_response")
RESOLUTIONS = ("first_resolution", "full_resolution")
STATUS_TIMES = ("requester_wait", "agent_work", "on_hold")

Start = Literal["created", "first_customer_message", "last_customer_message"]
Replies = Literal["human", "human_and_bot", "any"]
AgentStarted = Literal["out", "next_reply", "opening_counts"]
HoursCounted = Literal["calendar", "business"]
Schedule = Literal["in_force", "at_the_end"]
Stop = Literal["first_solve", "last_solve", "each_solve"]
AfterSolve = Literal["counts", "withdrawn", "watched"]
Turns = Literal["follow_ups", "all"]
OpenCases = Literal["dropped", "censored"]
Statistic = Literal["median", "mean"]

STATISTICS: tuple[Statistic, ...] = ("median", "mean")


@dataclass(frozen=True)
class Source:
    """Where a definition is written down."""

    title: str
    url: str


@dataclass(frozen=True)
class Definition:
    """One time metric of one product.

    A field that a metric has no use for keeps its default in every product, so it never differs.
    """

    text: str
    """The definition in a sentence of ours."""
    sources: tuple[Source, ...] = ()
    start: Start = "created"
    """When the clock starts. For next response the oldest (`first_customer_message`) or the newest
    (`last_customer_message`) message that waits."""
    replies: Replies = "human"
    """Whose public message counts as an answer: people; AI agents too; rules and autoresponders
    as well."""
    agent_started: AgentStarted = "out"
    """Cases that our side opened with a public message: left out; counted until the next reply; or
    with the opening message as the first reply."""
    hours: HoursCounted = "calendar"
    schedule: Schedule = "in_force"
    """Business hours of the schedule in force at each moment, or of the one at the end for all."""
    stop: Stop = "first_solve"
    """Which solve ends a resolution; `each_solve` gives one time per solve."""
    solved_time: bool = True
    """Whether the time between a solve and the reopening is part of a resolution."""
    closed_counts: bool = True
    """Whether closing a case that nobody solved is a resolution."""
    after_solve: AfterSolve = "counts"
    """A reply after the case was solved without one: counts; or the case leaves the number at the
    solve, wholly (`withdrawn`) or counting as having waited until then (`watched`)."""
    turns: Turns = "follow_ups"
    """For next response: whether the first answer is one of the turns."""
    statuses: tuple[str, ...] = ()
    """Statuses whose time counts; empty: all."""
    merged: bool = False
    """Whether cases that were merged into another are counted."""
    spam: bool = False
    deleted: bool = False
    open_cases: OpenCases = "dropped"
    """Clocks that still run: left out, or counted as running (Kaplan–Meier)."""
    statistic: Statistic = "median"
    """What the product shows by default."""
    business: Schedule | None = None
    """How the product counts when its business hours are asked for; None: it cannot."""
    assumed: tuple[str, ...] = ()
    """Fields that the sources do not state; chosen to be likely."""


@dataclass(frozen=True)
class Preset:
    """One product's definitions."""

    name: str
    title: str
    metrics: Mapping[str, Definition]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Metrics that the product does not have, with what it has instead."""
    note: str = ""

    def definition(self, metric: str) -> Definition:
        """The definition of `metric`.

        Raises:
            MissingMetric: the product has no such metric.
            UnknownMetric: nobody has.
        """
        if metric not in METRICS:
            raise UnknownMetric(metric)
        if metric not in self.metrics:
            raise MissingMetric(self.title, metric, self.missing.get(metric, ""))
        return self.metrics[metric]


class PresetError(ValueError):
    """A question about definitions that cannot be answered; the message says what can."""


class UnknownMetric(PresetError):  # noqa: N818 - says what it is
    """No such time metric."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"There is no time metric {metric!r}. Known: {', '.join(METRICS)}.")


class MissingMetric(PresetError):  # noqa: N818
    """A product without this metric."""

    def __init__(self, product: str, metric: str, instead: str) -> None:
        more = f" {instead}" if instead else ""
        super().__init__(f"{product} has no metric {metric}.{more}")


class UnknownPreset(PresetError):  # noqa: N818
    """No such product."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"There is no preset {name!r}. Known: {', '.join(known)}; add :business or :calendar "
            "for a product that can show both."
        )


def counting(preset: Preset, hours: HoursCounted) -> Preset:
    """The preset with every metric in business or in calendar hours.

    Raises:
        PresetError: the product has no business hours for any of its metrics.
    """
    if hours == "calendar":
        metrics = {
            name: replace(made, hours="calendar", schedule="in_force")
            for name, made in preset.metrics.items()
        }
    else:
        metrics = {
            name: replace(made, hours="business", schedule=made.business)
            for name, made in preset.metrics.items()
            if made.business is not None
        }
        if not metrics:
            raise PresetError(f"{preset.title} shows no business hours.")
    return replace(
        preset,
        name=f"{preset.name}:{hours}",
        title=f"{preset.title}, {hours} hours",
        metrics=metrics,
    )
