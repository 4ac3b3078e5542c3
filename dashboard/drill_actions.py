"""What a press on the screens of drills means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alerts import drills, library
from alerts.actions import Outcome
from alerts.drills import Started, Why
from dashboard.acting import Pressed, pressed
from dashboard.drills import prepared
from dashboard.languages import current
from dashboard.reviews import config_of
from dashboard.wording import drill_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)
_CLASS = "aw-outcome aw-status aw-status--{}"


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Token of the press if it was done, what is said of it, and its class."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    try:
        told = _do(services, found)
    except (KeyError, ValueError):
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        told = words.told(Outcome("refused", why="not_understood"), found.action, "UTC")
    token = found.token if told.status in {"ok", "info"} else ""
    return token, told.text, _CLASS.format(told.status)


def _do(services: Services, found: Pressed) -> words.Told:
    if found.action == "start":
        return words.started(_start(services, found))
    keys: dict[str, Any] = {
        "config": config_of(services),
        "actor": found.actor,
        "token": found.token,
        "wall": services.clock(),
    }
    number = int(found.subject)
    if found.action == "inject":
        outcome = drills.inject(services.engine, number, found.fields.get("text", ""), **keys)
    elif found.action in ("end", "cancel"):
        outcome = drills.end(
            services.engine,
            number,
            version=None,
            cancelled=found.action == "cancel",
            reason=found.fields.get("reason", ""),
            **keys,
        )
    else:
        raise ValueError(found.action)
    return words.told(outcome, found.action, services.settings.time_zone)


def _start(services: Services, found: Pressed) -> Started:
    """Start what the form says.

    Raises:
        ValueError: a field holds what no form offers.
    """
    said = found.fields
    with services.engine.connect() as connection:
        document = library.current(connection, "playbook", said.get("playbook", ""))
        if document is None:
            return Started("refused", why=Why.NO_PLAYBOOK)
        given = prepared(connection, document.model, said.get("scenario", ""), current())
    if given is None:
        return Started("refused", why=Why.NO_SUCH_EVENT)
    scenario = given.scenario
    if said.get("level"):
        scenario = replace(scenario, level=int(said["level"]))
    return drills.start(
        services.engine,
        document.id,
        scenario,
        title=said.get("title", "").strip() or given.title,
        speed=float(said.get("speed") or given.speed),
        masked_start=given.masked_start,
        actor=found.actor,
        token=found.token,
        wall=services.clock(),
    )
