"""What a press on the page of a statement means, and doing it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dash import no_update

from alerts import statements
from alerts.actions import Outcome
from alerts.notify.current import Current
from alerts.statements import Action, Do
from dashboard.acting import Pressed, pressed
from dashboard.statements import number, values_of
from dashboard.wording import statement_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

BY_BUTTON = frozenset(Do) - {Do.EDIT, Do.SOURCE_CHANGED}
_CLASS = "aw-outcome aw-status aw-status--{}"


def answer(services: Services, data: Mapping[str, Any] | None, zone: str) -> tuple[Any, ...]:
    """Do what was pressed: the token (so that its form closes), what to say, and its class.

    Times of forms are in `zone`, and so are those that are told.
    """
    found = pressed(data)
    if found is None:
        return no_update, no_update, no_update
    try:
        action = action_of(found, zone)
    except ValueError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        return "", words.not_understood(), _CLASS.format("breach")
    outcome = _do(services, int(found.subject), action, found.actor, found.version, found.token)
    told = words.told(outcome, found.action, zone)
    good = outcome.result in {"done", "repeated"}
    return found.token if good else "", told.text, _CLASS.format(told.status)


def action_of(found: Pressed, zone: str) -> Action:
    """The action that a press asks for; times of its form are in `zone`.

    Raises:
        ValueError: nobody may do that, or a field holds what no form offers.
    """
    asked = Do(found.action)
    if asked not in BY_BUTTON:
        raise ValueError(found.action)
    at = None
    if found.fields.get("at"):
        at = datetime.fromisoformat(found.fields["at"])
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(zone))
        at = at.astimezone(UTC)
    target = found.fields.get("target", "")
    return Action(
        asked,
        note=found.fields.get("note", ""),
        values=values_of(found.fields),
        targets=(target,) if target else (),
        where=found.fields.get("where", ""),
        at=at,
    )


def save(
    services: Services, text: str | None, base: Mapping[str, Any] | None, actor: str | None
) -> tuple[Any, ...]:
    """Keep what stands in the editor as the next revision; what came of it, in words, its class."""
    if base is None:
        return no_update, no_update, no_update
    version, typed = int(base["version"]), text or ""
    pressed_once = f"{base['id']}:{version}:{actor}:{typed}"
    token = f"edit-{hashlib.sha256(pressed_once.encode()).hexdigest()[:48]}"
    action = Action(Do.EDIT, text=typed)
    statement_id = number(str(base["id"]))
    outcome = _do(services, statement_id, action, actor or "", version, token)
    told = words.told(outcome, "edit", services.settings.time_zone)
    saved = {
        "done": outcome.result in {"done", "repeated"},
        "stale": outcome.result == "stale",
        "at": services.clock().isoformat(),
    }
    return saved, told.text, _CLASS.format(told.status)


def _do(
    services: Services, statement_id: int, action: Action, actor: str, version: int, token: str
) -> Outcome:
    return statements.act(
        services.engine,
        statement_id,
        action,
        config=Current(services.settings.home).config(),
        actor=actor,
        version=version,
        token=token,
        wall=services.clock(),
    )
