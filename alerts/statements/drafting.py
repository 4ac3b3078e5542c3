"""From a template to texts in every language that is asked for.

What a variable needs and nobody has given stays open in the text, and the text cannot be signed
until somebody fills it. A language that the template does not have is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from sqlalchemy import Connection, select

from alerts.crisis.links import buyers, markets
from alerts.event_log import lock
from alerts.library import store
from alerts.library.model import Document
from alerts.statements import rows
from alerts.statements.chain import seal
from alerts.statements.rendering import names, render
from alerts.statements.templates import Template
from alerts.statements.values import UnfitValueError, raw, typed
from data_access.state import schema


class DraftError(Exception):
    """A statement cannot be drafted; the message says what to do."""


@dataclass(frozen=True)
class Order:
    """What is to be drafted.

    Attributes:
        crisis_id: the crisis.
        run_id, step_key: the step it belongs to; None: a person asked for it by hand.
        document: the template in the version in force.
        audience: whom it is for.
        channels: of the template.
        locales: languages, the source first.
        public: whether anybody may read it.
        values: raw values of the variables that are known.
    """

    crisis_id: int
    run_id: int | None
    step_key: str | None
    document: Document
    audience: str
    channels: tuple[str, ...]
    locales: tuple[str, ...]
    public: bool
    values: Mapping[str, Any]

    @property
    def template(self) -> Template:
        """The parsed template."""
        model: Template = self.document.model
        return model

    @property
    def missing(self) -> tuple[str, ...]:
        """Variables that the texts need and that have no value that fits."""
        used = {
            name
            for channel in self.channels
            for name in names(self.template.source_of(self.template.source, channel))
        }
        return tuple(
            name for name in self.template.variables if name in used and name not in self.values
        )


def order(
    connection: Connection,
    crisis_id: int,
    template_id: str,
    *,
    run_id: int | None = None,
    step_key: str | None = None,
    audience: str | None = None,
    channels: Sequence[str] = (),
    locales: Sequence[str] = (),
    public: bool | None = None,
    variables: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    otherwise: Sequence[str] = (),
) -> Order:
    """Find out what is to be drafted.

    Args:
        connection: state database.
        crisis_id: the crisis.
        template_id: name of the template.
        run_id: of the step, if one asks for it.
        step_key: its key.
        audience: whom it is for; the template's if it is left out.
        channels: the template's if there are none.
        locales: the source language is always among them; without any, those of the markets.
        public: the template's if it is left out; what a template calls public stays so.
        variables: raw values by name; what does not fit counts as not given.
        labels: of the crisis; fill variables of the same name. Its first market fills `country`.
        otherwise: markets to write for where neither those of the crisis are known nor those in
            which its goods were sold.

    Raises:
        DraftError: no such template, channel or language.
    """
    document = store.current(connection, "statement", template_id)
    if document is None:
        raise DraftError(f"There is no statement template {template_id!r}; write it first.")
    template: Template = document.model
    wanted_channels = tuple(channels) or tuple(template.channels)
    for channel in wanted_channels:
        if channel not in template.channels:
            known = ", ".join(template.channels)
            raise DraftError(f"{template_id} has no text for {channel}; it has {known}.")
    known_labels = {**(labels or {}), "market": ", ".join(markets(connection, crisis_id))}
    countries = known_labels["market"] or ", ".join(buyers(connection, crisis_id) or otherwise)
    given = tuple(locales) or languages_of(countries, template)
    wanted = tuple(dict.fromkeys((template.source, *given)))
    for locale in wanted:
        if locale not in template.locales:
            raise DraftError(
                f"{template_id} has no text in {locale}; write it into the template, it is not "
                "sent in another language instead."
            )
    known_values = {**_from_labels(known_labels), **_next_update(connection, run_id)}
    known_values |= {
        name: value for name, value in (variables or {}).items() if value not in (None, "")
    }
    return Order(
        crisis_id,
        run_id,
        step_key,
        document,
        audience or template.audience,
        wanted_channels,
        wanted,
        template.public or bool(public),
        _fitting(template, known_values),
    )


def draft(connection: Connection, wanted: Order, *, actor: str, now: datetime) -> list[int]:
    """Write the texts; those that are there already stay as they are.

    Returns:
        Numbers of all texts of the order, the old ones too.
    """
    lock(connection)
    surroundings = rows.surroundings(connection, wanted.crisis_id)
    there = _there(connection, wanted)
    template = wanted.template
    values = rows.values_of(template, wanted.values)
    found: list[int] = []
    for channel in wanted.channels:
        source: tuple[int, str] | None = None
        for locale in wanted.locales:
            known = there.get((channel, locale))
            if known is None:
                body = render(template.source_of(locale, channel), locale, values).text
                known = _write(
                    connection, wanted, (channel, locale), body, source, actor=actor, now=now
                )
                made = rows.look(connection, known[0])
                assert made is not None
                rows.tell(
                    connection,
                    made,
                    "statement_drafted",
                    actor=actor,
                    now=now,
                    version=1,
                    drill_id=surroundings.drill_id,
                    facts={
                        "template": template.id,
                        "sha256": known[1],
                        "missing": list(wanted.missing),
                    },
                )
            if locale == template.source:
                source = known
            found.append(known[0])
    return found


def _write(
    connection: Connection,
    wanted: Order,
    place: tuple[str, str],
    body: str,
    source: tuple[int, str] | None,
    *,
    actor: str,
    now: datetime,
) -> tuple[int, str]:
    channel, locale = place
    sha256 = seal(body, source[1] if source else None)
    made = rows.add(
        connection,
        now=now,
        by=actor,
        crisis_id=wanted.crisis_id,
        run_id=wanted.run_id,
        step_key=wanted.step_key,
        document_version_id=wanted.document.id,
        template=wanted.template.id,
        audience=wanted.audience,
        channel=channel,
        locale=locale,
        public=wanted.public,
        variables_json=dict(wanted.values),
        body=body,
        sha256=sha256,
        source_id=source[0] if source else None,
        source_sha256=source[1] if source else None,
    )
    return made, sha256


def _there(connection: Connection, wanted: Order) -> dict[tuple[str, str], tuple[int, str]]:
    if wanted.run_id is None:
        return {}
    table = schema.statement
    found = connection.execute(
        select(table.c.id, table.c.channel, table.c.locale, table.c.sha256).where(
            table.c.run_id == wanted.run_id, table.c.step_key == wanted.step_key
        )
    )
    return {(row.channel, row.locale): (row.id, row.sha256) for row in found}


def _fitting(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, variable in template.variables.items():
        if name not in given:
            continue
        try:
            typed(variable.type, given[name], variable.longest)
        except UnfitValueError:
            continue
        found[name] = raw(given[name])
    return found


def _from_labels(labels: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = dict(labels)
    if labels.get("market"):
        found.setdefault("country", labels["market"].split(",")[0].strip())
    return found


def _next_update(connection: Connection, run_id: int | None) -> dict[str, Any]:
    """When the run says that the next update is due, if it knows."""
    if run_id is None:
        return {}
    cadence = schema.run_cadence
    at = connection.execute(
        select(cadence.c.next_at)
        .where(cadence.c.run_id == run_id, cadence.c.next_at.is_not(None))
        .order_by(cadence.c.next_at)
        .limit(1)
    ).scalar()
    return {} if at is None else {"next_update": at.isoformat(timespec="minutes")}


def languages_of(countries: str, template: Template) -> tuple[str, ...]:
    """Languages of some markets (`DE, BR`) that the template has; the source where none is."""
    found: dict[str, None] = {}
    for market in countries.split(","):
        locale = language_of(market.strip(), template)
        if locale is not None:
            found[locale] = None
    return tuple(found)


def language_of(market: str, template: Template) -> str | None:
    """The language that most people of a country speak, if the template has it."""
    if not market:
        return None
    try:
        likely = Locale.parse(f"und_{market.upper()}", resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError):
        return None
    names = (
        f"{likely.language}-{likely.script}",
        f"{likely.language}-{likely.territory}",
        likely.language,
    )
    return next((name for name in names if name in template.locales), None)
