"""What a press on an alert screen, or a command, means; and doing it.

What is done is `alerts.actions` and `alerts.silences`; what is said of it afterwards stands in
`dashboard.wording.outcomes`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from alerts import inbox, silences
from alerts.actions import Outcome, act
from alerts.handling import Action, Do, Verdict
from alerts.oncall.localtime import resolve
from dashboard import crisis_actions
from dashboard.acting import Pressed, pressed
from dashboard.market_time import end_of, zone_of
from dashboard.wording import outcomes

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

BY_PEOPLE = (
    Do.ACKNOWLEDGE,
    Do.UNACKNOWLEDGE,
    Do.ASSIGN,
    Do.SNOOZE,
    Do.WAKE,
    Do.COMMENT,
    Do.RAISE_SEVERITY,
    Do.LOWER_SEVERITY,
    Do.CLOSE,
    Do.REOPEN,
)
"""Actions of the handling machine that a person may ask for."""


class NotUnderstoodError(ValueError):
    """A press that no screen of ours sends."""


def action_of(pressed: Pressed, now: datetime, zone: str) -> Action:
    """The action of the handling machine that a press asks for.

    Args:
        pressed: what arrived; its fields are `assignee`, `for`, `note`, `severity` (with its way:
            `lower:info`), `verdict` and `true_start` (a day), where the action has them.
        now: the wall clock.
        zone: of the incident's market: for tomorrow morning, and for the day it really began.

    Raises:
        NotUnderstoodError: no person may do that, or a field holds what no form offers.
    """
    said = pressed.fields
    name, severity = pressed.action, ""
    if name == "severity":
        way, _colon, severity = said.get("severity", "").partition(":")
        name = f"{way}_severity"
    try:
        asked = Do(name)
        if asked not in BY_PEOPLE:
            raise NotUnderstoodError(pressed.action)
        return Action(
            asked,
            severity=severity,
            assignee=said.get("assignee", ""),
            until=end_of(said["for"], now, zone) if asked is Do.SNOOZE else None,
            verdict=Verdict(said["verdict"]) if said.get("verdict") else None,
            true_start=_morning(said.get("true_start", ""), zone),
            note=said.get("note", ""),
        )
    except (KeyError, ValueError) as error:
        raise NotUnderstoodError(f"{pressed.action} {dict(said)}") from error


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Do what was pressed: the token if it was done, what came of it, the class of that text."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    if found.subject.startswith("new/"):
        opened = crisis_actions.answer(services, data)
        return opened.token, opened.text, opened.style
    home = services.settings.time_zone
    zone = zone_of(inbox.labels_of(services.engine, int(found.subject)), home)
    try:
        outcome = do(services, found, zone)
    except NotUnderstoodError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused")
    told = outcomes.told(outcome, found.action, home)
    token = found.token if outcome.result in {"done", "repeated"} else ""
    return token, told.text, f"aw-outcome aw-status aw-status--{told.status}"


def do(services: Services, pressed: Pressed, zone: str) -> Outcome:
    """Act on the incident that the press names; `zone` is its market's.

    Raises:
        NotUnderstoodError: no person may do that, or a field holds what no form offers.
    """
    now = services.clock()
    if pressed.action == "silence":
        return _silence(services, pressed, now, zone)
    if pressed.action == "expire":
        return _expire(services, pressed, now)
    return act(
        services.engine,
        int(pressed.subject),
        action_of(pressed, now, zone),
        actor=pressed.actor,
        version=pressed.version,
        token=pressed.token,
        now=now,
    )


def _silence(services: Services, pressed: Pressed, now: datetime, zone: str) -> Outcome:
    """Keep the incident quiet, with everything inside it."""
    ends = end_of(pressed.fields.get("for", ""), now, zone)
    if ends is None:
        raise NotUnderstoodError(f"silence {dict(pressed.fields)}")
    return _as_outcome(
        silences.silence_incident(
            services.engine,
            int(pressed.subject),
            ends=ends,
            actor=pressed.actor,
            reason=pressed.fields.get("note", ""),
            token=pressed.token,
            now=now,
        )
    )


def _expire(services: Services, pressed: Pressed, now: datetime) -> Outcome:
    """End the silence that mutes the incident."""
    number = pressed.fields.get("silence", "")
    if not number.isdecimal():
        raise NotUnderstoodError(f"expire {dict(pressed.fields)}")
    return _as_outcome(
        silences.expire(
            services.engine, int(number), actor=pressed.actor, token=pressed.token, now=now
        )
    )


def _as_outcome(outcome: silences.Outcome) -> Outcome:
    return Outcome(outcome.result, None, outcome.why, outcome.by, outcome.at)


def _morning(day: str, zone: str) -> datetime | None:
    """The beginning of a day in the market's zone."""
    return resolve(date.fromisoformat(day), time(), zone) if day else None
