"""What a press on a crisis screen means, and doing it.

The subject of a press says what is acted on: `crisis/3`, `step/7/recall`, `update/7/customers`,
`clock/3/gdpr-72h`, `single/helpdesk/4711`. What is said afterwards stands in
`dashboard.wording.crisis_outcomes`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alerts import inbox, runs
from alerts.actions import Outcome
from alerts.crisis import statutory_clocks
from alerts.crisis.acting import act, open_by_hand
from alerts.crisis.model import Action, Do, Link
from alerts.crisis_room import topic_of
from alerts.notify.config import Config
from alerts.notify.current import Current
from dashboard.acting import Pressed, pressed
from dashboard.url_filter import link
from dashboard.wording import crisis_outcomes
from dashboard.wording.crisis_step_acts import FIELD_PREFIX

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

_LONGEST_NUMBER = 18
"""A longer number is none that a database gives."""
_NO_PLAYBOOK = "-"
BY_PEOPLE = frozenset(
    {
        Do.DECLARE, Do.RAISE, Do.LOWER, Do.CONTAIN, Do.UNCONTAIN, Do.CLOSE, Do.DISMISS, Do.REOPEN,
        Do.ASSIGN_ROLE, Do.FLAG, Do.UNFLAG, Do.LINK, Do.UNLINK, Do.COMMENT, Do.START_PLAYBOOK,
    }
)  # fmt: skip


class NotUnderstoodError(ValueError):
    """A press that no screen of ours sends."""


@dataclass(frozen=True)
class Answer:
    """What came of a press.

    Attributes:
        token: of the press if it was done, so that its form closes; else empty.
        text: in a sentence.
        style: class of that sentence.
        href: where to go on, such as to the crisis that was opened.
    """

    token: str
    text: str
    style: str
    href: str = ""


def answer(services: Services, data: Mapping[str, Any] | None, query: str = "") -> Answer:
    """Do what was pressed, and say what came of it."""
    found = pressed(data)
    if found is None:
        return Answer("", "", "aw-outcome")
    zone = services.settings.time_zone
    try:
        outcome = do(services, found)
    except NotUnderstoodError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused")
    told = crisis_outcomes.told(outcome, found.action, zone)
    good = outcome.result in {"done", "repeated"}
    number = (outcome.data or {}).get("crisis") if good else None
    return Answer(
        found.token if good else "",
        told.text,
        f"aw-outcome aw-status aw-status--{told.status}",
        link(f"/crises/{number}", query) if number else "",
    )


def do(services: Services, pressed: Pressed) -> Outcome:
    """Act on what the press names.

    Raises:
        NotUnderstoodError: no person may do that, or a field holds what no form offers.
    """
    kind, _slash, rest = pressed.subject.partition("/")
    makers: Mapping[str, Callable[[Services, Pressed, str, Config], Outcome]] = {
        "crisis": _crisis,
        "step": _step,
        "update": _update,
        "clock": _clock,
        "new": _open,
        "single": _single,
    }
    if kind not in makers:
        raise NotUnderstoodError(pressed.subject)
    config = Current(services.settings.home).config()
    return makers[kind](services, pressed, rest, config)


def _crisis(services: Services, pressed: Pressed, rest: str, config: Config) -> Outcome:
    return act(
        services.engine,
        _number(rest),
        action_of(pressed),
        config=config,
        actor=pressed.actor,
        version=pressed.version,
        token=pressed.token,
        wall=services.clock(),
    )


def action_of(pressed: Pressed) -> Action:
    """The action of the crisis machine that a press asks for.

    Raises:
        NotUnderstoodError: no person may do that, or a field holds what no form offers.
    """
    said = pressed.fields
    try:
        asked = Do(pressed.action)
        level = int(said.get("level") or 0)
    except ValueError as error:
        raise NotUnderstoodError(f"{pressed.action} {dict(said)}") from error
    if asked not in BY_PEOPLE:
        raise NotUnderstoodError(pressed.action)
    joined: tuple[Link, ...] = ()
    if asked in (Do.LINK, Do.UNLINK):
        joined = (Link(said.get("kind", ""), said.get("source", ""), said.get("ref", "")),)
    return Action(
        asked,
        level=level,
        note=said.get("note", ""),
        role=said.get("role", ""),
        person=said.get("person", ""),
        flag=said.get("flag", ""),
        links=joined,
        despite_runs=said.get("despite_runs") == "yes",
        playbooks=playbooks_of(said.get("playbook", "")),
    )


def playbooks_of(chosen: str) -> tuple[str, ...] | None:
    """Which playbooks to start: None: those of the topic; a dash: none; else the one named."""
    if not chosen:
        return None
    return () if chosen == _NO_PLAYBOOK else (chosen,)


def _step(services: Services, pressed: Pressed, rest: str, config: Config) -> Outcome:
    run_id, _slash, key = rest.partition("/")
    return runs.act(
        services.engine,
        _number(run_id),
        key,
        step_action_of(pressed, services.settings.time_zone),
        config=config,
        actor=pressed.actor,
        version=pressed.version,
        token=pressed.token,
        wall=services.clock(),
    )


def step_action_of(pressed: Pressed, zone: str) -> runs.Action:
    """The action of the run machine that a press asks for; times of its form are in `zone`.

    Raises:
        NotUnderstoodError: no such action, or a field that holds none of what it may.
    """
    said = pressed.fields
    name = pressed.action.removeprefix("step_")
    try:
        asked = runs.Do(name)
    except ValueError as error:
        raise NotUnderstoodError(pressed.action) from error
    happened = said.get("happened", "")
    if happened not in ("", "yes", "no"):
        raise NotUnderstoodError(f"{pressed.action} {dict(said)}")
    result = dict(
        _typed(name, value, zone)
        for name, value in said.items()
        if name.startswith(FIELD_PREFIX) and value
    )
    return runs.Action(
        asked,
        result=result,
        note=said.get("note", ""),
        happened={"yes": True, "no": False}.get(happened),
        assignee=said.get("assignee", ""),
        role=said.get("role", ""),
        seen=said.get("seen") or None,
    )


def _typed(field: str, value: str, zone: str) -> tuple[str, Any]:
    """Name and value of a variable, from the field that asked for it; times are in `zone`."""
    kind, _dot, name = field.removeprefix(FIELD_PREFIX).partition(".")
    try:
        match kind:
            case "boolean":
                return name, {"true": True, "false": False}[value]
            case "integer":
                return name, int(value)
            case "number":
                return name, float(value)
            case "date":
                return name, date.fromisoformat(value).isoformat()
            case "datetime":
                at = datetime.fromisoformat(value)
                local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
                return name, local.astimezone(UTC).isoformat()
    except (KeyError, ValueError) as error:
        raise NotUnderstoodError(f"{field} {value}") from error
    return name, value


def _update(services: Services, pressed: Pressed, rest: str, config: Config) -> Outcome:
    run_id, _slash, audience = rest.partition("/")
    if pressed.action != "update_sent":
        raise NotUnderstoodError(pressed.action)
    return runs.update_sent(
        services.engine,
        _number(run_id),
        audience,
        config=config,
        actor=pressed.actor,
        version=pressed.version,
        token=pressed.token,
        wall=services.clock(),
        note=pressed.fields.get("note", ""),
    )


def _clock(services: Services, pressed: Pressed, rest: str, _config: Config) -> Outcome:
    crisis_id, _slash, key = rest.partition("/")
    status = pressed.action.removeprefix("clock_")
    if status not in ("met", "not_applicable"):
        raise NotUnderstoodError(pressed.action)
    return statutory_clocks.settle(
        services.engine,
        _number(crisis_id),
        key,
        "met" if status == "met" else "not_applicable",
        actor=pressed.actor,
        note=pressed.fields.get("note", ""),
        version=pressed.version,
        token=pressed.token,
        wall=services.clock(),
    )


def _open(services: Services, pressed: Pressed, rest: str, config: Config) -> Outcome:
    """Open a crisis by hand; `rest` is the incident it is opened from, or empty."""
    said = pressed.fields
    level = said.get("level", "")
    if pressed.action != "open" or level not in {"1", "2", "3", "4"}:
        raise NotUnderstoodError(f"{pressed.action} {dict(said)}")
    labels = {
        name: said[name].strip()
        for name in ("market", "lot", "product", "carrier", "category")
        if said.get(name, "").strip()
    }
    playbook = said.get("playbook", "")
    if rest:
        labels = {**inbox.labels_of(services.engine, _number(rest)), **labels}
    topic = topic_of(services.engine, playbook, _number(rest) if rest else None)
    if topic:
        labels["topic"] = topic
    joined = (Link("incident", "", str(_number(rest))),) if rest else ()
    return open_by_hand(
        services.engine,
        said.get("title", ""),
        labels,
        joined,
        int(level),
        said.get("note", ""),
        config=config,
        actor=pressed.actor,
        token=pressed.token,
        wall=services.clock(),
        chosen=playbooks_of(playbook),
    )


def _single(services: Services, pressed: Pressed, rest: str, config: Config) -> Outcome:
    """Declare one complaint; `rest` is its feed and number. It has no labels: it is this one case.

    With its market as a label everything in that market would belong to it.
    """
    source, _slash, case_id = rest.partition("/")
    said = pressed.fields
    if pressed.action != "open" or not source or not case_id:
        raise NotUnderstoodError(f"{pressed.action} {rest}")
    title = said.get("title", "").strip()
    return open_by_hand(
        services.engine,
        title,
        {},
        (Link("case", source, case_id, title),),
        1,
        said.get("note", ""),
        config=config,
        actor=pressed.actor,
        token=pressed.token,
        wall=services.clock(),
        chosen=(),
    )


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise NotUnderstoodError(text)
    return int(text)
