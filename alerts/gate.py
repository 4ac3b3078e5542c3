"""What a rule version must show before it may wake people. Pure.

The gate asks two things of a stored backtest of exactly this version: that it covers enough days,
and that what it would have cost stays within the noise budget, alone and together with the rules
that are live already.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GATE_DAYS = 90
"""Judged days a backtest must cover."""
BUDGET = 5.0
"""Messages a manager gets per day from all rules together."""
BUDGET_ALONE = 2.0
"""Messages a manager gets per day from one rule: else one rule takes what all share."""


class Finding(StrEnum):
    """What the gate found; the first that applies."""

    NO_BACKTEST = "no_backtest"
    HISTORY_SHORT = "history_short"
    NOISY = "noisy"
    CROWDED = "crowded"
    PASSED = "passed"


@dataclass(frozen=True)
class Cost:
    """What a backtest says of a version: judged days, messages per manager and day."""

    days: int
    per_manager_day: float


@dataclass(frozen=True)
class Gate:
    """The gate's answer, with the numbers it stands on; `others` is the live rules' share."""

    finding: Finding
    days: int = 0
    own: float = 0.0
    others: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether the version may go live without a person's reason."""
        return self.finding is Finding.PASSED

    @property
    def within_budget(self) -> bool:
        """Whether nothing but the length of the history speaks against it."""
        return self.own <= BUDGET_ALONE and self.own + self.others <= BUDGET


def judge_gate(cost: Cost | None, others: float) -> Gate:
    """What the gate says of a version.

    Args:
        cost: of the newest backtest of exactly this version; None: there is none.
        others: messages per manager and day of the other live rules, by their own backtests.
    """
    if cost is None:
        return Gate(Finding.NO_BACKTEST, others=others)
    numbers = (cost.days, cost.per_manager_day, others)
    if cost.days < GATE_DAYS:
        return Gate(Finding.HISTORY_SHORT, *numbers)
    if cost.per_manager_day > BUDGET_ALONE:
        return Gate(Finding.NOISY, *numbers)
    if cost.per_manager_day + others > BUDGET:
        return Gate(Finding.CROWDED, *numbers)
    return Gate(Finding.PASSED, *numbers)
