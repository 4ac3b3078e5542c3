"""Which facts a crisis is about: its labels, the reasons that drive it, and since when. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from alerts.crisis.levels import Levels
from alerts.crisis.signals import Signal

LOOK_BACK = timedelta(days=7)
"""How long before the trouble was seen its first signs are looked for."""
LONGEST = timedelta(days=60)
"""How far back facts are read at most: a crisis that lasts longer is measured by its last part."""
DELIVERY = frozenset({"delivery", "customs", "parcel"})
"""Topics of parcels on their way."""
DIMS = ("category", "product", "carrier", "lane", "region")
"""Labels by which facts are chosen, beside the markets, the lot and the reasons."""


@dataclass(frozen=True)
class Selection:
    """What to look at.

    Attributes:
        labels: dimension to value, of `DIMS`.
        markets: none: all.
        lots: production lots, those of labels and alerts.
        reasons: contact reasons; none: all.
        about_delivery: whether it is about parcels on their way.
        since, until: cases, messages, mentions … of this time.
    """

    labels: Mapping[str, str]
    markets: tuple[str, ...]
    lots: tuple[str, ...]
    reasons: tuple[str, ...]
    since: datetime
    until: datetime
    about_delivery: bool = False

    @property
    def about_goods(self) -> bool:
        """Whether it is about a product or category, so that mentions of it belong to it."""
        return bool({"category", "product"} & set(self.labels))

    @property
    def narrow(self) -> bool:
        """Whether it selects anything at all: without labels everything would belong to it."""
        return bool(self.labels or self.markets or self.lots or self.reasons)

    def where(self, *names: str) -> list[pl.Expr]:
        """Conditions on the dimensions of a mart that has all `names` of `DIMS`, and `market`."""
        found = [pl.col(name) == self.labels[name] for name in names if name in self.labels]
        if self.markets:
            found.append(pl.col("market").is_in(self.markets))
        return found


def of(
    labels: Mapping[str, str],
    began_at: datetime,
    signals: Sequence[Signal],
    levels: Levels,
    now: datetime,
) -> Selection:
    """What to look at in a crisis.

    The reasons are those that drive its alerts; without any those of its topic.

    Args:
        labels: of the crisis.
        began_at: when the trouble began.
        signals: alerts of its incidents.
        levels: for the reasons of its topic.
        now: nothing later is looked at.
    """
    told = [labels.get("market", ""), *labels.get("markets", "").split(",")]
    lots = [labels.get("lot", ""), *(signal.labels.get("lot", "") for signal in signals)]
    reasons = [labels.get("reason", "")] + [
        reason for signal in signals for reason in signal.reasons
    ]
    chosen = tuple(sorted({reason for reason in reasons if reason}))
    topic = labels.get("topic", "")
    return Selection(
        {name: labels[name] for name in DIMS if labels.get(name)},
        tuple(sorted({market for market in told if market})),
        tuple(sorted({lot for lot in lots if lot})),
        chosen or tuple(levels.topics.get(topic, ())),
        max(began_at - LOOK_BACK, now - LONGEST),
        now,
        topic in DELIVERY,
    )
