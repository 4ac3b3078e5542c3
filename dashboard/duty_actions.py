"""What a press on Messages and duty means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts import overrides
from alerts.notify.current import Current
from alerts.notify.dying import ResendError, resend
from alerts.oncall.localtime import resolve
from alerts.overrides import OverrideError, Wanted
from dashboard.acting import Pressed, pressed
from dashboard.wording import duty as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

QUIET = ("", "aw-outcome")
_CLASS = "aw-outcome aw-status aw-status--{}"


@dataclass(frozen=True)
class Checked:
    """An override as the form gave it: wall times of its rota's zone (ISO, to the minute)."""

    rota: str
    person: str
    starts: str
    ends: str

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Checked | None:
        """From the store or the form; None where nothing waits."""
        names = ("rota", "person", "starts", "ends")
        if not kept or any(not kept.get(name) for name in names):
            return None
        return cls(*(str(kept[name]) for name in names))

    def wanted(self, zone: str) -> Wanted:
        """As instants.

        Raises:
            ValueError: a time that no form gives.
        """
        starts, ends = (datetime.fromisoformat(text) for text in (self.starts, self.ends))
        return Wanted(
            self.rota,
            self.person,
            resolve(starts.date(), starts.time(), zone),
            resolve(ends.date(), ends.time(), zone),
        )


def answer(
    services: Services, current: Current, data: Mapping[str, Any] | None
) -> tuple[str, dict[str, Any] | None, str, str, str, str]:
    """Do what was pressed.

    Returns:
        Token of the press if it was done, the override that waits to be saved, what came of it
        and the class of that text: above the overrides, and above the messages.
    """
    found = pressed(data)
    if found is None:
        return "", None, *QUIET, *QUIET
    try:
        if found.action == "resend":
            return found.token, None, *QUIET, *_resend(services, found)
        checked, text, status = _override(services, current, found)
    except OverrideError as error:
        return "", None, words.refused(error), _CLASS.format("breach"), *QUIET
    except (KeyError, ValueError):
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        return "", None, words.not_understood(), _CLASS.format("breach"), *QUIET
    return found.token, checked, text, _CLASS.format(status), *QUIET


def _override(
    services: Services, current: Current, found: Pressed
) -> tuple[dict[str, Any] | None, str, str]:
    now, body = services.clock(), current.config().body
    if found.action == "withdraw":
        number = int(found.fields["override"])
        done = overrides.withdraw(services.engine, number, actor=found.actor, now=now)
        return None, words.withdrawn(done), "ok" if done else "info"
    if found.action == "discard":
        return None, words.discarded(), "info"
    checked = Checked.of(found.fields)
    if checked is None:
        raise ValueError(found.action)
    zone = body.rotas[checked.rota].zone
    wanted = checked.wanted(zone)
    people = list(body.people)
    if found.action == "check":
        kept = overrides.active(services.engine, now).get(checked.rota, [])
        planned = overrides.relieved(body.rotas, people, kept, wanted, now)
        return asdict(checked), words.checked(wanted, planned, zone), "info"
    if found.action != "save":
        raise ValueError(found.action)
    made = overrides.add(
        services.engine,
        body.rotas,
        people,
        wanted,
        actor=found.actor,
        now=now,
        token=found.token,
    )
    return None, words.saved(wanted, zone) if made else words.saved_before(), "ok"


def _resend(services: Services, found: Pressed) -> tuple[str, str]:
    try:
        made = resend(
            services.engine,
            int(found.fields["message"]),
            actor=found.actor,
            now=services.clock(),
        )
    except ResendError as error:
        log.info("not sent again: %s", error)
        return words.not_resent(), _CLASS.format("breach")
    return words.resent(made), _CLASS.format("ok")
