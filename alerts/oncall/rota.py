"""Who is on call when, and what a rota leaves open. Pure.

A shift belongs to the local day on which it begins: its weekday, its holidays. It is cut where its
layer hands over, so that a turn ends when it should and not when a shift does.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from alerts.oncall.format import WEEKDAYS, Layer, Rota, Shift
from alerts.oncall.localtime import exists, is_gap, local_day, resolve
from alerts.oncall.workdays import has_official_list, is_public_holiday, is_workday

FindingKind = Literal["gap", "overlap", "unknown_person", "no_official_list", "handover_in_gap"]
CHECK_DAYS = 400
_DAY = timedelta(days=1)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Override:
    """Somebody else takes over for a while; of two at once the one with the higher id counts."""

    id: int
    rota: str
    person: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Duty:
    """One person on call from `starts_at` until before `ends_at` (UTC)."""

    starts_at: datetime
    ends_at: datetime
    person: str
    layer: str
    override_id: int | None = None


@dataclass(frozen=True)
class Finding:
    """What is wrong with a rota. Times are null where it is not about a time."""

    kind: FindingKind
    starts_at: datetime | None
    ends_at: datetime | None
    what: str


def on_call(rota: Rota, overrides: Sequence[Override], at: datetime) -> str | None:
    """Who is on call at `at`; None where the rota leaves a gap."""
    duty = duty_at(rota, overrides, at)
    return None if duty is None else duty.person


def duty_at(rota: Rota, overrides: Sequence[Override], at: datetime) -> Duty | None:
    """The duty that covers `at`, cut to the days around it; None in a gap."""
    day = local_day(at, rota.zone)
    found = shifts(rota, day - _DAY, day + _DAY, overrides)
    return next((duty for duty in found if duty.starts_at <= at < duty.ends_at), None)


def next_handover(
    rota: Rota, overrides: Sequence[Override], at: datetime, *, days: int = 60
) -> Duty | None:
    """The first duty after `at` of somebody else than is on call then; None if there is none.

    Its end may be cut to the weeks that were looked at.
    """
    now = on_call(rota, overrides, at)
    day = local_day(at, rota.zone)
    for n in range(0, days, 7):
        first = day + n * _DAY
        for duty in shifts(rota, first - _DAY, first + 7 * _DAY, overrides):
            if duty.starts_at > at and duty.person != now:
                return duty
    return None


def shifts(rota: Rota, first: date, last: date, overrides: Sequence[Override] = ()) -> list[Duty]:
    """Who is on call from the local day `first` to `last`, both included; sorted, disjoint.

    Neighbouring duties of one person in one layer are one duty.
    """
    start, end = resolve(first, time(), rota.zone), resolve(last + _DAY, time(), rota.zone)
    by_newest = sorted(overrides, key=lambda override: override.id, reverse=True)
    planned = [[Duty(each.starts_at, each.ends_at, each.person, "", each.id)] for each in by_newest]
    sources = [*planned, *(list(_layer(rota, layer, first, last)) for layer in rota.layers)]
    ranked = [
        (rank, _cut(duty, start, end)) for rank, duties in enumerate(sources) for duty in duties
    ]
    kept = [(rank, duty) for rank, duty in ranked if duty.starts_at < duty.ends_at]
    return _joined(list(_foremost(kept)))


def check(
    rota: Rota,
    first_day: date,
    days: int = CHECK_DAYS,
    *,
    people: Collection[str] | None = None,
    overrides: Sequence[Override] = (),
) -> list[Finding]:
    """What is wrong with a rota over the next days.

    Args:
        rota: the rota.
        first_day: local day to begin with.
        days: how many days.
        people: who is known; None: everybody.
        overrides: who takes over when; they fill gaps and are no overlap.

    Returns:
        Findings in the order of their time, those without one first.
    """
    last = first_day + (days - 1) * _DAY
    found = [
        *_unknown_people(rota, people, overrides),
        *_missing_lists(rota, first_day, last),
        *_gaps(rota, first_day, last, overrides),
        *_overlaps(rota, first_day, last),
        *_skipped_times(rota, first_day, last),
    ]
    return sorted(found, key=lambda finding: finding.starts_at or datetime.min.replace(tzinfo=UTC))


def _layer(rota: Rota, layer: Layer, first: date, last: date) -> Iterator[Duty]:
    """What a layer covers, in the order of time; begins a day early for shifts past midnight."""
    hours = layer.shifts or (Shift.model_validate({"from": layer.handover, "to": layer.handover}),)
    for n in range(-1, (last - first).days + 2):
        day = first + n * _DAY
        if not exists(day, rota.zone):
            continue
        for shift in sorted(hours, key=lambda shift: shift.from_):
            if _is_on(rota, shift, day):
                yield from _turns(rota, layer, shift, day)


def _is_on(rota: Rota, shift: Shift, day: date) -> bool:
    if WEEKDAYS[day.weekday()] not in shift.days:
        return False
    if shift.when == "every_day" or rota.country is None:
        return True
    return is_workday(day, rota.country, rota.region) == (shift.when == "workdays")


def _turns(rota: Rota, layer: Layer, shift: Shift, day: date) -> Iterator[Duty]:
    """One shift, cut where the layer hands over."""
    start = resolve(day, shift.from_, rota.zone)
    ends_on = day if shift.to > shift.from_ else _day_after(day, rota.zone)
    end = resolve(ends_on, shift.to, rota.zone)
    people = layer.people
    if layer.holiday_people and _is_holiday(rota, day):
        people = layer.holiday_people
    while start < end:
        turn, until = _turn(layer, rota.zone, start)
        yield Duty(start, min(end, until), people[turn % len(people)], layer.name)
        start = until


def _is_holiday(rota: Rota, day: date) -> bool:
    return rota.country is not None and is_public_holiday(day, rota.country, rota.region)


def _day_after(day: date, zone: str) -> date:
    """The next day that there is."""
    following = day + _DAY
    return following if exists(following, zone) else following + _DAY


def _turn(layer: Layer, zone: str, at: datetime) -> tuple[int, datetime]:
    """Number of the turn at an instant, and when it ends."""
    if layer.rotate == "none":
        return 0, _FOREVER
    length = layer.every * (7 if layer.rotate == "week" else 1)
    turn = (local_day(at, zone) - layer.first_turn).days // length
    if at < _handover(layer, zone, turn * length):
        turn -= 1
    return turn, _handover(layer, zone, (turn + 1) * length)


def _handover(layer: Layer, zone: str, days: int) -> datetime:
    return resolve(layer.first_turn + days * _DAY, layer.handover, zone)


def _cut(duty: Duty, start: datetime, end: datetime) -> Duty:
    return replace(duty, starts_at=max(duty.starts_at, start), ends_at=min(duty.ends_at, end))


def _foremost(ranked: Sequence[tuple[int, Duty]]) -> Iterator[Duty]:
    """Of duties at the same time the one with the lowest rank, in pieces; sorted, disjoint."""
    waiting = sorted(ranked, key=lambda pair: pair[1].starts_at, reverse=True)
    bounds = sorted({at for _, duty in ranked for at in (duty.starts_at, duty.ends_at)})
    running: list[tuple[int, int, Duty]] = []
    for start, end in pairwise(bounds):
        while waiting and waiting[-1][1].starts_at <= start:
            rank, duty = waiting.pop()
            heapq.heappush(running, (rank, -len(waiting), duty))
        while running and running[0][2].ends_at <= start:
            heapq.heappop(running)
        if running:
            yield replace(running[0][2], starts_at=start, ends_at=end)


def _joined(duties: Sequence[Duty]) -> list[Duty]:
    joined: list[Duty] = []
    for duty in duties:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.ends_at == duty.starts_at
            and (last.person, last.layer, last.override_id)
            == (duty.person, duty.layer, duty.override_id)
        ):
            joined[-1] = replace(last, ends_at=duty.ends_at)
        else:
            joined.append(duty)
    return joined


def _unknown_people(
    rota: Rota, people: Collection[str] | None, overrides: Sequence[Override]
) -> Iterator[Finding]:
    if people is None:
        return
    named = [(person, f"layer {layer.name}") for layer in rota.layers for person in layer.everybody]
    named += [(override.person, f"override {override.id}") for override in overrides]
    for person, where in dict.fromkeys(named):
        if person not in people:
            yield Finding("unknown_person", None, None, f"{person} ({where})")


def _missing_lists(rota: Rota, first: date, last: date) -> Iterator[Finding]:
    by_calendar = any(
        layer.holiday_people or any(shift.when != "every_day" for shift in layer.shifts)
        for layer in rota.layers
    )
    if rota.country is None or not by_calendar:
        return
    for year in range(first.year, last.year + 1):
        if not has_official_list(year, rota.country):
            yield Finding("no_official_list", None, None, f"{rota.country} {year}")


def _gaps(rota: Rota, first: date, last: date, overrides: Sequence[Override]) -> Iterator[Finding]:
    free_from = resolve(first, time(), rota.zone)
    end = resolve(last + _DAY, time(), rota.zone)
    for duty in shifts(rota, first, last, overrides):
        if duty.starts_at > free_from:
            yield Finding("gap", free_from, duty.starts_at, "")
        free_from = duty.ends_at
    if free_from < end:
        yield Finding("gap", free_from, end, "")


def _overlaps(rota: Rota, first: date, last: date) -> Iterator[Finding]:
    """Where two shifts are on call at once, whoever has them."""
    start, end = resolve(first, time(), rota.zone), resolve(last + _DAY, time(), rota.zone)
    planned = [
        _cut(duty, start, end) for layer in rota.layers for duty in _layer(rota, layer, first, last)
    ]
    running: Duty | None = None
    for duty in sorted(planned, key=lambda duty: (duty.starts_at, duty.ends_at)):
        if duty.starts_at >= duty.ends_at:
            continue
        if running is not None and duty.starts_at < running.ends_at:
            until = min(duty.ends_at, running.ends_at)
            both = " / ".join(dict.fromkeys((running.layer, duty.layer)))
            yield Finding("overlap", duty.starts_at, until, both)
        if running is None or duty.ends_at > running.ends_at:
            running = duty


def _skipped_times(rota: Rota, first: date, last: date) -> Iterator[Finding]:
    """Starts, ends and handovers at times that the clocks jump over."""
    times = {
        at
        for layer in rota.layers
        for at in (
            *((layer.handover,) if layer.rotate != "none" or not layer.shifts else ()),
            *(at for shift in layer.shifts for at in (shift.from_, shift.to)),
        )
    }
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        for at in sorted(times):
            if exists(day, rota.zone) and is_gap(day, at, rota.zone):
                instant = resolve(day, at, rota.zone)
                yield Finding("handover_in_gap", instant, instant, f"{day} {at:%H:%M}")
