"""What a press on the Quality screen means; and doing it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from alerts import quality
from dashboard.acting import Pressed, pressed
from dashboard.wording import quality as words

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)


def answer(services: Services, data: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """Token of the press if it was done, what is said of it, and its class."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    try:
        outcome = _do(services, found)
    except ValueError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = quality.Declared("refused")
    text, status = words.outcome(outcome, found.action)
    token = found.token if outcome.result in {"done", "repeated"} else ""
    return token, text, f"aw-outcome aw-status aw-status--{status}"


def _do(services: Services, pressed: Pressed) -> quality.Declared:
    """Declare an incident, or withdraw one.

    Raises:
        ValueError: a field holds what no form offers.
    """
    said, now = pressed.fields, services.clock()
    if pressed.action == "withdraw":
        return quality.withdraw(
            services.engine,
            int(said.get("known", "")),
            actor=pressed.actor,
            token=pressed.token,
            now=now,
        )
    if pressed.action != "declare":
        raise ValueError(pressed.action)
    market = said.get("market", "").strip().upper()
    return quality.declare(
        services.engine,
        said.get("title", ""),
        {"market": market} if market else {},
        began_on=date.fromisoformat(said.get("began_on", "")),
        ended_on=date.fromisoformat(said["ended_on"]) if said.get("ended_on") else None,
        author=pressed.actor,
        token=pressed.token,
        now=now,
    )
