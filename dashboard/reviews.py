"""What the screens of reviews read, and how a choice in their forms names a thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.crisis.clock import now_of
from alerts.notify.config import Config
from alerts.notify.current import Current
from alerts.reviews import cause_codes, cause_rows, retest, review_rows, reviewing, tracker
from alerts.reviews.cause_codes import Codes, CodesError
from alerts.reviews.cause_rows import StoredAction, StoredCause
from alerts.reviews.record import Record, gather
from alerts.reviews.redaction import Redacted
from alerts.reviews.retest import Retest
from alerts.reviews.review_rows import StoredReview
from alerts.reviews.tracker import Group, Tracker

if TYPE_CHECKING:
    from dashboard.services import Services

PATH = "/reviews"
DOWNLOAD = "/reviews/<int:crisis_id>/summary.<any(txt,html):form>"
_DIGITS = 19
MOST_RETESTS = 20
"""Causes of which before and after is read for one look at the screen."""


@dataclass(frozen=True)
class Whole:
    """What `/reviews` shows."""

    tracker: Tracker
    codes: Codes
    retests: Mapping[int, Retest]
    now: datetime


@dataclass(frozen=True)
class Page:
    """What `/reviews/<crisis_id>` shows."""

    record: Record
    stored: StoredReview
    causes: tuple[StoredCause, ...]
    actions: tuple[tuple[StoredAction, StoredCause], ...]
    redacted: Mapping[str, Redacted]
    codes: Codes
    now: datetime


def config_of(services: Services) -> Config:
    """The configuration in force."""
    return Current(services.settings.home).config()


def codes_of(services: Services) -> Codes:
    """Causes by code; those that ship where the home's own list cannot be used."""
    try:
        return cause_codes.of_home(services.settings.home)
    except CodesError:
        return cause_codes.shipped()


def whole(services: Services) -> Whole:
    """Everything of `/reviews`."""
    now = services.clock()
    found = tracker.tracker(services.engine, now)
    return Whole(found, codes_of(services), _retests(services, found, now), now)


def _retests(services: Services, found: Tracker, now: datetime) -> dict[int, Retest]:
    """Before and after of the causes whose actions were done, the newest first."""
    done: dict[int, datetime] = {}
    for action, cause in found.actions:
        at = action.state.settled_at
        if action.state.status in ("done", "verified") and at is not None:
            done[cause.id] = max(at, done.get(cause.id, at))
    by_id = {cause.id: cause for cause in found.causes}
    return {
        number: retest.of_slice(
            services.warehouse,
            by_id[number].facts.get("labels", {}),
            opened_at=by_id[number].opened_at,
            done_at=done[number],
            now=now,
        )
        for number in sorted(done, reverse=True)[:MOST_RETESTS]
    }


def page(services: Services, asked: str) -> Page | None:
    """The review that an address names; None if there is none."""
    if not asked.isdecimal() or len(asked) >= _DIGITS:
        return None
    number = int(asked)
    with services.engine.connect() as connection:
        stored = review_rows.load(connection, number)
        if stored is None:
            return None
        now = now_of(connection, number, services.clock())
        record = gather(connection, number, now)
        if record is None:
            return None
        causes = cause_rows.of_crisis(connection, number)
        actions = [
            (action, cause)
            for cause in causes
            for action in cause_rows.actions_of(connection, cause.id)
        ]
        redacted = reviewing.redacted_of(connection, config_of(services), stored)
    return Page(record, stored, tuple(causes), tuple(actions), redacted, codes_of(services), now)


def exists(services: Services, asked: str) -> bool:
    """Whether there is a review at an address."""
    if not asked.isdecimal() or len(asked) >= _DIGITS:
        return False
    with services.engine.connect() as connection:
        return review_rows.load(connection, int(asked)) is not None


def versioned(number: int, version: int) -> str:
    """A row as the value of a choice: the version is what the person saw."""
    return f"{number}:{version}"


def chosen(value: str) -> tuple[int, int]:
    """Number and version behind a choice.

    Raises:
        ValueError: it is none that a form offers.
    """
    number, _colon, version = value.partition(":")
    return int(number), int(version)


def group_key(group: Group) -> str:
    """A group as the value of a choice: its newest question names it."""
    return str(group.ids[0])


def group_of(found: Tracker, value: str) -> tuple[int, ...]:
    """The questions of the group that a choice names.

    Raises:
        ValueError: there is no such group any more.
    """
    for group in found.groups:
        if group_key(group) == value:
            return group.ids
    raise ValueError(value)


def labels_of(facts: Mapping[str, Any]) -> Mapping[str, str]:
    """Where a cause belongs."""
    found: Mapping[str, str] = facts.get("labels", {})
    return found
