"""A new version from the screen: parsed, linted, in turn, once, and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, select

from alerts import event_log
from alerts.actions import take_token
from alerts.library import store
from alerts.library.kinds import kind_of
from alerts.library.model import DocumentError, Finding, Version
from alerts.library.surroundings import effects, holders
from alerts.notify.config import Config
from data_access.state import schema
from data_access.state.engine import writing


@dataclass(frozen=True)
class Checked:
    """What there is to say of a text before it is saved.

    Attributes:
        model: None if it does not parse.
        faults: why it does not parse, one line each.
        findings: of the linter.
    """

    model: Any
    faults: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it parses and has no error."""
        return self.model is not None and not any(
            finding.severity == "error" for finding in self.findings
        )


@dataclass(frozen=True)
class Saved:
    """What became of a text.

    Attributes:
        result: `done`; `unchanged`: it says what is in force; `repeated`: the same press came
            before; `stale`: somebody saved another version meanwhile; `refused`: it has errors,
            or nobody's name stands by it.
        version: written, in force already, or saved meanwhile.
        checked: what is wrong with it.
        by: who came before.
        at: when.
    """

    result: Literal["done", "unchanged", "repeated", "stale", "refused"]
    version: Version | None = None
    checked: Checked | None = None
    by: str = ""
    at: datetime | None = None


def check(
    connection: Connection,
    kind: str,
    text: str,
    *,
    where: str = "",
    config: Config | None = None,
    today: date | None = None,
) -> Checked:
    """Parse and lint a text against everything in force.

    Args:
        connection: state database.
        kind: of the document.
        text: YAML.
        where: name in messages; the kind if left out.
        config: `alerting.yaml`, for who holds which role; None: that is not checked.
        today: for `review_by`; None: that is not checked.
    """
    try:
        model = kind_of(kind).parse(text, where or kind)
    except DocumentError as error:
        return Checked(None, tuple(error.faults))
    library = store.snapshot(
        connection,
        effects=effects(),
        holders=None if config is None else holders(config),
        today=today,
    )
    return Checked(model, (), tuple(kind_of(kind).lint(model, library.having(kind, model))))


def save(
    engine: Engine,
    kind: str,
    text: str,
    *,
    actor: str,
    note: str,
    token: str | None,
    now: datetime,
    seen: int | None = None,
    config: Config | None = None,
) -> Saved:
    """Write a text down as the next version of the document whose `id` it names.

    Args:
        engine: state database.
        kind: of the document.
        text: YAML.
        actor: who saves; without a name it is refused.
        note: why, in a few words.
        token: made for each press of a button; None: a command.
        now: the wall clock.
        seen: `n` of the newest version the person saw; None: whatever it is by now.
        config: for who holds which role.
    """
    name = actor.strip()
    if not name or name == "worker":
        return Saved("refused")
    with engine.connect() as connection:
        checked = check(connection, kind, text, config=config, today=now.date())
    if not checked.usable:
        return Saved("refused", checked=checked)
    with writing(engine) as connection:
        event_log.lock(connection)
        subject = f"{kind}.{checked.model.id}"
        newest = next(iter(store.history(connection, kind, checked.model.id)), None)
        before = _noted(connection, token)
        if before is not None:
            return Saved("repeated", newest, checked, before.actor, before.at)
        if newest is not None and seen is not None and newest.n != seen:
            return Saved("stale", newest, checked, newest.created_by, newest.created_at)
        held = store.current(connection, kind, checked.model.id)
        if held is not None and held.sha256 == store.sha256_of(text):
            return Saved("unchanged", newest, checked)
        if token:
            take_token(connection, token, actor=name, kind="save", subject=subject, now=now)
        version = store.add(
            connection,
            kind,
            checked.model.id,
            text,
            origin="screen",
            by=name,
            now=now,
            note=note.strip() or None,
        )
        payload = {"n": version.n, "sha256": version.sha256, "note": version.note}
        entry = event_log.Entry(now, name, "document_saved", "document", subject, payload)
        event_log.append(connection, [entry])
    return Saved("done", version, checked)


def _noted(connection: Connection, token: str | None) -> Any:
    """The press of this button that came before."""
    if not token:
        return None
    table = schema.action_token
    return connection.execute(select(table).where(table.c.token == token)).first()
