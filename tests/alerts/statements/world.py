"""A crisis with statements, made in the state database, for what is tested of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

import alerts.statements as package
from alerts import statements
from alerts.actions import Outcome
from alerts.library import store
from alerts.notify.config import Config, load
from alerts.statements import Action, Do, rows, templates, terms
from alerts.statements.drafting import draft, order
from alerts.statements.reading import StatementPage
from alerts.statements.rows import Statement
from alerts.statements.templates import Template
from data_access.state import schema
from data_access.state.engine import writing

T0 = datetime(2026, 11, 22, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOLDER = Path(package.__file__).parent
SHIPPED = FOLDER / "shipped"
TERMS = FOLDER / "shipped_terms" / "terms.yaml"
VALUES: Mapping[str, Any] = {
    "brand": "Nordhaus",
    "product": "Kettle K2",
    "lot": "L2407",
    "next_update": "2026-11-22T18:00+01:00",
    "info_url": "https://shop.example/notice",
    "contact": "help@shop.example",
}

PEOPLE = """
schema_version: 1
people:
  Pia: {roles: [pr], languages: [en]}
  Tom: {roles: [translator], languages: [en, de, ar]}
  Ren: {roles: [proofreader], languages: [en, de]}
  Uma: {roles: [proofreader], languages: [ar, zh]}
  Fay: {roles: [final_reviewer]}
  Lex: {roles: [legal, proofreader], languages: [en, de]}
  Lea: {roles: [crisis_lead]}
channels:
  site: {kind: webhook, url: "http://127.0.0.1:9/"}
  shop: {kind: webhook, url: "http://127.0.0.1:9/shop"}
"""


@cache
def config() -> Config:
    """Seven people in roles."""
    return load(PEOPLE)


@cache
def template(name: str) -> Template:
    """A template that ships."""
    return templates.parse((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), name)


@cache
def shipped_terms() -> terms.Terms:
    """The terms that ship."""
    return terms.parse(TERMS.read_text(encoding="utf-8"), "terms")


@dataclass
class World:
    """One crisis with the texts of one template."""

    engine: Engine
    ids: dict[str, int] = field(default_factory=dict)
    crisis_id: int = 0
    at: datetime = T0

    def begin(
        self,
        name: str = "faulty-lot-holding",
        *,
        locales: tuple[str, ...] = ("de",),
        channels: tuple[str, ...] = ("banner",),
        values: Mapping[str, Any] = VALUES,
        drill: bool = False,
        run: tuple[int, str] | None = None,
    ) -> World:
        """A declared crisis and drafts; `ids` by language of the first channel."""
        with writing(self.engine) as connection:
            levels = self._document(connection, "levels", "standard", "{}")
            text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
            version = self._document(connection, "statement", name, text)
            self._document(connection, "terms", "terms", TERMS.read_text(encoding="utf-8"))
            drill_id = self._drill(connection, version) if drill else None
            self.crisis_id = self.crisis_id or self._crisis(connection, levels, drill_id)
            wanted = order(
                connection,
                self.crisis_id,
                name,
                channels=channels,
                locales=locales,
                variables=values,
                run_id=run[0] if run else None,
                step_key=run[1] if run else None,
            )
            made = draft(connection, wanted, actor="worker", now=T0)
            for number in made:
                one = rows.look(connection, number)
                assert one is not None
                self.ids.setdefault(one.locale, number)
        return self

    def _crisis(self, connection: Any, levels: int, drill_id: int | None) -> int:
        table = schema.crisis
        found: int = connection.execute(
            insert(table)
            .values(
                cause_key="k" * 64,
                title="Kettles that leak",
                labels_json={"market": "DE", "topic": "product"},
                status="declared",
                level=3,
                began_at=T0,
                detected_at=T0,
                declared_at=T0,
                roles_json={},
                flags_json={},
                levels_version_id=levels,
                drill_id=drill_id,
                version=1,
                updated_at=T0,
            )
            .returning(table.c.id)
        ).scalar_one()
        return found

    def _drill(self, connection: Any, version: int) -> int:
        table = schema.drill
        found: int = connection.execute(
            insert(table)
            .values(
                title="Exercise",
                playbook_version_id=version,
                scenario_json={},
                speed=60.0,
                real_start=T0,
                masked_start=T0,
                status="running",
                started_by="Lea",
                version=1,
            )
            .returning(table.c.id)
        ).scalar_one()
        return found

    def _document(self, connection: Any, kind: str, name: str, text: str) -> int:
        table = schema.document_version
        known: int | None = connection.execute(
            select(table.c.id).where(table.c.kind == kind, table.c.name == name)
        ).scalar()
        if known is not None:
            return known
        return store.add(connection, kind, name, text, origin="shipped", by="", now=T0).id

    def one(self, locale: str = "en") -> Statement:
        """A text as it is."""
        with self.engine.connect() as connection:
            found = rows.look(connection, self.ids[locale])
        assert found is not None
        return found

    def act(self, do: Do, actor: str, locale: str = "en", **given: Any) -> Outcome:
        """Do something to a text, a minute later."""
        self.at += MINUTE
        keys = {name: given.pop(name) for name in ("version", "token") if name in given}
        return statements.act(
            self.engine,
            self.ids[locale],
            Action(do, **given),
            config=config(),
            actor=actor,
            **{"version": None, "token": None, **keys},
            wall=self.at,
        )

    def sign(self, locale: str = "en", *, until: Do = Do.FINAL) -> None:
        """Have three people sign a text."""
        first, proof = ("Pia", "Ren") if locale == "en" else ("Tom", "Ren")
        for do, actor in ((Do.TRANSLATED, first), (Do.PROOFREAD, proof), (Do.FINAL, "Fay")):
            outcome = self.act(do, actor, locale)
            assert outcome.result == "done", outcome
            if do is until:
                return

    def page(self, locale: str = "en") -> StatementPage:
        """Read model of a text."""
        found = statements.page(self.engine, self.ids[locale], config(), self.at)
        assert found is not None
        return found

    def told(self) -> list[str]:
        """Kinds of the events of the crisis, in order."""
        return [row.kind for row in self.events()]

    def events(self) -> list[Any]:
        """Events of the crisis, in order."""
        log = schema.event_log
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    select(log).where(log.c.subject_kind == "crisis").order_by(log.c.seq)
                )
            )

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """What the events of a kind say."""
        return [json.loads(row.payload_json) for row in self.events() if row.kind == kind]

    def messages(self) -> list[Any]:
        """Rows of the outbox."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(schema.outbox).order_by(schema.outbox.c.id)))
