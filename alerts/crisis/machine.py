"""One step of the crisis machine, as a total table.

Every status × every action has exactly one entry, and a test enumerates them. The system proposes,
a person declares; up on one trigger, down only by a person after all triggers of the higher level
have been clear for two of its update periods; what is unclear counts as the higher level. What
cannot be done is refused with a named reason. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.crisis import moves
from alerts.crisis.model import Action, Circumstances, Crisis, Do, Status, Why
from alerts.crisis.moves import Move, Moved


def step(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """The next state and what to tell.

    Raises:
        alerts.crisis.model.Refused: the action cannot be done in this status; says why.
    """
    return TABLE[crisis.status, action.do](crisis, action, given, now)


_not_declared = moves.refused(Why.NOT_DECLARED)
_declared = moves.refused(Why.ALREADY_DECLARED)
_not_over = moves.refused(Why.NOT_OVER)
_closed = moves.refused(Why.CLOSED)
_dismissed = moves.refused(Why.DISMISSED)

TABLE: Mapping[tuple[Status, Do], Move] = {
    (Status.PROPOSED, Do.DECLARE): moves.declare,
    (Status.PROPOSED, Do.RAISE): _not_declared,
    (Status.PROPOSED, Do.LOWER): _not_declared,
    (Status.PROPOSED, Do.CONTAIN): _not_declared,
    (Status.PROPOSED, Do.UNCONTAIN): _not_declared,
    (Status.PROPOSED, Do.CLOSE): _not_declared,
    (Status.PROPOSED, Do.DISMISS): moves.dismiss,
    (Status.PROPOSED, Do.REOPEN): _not_over,
    (Status.PROPOSED, Do.ASSIGN_ROLE): moves.assign_role,
    (Status.PROPOSED, Do.FLAG): moves.flag,
    (Status.PROPOSED, Do.UNFLAG): moves.unflag,
    (Status.PROPOSED, Do.START_PLAYBOOK): _not_declared,
    (Status.PROPOSED, Do.LINK): moves.link,
    (Status.PROPOSED, Do.UNLINK): moves.unlink,
    (Status.PROPOSED, Do.COMMENT): moves.comment,
    (Status.PROPOSED, Do.PROPOSE): moves.propose,
    (Status.PROPOSED, Do.LAPSE): moves.lapse,
    (Status.PROPOSED, Do.CRITERIA): moves.criteria,
    (Status.DECLARED, Do.DECLARE): _declared,
    (Status.DECLARED, Do.RAISE): moves.raise_,
    (Status.DECLARED, Do.LOWER): moves.lower,
    (Status.DECLARED, Do.CONTAIN): moves.contain,
    (Status.DECLARED, Do.UNCONTAIN): moves.refused(Why.NOT_CONTAINED),
    (Status.DECLARED, Do.CLOSE): moves.close,
    (Status.DECLARED, Do.DISMISS): _declared,
    (Status.DECLARED, Do.REOPEN): _not_over,
    (Status.DECLARED, Do.ASSIGN_ROLE): moves.assign_role,
    (Status.DECLARED, Do.FLAG): moves.flag,
    (Status.DECLARED, Do.UNFLAG): moves.unflag,
    (Status.DECLARED, Do.START_PLAYBOOK): moves.start_playbook,
    (Status.DECLARED, Do.LINK): moves.link,
    (Status.DECLARED, Do.UNLINK): moves.unlink,
    (Status.DECLARED, Do.COMMENT): moves.comment,
    (Status.DECLARED, Do.PROPOSE): moves.propose_higher,
    (Status.DECLARED, Do.LAPSE): moves.nothing,
    (Status.DECLARED, Do.CRITERIA): moves.criteria,
    (Status.CONTAINED, Do.DECLARE): _declared,
    (Status.CONTAINED, Do.RAISE): moves.raise_,
    (Status.CONTAINED, Do.LOWER): moves.lower,
    (Status.CONTAINED, Do.CONTAIN): moves.refused(Why.ALREADY_CONTAINED),
    (Status.CONTAINED, Do.UNCONTAIN): moves.uncontain,
    (Status.CONTAINED, Do.CLOSE): moves.close,
    (Status.CONTAINED, Do.DISMISS): _declared,
    (Status.CONTAINED, Do.REOPEN): _not_over,
    (Status.CONTAINED, Do.ASSIGN_ROLE): moves.assign_role,
    (Status.CONTAINED, Do.FLAG): moves.flag,
    (Status.CONTAINED, Do.UNFLAG): moves.unflag,
    (Status.CONTAINED, Do.START_PLAYBOOK): moves.start_playbook,
    (Status.CONTAINED, Do.LINK): moves.link,
    (Status.CONTAINED, Do.UNLINK): moves.unlink,
    (Status.CONTAINED, Do.COMMENT): moves.comment,
    (Status.CONTAINED, Do.PROPOSE): moves.propose_higher,
    (Status.CONTAINED, Do.LAPSE): moves.nothing,
    (Status.CONTAINED, Do.CRITERIA): moves.criteria,
    (Status.CLOSED, Do.DECLARE): _closed,
    (Status.CLOSED, Do.RAISE): _closed,
    (Status.CLOSED, Do.LOWER): _closed,
    (Status.CLOSED, Do.CONTAIN): _closed,
    (Status.CLOSED, Do.UNCONTAIN): _closed,
    (Status.CLOSED, Do.CLOSE): _closed,
    (Status.CLOSED, Do.DISMISS): _closed,
    (Status.CLOSED, Do.REOPEN): moves.reopen,
    (Status.CLOSED, Do.ASSIGN_ROLE): _closed,
    (Status.CLOSED, Do.FLAG): _closed,
    (Status.CLOSED, Do.UNFLAG): _closed,
    (Status.CLOSED, Do.START_PLAYBOOK): _closed,
    (Status.CLOSED, Do.LINK): _closed,
    (Status.CLOSED, Do.UNLINK): _closed,
    (Status.CLOSED, Do.COMMENT): moves.comment,
    (Status.CLOSED, Do.PROPOSE): moves.nothing,
    (Status.CLOSED, Do.LAPSE): moves.nothing,
    (Status.CLOSED, Do.CRITERIA): moves.nothing,
    (Status.DISMISSED, Do.DECLARE): _dismissed,
    (Status.DISMISSED, Do.RAISE): _dismissed,
    (Status.DISMISSED, Do.LOWER): _dismissed,
    (Status.DISMISSED, Do.CONTAIN): _dismissed,
    (Status.DISMISSED, Do.UNCONTAIN): _dismissed,
    (Status.DISMISSED, Do.CLOSE): _dismissed,
    (Status.DISMISSED, Do.DISMISS): _dismissed,
    (Status.DISMISSED, Do.REOPEN): moves.reopen,
    (Status.DISMISSED, Do.ASSIGN_ROLE): _dismissed,
    (Status.DISMISSED, Do.FLAG): _dismissed,
    (Status.DISMISSED, Do.UNFLAG): _dismissed,
    (Status.DISMISSED, Do.START_PLAYBOOK): _dismissed,
    (Status.DISMISSED, Do.LINK): _dismissed,
    (Status.DISMISSED, Do.UNLINK): _dismissed,
    (Status.DISMISSED, Do.COMMENT): moves.comment,
    (Status.DISMISSED, Do.PROPOSE): moves.nothing,
    (Status.DISMISSED, Do.LAPSE): moves.nothing,
    (Status.DISMISSED, Do.CRITERIA): moves.nothing,
}
"""Status × action → move."""
