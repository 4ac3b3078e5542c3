"""Who is looked at: one cause, a filter, up to a moment. Stored with the batch. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Criteria:
    """What a person or a playbook asks for; empty: not filtered by it.

    Attributes:
        cause: key of a cause of the policy.
        as_of: nothing later is known.
        since: only who became entitled from then on.
        market, carrier, category, product: of the order (the carrier: of the parcel).
        lot: of `from: lot`.
        orders: only these; the only ones of `from: named`.
    """

    cause: str
    as_of: datetime
    since: datetime | None = None
    market: tuple[str, ...] = ()
    carrier: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    lot: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        lists = ("market", "carrier", "category", "product", "lot", "orders")
        return {
            "cause": self.cause,
            "as_of": self.as_of.isoformat(),
            "since": self.since.isoformat() if self.since else None,
            **{name: list(getattr(self, name)) for name in lists if getattr(self, name)},
        }


def of_json(stored: Mapping[str, Any]) -> Criteria:
    """What was stored."""
    since = stored.get("since")
    return Criteria(
        stored["cause"],
        datetime.fromisoformat(stored["as_of"]),
        datetime.fromisoformat(since) if since else None,
        *(
            tuple(stored.get(name, ()))
            for name in ("market", "carrier", "category", "product", "lot", "orders")
        ),
    )
