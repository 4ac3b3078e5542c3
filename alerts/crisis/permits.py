"""Who may do what to a crisis; a refusal names them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.crisis.levels import Levels
from alerts.crisis.model import HIGHEST, Action, Crisis, Do, Refused, Why
from alerts.crisis.people import holders, may
from alerts.notify.config import Config

DECIDING = frozenset(
    {
        Do.DECLARE, Do.RAISE, Do.LOWER, Do.CONTAIN, Do.UNCONTAIN, Do.CLOSE, Do.DISMISS, Do.REOPEN,
        Do.START_PLAYBOOK,
    }
)  # fmt: skip
"""What only those do who decide at the level; everything else anybody may, by name."""


def level_of(crisis: Crisis, action: Action) -> int:
    """The level whose people decide: the one declared or raised to, else the present one."""
    if action.do in (Do.DECLARE, Do.RAISE) and action.level:
        return min(max(action.level, 1), HIGHEST)
    return crisis.level or crisis.proposed_level or 1


def permit(config: Config, levels: Levels, crisis: Crisis, action: Action) -> None:
    """Let those decide whom the levels name, and whoever leads the crisis.

    Where nobody holds any of the roles, in `alerting.yaml` or in the crisis, anybody may: at night
    a missing line in a file must not keep a crisis from being declared.

    Raises:
        Refused: somebody else must; names them and the roles.
    """
    if action.do not in DECIDING:
        return
    roles = levels.at(level_of(crisis, action)).decides
    allowed = who(config, roles, crisis.roles)
    if not allowed or action.actor in allowed or action.actor == crisis.lead:
        return
    if any(may(config, action.actor, role, crisis.roles) for role in roles):
        return
    raise Refused(Why.NOT_IN_ROLE, by=", ".join(allowed), what=", ".join(roles))


def who(config: Config, roles: tuple[str, ...], assigned: Mapping[str, str]) -> list[str]:
    """People who hold one of the roles, those assigned in the crisis first."""
    found = [assigned[role] for role in roles if assigned.get(role)]
    found += [name for role in roles for name in holders(config, role)]
    return list(dict.fromkeys(found))
