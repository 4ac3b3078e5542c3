"""What a press on the screens of reviews means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from alerts.actions import Outcome
from alerts.reviews import actions, causes, reviewing, tracker
from alerts.reviews.action_machine import Action as Correct
from alerts.reviews.action_machine import Do as DoAction
from alerts.reviews.cause_machine import Action as CauseAction
from alerts.reviews.cause_machine import Do as DoCause
from alerts.reviews.opening import SECTIONS
from alerts.reviews.review_machine import LANGUAGES
from alerts.reviews.review_machine import Action as ReviewAction
from alerts.reviews.review_machine import Do as DoReview
from dashboard.acting import Pressed, pressed
from dashboard.reviews import chosen, config_of, group_of
from dashboard.wording import review_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Token of the press if it was done, what is said of it, and its class."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    try:
        outcome = _WAYS[found.action](services, found)
    except (KeyError, ValueError):
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused", why="not_understood")
    told = words.told(outcome, found.action, services.settings.time_zone)
    token = found.token if outcome.result in {"done", "repeated"} else ""
    return token, told.text, f"aw-outcome aw-status aw-status--{told.status}"


def _who(services: Services, pressed: Pressed) -> dict[str, Any]:
    return {"actor": pressed.actor, "token": pressed.token, "wall": services.clock()}


def _review(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    action = ReviewAction(
        DoReview(pressed.action),
        sections={name: said.get(name, "") for name in SECTIONS},
        texts={language: said.get(language, "") for language in LANGUAGES},
        owner=said.get("owner", ""),
        sha256=said.get("sha256", ""),
    )
    return reviewing.act(
        services.engine,
        int(pressed.subject),
        action,
        config=config_of(services),
        version=pressed.version,
        **_who(services, pressed),
    )


def _ask(services: Services, pressed: Pressed) -> Outcome:
    title = pressed.fields.get("title", "")
    return causes.ask(services.engine, int(pressed.subject), title, **_who(services, pressed))


def _cause(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    number, version = chosen(said.get("cause", ""))
    action = CauseAction(
        _CAUSES[pressed.action],
        cause_code=said.get("code", ""),
        finding=said.get("finding", ""),
        owner=said.get("owner", ""),
        note=said.get("note", ""),
    )
    return causes.act(services.engine, number, action, version=version, **_who(services, pressed))


def _group(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    found = tracker.tracker(services.engine, services.clock())
    numbers = group_of(found, said.get("group", ""))
    return causes.answer_group(
        services.engine,
        numbers,
        said.get("code", ""),
        said.get("finding", ""),
        **_who(services, pressed),
    )


def _add(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    number, _version = chosen(said.get("cause", ""))
    return actions.add(
        services.engine,
        number,
        said.get("text", ""),
        owner=said.get("owner", ""),
        due_on=date.fromisoformat(said.get("due_on", "")),
        check_on=date.fromisoformat(said.get("check_on", "")),
        **_who(services, pressed),
    )


def _act(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    number, version = chosen(said.get("which", ""))
    do = DoAction(said["result"]) if pressed.action == "check" else DoAction(pressed.action)
    if pressed.action == "check" and do not in (DoAction.VERIFY, DoAction.FAIL):
        raise ValueError(do)
    due, check = said.get("due_on", ""), said.get("check_on", "")
    action = Correct(
        do,
        note=said.get("note", ""),
        owner=said.get("owner", ""),
        due_on=date.fromisoformat(due) if due else None,
        check_on=date.fromisoformat(check) if check else None,
    )
    return actions.act(services.engine, number, action, version=version, **_who(services, pressed))


_CAUSES = {
    "analyse": DoCause.ANALYSE,
    "close_cause": DoCause.CLOSE,
    "reopen_cause": DoCause.REOPEN,
    "assign_cause": DoCause.ASSIGN,
}
_WAYS: Mapping[str, Callable[[Services, Pressed], Outcome]] = {
    **{str(do): _review for do in DoReview},
    **dict.fromkeys(_CAUSES, _cause),
    "ask": _ask,
    "answer_group": _group,
    "add_action": _add,
    **dict.fromkeys(("done", "check", "drop", "resume", "change"), _act),
}
