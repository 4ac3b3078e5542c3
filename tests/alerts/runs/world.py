"""A crisis with a run, made straight in the state database, for what is tested of runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update

from alerts import library, runs
from alerts.actions import Outcome
from alerts.event_log import canonical
from alerts.library import store
from alerts.notify.config import Config, load
from alerts.playbooks.format import Playbook
from alerts.runs import rows
from alerts.runs.model import Action, Run, RunStatus, StepRun
from alerts.runs.rows import StoredRun
from data_access.state import schema
from data_access.state.engine import writing

T0 = datetime(2026, 3, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

PEOPLE = """
schema_version: 1
people:
  Lea: {addresses: {chat: "@lea"}, roles: [crisis_lead]}
  Sam: {addresses: {chat: "@sam"}, roles: [service_manager]}
  Liu: {addresses: {chat: "@liu"}, roles: [logistics, legal], locale: zh}
  Pia: {addresses: {chat: "@pia"}, roles: [pr, executive_sponsor]}
channels:
  chat: {kind: webhook, url: "http://127.0.0.1:9/"}
"""

HEAD = """
schema_version: 1
id: test-run
title: {en: Test, zh: 测试}
summary: {en: For tests, zh: 用于测试}
owner: Service
review_by: 2030-01-01
roles:
  crisis_lead: {title: {en: Lead, zh: 负责人}}
  service_manager: {title: {en: Service, zh: 客服}, fallback: crisis_lead}
  logistics: {title: {en: Logistics, zh: 物流}, fallback: service_manager}
  supply: {title: {en: Supply, zh: 供应}, fallback: logistics}
  legal: {title: {en: Legal, zh: 法务}, fallback: crisis_lead}
  pr: {title: {en: PR, zh: 公关}, fallback: crisis_lead}
  finance: {title: {en: Finance, zh: 财务}}
variables:
  product: {type: text, title: {en: Product, zh: 商品}}
  injured: {type: boolean, title: {en: Somebody was injured, zh: 有人受伤}}
  units: {type: integer, title: {en: Units, zh: 数量}}
"""


def config(text: str = PEOPLE) -> Config:
    """Four people in roles."""
    return load(text)


def line(key: str, kind: str = "manual", **fields: Any) -> str:
    """One step as a line of YAML."""
    given = {"key": key, "kind": kind, "phase": "contain", **fields}
    title = given.pop("title", None) or {"en": key, "zh": key}
    return f"  - {canonical({'title': title, **given})}"


def playbook_text(*lines: str, head: str = HEAD, tail: str = "") -> str:
    """A playbook with these steps."""
    return "\n".join([head.strip(), "steps:", *lines, tail])


def playbook(*lines: str, head: str = HEAD, tail: str = "") -> Playbook:
    """The same, parsed."""
    made: Playbook = library.kind_of("playbook").parse(
        playbook_text(*lines, head=head, tail=tail), "test"
    )
    return made


def pure_run(level: int = 2, **changed: Any) -> Run:
    """A run that has not begun."""
    values: dict[str, Any] = {
        "id": 1,
        "crisis_id": 1,
        "level": level,
        "status": RunStatus.RUNNING,
        "anchors": {},
        "variables": {},
        "labels": {"market": "DE"},
        "steps": {},
    }
    return Run(**{**values, **changed})


@dataclass
class World:
    """One crisis in a database, with a run of a playbook."""

    engine: Engine
    config: Config = field(default_factory=config)
    crisis_id: int = 0
    run_id: int = 0
    playbook_version_id: int = 0

    def crisis(self, level: int = 2, **changed: Any) -> int:
        """A declared crisis; its number."""
        with writing(self.engine) as connection:
            levels = _document(
                connection, "levels", f"standard-{changed.get('cause_key', '')}", "{}"
            )
            values = {
                "cause_key": "k" * 64,
                "title": "Kettles that leak",
                "labels_json": {"market": "DE", "topic": "product"},
                "status": "declared",
                "level": level,
                "began_at": T0 - HOUR,
                "detected_at": T0 - HOUR,
                "declared_at": T0,
                "declared_by": "Lea",
                "lead": "Lea",
                "roles_json": {},
                "flags_json": {},
                "levels_version_id": levels,
                "version": 1,
                "updated_at": T0,
                **changed,
            }
            self.crisis_id = connection.execute(
                insert(schema.crisis).values(**values).returning(schema.crisis.c.id)
            ).scalar_one()
        return self.crisis_id

    def start(
        self, *lines: str, level: int = 2, variables: dict[str, Any] | None = None, **more: Any
    ) -> int:
        """Begin a run of a playbook with these steps; its number."""
        if not self.crisis_id:
            self.crisis(level)
        text = playbook_text(*lines, **more)
        with writing(self.engine) as connection:
            self.playbook_version_id = _document(
                connection, "playbook", f"test-run-{self.crisis_id}", text
            )
            self.run_id = runs.start(
                connection,
                self.crisis_id,
                self.playbook_version_id,
                level=level,
                variables=variables,
                actor="Lea",
                now=T0,
            )
        return self.run_id

    def stored(self, run_id: int | None = None) -> StoredRun:
        """The run as it is."""
        with self.engine.connect() as connection:
            found = rows.look(connection, run_id or self.run_id)
        assert found is not None
        return found

    def step(self, key: str) -> StepRun:
        """One step as it is."""
        return self.stored().run.steps[key]

    def states(self) -> dict[str, str]:
        """State of every step."""
        return {key: str(one.state) for key, one in self.stored().run.steps.items()}

    def act(self, key: str, action: Action, *, actor: str = "Lea", **given: Any) -> Outcome:
        """Do something to a step."""
        keys: dict[str, Any] = {"version": None, "token": None, "wall": T0 + MINUTE}
        return runs.act(
            self.engine,
            self.run_id,
            key,
            action,
            config=self.config,
            actor=actor,
            **{**keys, **given},
        )

    def told(self, *, with_steps: bool = True) -> list[str]:
        """Kinds of the events of the crisis, in order, with the step each is of."""
        log = schema.event_log
        with self.engine.connect() as connection:
            found = connection.execute(
                select(log.c.kind, log.c.payload_json)
                .where(log.c.subject_kind == "crisis")
                .order_by(log.c.seq)
            ).all()
        return [
            f"{row.kind} {_step(row.payload_json)}".strip() if with_steps else row.kind
            for row in found
        ]

    def messages(self) -> list[Any]:
        """Rows of the outbox."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(schema.outbox).order_by(schema.outbox.c.id)))

    def change_crisis(self, **values: Any) -> None:
        """Change the crisis behind everybody's back."""
        with writing(self.engine) as connection:
            connection.execute(
                update(schema.crisis).where(schema.crisis.c.id == self.crisis_id).values(**values)
            )


def _step(payload: str) -> str:
    return str(json.loads(payload).get("step", ""))


def _document(connection: Any, kind: str, name: str, text: str) -> int:
    table = schema.document_version
    found: int = connection.execute(
        insert(table)
        .values(
            kind=kind,
            name=name,
            n=1,
            body_yaml=text,
            sha256=store.sha256_of(text),
            origin="screen",
            created_by="Lea",
            created_at=T0,
        )
        .returning(table.c.id)
    ).scalar_one()
    return found
