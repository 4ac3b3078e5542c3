"""What the Compensation screens are made of: addresses, what a press means, what is kept."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from threading import Lock
from typing import TYPE_CHECKING

from alerts.actions import Outcome
from alerts.compensation import batches, drafting, reading
from alerts.compensation import criteria as criteria_of
from alerts.compensation.criteria import Criteria
from alerts.compensation.drafting import Prepared
from alerts.compensation.machine import Action, Do, Refused
from alerts.compensation.reading import Money
from alerts.notify.config import Config
from dashboard.acting import Pressed

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

PATH = "/compensation"
DOWNLOAD = "/download/compensation/<int:batch_id>.csv"
LEAKS = ("duplicate", "omission", "over", "under", "without_cause")
SHOWN = 200
"""Rows of a kind of leak that are listed, the newest first; the command lists all."""
BLOCK = 100
"""Items of a batch that the grid asks for at once."""
_DIGITS = 19
_MOST_RANGE = 100_000
_RANGE = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_LISTS = ("market", "carrier", "category", "lot", "orders")


def batch_path(number: int) -> str:
    """The page of one batch."""
    return f"{PATH}/{number}"


def download_path(number: int) -> str:
    """The file of one batch."""
    return DOWNLOAD.replace("<int:batch_id>", str(number))


def batch_number(text: str) -> int:
    """A number from an address; 0 where it is none."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < _DIGITS else 0


class NotUnderstoodError(ValueError):
    """A press that no form of ours sends, or a field that holds what it cannot."""


@dataclass
class Kept:
    """Budget and leaks, worked out again when numbers, batches or policy have changed."""

    services: Services
    _lock: Lock = field(default_factory=Lock)
    _held: tuple[tuple[object, ...], Money] | None = None

    def money(self) -> Money | None:
        """As of the last refresh; None while there is no policy."""
        try:
            document = drafting.policy_in_force(self.services.engine)
        except Refused:
            return None
        as_of = self.services.metrics.as_of()
        stamp = reading.stamp(self.services.engine)
        key = (self.services.metrics.version(), document.id, as_of.date(), *stamp)
        with self._lock:
            if self._held is None or self._held[0] != key:
                made = reading.money(
                    self.services.engine,
                    self.services.warehouse,
                    as_of=as_of,
                    zone=self.services.settings.time_zone,
                )
                self._held = (key, made)
            return self._held[1]


def criteria(fields: Mapping[str, str], as_of: datetime) -> Criteria:
    """What the form asks for.

    Raises:
        NotUnderstoodError: the day is none.
    """
    lists = {name: _values(fields.get(name, "")) for name in _LISTS}
    since = fields.get("since", "").strip()
    try:
        begun = datetime.combine(date.fromisoformat(since), time(), UTC) if since else None
    except ValueError as error:
        raise NotUnderstoodError(f"since {since!r}") from error
    return Criteria(
        fields.get("cause", ""),
        as_of,
        begun,
        market=tuple(code.upper() for code in lists["market"]),
        carrier=lists["carrier"],
        category=lists["category"],
        lot=lists["lot"],
        orders=lists["orders"],
    )


def _values(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,;\n]", text) if part.strip())


def prepared(services: Services, asked: Criteria) -> Prepared:
    """What a batch would hold.

    Raises:
        alerts.compensation.machine.Refused: no policy, or a cause that it does not know.
    """
    return drafting.prepare(services.engine, services.warehouse, asked)


def create(services: Services, pressed: Pressed) -> Outcome:
    """Make the batch that was looked at.

    Raises:
        NotUnderstoodError: the press holds no criteria.
    """
    try:
        asked = criteria_of.of_json(json.loads(pressed.fields["criteria"]))
    except (KeyError, ValueError, TypeError) as error:
        raise NotUnderstoodError("create") from error
    try:
        draft = prepared(services, asked).draft(pressed.fields.get("title", ""))
    except Refused as refused:
        return Outcome("refused", why=refused.why, data=refused.data)
    return batches.propose(
        services.engine, draft, actor=pressed.actor, token=pressed.token, wall=services.clock()
    )


def act(services: Services, config: Config, pressed: Pressed) -> Outcome:
    """Do to a batch what was pressed.

    Raises:
        NotUnderstoodError: no form of ours sends that.
    """
    said = pressed.fields
    try:
        action = Action(
            Do(pressed.action),
            items=numbers(said.get("items", "")),
            note=said.get("note", ""),
            role=said.get("role", ""),
            channel=said.get("channel", ""),
            seen=said.get("seen", ""),
        )
    except ValueError as error:
        raise NotUnderstoodError(f"{pressed.action} {dict(said)}") from error
    return batches.act(
        services.engine,
        batch_number(pressed.subject),
        action,
        config=config,
        actor=pressed.actor,
        version=pressed.version,
        token=pressed.token,
        wall=services.clock(),
    )


def numbers(text: str) -> tuple[int, ...]:
    """Item numbers as people write them: `3, 5-7`.

    Raises:
        ValueError: something that is neither a number nor a range.
    """
    found: set[int] = set()
    for part in _values(text):
        matched = _RANGE.fullmatch(part)
        if matched is None:
            raise ValueError(part)
        first = int(matched[1])
        last = int(matched[2] or matched[1])
        if last - first > _MOST_RANGE:
            raise ValueError(part)
        found.update(range(first, last + 1))
    return tuple(sorted(found))
