"""What a press on the Evidence screen means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alerts import dossier
from alerts.actions import Outcome
from alerts.notify.current import Current
from dashboard.acting import Pressed, pressed
from dashboard.wording import evidence_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)
BUILD = "build"


class NotUnderstoodError(ValueError):
    """A press that no screen of ours sends."""


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Do what was pressed: the token if it was done, what came of it, the class of that text."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    try:
        token, text, status = _answered(services, found)
    except NotUnderstoodError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        token, text, status = "", words.not_understood(), "breach"
    return token, text, f"aw-outcome aw-status aw-status--{status}"


def _answered(services: Services, found: Pressed) -> tuple[str, str, str]:
    try:
        outcome = do(services, found)
    except dossier.PackError as error:
        return "", str(error), "breach"
    if outcome.result in {"done", "repeated"}:
        return found.token, words.done(found.action, outcome), "ok"
    return "", words.refusal(outcome, services.settings.time_zone), "breach"


def do(services: Services, pressed: Pressed) -> Outcome:
    """Add, withdraw, choose a checklist, or build a pack.

    Raises:
        NotUnderstoodError: a field holds what no form offers.
        PackError: the pack cannot be built.
    """
    try:
        crisis_id = int(pressed.subject)
    except ValueError as error:
        raise NotUnderstoodError(pressed.subject) from error
    given: dict[str, Any] = {
        "home": services.settings.home,
        "actor": pressed.actor,
        "token": pressed.token,
        "wall": services.clock(),
    }
    if pressed.action == BUILD:
        return dossier.build(services.engine, crisis_id, **given)
    if pressed.action == "checklist":
        chosen = pressed.fields.get("checklist", "")
        return dossier.choose_checklist(services.engine, crisis_id, chosen, **given)
    if pressed.action == "withdraw":
        return _withdraw(services, crisis_id, pressed)
    return dossier.add(services.engine, crisis_id, _new(services, pressed), **given)


def captured(text: str, zone: str) -> datetime | None:
    """A local time of a form; empty: None.

    Raises:
        NotUnderstoodError: it is none.
    """
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotUnderstoodError(text) from error
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _new(services: Services, pressed: Pressed) -> dossier.New:
    said, zone = pressed.fields, services.settings.time_zone
    item = said.get("item") or None
    if pressed.action == "note":
        return dossier.note(
            said.get("title", ""), said.get("text", ""), item=item, source=pressed.actor
        )
    if pressed.action == "link":
        at = captured(said.get("captured", ""), zone)
        address = said.get("address", "")
        return dossier.link(
            said.get("title", "") or address, address, at, item=item, sha256=said.get("sha256", "")
        )
    raise NotUnderstoodError(pressed.action)


def _withdraw(services: Services, crisis_id: int, pressed: Pressed) -> Outcome:
    chosen = pressed.fields.get("evidence", "")
    if not chosen.isdecimal():
        raise NotUnderstoodError(chosen)
    settings = services.settings
    return dossier.withdraw(
        services.engine,
        crisis_id,
        int(chosen),
        pressed.fields.get("reason", ""),
        config=Current(settings.home, public_url=settings.public_url).config(),
        actor=pressed.actor,
        token=pressed.token,
        wall=services.clock(),
    )
