"""What a crisis room is made of; all immutable. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.approvals import Approval
from alerts.crisis.clock import DrillClock
from alerts.crisis.model import Status
from alerts.crisis.rows import StoredCrisis
from alerts.crisis.statutory_clocks import Clock
from alerts.dossier.completeness import Completeness
from alerts.library.model import Words
from alerts.runs import Beat, RunView, StepView


@dataclass(frozen=True)
class Criterion:
    """One criterion and what it says now.

    Attributes:
        name: its id.
        level: the level it asks for.
        title: what it says.
        holds: as last looked at.
        evidence: the figures in a sentence.
        held_since: since when it holds; None: it does not.
        last_held_at: when it held last.
        checked_at: when it was looked at; None: never.
    """

    name: str
    level: int
    title: Words | None
    holds: bool
    evidence: Words | None
    held_since: datetime | None
    last_held_at: datetime | None
    checked_at: datetime | None


@dataclass(frozen=True)
class StatementPart:
    """One text, how far it is, and who signed it as it stands."""

    id: int
    template: str
    audience: str
    channel: str
    locale: str
    public: bool
    status: str
    updated_at: datetime
    sent_at: datetime | None
    author: str
    signed: tuple[Approval, ...] = ()
    native_review: bool = False
    """No native speaker has checked it: neither the template's text nor this one."""
    title: Words | None = None
    """Of the template; None: it can no longer be read."""


@dataclass(frozen=True)
class BatchPart:
    """One batch of compensation; `amounts` are minor units by currency.

    `together`: what they are worth by the rates frozen with the batch: minor units and currency;
    None where a rate is missing.
    """

    id: int
    title: str
    state: str
    items: int
    amounts: Mapping[str, int]
    updated_at: datetime
    together: tuple[int, str] | None = None


@dataclass(frozen=True)
class LinkPart:
    """What of one kind belongs to a crisis: how many, and the newest of them."""

    kind: str
    count: int
    newest: tuple[tuple[str, str, str], ...]
    """Source, number and label."""


@dataclass(frozen=True)
class Moment:
    """One entry of the event log."""

    seq: int
    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Room:
    """Everything about one crisis as it stands.

    Attributes:
        crisis: its row.
        now: by its own clock; `wall` by the wall clock.
        clock: of a drill; `drill` its number, `ended_at` (wall clock) when it stopped.
        levels: the levels document it is judged by; None: it cannot be read.
        terms: what laws ask, the most urgent first.
        runs: playbooks at work; `steps`: theirs, without runs that another one continues.
        filed: how much evidence was filed; `pack`: the newest: number, when, whether complete.
        review: its review: status, when it is due, when it was published.
    """

    crisis: StoredCrisis
    now: datetime
    wall: datetime
    clock: DrillClock | None = None
    ended_at: datetime | None = None
    levels: Any | None = None
    criteria: tuple[Criterion, ...] = ()
    terms: tuple[Clock, ...] = ()
    runs: tuple[RunView, ...] = ()
    steps: tuple[StepView, ...] = ()
    statements: tuple[StatementPart, ...] = ()
    batches: tuple[BatchPart, ...] = ()
    links: tuple[LinkPart, ...] = ()
    evidence: Completeness = field(default_factory=Completeness)
    filed: int = 0
    pack: tuple[int, datetime, bool] | None = None
    review: tuple[str, datetime, datetime | None] | None = None

    @property
    def beats(self) -> tuple[Beat, ...]:
        """When which audience is told next how things stand."""
        return tuple(beat for run in self.runs for beat in run.beats if beat.next_at is not None)

    @property
    def level(self) -> int:
        """The declared level; before that the proposed one."""
        return self.crisis.level or self.crisis.proposed_level or 1

    @property
    def is_open(self) -> bool:
        """Whether anything can still be done in it."""
        return self.crisis.is_open

    @property
    def declared(self) -> bool:
        """Whether a person said that it is one, and it is not over."""
        return self.crisis.status in (Status.DECLARED, Status.CONTAINED)
