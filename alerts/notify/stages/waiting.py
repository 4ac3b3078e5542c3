"""One waiting message, as the stages see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """A pending message. Stages get them the most urgent first, then by number."""

    id: int
    group_id: int | None
    kind: str
    reason: str
    severity: str
    channel: str
    recipient: str
    not_before: datetime
    attempts: int = 0

    @property
    def line(self) -> tuple[str, str]:
        """Recipient and channel."""
        return self.recipient, self.channel


@dataclass(frozen=True)
class Dropped:
    """A message that is not sent, and why: `incident_closed`, `superseded_by:N`, `bundled`."""

    waiting: Waiting
    because: str
