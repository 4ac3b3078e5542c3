"""Could it be proved today? Every item of the checklists that apply, and where its proof is.

Cheap: a handful of small queries of one crisis, no file and no warehouse is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, select

from alerts import library
from alerts.dossier.checklists import Checklist, Checklists, Item, Source, TwoTongues
from data_access.state import schema
from data_access.state.schema import evidence as evidence_table

DOCUMENTS = ("crisis", "disputes")
State = Literal["there", "claimed", "missing"]


@dataclass(frozen=True)
class Proof:
    """Where something stands.

    Attributes:
        kind: `evidence` (id) or one of `alerts.dossier.checklists.Proof` (its id or name).
        ref: which one.
        name: in words of whoever filed it.
        at: when.
        by: who.
    """

    kind: str
    ref: str
    name: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class ItemState:
    """One item of the checklists.

    Attributes:
        item: its id.
        title: its name in both languages.
        what: what it must show.
        checklists: checklists that ask for it.
        required: whether any of them cannot do without it.
        state: `there`; `claimed`: a step that yields it is done, but nothing was filed; `missing`.
        proofs: where it stands.
        role: who gets it.
        person: who has that role in this crisis; empty: nobody by name.
        due_at: by when.
        overdue: whether it is missing beyond that.
    """

    item: str
    title: TwoTongues
    what: TwoTongues
    checklists: tuple[str, ...]
    required: bool
    state: State
    proofs: tuple[Proof, ...]
    role: str
    person: str
    due_at: datetime
    overdue: bool


@dataclass(frozen=True)
class Completeness:
    """All items; `lists` are the checklists that apply, `others` those a person may choose."""

    items: tuple[ItemState, ...] = ()
    lists: tuple[tuple[str, TwoTongues], ...] = ()
    others: tuple[tuple[str, TwoTongues], ...] = ()

    @property
    def missing(self) -> tuple[ItemState, ...]:
        """What a complete pack lacks."""
        return tuple(one for one in self.items if one.required and one.state != "there")

    @property
    def there(self) -> int:
        """How many required items are there."""
        return sum(one.required and one.state == "there" for one in self.items)

    @property
    def required(self) -> int:
        """How many items are required."""
        return sum(one.required for one in self.items)

    @property
    def complete(self) -> bool:
        """Whether nothing required is missing."""
        return not self.missing


def completeness(connection: Connection, crisis: Any, now: datetime) -> Completeness:
    """What can be proved of a crisis.

    Args:
        connection: state database.
        crisis: a row of the table `crisis`, or anything with its `id`, `labels_json` or `labels`,
            `roles_json` or `roles`, `detected_at` and `declared_at`.
        now: by the clock of the crisis.
    """
    documents = [
        document.model
        for name in DOCUMENTS
        if (document := library.current(connection, "checklists", name)) is not None
    ]
    known = _known(connection, crisis)
    lists = [(doc, one) for doc in documents for one in doc.checklists]
    chosen = [(doc, one) for doc, one in lists if _applies(one, known)]
    chosen_ids = {one.id for _doc, one in chosen}
    return Completeness(
        tuple(_items(chosen, known, crisis, now)),
        tuple((one.id, one.title) for _doc, one in chosen),
        tuple((one.id, one.title) for _doc, one in lists if one.id not in chosen_ids),
    )


@dataclass
class _Known:
    """What the database knows of a crisis, for every kind of proof."""

    topic: str = ""
    playbooks: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    disputes: list[Mapping[str, Any]] = field(default_factory=list)
    filed: dict[str, list[Proof]] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    proofs: dict[str, list[tuple[str, Proof]]] = field(default_factory=dict)

    def add(self, kind: str, of: str, proof: Proof) -> None:
        self.proofs.setdefault(kind, []).append((of, proof))

    def of(self, source: Source) -> list[Proof]:
        return [
            proof
            for of, proof in self.proofs.get(source.proof, ())
            if not source.of or source.of == of
        ]


def _known(connection: Connection, crisis: Any) -> _Known:
    labels = getattr(crisis, "labels_json", None) or getattr(crisis, "labels", None) or {}
    known = _Known(topic=str(labels.get("topic", "")))
    _read_evidence(connection, crisis.id, known)
    _read_runs(connection, crisis.id, known)
    _read_statements(connection, crisis.id, known)
    _read_batches(connection, crisis.id, known)
    _read_incidents(connection, crisis.id, known)
    _read_clocks_and_review(connection, crisis.id, known)
    return known


def _read_evidence(connection: Connection, crisis_id: int, known: _Known) -> None:
    table = evidence_table
    for row in connection.execute(
        select(table)
        .where(table.c.crisis_id == crisis_id, table.c.withdrawn_at.is_(None))
        .order_by(table.c.id)
    ):
        detail = row.detail_json or {}
        if row.kind == "checklist":
            known.chosen.add(row.name)
            continue
        proof = Proof("evidence", str(row.id), row.name, row.added_at, row.added_by)
        if row.item:
            known.filed.setdefault(row.item, []).append(proof)
        if row.kind == "rows" and detail.get("rows"):
            known.add("rows", str(detail.get("table", "")), proof)
            known.disputes += detail.get("disputes") or []


def _read_runs(connection: Connection, crisis_id: int, known: _Known) -> None:
    run, step = schema.playbook_run, schema.run_step
    versions: dict[int, int] = {}
    for row in connection.execute(
        select(run).where(run.c.crisis_id == crisis_id).order_by(run.c.id)
    ):
        known.playbooks.add(row.playbook)
        versions[row.id] = row.document_version_id
        proof = Proof("playbook", str(row.id), row.playbook, row.started_at, row.started_by)
        known.add("playbook", row.playbook, proof)
    if not versions:
        return
    yields = {version: _yields(connection, version) for version in set(versions.values())}
    for row in connection.execute(
        select(step.c.run_id, step.c.step_key).where(
            step.c.run_id.in_(versions), step.c.state == "done"
        )
    ):
        known.claimed |= yields[versions[row.run_id]].get(row.step_key, set())
    _read_signatures(connection, "step", _steps_of(versions), known)


def _yields(connection: Connection, version_id: int) -> dict[str, set[str]]:
    """Items of the checklists that each step of a playbook yields."""
    try:
        document = library.version(connection, version_id)
    except library.DocumentError:
        return {}  # written for another Afterwatch
    steps = getattr(document.model, "steps", ()) if document else ()
    return {step.key: {str(item) for item in step.evidence} for step in steps}


def _steps_of(runs: Mapping[int, int]) -> list[ColumnElement[bool]]:
    approval = schema.approval
    return [approval.c.subject_id.like(f"{run}:%") for run in runs]


def _read_signatures(
    connection: Connection, kind: str, which: Sequence[ColumnElement[bool]], known: _Known
) -> None:
    approval = schema.approval
    if not which:
        return
    condition = which[0]
    for one in which[1:]:
        condition |= one
    for row in connection.execute(
        select(approval)
        .where(approval.c.subject_kind == kind, condition, approval.c.decision == "approved")
        .order_by(approval.c.id)
    ):
        known.add("approvals", kind, Proof("approvals", str(row.id), row.role, row.at, row.by))


def _read_statements(connection: Connection, crisis_id: int, known: _Known) -> None:
    table = schema.statement
    ids = []
    for row in connection.execute(
        select(table.c.id, table.c.audience, table.c.locale, table.c.sent_at, table.c.sent_by)
        .where(table.c.crisis_id == crisis_id)
        .order_by(table.c.id)
    ):
        ids.append(str(row.id))
        if row.sent_at is not None:
            proof = Proof("statement", str(row.id), row.locale, row.sent_at, row.sent_by or "")
            known.add("statement", row.audience, proof)
    subject = schema.approval.c.subject_id
    _read_signatures(connection, "statement", [subject.in_(ids)] if ids else [], known)


def _read_batches(connection: Connection, crisis_id: int, known: _Known) -> None:
    table = schema.compensation_batch
    ids = []
    for row in connection.execute(
        select(table.c.id, table.c.title, table.c.cause, table.c.state, table.c.decided_at)
        .where(table.c.crisis_id == crisis_id)
        .order_by(table.c.id)
    ):
        ids.append(str(row.id))
        if row.state in ("approved", "exported"):
            known.add("batch", row.cause, Proof("batch", str(row.id), row.title, row.decided_at))
    subject = schema.approval.c.subject_id
    _read_signatures(connection, "compensation_batch", [subject.in_(ids)] if ids else [], known)


def _read_incidents(connection: Connection, crisis_id: int, known: _Known) -> None:
    link, member, alert = schema.crisis_link, schema.alert_group_member, schema.alert
    numbers = [
        int(ref)
        for ref in connection.execute(
            select(link.c.ref).where(
                link.c.crisis_id == crisis_id,
                link.c.kind == "incident",
                link.c.removed_at.is_(None),
            )
        ).scalars()
        if ref.isdigit()
    ]
    if not numbers:
        return
    for row in connection.execute(
        select(alert.c.id, alert.c.rule_id, alert.c.since, alert.c.evidence_json.is_not(None))
        .join(member, member.c.alert_id == alert.c.id)
        .where(member.c.group_id.in_(numbers))
        .distinct()
        .order_by(alert.c.id)
    ):
        known.add("rule_version", row.rule_id, Proof("rule_version", row.rule_id, row.rule_id))
        if row[3]:
            proof = Proof("alert_evidence", str(row.id), row.rule_id, row.since)
            known.add("alert_evidence", row.rule_id, proof)


def _read_clocks_and_review(connection: Connection, crisis_id: int, known: _Known) -> None:
    clock, review = schema.statutory_clock, schema.crisis_review
    for row in connection.execute(
        select(clock.c.rule, clock.c.settled_at, clock.c.settled_by, clock.c.note).where(
            clock.c.crisis_id == crisis_id, clock.c.status.in_(("met", "not_applicable"))
        )
    ):
        proof = Proof("clock", row.rule, row.note or row.rule, row.settled_at, row.settled_by or "")
        known.add("clock", row.rule, proof)
    for published in connection.execute(
        select(review.c.published_at, review.c.published_by).where(
            review.c.crisis_id == crisis_id, review.c.status == "published"
        )
    ):
        proof = Proof(
            "review", str(crisis_id), "", published.published_at, published.published_by or ""
        )
        known.add("review", "", proof)


def _applies(checklist: Checklist, known: _Known) -> bool:
    asks = checklist.applies
    if asks.always or checklist.id in known.chosen or known.topic in asks.topics:
        return True
    if known.playbooks & set(asks.playbooks):
        return True
    return any(_about(checklist, dispute) for dispute in known.disputes)


def _about(checklist: Checklist, dispute: Mapping[str, Any]) -> bool:
    """Whether a dispute is of the kind that a checklist is about."""
    asks = checklist.applies
    if dispute.get("forum") not in asks.forums:
        return False
    if asks.fraud is not None and bool(dispute.get("is_fraud")) is not asks.fraud:
        return False
    reason = str(dispute.get("reason_code") or "").lower()
    return not asks.reasons or reason in asks.reasons


def _items(
    chosen: Sequence[tuple[Checklists, Checklist]], known: _Known, crisis: Any, now: datetime
) -> list[ItemState]:
    asked: dict[str, tuple[Item, list[Checklist]]] = {}
    for document, checklist in chosen:
        for name in checklist.items:
            item = document.item(name)
            if item is not None:
                asked.setdefault(name, (item, []))[1].append(checklist)
    roles = getattr(crisis, "roles_json", None) or getattr(crisis, "roles", None) or {}
    began = crisis.declared_at or crisis.detected_at
    return [_state(item, lists, known, roles, began, now) for item, lists in asked.values()]


def _state(
    item: Item,
    lists: Sequence[Checklist],
    known: _Known,
    roles: Mapping[str, str],
    began: datetime,
    now: datetime,
) -> ItemState:
    proofs = [*known.filed.get(item.id, ())]
    for source in item.satisfied_by:
        proofs += [one for one in known.of(source) if one not in proofs]
    state: State = "missing"
    if proofs:
        state = "there"
    elif item.id in known.claimed:
        state = "claimed"
    due_at = began + item.within
    return ItemState(
        item=item.id,
        title=item.title,
        what=item.what,
        checklists=tuple(one.id for one in lists),
        required=item.required and any(item.id not in one.optional for one in lists),
        state=state,
        proofs=tuple(proofs),
        role=item.role,
        person=str(roles.get(item.role, "")),
        due_at=due_at,
        overdue=state != "there" and now > due_at,
    )
