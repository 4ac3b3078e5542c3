"""What the Reconcile screen compares, as declarations: metrics, sides, the steps of the bridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from data_access.presets import METRICS, PRESETS, RECORDED, Reconciliation, Statistic
from data_access.presets.recorded import NAME as RECORDED_NAME

STATISTICS: tuple[Statistic, ...] = get_args(Statistic)

METRIC_NAMES = METRICS

SIDES = (
    *(
        name
        for preset in PRESETS.values()
        for name in (
            preset.name,
            *(
                f"{preset.name}:{'calendar' if first.hours == 'business' else 'business'}"
                for first in (next(iter(preset.metrics.values())),)
                if first.business is not None
            ),
        )
    ),
    RECORDED_NAME,
)
"""What can stand on either side: every product in the hours it can show, and the source's own."""

DEFAULT_LEFT, DEFAULT_RIGHT = "zendesk", "gorgias"

MOST_STEPS = 8
"""Causes drawn one by one; what is smaller is one step."""

SMALLEST_STEP_S = 0.5
"""An effect that would be written as nothing is not drawn."""


@dataclass(frozen=True)
class Question:
    """What the screen is asked: its own keys of the address."""

    metric: str
    left: str
    right: str
    statistic: Statistic


def question(metric: str | None, left: str | None, right: str | None, how: str | None) -> Question:
    """What an address asks; anything else falls back to what is asked most."""
    return Question(
        metric if metric in METRICS else METRICS[0],
        left if left in SIDES else DEFAULT_LEFT,
        right if right in SIDES else DEFAULT_RIGHT,
        how if how in STATISTICS else STATISTICS[0],
    )


def has_metric(side: str, metric: str) -> bool:
    """Whether a side has the metric: a product by its definitions, the source by its columns."""
    if side == RECORDED_NAME:
        return metric in RECORDED
    return metric in PRESETS[side.partition(":")[0]].metrics


@dataclass(frozen=True)
class Step:
    """One bar of the bridge from one number to the other: from where to where, in seconds."""

    cause: str
    """`left`, `right`, a cause, or `rest`."""
    start_s: float
    end_s: float

    @property
    def effect_s(self) -> float:
        """What the step adds."""
        return self.end_s - self.start_s


def bridge(found: Reconciliation) -> Sequence[Step]:
    """Left number, causes from the greatest on, right number; empty where a number is missing."""
    if found.left.value_s is None or found.right.value_s is None:
        return ()
    steps = [Step("left", 0.0, found.left.value_s)]
    at = found.left.value_s
    rest = 0.0
    drawn = 0
    for cause, effect in found.causes.select("cause", "effect_s").iter_rows():
        if drawn < MOST_STEPS and abs(effect) >= SMALLEST_STEP_S:
            steps.append(Step(cause, at, at + effect))
            at += effect
            drawn += 1
        else:
            rest += effect
    if abs(rest) >= SMALLEST_STEP_S:
        steps.append(Step("rest", at, at + rest))
    return (*steps, Step("right", 0.0, found.right.value_s))
