"""What goes into a pack besides the log: everything the database holds of a crisis, as files.

Nothing is invented and nothing summed up: rows as they stand, texts word for word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Select, select

from alerts.dossier import readme
from alerts.dossier.completeness import Completeness
from data_access.state import schema

_JSON = "application/json"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Part:
    """One file of a pack; `kept` is the hash of evidence that lies in the home's store."""

    path: str
    media_type: str
    content: bytes = b""
    kept: str | None = None


def gather(connection: Connection, crisis: Any, complete: Completeness) -> list[Part]:
    """Every file of a crisis but the log and the manifest."""
    return [
        Part("README.md", "text/markdown", readme.text("en").encode()),
        Part("README.zh.md", "text/markdown", readme.text("zh").encode()),
        Part("verify.py", "text/x-python", verifier_source()),
        *_crisis(connection, crisis, complete),
        *_warnings(connection, crisis.id),
        *_runs(connection, crisis.id),
        *_documents(connection, crisis),
        *_statements(connection, crisis.id),
        *_approvals(connection, crisis.id),
        *_batches(connection, crisis.id),
        *_review(connection, crisis.id),
        *_messages(connection, crisis.id),
        *_evidence(connection, crisis.id),
    ]


def verifier_source() -> bytes:
    """The text of the verifier, as every pack holds it."""
    return (Path(__file__).parent / "verifier.py").read_bytes()


def linked_incidents(connection: Connection, crisis_id: int) -> list[int]:
    """Numbers of the incidents that a crisis joins, or once joined."""
    link = schema.crisis_link
    refs = connection.execute(
        select(link.c.ref).where(link.c.crisis_id == crisis_id, link.c.kind == "incident")
    ).scalars()
    return sorted(int(ref) for ref in refs if ref.isdigit())


def plain(value: Any) -> Any:
    """A value as JSON knows it; times in UTC, ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    return [plain(inner) for inner in value] if isinstance(value, Iterable) else str(value)


def json_part(path: str, value: Any) -> Part:
    """A value as a readable JSON file."""
    text = json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False)
    return Part(path, _JSON, (text + "\n").encode())


def safe_name(name: str) -> str:
    """A name that every file system takes."""
    return _UNSAFE.sub("-", name).strip("-.")[-_LONGEST_NAME:] or "file"


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _crisis(connection: Connection, crisis: Any, complete: Completeness) -> Iterator[Part]:
    number = crisis.id
    yield json_part("crisis/crisis.json", dict(crisis._mapping))  # noqa: SLF001 - public name
    for name, table, order in (
        ("links", schema.crisis_link, ("kind", "source", "ref")),
        ("criteria", schema.crisis_criterion, ("criterion",)),
        ("legal-terms", schema.statutory_clock, ("rule",)),
    ):
        query = select(table).where(table.c.crisis_id == number)
        found = _rows(connection, query.order_by(*(table.c[column] for column in order)))
        yield json_part(f"crisis/{name}.json", found)
    yield json_part("crisis/level-history.json", level_history(connection, number))
    yield json_part("crisis/checklist.json", checklist_facts(complete))
    if crisis.drill_id is not None:
        query = select(schema.drill).where(schema.drill.c.id == crisis.drill_id)
        yield json_part("crisis/drill.json", _rows(connection, query))


def level_history(connection: Connection, crisis_id: int) -> list[dict[str, Any]]:
    """Every entry that names a level, in order."""
    log = schema.event_log
    found = []
    for row in connection.execute(
        select(log.c.seq, log.c.at, log.c.actor, log.c.kind, log.c.payload_json)
        .where(log.c.subject_kind == "crisis", log.c.subject_id == str(crisis_id))
        .order_by(log.c.seq)
    ):
        payload = json.loads(row.payload_json)
        named = {name: value for name, value in payload.items() if "level" in name}
        if named:
            reason = payload.get("reason") or payload.get("note")
            told = {"seq": row.seq, "at": row.at, "by": row.actor, "what": row.kind}
            found.append({**told, **named, "reason": reason})
    return found


def checklist_facts(complete: Completeness) -> dict[str, Any]:
    """The checklists as they stood when the pack was made."""
    return {
        "complete": complete.complete,
        "lists": [name for name, _title in complete.lists],
        "items": [
            {
                "item": one.item,
                "title": plain(one.title),
                "required": one.required,
                "state": one.state,
                "asked_by": one.checklists,
                "proofs": plain(list(map(asdict, one.proofs))),
                "role": one.role,
                "person": one.person,
                "due_at": one.due_at,
            }
            for one in complete.items
        ],
    }


def _warnings(connection: Connection, crisis_id: int) -> Iterator[Part]:
    """Linked incidents, their alerts with evidence, and the very rule versions behind them."""
    numbers = linked_incidents(connection, crisis_id)
    if not numbers:
        return
    group, member, alert = schema.alert_group, schema.alert_group_member, schema.alert
    for row in _rows(connection, select(group).where(group.c.id.in_(numbers)).order_by(group.c.id)):
        yield json_part(f"warnings/incident-{row['id']}.json", row)
    found = _rows(
        connection,
        select(alert)
        .where(alert.c.id.in_(select(member.c.alert_id).where(member.c.group_id.in_(numbers))))
        .order_by(alert.c.id),
    )
    for row in found:
        yield json_part(f"warnings/alert-{row['id']}.json", row)
    hashes = {
        str(row["evidence_json"]["rule"]["sha256"])
        for row in found
        if (row["evidence_json"] or {}).get("rule", {}).get("sha256")
    }
    version = schema.rule_version
    rules = _rows(
        connection,
        select(version)
        .where(version.c.sha256.in_(sorted(hashes)))
        .order_by(version.c.rule_id, version.c.n),
    )
    for row in rules:
        # Verbatim: its SHA-256 is the version's identity.
        path = f"rules/{safe_name(row['rule_id'])}-v{row['n']}.json"
        yield Part(path, _JSON, row["body_json"].encode())
    told = ("rule_id", "n", "sha256", "stage", "origin", "created_by", "created_at")
    yield json_part("rules/index.json", [{name: row[name] for name in told} for row in rules])


def _runs(connection: Connection, crisis_id: int) -> Iterator[Part]:
    run, step, cadence = schema.playbook_run, schema.run_step, schema.run_cadence
    for row in _rows(
        connection, select(run).where(run.c.crisis_id == crisis_id).order_by(run.c.id)
    ):
        steps = select(step).where(step.c.run_id == row["id"]).order_by(step.c.place)
        updates = select(cadence).where(cadence.c.run_id == row["id"]).order_by(cadence.c.audience)
        whole = {
            **row,
            "steps": _rows(connection, steps),
            "updates": _rows(connection, updates),
        }
        yield json_part(f"runs/run-{row['id']}.json", whole)


def _documents(connection: Connection, crisis: Any) -> Iterator[Part]:
    """Playbooks, levels, templates and policies in the versions that were in force."""
    versions = {crisis.levels_version_id}
    for table in (
        schema.playbook_run,
        schema.statement,
        schema.compensation_batch,
        schema.statutory_clock,
    ):
        query = select(table.c.document_version_id).where(table.c.crisis_id == crisis.id)
        versions |= set(connection.execute(query).scalars())
    document = schema.document_version
    rows = _rows(
        connection,
        select(document).where(document.c.id.in_(sorted(versions))).order_by(document.c.id),
    )
    index = []
    for row in rows:
        path = f"documents/{row['kind']}-{safe_name(row['name'])}-v{row['n']}.yaml"
        yield Part(path, "application/yaml", row["body_yaml"].encode())
        index.append({**{k: v for k, v in row.items() if k != "body_yaml"}, "path": path})
    yield json_part("documents/index.json", index)


def _statements(connection: Connection, crisis_id: int) -> Iterator[Part]:
    table, revision = schema.statement, schema.statement_revision
    for row in _rows(
        connection, select(table).where(table.c.crisis_id == crisis_id).order_by(table.c.id)
    ):
        query = select(revision).where(revision.c.statement_id == row["id"]).order_by(revision.c.n)
        signed = _signatures(connection, "statement", [str(row["id"])])
        whole = {**row, "revisions": _rows(connection, query), "signatures": signed}
        name = f"statements/statement-{row['id']}-{safe_name(row['locale'])}"
        yield json_part(f"{name}.json", whole)
        yield Part(f"{name}.txt", "text/plain", row["body"].encode())


def _signatures(connection: Connection, kind: str, ids: list[str]) -> list[dict[str, Any]]:
    table = schema.approval
    return _rows(
        connection,
        select(table)
        .where(table.c.subject_kind == kind, table.c.subject_id.in_(ids))
        .order_by(table.c.id),
    )


def _approvals(connection: Connection, crisis_id: int) -> Iterator[Part]:
    """Every signature under anything of the crisis."""
    found = []
    for kind, table in (
        ("statement", schema.statement),
        ("compensation_batch", schema.compensation_batch),
    ):
        query = select(table.c.id).where(table.c.crisis_id == crisis_id)
        ids = [str(one) for one in connection.execute(query).scalars()]
        found += _signatures(connection, kind, ids)
    run, step = schema.playbook_run, schema.run_step
    steps = [
        f"{row.run_id}:{row.step_key}"
        for row in connection.execute(
            select(step.c.run_id, step.c.step_key)
            .join(run, run.c.id == step.c.run_id)
            .where(run.c.crisis_id == crisis_id)
        )
    ]
    found += _signatures(connection, "step", steps)
    yield json_part("approvals/approvals.json", sorted(found, key=lambda row: row["id"]))


def _batches(connection: Connection, crisis_id: int) -> Iterator[Part]:
    batch, item = schema.compensation_batch, schema.compensation_item
    for row in _rows(
        connection, select(batch).where(batch.c.crisis_id == crisis_id).order_by(batch.c.id)
    ):
        query = select(item).where(item.c.batch_id == row["id"]).order_by(item.c.n)
        whole = {**row, "items": _rows(connection, query)}
        yield json_part(f"compensation/batch-{row['id']}.json", whole)


def _review(connection: Connection, crisis_id: int) -> Iterator[Part]:
    review, cause, action = schema.crisis_review, schema.root_cause, schema.corrective_action
    found = _rows(connection, select(review).where(review.c.crisis_id == crisis_id))
    if found:
        yield json_part("review/review.json", found[0])
    causes = _rows(
        connection, select(cause).where(cause.c.crisis_id == crisis_id).order_by(cause.c.id)
    )
    if causes:
        numbers = [row["id"] for row in causes]
        query = select(action).where(action.c.root_cause_id.in_(numbers)).order_by(action.c.id)
        whole = {"causes": causes, "actions": _rows(connection, query)}
        yield json_part("review/causes.json", whole)


def _messages(connection: Connection, crisis_id: int) -> Iterator[Part]:
    """What was sent to people about the crisis, word for word."""
    outbox, attempt = schema.outbox, schema.delivery_attempt
    rows = _rows(
        connection, select(outbox).where(outbox.c.crisis_id == crisis_id).order_by(outbox.c.id)
    )
    if not rows:
        return
    left_out = ("payload_json", "lease_by", "lease_until")
    told = [{k: v for k, v in row.items() if k not in left_out} for row in rows]
    query = (
        select(attempt)
        .where(attempt.c.outbox_id.in_([row["id"] for row in rows]))
        .order_by(attempt.c.outbox_id, attempt.c.n)
    )
    whole = {"messages": told, "attempts": _rows(connection, query)}
    yield json_part("messages/messages.json", whole)


def _evidence(connection: Connection, crisis_id: int) -> Iterator[Part]:
    """What was filed; of what was withdrawn only its row, with the reason."""
    table = schema.evidence
    index = []
    for row in _rows(
        connection, select(table).where(table.c.crisis_id == crisis_id).order_by(table.c.id)
    ):
        path = None
        if row["withdrawn_at"] is None:
            path = f"evidence/{row['id']:05d}-{safe_name(row['name'])}"
            yield Part(path, row["media_type"], kept=row["sha256"])
        index.append({**row, "path": path})
    yield json_part("evidence/index.json", index)
