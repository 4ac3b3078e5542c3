"""What a KPI declares: what is counted, when, for whom and how sure the number is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "count",
    "share",
    "per_1000",
    "days",
    "hours",
    "score",
    "index",
    "money",
    "money_per_order",
    "money_per_contact",
]
"""`index` runs from 0 to 100. Money is in units of the currency asked for, not in cents."""
Better = Literal["up", "down", "none"]
Interval = Literal["none", "wilson", "byar", "nps", "mean", "order_statistics", "greenwood"]


@dataclass(frozen=True)
class Kpi:
    """One KPI: what is counted, when, for whom it counts and how sure the number is."""

    name: str
    title: str
    short: str
    unit: Unit
    better: Better
    numerator: str
    """`cohort.measure`; for a quantile the cohort that holds the histogram."""
    denominator: str | None
    """`cohort.measure`; None: the numerator is the value."""
    interval: Interval
    target: float | None
    """In the unit of the value (0.9 is 90 %)."""
    anchor: str
    """The moment that decides which day a row belongs to."""
    doc: str
    formula: str
    exclusions: str
    maturity: str
    reference: str
    tainted: str | None = None
    """`cohort.measure`: rows of the denominator (or of a count) that a data-quality check has
    something to say about; of the numerator's cohort. None: no check reaches them."""
    waiting: str | None = None
    """`cohort.measure`: rows too young to be judged, which will be in the denominator; of the
    numerator's cohort. None: what counts, counts at once."""
    quantile: float | None = None
    stock: bool = False
    """A level at the end of a period (backlog), not a flow during it."""

    @property
    def scale(self) -> float:
        """What the ratio is multiplied by."""
        # An index is added up in tenths.
        return {"per_1000": 1000.0, "score": 100.0, "index": 0.1}.get(self.unit, 1.0)

    @property
    def money(self) -> bool:
        """Whether the numerator (and perhaps the denominator) is an amount of money."""
        return self.numerator.endswith("value")

    @property
    def in_currency(self) -> bool:
        """Whether the value itself is an amount of money."""
        return self.unit.startswith("money")
