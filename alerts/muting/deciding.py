"""Whether messages about an incident are muted now, why and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.muting.calendars import muted_until
from alerts.muting.format import Inhibition, MuteCalendar
from alerts.muting.inhibiting import inhibitor
from alerts.muting.matching import matches
from alerts.muting.model import Mute, MuteKind, Silence, Subject


def muted(
    subject: Subject,
    silences: Iterable[Silence],
    inhibitions: Sequence[Inhibition],
    calendars: Iterable[MuteCalendar],
    others: Iterable[Subject],
    now: datetime,
) -> Mute | None:
    """What mutes an incident now; None if messages may go out.

    Named in this order, though several may hold: shadow, snooze, silence (the one that ends last),
    inhibition, calendar (the one that ends last).
    """
    if subject.shadow:
        return Mute(MuteKind.SHADOW)
    if subject.snooze_until is not None and now < subject.snooze_until:
        return Mute(MuteKind.SNOOZED, until=subject.snooze_until)
    return (
        _silenced(subject, silences, now)
        or _inhibited(subject, inhibitions, others)
        or _by_calendar(subject, calendars, now)
    )


def _silenced(subject: Subject, silences: Iterable[Silence], now: datetime) -> Mute | None:
    holding = [silence for silence in silences if silence.holds(subject.labels, now)]
    if not holding:
        return None
    last = max(holding, key=lambda silence: (silence.ends_at, silence.id))
    data = {"author": last.author, "reason": last.reason}
    return Mute(MuteKind.SILENCE, str(last.id), last.ends_at, data)


def _inhibited(
    subject: Subject, inhibitions: Sequence[Inhibition], others: Iterable[Subject]
) -> Mute | None:
    found = inhibitor(subject, inhibitions, others)
    if found is None:
        return None
    inhibition, source = found
    return Mute(MuteKind.INHIBITED, inhibition.name, data={"incident": source.id})


def _by_calendar(subject: Subject, calendars: Iterable[MuteCalendar], now: datetime) -> Mute | None:
    holding = [
        (until, calendar.name)
        for calendar in calendars
        if matches(calendar.match, subject.labels)
        and (until := muted_until(calendar, now)) is not None
    ]
    if not holding:
        return None
    until, name = max(holding)
    return Mute(MuteKind.CALENDAR, name, until)
