"""One step of the handling machine, as a total table.

Every state × every action has exactly one entry, and a test enumerates them. What cannot be done is
refused with a named reason. The signal's own actions (`joined`, `refired`, `resolved`) are never
refused but for one: an episode that begins later than the reopen window after its incident was
closed begins a new incident (`rejoins` tells beforehand).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from alerts.handling import people_moves, signal_moves
from alerts.handling.changes import Outcome, Transition, rejoins
from alerts.handling.model import (
    Action,
    Do,
    Event,
    Handling,
    Incident,
    Kind,
    Policy,
    Reason,
    Why,
)
from alerts.records import altered

__all__ = ["TABLE", "begin", "rejoins", "step"]

_NEW = Incident("info", datetime.min.replace(tzinfo=UTC))


def step(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """The next state and what to tell.

    Raises:
        Refused: the action cannot be done in this state; says why.
    """
    return TABLE[incident.handling, action.do](policy, incident, action, now)


def begin(policy: Policy, severity: str, now: datetime, reason: str = "") -> Outcome:
    """A new incident, with its first message planned."""
    incident = altered(
        _NEW,
        severity=severity,
        demanded=severity,
        opened_at=now,
        notify_at=now + policy.group_wait[severity],
        notify_reason=str(Reason.FIRST),
    )
    return incident, (Event(Kind.OPENED, now, "worker", reason, {"severity": severity}),)


_closed = people_moves.refused(Why.CLOSED)
_not_closed = people_moves.refused(Why.NOT_CLOSED)
_not_acknowledged = people_moves.refused(Why.NOT_ACKNOWLEDGED)

TABLE: Mapping[tuple[Handling, Do], Transition] = {
    (Handling.OPEN, Do.JOINED): signal_moves.join,
    (Handling.OPEN, Do.REFIRED): signal_moves.refire,
    (Handling.OPEN, Do.RESOLVED): signal_moves.resolve,
    (Handling.OPEN, Do.ACKNOWLEDGE): people_moves.acknowledge,
    (Handling.OPEN, Do.UNACKNOWLEDGE): _not_acknowledged,
    (Handling.OPEN, Do.ASSIGN): people_moves.assign,
    (Handling.OPEN, Do.SNOOZE): people_moves.snooze,
    (Handling.OPEN, Do.WAKE): people_moves.wake,
    (Handling.OPEN, Do.COMMENT): people_moves.comment,
    (Handling.OPEN, Do.RAISE_SEVERITY): people_moves.raise_severity,
    (Handling.OPEN, Do.LOWER_SEVERITY): people_moves.lower_severity,
    (Handling.OPEN, Do.CLOSE): people_moves.close,
    (Handling.OPEN, Do.REOPEN): _not_closed,
    (Handling.ACKNOWLEDGED, Do.JOINED): signal_moves.join,
    (Handling.ACKNOWLEDGED, Do.REFIRED): signal_moves.refire,
    (Handling.ACKNOWLEDGED, Do.RESOLVED): signal_moves.resolve,
    (Handling.ACKNOWLEDGED, Do.ACKNOWLEDGE): people_moves.refused(Why.ALREADY_ACKNOWLEDGED),
    (Handling.ACKNOWLEDGED, Do.UNACKNOWLEDGE): people_moves.unacknowledge,
    (Handling.ACKNOWLEDGED, Do.ASSIGN): people_moves.assign,
    (Handling.ACKNOWLEDGED, Do.SNOOZE): people_moves.snooze,
    (Handling.ACKNOWLEDGED, Do.WAKE): people_moves.wake,
    (Handling.ACKNOWLEDGED, Do.COMMENT): people_moves.comment,
    (Handling.ACKNOWLEDGED, Do.RAISE_SEVERITY): people_moves.raise_severity,
    (Handling.ACKNOWLEDGED, Do.LOWER_SEVERITY): people_moves.lower_severity,
    (Handling.ACKNOWLEDGED, Do.CLOSE): people_moves.close,
    (Handling.ACKNOWLEDGED, Do.REOPEN): _not_closed,
    (Handling.AWAITING_VERDICT, Do.JOINED): signal_moves.fires_again,
    (Handling.AWAITING_VERDICT, Do.REFIRED): signal_moves.fires_again,
    (Handling.AWAITING_VERDICT, Do.RESOLVED): signal_moves.nothing,
    (Handling.AWAITING_VERDICT, Do.ACKNOWLEDGE): people_moves.refused(Why.SIGNAL_OVER),
    (Handling.AWAITING_VERDICT, Do.UNACKNOWLEDGE): _not_acknowledged,
    (Handling.AWAITING_VERDICT, Do.ASSIGN): people_moves.assign,
    (Handling.AWAITING_VERDICT, Do.SNOOZE): people_moves.snooze,
    (Handling.AWAITING_VERDICT, Do.WAKE): people_moves.wake,
    (Handling.AWAITING_VERDICT, Do.COMMENT): people_moves.comment,
    (Handling.AWAITING_VERDICT, Do.RAISE_SEVERITY): people_moves.raise_severity,
    (Handling.AWAITING_VERDICT, Do.LOWER_SEVERITY): people_moves.lower_severity,
    (Handling.AWAITING_VERDICT, Do.CLOSE): people_moves.close,
    (Handling.AWAITING_VERDICT, Do.REOPEN): _not_closed,
    (Handling.CLOSED, Do.JOINED): signal_moves.reopen_by_signal,
    (Handling.CLOSED, Do.REFIRED): signal_moves.nothing,
    (Handling.CLOSED, Do.RESOLVED): signal_moves.resolve_closed,
    (Handling.CLOSED, Do.ACKNOWLEDGE): _closed,
    (Handling.CLOSED, Do.UNACKNOWLEDGE): _closed,
    (Handling.CLOSED, Do.ASSIGN): _closed,
    (Handling.CLOSED, Do.SNOOZE): _closed,
    (Handling.CLOSED, Do.WAKE): _closed,
    (Handling.CLOSED, Do.COMMENT): people_moves.comment,
    (Handling.CLOSED, Do.RAISE_SEVERITY): _closed,
    (Handling.CLOSED, Do.LOWER_SEVERITY): _closed,
    (Handling.CLOSED, Do.CLOSE): people_moves.judge_again,
    (Handling.CLOSED, Do.REOPEN): people_moves.reopen,
}
"""State × action → transition."""
