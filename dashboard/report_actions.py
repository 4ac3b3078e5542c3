"""What a press on the screens of reports means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from alerts.actions import Outcome
from alerts.notify.config import Config
from alerts.notify.current import Current
from dashboard.acting import Pressed, pressed
from dashboard.report_archive import usable
from dashboard.reports import comments, decisions, requests
from dashboard.reports.periods import PeriodError, last_ended, parse
from dashboard.reviews import chosen, versioned
from dashboard.wording import reports_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

NOTHING = ("", "", "aw-outcome")

__all__ = ["NOTHING", "answer", "ask", "config_of", "versioned"]


def config_of(services: Services) -> Config:
    """The configuration in force."""
    return Current(services.settings.home).config()


def ask(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Ask for a report: token of the press if it was done, what is said of it, and its class."""
    return _answered(services, data, {"make": _make})


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """The same for what is pressed on the page of a report."""
    return _answered(services, data, _WAYS)


Way = Callable[["Services", Pressed], Outcome]


def _answered(
    services: Services, data: Mapping[str, Any] | None, ways: Mapping[str, Way]
) -> tuple[str, str, str]:
    found = pressed(data)
    if found is None:
        return NOTHING
    try:
        outcome = ways[found.action](services, found)
    except (KeyError, ValueError):
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused", why="not_understood")
    told = words.told(outcome, found.action, services.settings.time_zone)
    token = found.token if outcome.result in {"done", "repeated"} else ""
    return token, told.text, f"aw-outcome aw-status aw-status--{told.status}"


def _who(services: Services, pressed: Pressed) -> dict[str, Any]:
    return {"actor": pressed.actor, "token": pressed.token, "now": services.clock()}


def _make(services: Services, pressed: Pressed) -> Outcome:
    known = usable(services)
    template = known[pressed.fields.get("template", "")]
    grain, zone, now = template.body.period, services.settings.time_zone, services.clock()
    name = pressed.fields.get("period", "").strip()
    try:
        period = parse(name, grain) if name else last_ended(grain, now, zone)
    except PeriodError:
        return Outcome("refused", why="no_period", data={"grain": grain, "given": name})
    if period.last > last_ended(grain, now, zone).last:
        return Outcome("refused", why="not_over", data={"given": period.name})
    return requests.ask(services.engine, template.id, period.name, **_who(services, pressed))


def _raise(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    action = decisions.Action(
        decisions.Do.RAISE,
        text=said.get("text", ""),
        owner=said.get("owner", ""),
        due_on=_day(said.get("due_on", "")),
        figure=said.get("figure") or None,
    )
    return decisions.act(
        services.engine,
        int(pressed.subject),
        action,
        config=config_of(services),
        version=None,
        **_who(services, pressed),
    )


def _settle(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    do = decisions.Do(said.get("result", ""))
    if do not in (decisions.Do.DONE, decisions.Do.DROP):
        raise ValueError(do)
    return _decide(services, pressed, decisions.Action(do, outcome=said.get("outcome", "")))


def _change(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    action = decisions.Action(
        decisions.Do.CHANGE,
        owner=said.get("owner", ""),
        due_on=_day(said.get("due_on", "")),
        reason=said.get("reason", ""),
    )
    return _decide(services, pressed, action)


def _decide(services: Services, pressed: Pressed, action: decisions.Action) -> Outcome:
    number, version = chosen(pressed.fields.get("which", ""))
    return decisions.act(
        services.engine,
        number,
        action,
        config=config_of(services),
        version=version,
        **_who(services, pressed),
    )


def _comment(services: Services, pressed: Pressed) -> Outcome:
    said = pressed.fields
    action = comments.Action(
        comments.Do.ADD, text=said.get("text", ""), figure=said.get("figure") or None
    )
    who = _who(services, pressed)
    return comments.act(services.engine, int(pressed.subject), action, version=None, **who)


def _withdraw(services: Services, pressed: Pressed) -> Outcome:
    action = comments.Action(comments.Do.WITHDRAW)
    return comments.act(
        services.engine,
        int(pressed.subject),
        action,
        version=pressed.version,
        **_who(services, pressed),
    )


def _rebuild(services: Services, pressed: Pressed) -> Outcome:
    return requests.ask_again(services.engine, int(pressed.subject), **_who(services, pressed))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_WAYS: Mapping[str, Way] = {
    "raise": _raise,
    "settle": _settle,
    "change": _change,
    "comment": _comment,
    "withdraw": _withdraw,
    "rebuild": _rebuild,
}
