"""Records of the crisis machine; all immutable. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

WORKER = "worker"
"""Who acts where no person does."""
LOWEST, HIGHEST = 1, 4


class Status(StrEnum):
    """Where a crisis stands."""

    PROPOSED = "proposed"
    """The system says so; no person has."""
    DECLARED = "declared"
    CONTAINED = "contained"
    """The harm no longer grows; work goes on."""
    CLOSED = "closed"
    DISMISSED = "dismissed"
    """It was none, or lapsed before anybody declared it."""


class Do(StrEnum):
    """Actions; `propose`, `lapse` and `criteria` are the worker's."""

    DECLARE = "declare"
    RAISE = "raise"
    LOWER = "lower"
    CONTAIN = "contain"
    UNCONTAIN = "uncontain"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    """As a new crisis that continues this one."""
    ASSIGN_ROLE = "assign_role"
    FLAG = "flag"
    UNFLAG = "unflag"
    START_PLAYBOOK = "start_playbook"
    """Of a crisis that is declared: one more playbook."""
    LINK = "link"
    UNLINK = "unlink"
    COMMENT = "comment"
    PROPOSE = "propose"
    """What level the criteria ask for now."""
    LAPSE = "lapse"
    """A proposal that nobody declared and that nothing holds up any more."""
    CRITERIA = "criteria"
    """Criteria that began or ceased to hold."""


class Kind(StrEnum):
    """Kinds of events of a crisis that this machine tells."""

    PROPOSED = "crisis_proposed"
    DECLARED = "crisis_declared"
    LEVEL_PROPOSED = "level_proposed"
    LEVEL_PROPOSAL_CLEARED = "level_proposal_cleared"
    LEVEL_RAISED = "level_raised"
    LEVEL_LOWERED = "level_lowered"
    CONTAINED = "crisis_contained"
    UNCONTAINED = "crisis_uncontained"
    CLOSED = "crisis_closed"
    DISMISSED = "crisis_dismissed"
    LAPSED = "crisis_lapsed"
    REOPENED = "crisis_reopened"
    """Of the old one; the new one is told by `crisis_declared` or `crisis_proposed`."""
    ROLE_ASSIGNED = "role_assigned"
    FLAG_SET = "flag_set"
    FLAG_REMOVED = "flag_removed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    COMMENTED = "commented"
    CRITERION_HELD = "criterion_held"
    CRITERION_CLEARED = "criterion_cleared"


class Why(StrEnum):
    """Reasons of refusals, each worded by the screens."""

    NOT_DECLARED = "not_declared"
    ALREADY_DECLARED = "already_declared"
    ALREADY_CONTAINED = "already_contained"
    NOT_CONTAINED = "not_contained"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    NOT_OVER = "not_over"
    """Reopened although it is neither closed nor dismissed."""
    LEVEL_NEEDED = "level_needed"
    NOT_HIGHER = "not_higher"
    NOT_LOWER = "not_lower"
    REASON_NEEDED = "reason_needed"
    NOTE_NEEDED = "note_needed"
    STILL_HOLDS = "still_holds"
    """A trigger of a higher level holds; `what` names it."""
    NOT_CLEAR_LONG_ENOUGH = "not_clear_long_enough"
    """`at`: from when on it may be lowered."""
    NOT_CHECKED = "not_checked"
    """Nobody has looked at the criteria since `at`: is the worker running?"""
    RUNS_UNFINISHED = "runs_unfinished"
    """`what` lists the runs: finish or cancel them first, or close with `despite_runs`."""
    SAME = "same"
    """It is so already."""
    ROLE_UNKNOWN = "role_unknown"
    FLAG_UNKNOWN = "flag_unknown"
    PLAYBOOK_UNKNOWN = "playbook_unknown"
    PLAYBOOK_BEGUN = "playbook_begun"
    """`what` began here already, by `by` at `at`: one that is over is taken up, not begun anew."""
    LINK_UNKNOWN = "link_unknown"
    """`what` lists the kinds of links there are."""
    NOT_IN_ROLE = "not_in_role"
    """`by` names who may, `what` the roles."""
    ONLY_THE_WORKER = "only_the_worker"
    ONLY_A_PERSON = "only_a_person"
    OTHER_OPEN = "other_open"
    """Another crisis of the same cause is open; `what` is its number."""
    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"


@dataclass(frozen=True)
class Link:
    """One thing that belongs to a crisis.

    Attributes:
        kind: one of `data_access.state.schema.LINK_KIND`.
        source: system that the reference is of; empty for incidents of the inbox.
        ref: its number there.
        label: what a person reads.
    """

    kind: str
    source: str
    ref: str
    label: str = ""


@dataclass(frozen=True)
class Action:
    """Something done to a crisis. What an action does not need is left empty.

    Attributes:
        do: the action.
        actor: a person's name, or `worker`.
        level: of `declare` (0: what is proposed), `raise`, `lower`, `propose` (0: none above).
        note: a reason or comment in the person's own words.
        role, person: of `assign_role`; an empty person takes the role away.
        flag: of `flag` and `unflag`.
        links: of `link` and `unlink`.
        despite_runs: of `close`: although playbooks are not finished; they are cancelled.
        playbooks: of `declare`, `raise` and `start_playbook`: which to start; None: those for its
            topic and level.
        variables: of `declare` and `start_playbook`: what is known for the playbooks, beyond the
            labels.
        held, cleared: of `criteria`: ids of criteria that began and ceased to hold.
        data: further facts for the event log.
    """

    do: Do
    actor: str = WORKER
    level: int = 0
    note: str = ""
    role: str = ""
    person: str = ""
    flag: str = ""
    links: tuple[Link, ...] = ()
    despite_runs: bool = False
    playbooks: tuple[str, ...] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_person(self) -> bool:
        """Whether a person acts."""
        return self.actor != WORKER


@dataclass(frozen=True)
class Trigger:
    """What a criterion says of a crisis: whether it holds, and since when it does not.

    Attributes:
        id: name of the criterion.
        level: the level it asks for.
        holds: as last looked at; one that held and cannot be told any more still holds.
        clear_since: the first look at which it did not hold any more; None: it never held.
    """

    id: str
    level: int
    holds: bool
    clear_since: datetime | None = None


@dataclass(frozen=True)
class Circumstances:
    """What the machine must know beside the crisis itself.

    Attributes:
        triggers: every criterion of the crisis's levels.
        checked_at: when they were last looked at; None: never.
        update_every: how often people are told how things stand, by level.
        roles: keys of roles that can be assigned.
        flags: names of flags that a person may set.
        unfinished: runs of playbooks under way, by what a person calls them.
        begun: playbooks that ever began in the crisis: who began each, and when.
        may_lead: whether whoever acts holds the role that leads crises.
    """

    triggers: tuple[Trigger, ...] = ()
    checked_at: datetime | None = None
    update_every: Mapping[int, timedelta] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    unfinished: tuple[str, ...] = ()
    begun: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    may_lead: bool = False


@dataclass(frozen=True)
class Crisis:
    """What the machine knows of a crisis. All times are of its own clock (see `clock`).

    Attributes:
        status: where it stands.
        level: as declared by a person.
        proposed_level: before it is declared: what the criteria ask for at most; afterwards: a
            level above `level` that they ask for now, else None.
        clear_since: since when no trigger of `level` or above holds; None: one does.
        level_at: when the level was last set by a person.
        roles: role to person. `lead` is who holds `crisis_lead` of it.
        flags: what people know: name to {by, at, note}.
    """

    status: Status
    level: int | None = None
    proposed_level: int | None = None
    proposed_at: datetime | None = None
    declared_at: datetime | None = None
    declared_by: str | None = None
    level_at: datetime | None = None
    clear_since: datetime | None = None
    contained_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    lead: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Event(NamedTuple):
    """Something worth telling."""

    kind: Kind
    at: datetime
    actor: str
    reason: str = ""
    data: Mapping[str, Any] = MappingProxyType({})


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done: why, and what stands against it.

    `by` and `at` tell who did what stands against it (or who may), `what` names a thing: a
    criterion, runs, roles.
    """

    def __init__(
        self, why: Why, *, by: str = "", at: datetime | None = None, what: str = ""
    ) -> None:
        super().__init__(str(why))
        self.why = why
        self.by = by
        self.at = at
        self.what = what
