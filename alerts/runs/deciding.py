"""Who may act on a step, and what a person can do with it now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from alerts.crisis.people import holders
from alerts.notify.config import Config
from alerts.runs.model import BY_WORKER, Do, Run, RunStatus, StepRun, StepState

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook, Step

LEAD = "crisis_lead"
ABOVE_LEAD = "executive_sponsor"


def people_of(config: Config, role: str, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Who holds a role in a crisis: whoever is assigned to it, else all who hold it by file."""
    assigned = roles.get(role)
    return (assigned,) if assigned else holders(config, role)


def acting_for(
    config: Config, playbook: Playbook, role: str | None, roles: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """The role that acts for a role, with its people: itself, or its fallback, down the line.

    Where nobody holds any of them it is the role itself, with nobody.
    """
    seen: list[str] = []
    wanted = role
    while wanted and wanted not in seen:
        found = people_of(config, wanted, roles)
        if found:
            return wanted, found
        seen.append(wanted)
        spec = playbook.roles.get(wanted)
        wanted = spec.fallback if spec else None
    return role or "", ()


def leads(config: Config, roles: Mapping[str, str], lead: str | None) -> tuple[str, ...]:
    """Who leads the crisis."""
    found = [*((lead,) if lead else ()), *people_of(config, LEAD, roles), *holders(config, LEAD)]
    return tuple(dict.fromkeys(found))


def who_may(
    config: Config,
    playbook: Playbook,
    plan: Step,
    one: StepRun,
    do: Do,
    *,
    roles: Mapping[str, str],
    lead: str | None,
) -> tuple[str, ...] | None:
    """People who may do something to a step; None: everybody.

    Its owner, who holds its role (or acts for it), and who leads the crisis. What is to be signed
    is left out by the lead only. Signatures ask for more, see `alerts.approvals`. A step without a
    role is everybody's, and so is one whose role nobody at all holds while nobody leads: a crisis
    must not stand still for want of a file.
    """
    if do in (Do.COMMENT, Do.APPROVE, Do.REJECT):
        return None
    first = leads(config, roles, lead)
    if do is Do.SKIP and plan.kind in ("approval", "statement"):
        return first or None
    if plan.role is None:
        return None
    _, acting = acting_for(config, playbook, plan.role, roles)
    owner = (one.owner,) if one.owner else ()
    by_file = holders(config, plan.role)
    return tuple(dict.fromkeys([*owner, *acting, *by_file, *first])) or None


def possible(one: StepRun, run: Run) -> tuple[Do, ...]:
    """What people can do with a step where it stands, whoever they are; the likeliest first."""
    if run.status is not RunStatus.RUNNING:
        return ()
    return (*_by_state(one), *(() if one.ended else (Do.ASSIGN,)), Do.COMMENT)


def _by_state(one: StepRun) -> tuple[Do, ...]:
    manual = (Do.DONE,) if one.kind == "manual" else ()
    by_hand = (Do.DONE,) if one.kind not in ("approval", "statement") else ()
    ways: dict[StepState, tuple[Do, ...]] = {
        StepState.WAITING: (Do.SKIP,),
        StepState.READY: _ready(one),
        StepState.RUNNING: () if one.kind in BY_WORKER else (*manual, Do.SKIP),
        StepState.UNKNOWN: (Do.ANSWER,),
        StepState.FAILED: (Do.RETRY, *by_hand, Do.SKIP),
        StepState.BLOCKED: (Do.RETRY, *by_hand, Do.SKIP),
    }
    return ways.get(one.state, ())


def _ready(one: StepRun) -> tuple[Do, ...]:
    if one.kind == "approval":
        return (Do.APPROVE, Do.REJECT, *((Do.START,) if one.undecided else ()), Do.SKIP)
    if one.kind == "manual":
        return (Do.START, Do.DONE, Do.SKIP)
    if one.left_to_people or one.kind == "statement":
        return (*((Do.START,) if one.undecided or one.left_to_people else ()), Do.SKIP)
    start = (Do.START,) if one.undecided else ()
    return (*start, Do.DONE, Do.SKIP)
