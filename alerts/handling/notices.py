"""When the next message about an incident goes out, and why. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.handling.model import Incident, Reason
from alerts.records import altered

_STRENGTH = (Reason.REPEAT, Reason.MORE, Reason.RESOLVED, Reason.ESCALATED, Reason.REOPENED)


def announce(incident: Incident, reason: Reason, at: datetime) -> Incident:
    """Plan a message: the earlier of two planned ones goes, and says the more important reason.

    Of an incident nobody was told of yet the first message stays the first.
    """
    if incident.notify_at is None or incident.notify_reason is None:
        return altered(incident, notify_at=at, notify_reason=str(reason))
    sooner = min(at, incident.notify_at)
    if incident.notify_reason == Reason.FIRST:
        return altered(incident, notify_at=sooner)
    planned = Reason(incident.notify_reason)
    if planned is Reason.REPEAT:  # what goes out says more than the repetition would have
        return altered(incident, notify_at=sooner, notify_reason=str(reason))
    stronger = max(planned, reason, key=_STRENGTH.index)
    return altered(incident, notify_at=sooner, notify_reason=str(stronger))


def quiet(incident: Incident) -> Incident:
    """No message is due any more."""
    if incident.notify_at is None:
        return incident
    return altered(incident, notify_at=None, notify_reason=None)
