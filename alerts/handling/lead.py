"""Which alert of an incident speaks for it: one order, for screens and messages alike."""

from __future__ import annotations

from alerts.handling.model import RANK

TELLING = ("deadline", "surge", "proportion", "feed", "threshold", "novelty")
"""Kinds of rules, the most telling first: rows that wait and customers who complain say what
happened; a missed target only that it has consequences; a new word is a detail."""

LeadOrder = tuple[bool, int, int, int, float, str]


def lead_order(
    *, goes_on: bool, severity: str, kind: str, labels: int, excess: float | None, key: str
) -> LeadOrder:
    """The smallest one leads.

    Args:
        goes_on: whether its episode is open.
        severity: of the alert.
        kind: of its rule; one that is not known tells least.
        labels: how many dimensions it fixes; of one kind the widest slice leads.
        excess: how far it is above what was expected, in its unit.
        key: identity, which settles a tie.
    """
    return (
        not goes_on,
        -RANK.get(severity, 0),
        TELLING.index(kind) if kind in TELLING else len(TELLING),
        labels,
        -(excess or 0.0),
        key,
    )
