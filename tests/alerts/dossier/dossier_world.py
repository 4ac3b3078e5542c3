"""A crisis with something of everything, written straight into the state database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from alerts import dossier, library
from alerts.event_log import Entry, append
from alerts.rule_store import add_version
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import rule

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATEMENT = "We are looking into reports about the kettle.\nمرحبا 您好\n"


def documents(engine: Engine, home: Path) -> None:
    """The checklists that ship, and a document for levels."""
    text = Path("alerts/dossier/shipped")
    with writing(engine) as connection:
        for name in ("crisis", "disputes"):
            body = (text / f"{name}.yaml").read_text(encoding="utf-8")
            document(connection, "checklists", name, body)


def document(connection: Any, kind: str, name: str, body: str) -> int:
    """A version of a document."""
    made: int = connection.execute(
        insert(schema.document_version)
        .values(
            kind=kind,
            name=name,
            n=1,
            body_yaml=body,
            sha256=library.store.sha256_of(body),
            origin="shipped",
            created_by="test",
            created_at=NOW - 24 * HOUR,
        )
        .returning(schema.document_version.c.id)
    ).scalar_one()
    return made


def crisis(engine: Engine, *, topic: str = "product", **changed: Any) -> int:
    """A declared crisis; its number."""
    with writing(engine) as connection:
        levels = document(
            connection, "levels", f"levels-{changed.get('cause_key', 'c')}", "id: x\n"
        )
        made: int = connection.execute(
            insert(schema.crisis)
            .values(
                {
                    "cause_key": "c",
                    "title": "Kettles that smoke",
                    "labels_json": {"topic": topic, "product": "KET-1", "lot": "LOT-7"},
                    "status": "declared",
                    "level": 3,
                    "began_at": NOW - 6 * HOUR,
                    "detected_at": NOW - 2 * HOUR,
                    "declared_at": NOW - HOUR,
                    "declared_by": "Ana",
                    "lead": "Lea",
                    "roles_json": {"supply": "Sun"},
                    "flags_json": {},
                    "levels_version_id": levels,
                    "version": 3,
                    "updated_at": NOW,
                    **changed,
                }
            )
            .returning(schema.crisis.c.id)
        ).scalar_one()
    return made


def log(engine: Engine, entries: list[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Entries: subject kind, subject, payload."""
    with writing(engine) as connection:
        append(
            connection,
            [
                Entry(NOW + timedelta(seconds=n), "Ana", f"kind_{n}", kind, subject, payload)
                for n, (kind, subject, payload) in enumerate(entries)
            ],
        )


def whole(engine: Engine, home: Path) -> int:
    """A crisis with an incident, its rule, a run, a statement, signatures, a batch, evidence."""
    documents(engine, home)
    number = crisis(engine)
    log(
        engine,
        [
            ("incident", "900", {"before": "it began"}),
            ("crisis", str(number), {"level": 2, "reason": "criteria"}),
            ("incident", "1", {"note": "linked, told in full"}),
            ("incident", "901", {"secret": "somebody else's"}),
            ("rule", "x", {"secret": "somebody else's"}),
            (
                "crisis",
                str(number),
                {"level": 3, "reason": "injury", "text": "冒烟 “quoted” \\ \n"},
            ),
            ("crisis", "77", {"secret": "another crisis"}),
        ],
    )
    _incident(engine, number)
    _run(engine, number)
    _statement(engine, number)
    _batch(engine, number)
    for new in (
        dossier.note("Call with the lab", "They open on Monday.", item="test-report"),
        dossier.link("The post", "https://social.example/p/1", NOW - HOUR, item="photos"),
        dossier.file("../../a photo.jpg", b"\xff\xd8jpeg", "image/jpeg", source="customer"),
    ):
        outcome = dossier.add(engine, number, new, home=home, actor="Ana", token=None, wall=NOW)
        assert outcome.result == "done", outcome
    log(engine, [("worker", "worker", {"n": n}) for n in range(5)])
    return number


def _incident(engine: Engine, number: int) -> None:
    version = rule()
    with writing(engine) as connection:
        add_version(
            connection, version, origin="shipped", asks=None, actor="worker", by="test", now=NOW
        )
        connection.execute(
            insert(schema.alert_group).values(
                id=1,
                group_key="g",
                rule_id=version.rule.id,
                labels_json={"market": "DE"},
                severity="critical",
                handling="open",
                signal_open=True,
                opened_at=NOW - 2 * HOUR,
                reopened=0,
                notices=0,
                version=1,
                updated_at=NOW,
            )
        )
        connection.execute(
            insert(schema.alert).values(
                id=1,
                rule_id=version.rule.id,
                stage="live",
                fingerprint="f",
                labels_json={"market": "DE"},
                severity="critical",
                signal="firing",
                since=NOW - 2 * HOUR,
                episode=1,
                flaps=0,
                version=1,
                evidence_json={
                    "rule": {"id": version.rule.id, "sha256": version.sha256},
                    "samples": ["case-1"],
                },
                updated_at=NOW,
            )
        )
        connection.execute(
            insert(schema.alert_group_member).values(
                group_id=1, alert_id=1, episode=1, joined_at=NOW
            )
        )
        connection.execute(
            insert(schema.crisis_link),
            [
                {
                    "crisis_id": number,
                    "kind": kind,
                    "source": source,
                    "ref": ref,
                    "added_by": "Ana",
                    "added_at": NOW,
                }
                for kind, source, ref in (("incident", "", "1"), ("lot", "shop", "LOT-7"))
            ],
        )


def _run(engine: Engine, number: int) -> None:
    with writing(engine) as connection:
        version = document(connection, "playbook", "faulty-lot", "id: faulty-lot\n# as it was\n")
        connection.execute(
            insert(schema.playbook_run).values(
                id=1,
                crisis_id=number,
                document_version_id=version,
                playbook="faulty-lot",
                level=3,
                status="running",
                idem_key="k",
                started_at=NOW,
                started_by="Ana",
                anchors_json={},
                variables_json={},
                version=1,
                updated_at=NOW,
            )
        )
        connection.execute(
            insert(schema.run_step).values(
                run_id=1,
                step_key="stop-sale",
                place=1,
                kind="manual",
                state="running",
                attempts=0,
                version=1,
            )
        )


def _statement(engine: Engine, number: int) -> None:
    sha256 = library.store.sha256_of(STATEMENT)
    with writing(engine) as connection:
        version = document(
            connection, "statement", "faulty-lot-holding", "id: faulty-lot-holding\n"
        )
        connection.execute(
            insert(schema.statement).values(
                id=1,
                crisis_id=number,
                run_id=1,
                step_key="holding",
                document_version_id=version,
                template="faulty-lot-holding",
                audience="customers",
                channel="email",
                locale="en",
                public=True,
                variables_json={},
                body=STATEMENT,
                sha256=sha256,
                status="sent",
                author="Ana",
                created_at=NOW,
                sent_at=NOW,
                sent_by="Lea",
                sent_json={"to": ["newsletter"]},
                version=4,
                updated_at=NOW,
            )
        )
        connection.execute(
            insert(schema.approval).values(
                subject_kind="statement",
                subject_id="1",
                subject_sha256=sha256,
                role="final_reviewer",
                decision="approved",
                by="Lea",
                at=NOW,
            )
        )


def _batch(engine: Engine, number: int) -> None:
    with writing(engine) as connection:
        version = document(connection, "compensation", "standard", "id: standard\n")
        connection.execute(
            insert(schema.compensation_batch).values(
                id=1,
                crisis_id=number,
                document_version_id=version,
                title="Vouchers",
                cause="faulty-lot",
                criteria_json={},
                snapshots_json={"orders": 1},
                drill=False,
                state="approved",
                sha256="0" * 64,
                created_by="Ana",
                created_at=NOW,
                version=1,
                updated_at=NOW,
            )
        )
        connection.execute(
            insert(schema.compensation_item).values(
                batch_id=1,
                n=1,
                source="shop",
                order_id="O-1",
                cause="faulty-lot",
                level=1,
                amount_minor=1000,
                currency="EUR",
                facts_json=json.loads("{}"),
                drill=False,
                state="approved",
            )
        )
