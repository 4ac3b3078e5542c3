"""What a digest tells. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Line:
    """One thing that is open, late or lost.

    Attributes:
        what: `crisis`, `incident`, `step`, `term`, `message`, `update`.
        number: of the crisis, incident or message.
        title: in each language; a name that has none is the same in both.
        facts: `level`, `status`, `severity`, `lead`, `owner`, `crisis`, `channel`, `recipient`.
        at: since when, or when it was due.
    """

    what: str
    number: int
    title: Mapping[str, str]
    facts: Mapping[str, str]
    at: datetime | None = None


@dataclass(frozen=True)
class Digest:
    """One day's digest.

    Attributes:
        day: the local day.
        crises: that are proposed, declared or contained; drills are left out.
        incidents: of the inbox that are not closed.
        late: what should have happened by now.
        lost: messages that could not be delivered since the digest before, or in a day.
        head_seq: sequence number of the last entry of the log.
        head_hash: its hash.
    """

    day: date
    crises: tuple[Line, ...]
    incidents: tuple[Line, ...]
    late: tuple[Line, ...]
    lost: tuple[Line, ...]
    head_seq: int
    head_hash: str

    @property
    def head(self) -> str:
        """As people keep it and commands take it."""
        return f"{self.head_seq}:{self.head_hash}"
