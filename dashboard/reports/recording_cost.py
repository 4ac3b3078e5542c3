"""What a month may cost in compensations, as the policy in force at the cut says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from alerts.compensation.drafting import policy_in_force
from alerts.compensation.machine import Refused
from alerts.compensation.money_text import Money
from alerts.compensation.policy import Policy
from alerts.notify.config import Config
from dashboard.reports.periods import Period

PART = "compensation_budgets"


def gather(engine: Engine, config: Config, period: Period, zone: str, cut: datetime) -> Any:  # noqa: ARG001
    """`default` and `markets`, each `minor` and `currency`, and the policy; empty without one."""
    try:
        document = policy_in_force(engine, at=cut)
    except Refused:
        return {}
    policy: Policy = document.model
    return {
        "policy": {"name": document.name, "version": document.n},
        "default": _money(policy.budgets.default),
        "markets": {name: _money(one) for name, one in sorted(policy.budgets.markets.items())},
    }


def _money(one: Money) -> dict[str, Any]:
    return {"minor": one.minor, "currency": one.currency}
