"""What the screens show of a crisis's runs: every step, whom it waits for, what can be done.

A few queries whatever the number of steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts import approvals
from alerts.approvals import Approval
from alerts.crisis.clock import now_of
from alerts.notify.config import Config
from alerts.playbooks.fields import Texts
from alerts.playbooks.format import Playbook, Step
from alerts.playbooks.names import filled
from alerts.runs import cadences, rows, subjects
from alerts.runs.cadences import Beat
from alerts.runs.conditions import variables
from alerts.runs.deciding import acting_for, leads, people_of, possible
from alerts.runs.model import BY_WORKER, Do, Run, RunStatus, StepRun, StepState
from alerts.runs.rows import StoredRun
from alerts.runs.settling import unmet
from alerts.runs.subjects import Signed
from data_access.state import schema


@dataclass(frozen=True)
class Asked:
    """A variable that a step asks for; `value` is what is known so far."""

    name: str
    type: str
    title: Texts
    value: Any


@dataclass(frozen=True)
class StepView:
    """One step as people see it. Times are those of the crisis's clock.

    Attributes:
        run_id: the run.
        key: of the step.
        kind: `manual`, `auto`, `approval`, `statement`, `notify`, `wait` or `check`.
        phase: `contain`, `compensate` …
        level: lowest level at which it belongs.
        title, text: in both languages, with what is known filled in.
        state: where it stands.
        role: whose it is; None: anybody's.
        role_title: in both languages; None: the playbook does not name the role.
        people: who holds the role, or acts for it where nobody does.
        owner: who has it.
        due_at, overdue: when it is due, and whether that has passed while it is open.
        next_at: when the worker takes it; None: it waits for people or for what it needs.
        ready_at, started_at, done_at, done_by, attempts, result, note: see `StepRun`.
        needs: what it still needs, by key.
        undecided: what nobody knows of its condition: a person decides whether it applies.
        waits_for: `needs`, `people`, `worker` or `clock`; empty: it has ended.
        left_to_people: the worker did its part; statements or a batch finish it.
        possible: what can be done with it, whoever does it; see `can`.
        may: people who may act on it; None: everybody.
        may_skip: people who may leave it out; None: everybody.
        asks: variables that whoever does it must give.
        evidence: items of the checklist that it yields.
        proof: of a step that must not be done twice: how a person sees whether it happened.
        of: of an approval: the step whose statements, batch or result is signed.
        roles: of an approval: who must sign.
        missing: of an approval: roles that have not signed what there is now.
        signatures: of an approval: those on what there is now.
        sha256: of an approval: hash of what is signed now; empty: there is nothing yet.
        subject: of an approval: `statements`, `batch` or `result`.
        refs: of an approval: numbers of the statements or of the batch.
        version: of the row, for `act`.
    """

    run_id: int
    key: str
    kind: str
    phase: str
    level: int
    title: Texts
    text: Texts | None
    state: StepState
    role: str | None
    role_title: Texts | None
    people: tuple[str, ...]
    owner: str | None
    due_at: datetime | None
    overdue: bool
    next_at: datetime | None
    ready_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    done_by: str | None
    attempts: int
    result: Mapping[str, Any]
    note: str | None
    needs: tuple[str, ...]
    undecided: tuple[str, ...]
    waits_for: str
    left_to_people: bool
    possible: tuple[Do, ...]
    may: tuple[str, ...] | None
    may_skip: tuple[str, ...] | None
    asks: tuple[Asked, ...]
    evidence: tuple[str, ...]
    proof: Texts | None
    of: str | None
    roles: tuple[str, ...]
    missing: tuple[str, ...]
    signatures: tuple[Approval, ...]
    sha256: str
    subject: str
    refs: tuple[int, ...]
    version: int

    def can(self, actor: str) -> tuple[Do, ...]:
        """What a person can do with it now. Without a name: nothing."""
        if not actor:
            return ()
        return tuple(do for do in self.possible if self._may(actor, do))

    def _may(self, actor: str, do: Do) -> bool:
        if do is Do.COMMENT:
            return True
        if do in (Do.APPROVE, Do.REJECT):
            return bool(self.sha256) and actor not in {one.by for one in self.signatures}
        people = self.may_skip if do is Do.SKIP else self.may
        return people is None or actor in people

    def mine(self, actor: str) -> bool:
        """Whether it waits for this person: theirs, or of their role and nobody's yet."""
        if self.waits_for != "people" or not actor:
            return False
        return self.owner == actor or (self.owner is None and actor in self.people)


@dataclass(frozen=True)
class RunView:
    """One run with its steps, in the order of its playbook."""

    id: int
    playbook: str
    playbook_version_id: int
    title: Texts
    level: int
    status: RunStatus
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    cancel_reason: str | None
    continues_id: int | None
    variables: Mapping[str, Any]
    unknown: tuple[Asked, ...]
    """Required variables that nobody gave yet."""
    beats: tuple[Beat, ...]
    steps: tuple[StepView, ...]
    version: int


@dataclass(frozen=True)
class RunBoard:
    """All runs of a crisis, the oldest first. `now` is the crisis's clock."""

    crisis_id: int
    now: datetime
    runs: tuple[RunView, ...]

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Steps of all runs that another one does not continue."""
        continued = {run.continues_id for run in self.runs}
        return tuple(one for run in self.runs if run.id not in continued for one in run.steps)


def board(engine: Engine, crisis_id: int, config: Config, wall: datetime) -> RunBoard:
    """All runs of a crisis as people see them.

    Args:
        engine: state database.
        crisis_id: the crisis.
        config: who holds which role.
        wall: the wall clock.
    """
    with engine.connect() as connection:
        now = now_of(connection, crisis_id, wall)
        found = rows.all_of(connection, crisis_id)
        beats: dict[int, list[Beat]] = {}
        for beat in cadences.of_runs(connection, [one.run.id for one in found]):
            beats.setdefault(beat.run_id, []).append(beat)
        signed = _signatures(connection, found)
        views = tuple(
            _run_view(connection, one, tuple(beats.get(one.run.id, ())), signed, config, now)
            for one in found
        )
    return RunBoard(crisis_id, now, views)


def _signatures(connection: Connection, found: Sequence[StoredRun]) -> dict[str, list[Approval]]:
    ids = [
        f"{stored.run.id}:{one.key}"
        for stored in found
        for one in stored.run.steps.values()
        if one.kind == "approval"
    ]
    if not ids:
        return {}
    table = schema.approval
    query = select(table).where(table.c.subject_kind == "step", table.c.subject_id.in_(ids))
    given: dict[str, list[Approval]] = {}
    for row in connection.execute(query.order_by(table.c.id)):
        given.setdefault(row.subject_id, []).append(approvals.read(row))
    return given


def _run_view(
    connection: Connection,
    stored: StoredRun,
    beats: tuple[Beat, ...],
    signed: Mapping[str, Sequence[Approval]],
    config: Config,
    now: datetime,
) -> RunView:
    run, playbook = stored.run, stored.playbook
    approved = [
        plan.of
        for plan in playbook.steps
        if plan.key in run.steps and plan.kind == "approval" and plan.of
    ]
    chain = [run.id] if stored.continues_id is None else subjects.chain(connection, run.id)
    made = subjects.of_steps(connection, run, chain, approved) if approved else {}
    maker = _Maker(stored, config, variables(playbook, run), made, signed, now)
    return RunView(
        id=run.id,
        playbook=playbook.id,
        playbook_version_id=stored.playbook_version_id,
        title=playbook.title,
        level=run.level,
        status=run.status,
        started_at=stored.started_at,
        started_by=stored.started_by,
        finished_at=run.finished_at,
        cancel_reason=run.cancel_reason,
        continues_id=stored.continues_id,
        variables=maker.known,
        unknown=tuple(
            asked
            for name, variable in playbook.variables.items()
            if variable.required and (asked := maker.asked(name)).value is None
        ),
        beats=beats,
        steps=tuple(maker.view(playbook.by_key[key], one) for key, one in run.steps.items()),
        version=stored.version,
    )


class _Maker:
    """Makes the views of one run's steps; people of each role are looked up once."""

    def __init__(
        self,
        stored: StoredRun,
        config: Config,
        known: Mapping[str, Any],
        made: Mapping[str, Signed],
        signed: Mapping[str, Sequence[Approval]],
        now: datetime,
    ) -> None:
        self.stored, self.config, self.known = stored, config, known
        self.made, self.signed, self.now = made, signed, now
        self._leads = leads(config, stored.roles, stored.lead)
        self._people: dict[str | None, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    @property
    def playbook(self) -> Playbook:
        return self.stored.playbook

    def asked(self, name: str) -> Asked:
        variable = self.playbook.variables.get(name)
        known = self.known.get(name)
        if variable is None:
            return Asked(name, "text", Texts(en=name, zh=name), known)
        return Asked(name, variable.type, variable.title, known)

    def role(self, role: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who acts in a role, and who may act for it besides."""
        if role not in self._people:
            stored = self.stored
            _, acting = acting_for(self.config, self.playbook, role, stored.roles)
            own = people_of(self.config, role, {}) if role else ()
            self._people[role] = acting, tuple(dict.fromkeys([*acting, *own, *self._leads]))
        return self._people[role]

    def texts(self, texts: Texts | None) -> Texts | None:
        if texts is None or ("{" not in texts.en and "{" not in texts.zh):
            return texts
        return Texts.model_construct(
            en=filled(texts.en, self.known), zh=filled(texts.zh, self.known)
        )

    def view(self, plan: Step, one: StepRun) -> StepView:
        run = self.stored.run
        people, may = self.role(plan.role)
        anybody = plan.role is None or not may
        owned = (one.owner,) if one.owner and one.owner not in may else ()
        signing = one.kind in ("approval", "statement")
        made = self.made.get(plan.of) if plan.of else None
        roles = plan.roles or ((plan.role,) if plan.role and one.kind == "approval" else ())
        sha256 = made.sha256 if made else ""
        given = [
            signature
            for signature in self.signed.get(f"{run.id}:{one.key}", ())
            if signature.subject_sha256 == sha256
        ]
        spec = self.playbook.roles.get(plan.role) if plan.role else None
        waits = _waits_for(one, run)
        return StepView(
            run_id=run.id,
            key=one.key,
            kind=one.kind,
            phase=plan.phase,
            level=plan.level,
            title=self.texts(plan.title) or plan.title,
            text=self.texts(plan.text),
            state=one.state,
            role=plan.role,
            role_title=spec.title if spec else None,
            people=people,
            owner=one.owner,
            due_at=one.due_at,
            overdue=bool(waits and one.due_at is not None and one.due_at < self.now),
            next_at=one.next_at,
            ready_at=one.ready_at,
            started_at=one.started_at,
            done_at=one.done_at,
            done_by=one.done_by,
            attempts=one.attempts,
            result=one.result or {},
            note=one.note,
            needs=unmet(plan, run) if one.state is StepState.WAITING else (),
            undecided=tuple(one.undecided),
            waits_for=waits,
            left_to_people=one.left_to_people,
            possible=possible(one, run),
            may=None if anybody else (*may, *owned),
            may_skip=(self._leads or None) if signing else (None if anybody else (*may, *owned)),
            asks=tuple(self.asked(name) for name in plan.asks),
            evidence=plan.evidence,
            proof=self.texts(plan.proof),
            of=plan.of,
            roles=roles if one.kind == "approval" else (),
            missing=approvals.missing(given, roles, sha256) if one.kind == "approval" else (),
            signatures=tuple(given),
            sha256=sha256,
            subject=made.kind if made else "",
            refs=made.refs if made else (),
            version=self.stored.versions[one.key],
        )


def _waits_for(one: StepRun, run: Run) -> str:
    if one.ended or run.status is not RunStatus.RUNNING:
        return ""
    if one.state is StepState.WAITING:
        return "needs"
    if one.state is StepState.RUNNING:
        return "worker" if one.kind in BY_WORKER else "people"
    if one.state is StepState.READY and one.next_at is not None:
        return "clock" if one.kind == "wait" else "worker"
    return "people"
