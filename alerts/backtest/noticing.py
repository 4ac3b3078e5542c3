"""How many messages a version would have sent, with nobody acting on them."""

from __future__ import annotations

from collections import Counter

from alerts.backtest.result import Notices
from alerts.backtest.walking import Walk
from alerts.lifecycle.model import Kind
from alerts.rules import Rule

MANAGERS = 1
"""People who are told, where no configuration says otherwise."""


def notices(rule: Rule, made: Walk, zone: str) -> Notices:  # noqa: ARG001
    """One message per episode that opens, one when it is over."""
    names = {Kind.OPENED: "first", Kind.RESOLVED: "resolved"}
    counts = Counter(names[told.event.kind] for told in made.told if told.event.kind in names)
    return Notices(sum(counts.values()), MANAGERS, dict(counts))
