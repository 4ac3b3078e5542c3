"""Who may take evidence out of a dossier. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.crisis.people import holders, may
from alerts.notify.config import Config

ROLES = ("crisis_lead", "legal")


def may_withdraw(
    config: Config, person: str, *, added_by: str, lead: str | None, assigned: Mapping[str, str]
) -> bool:
    """Whoever added it, whoever leads the crisis, and who answers for it before the law."""
    if person in (added_by, lead):
        return True
    return any(may(config, person, role, assigned) for role in ROLES)


def who_may(
    config: Config, *, added_by: str, lead: str | None, assigned: Mapping[str, str]
) -> tuple[str, ...]:
    """The people who may, for the message to whoever may not."""
    named = [added_by, lead or ""]
    for role in ROLES:
        named += [assigned.get(role, ""), *holders(config, role)]
    return tuple(dict.fromkeys(name for name in named if name))
