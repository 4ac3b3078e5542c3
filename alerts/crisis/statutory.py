"""Terms that laws set, as a document of dated rules with source and reviewer. Pure.

This is no legal advice: every rule names the law it was read from, and a person who knows that law
must have reviewed it before a company relies on it. `reviewed` says honestly whether anybody has.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints

from alerts.crisis.levels import Id, Key, Text, Words
from alerts.expressions import Expression, ExpressionError, parse
from alerts.library.model import Finding, Kind, Library
from alerts.library.model import Words as Told
from alerts.library.reading import Strict, reader
from alerts.strict_yaml import Place

NAME = "statutory"
"""The one document of its kind."""

NAMES: Mapping[str, type] = {
    "topic": str,
    "market": str,
    "category": str,
    "product": str,
    "level": int,
    "flags": tuple,
    "safety_injury": int,
    "lot_cases": int,
}
"""What a condition may ask: labels and level of the crisis, its flags, two of its measures."""

UNDUE = "without_undue_delay"
_TERM = re.compile(r"PT(?P<hours>\d{1,4})H|P(?P<days>\d{1,3})D|P(?P<months>\d{1,2})M")
_FLAG = re.compile(r"""["'](\w+)["']\s+(?:not\s+)?in\s+flags""")
Market = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Term = Annotated[str, StringConstraints(pattern=rf"^(?:{_TERM.pattern}|{UNDUE})$")]


class Source(Strict):
    """Where a rule was read: the law by its name, the place in it, and an address."""

    title: Text
    place: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None


class Reviewed(Strict):
    """Which role must review a rule, and who did when; without `by` nobody has yet."""

    role: Key
    by: Text | None = None
    on: date | None = None


class Rule(Strict):
    """One term.

    Attributes:
        key: by which playbooks name it.
        scope: `crisis`: it runs once in a crisis; `customer`: for each customer by itself, so that
            a crisis only reminds of it; `notice`: no term but something that must not be done.
        jurisdiction: whose law.
        markets: where it applies; none: everywhere.
        topics: crises that it belongs to without a condition; `when`: those that it belongs to.
        starts: event from which it counts, in words; `from_`: the moment of the crisis that
            stands for it.
        term: `PT72H` counts hours whatever the day, `P14D` calendar days and `P1M` months to the
            end of the last day, `without_undue_delay` has no fixed end.
        extension: by how much it can be prolonged.
        zone: in which days end; of several the one where they end first.
        to: who must be told, or what must be done.
        valid_from, valid_to: first and last day on which it is law.
    """

    key: Id
    scope: Literal["crisis", "customer", "notice"] = "crisis"
    title: Words
    jurisdiction: Text
    markets: tuple[Market, ...] = ()
    topics: tuple[Text, ...] = ()
    when: Text | None = None
    starts: Words
    from_: Literal["detected", "declared", "now"] = Field(default="detected", alias="from")
    term: Term
    extension: Term | None = None
    zone: Text = "UTC"
    to: Words
    source: Source
    reviewed: Reviewed
    valid_from: date
    valid_to: date | None = None

    @cached_property
    def condition(self) -> Expression | None:
        """`when` as a tree."""
        return None if self.when is None else parse(self.when, NAMES)

    def in_force(self, day: date) -> bool:
        """Whether it is law on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def applies(self, values: Mapping[str, Any], markets: Sequence[str], day: date) -> bool:
        """Whether it runs in a crisis. What is not known counts as if it did.

        Args:
            values: by `NAMES`.
            markets: of the crisis; none: they are not known.
            day: the day it would begin.
        """
        if not self.in_force(day):
            return False
        if self.markets and markets and not set(self.markets) & set(markets):
            return False
        if values.get("topic") in self.topics:
            return True
        if self.condition is None:
            return not self.topics
        return self.condition.value(values) is not False

    def due_at(self, starts_at: datetime) -> datetime | None:
        """When the term ends; None: without undue delay."""
        return due_at(self.term, starts_at, self.zone)


def due_at(term: str, starts_at: datetime, zone: str) -> datetime | None:
    """When a term ends that begins at a moment.

    Hours count through nights and holidays. Days and months end with the last hour of their last
    day; the day of the event does not count, and where the last month has no such day, its last
    day stands for it (Regulation (EEC, Euratom) No 1182/71, Art. 3). It is not prolonged where it
    ends on a holiday: what the law may allow is no plan.
    """
    if term == UNDUE:
        return None
    parts = _TERM.fullmatch(term)
    assert parts is not None
    if parts["hours"]:
        return starts_at + timedelta(hours=int(parts["hours"]))
    tz = ZoneInfo(zone)
    day = starts_at.astimezone(tz).date()
    if parts["days"]:
        last = day + timedelta(days=int(parts["days"]))
    else:
        last = _months_later(day, int(parts["months"]))
    end = datetime.combine(last + timedelta(days=1), time(0), tz)
    return end.astimezone(UTC)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class Statutory(Strict):
    """The document: a notice that people read with every term, and the rules."""

    schema_version: Literal[1]
    id: Literal["statutory"]
    title: Words
    notice: Words
    rules: tuple[Rule, ...] = Field(min_length=1)

    @cached_property
    def by_key(self) -> dict[str, Rule]:
        """Rules by key."""
        return {rule.key: rule for rule in self.rules}


def _faults(document: Statutory) -> Sequence[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    seen: set[str] = set()
    for n, rule in enumerate(document.rules):
        place: Place = ("rules", n)
        if rule.key in seen:
            found.append(((*place, "key"), f"{rule.key!r} is used twice; choose another."))
        seen.add(rule.key)
        if rule.when is not None:
            try:
                parse(rule.when, NAMES)
            except ExpressionError as error:
                found.append(((*place, "when"), str(error)))
        try:
            ZoneInfo(rule.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            found.append(((*place, "zone"), "no such zone; write one such as Europe/Berlin."))
        if rule.valid_to is not None and rule.valid_to < rule.valid_from:
            found.append(((*place, "valid_to"), "lies before valid_from."))
        if (rule.reviewed.by is None) != (rule.reviewed.on is None):
            found.append(((*place, "reviewed"), "give both by and on, or neither."))
    return found


def _lint(document: Statutory, library: Library) -> list[Finding]:
    """Flags nobody can set, rules that are law no more, rules that nobody reviewed."""
    found: list[Finding] = []
    levels = library.get("levels", "levels")
    for rule in document.rules:
        where = f"rules.{rule.key}"
        found += [
            Finding(
                "error",
                "unknown_flag",
                f"{where}.when",
                Told(f"There is no flag {flag}.", f"没有名为 {flag} 的标记。"),
                Told(
                    f"Use one of: {', '.join(levels.flags)}.",
                    f"可用的标记：{'、'.join(levels.flags)}。",
                ),
            )
            for flag in _FLAG.findall(rule.when or "")
            if levels is not None and flag not in levels.flags
        ]
        if library.today and rule.valid_to and rule.valid_to < library.today:
            found.append(
                Finding(
                    "warning",
                    "no_longer_law",
                    f"{where}.valid_to",
                    Told("It is law no more.", "该条款已失效。"),
                    Told("Add the rule that took its place.", "请添加替代条款。"),
                )
            )
    unreviewed = [rule.key for rule in document.rules if rule.reviewed.by is None]
    if unreviewed:
        found.append(
            Finding(
                "warning",
                "not_reviewed",
                "rules",
                Told(
                    f"{len(unreviewed)} rules were not reviewed yet.",
                    f"有 {len(unreviewed)} 条规则尚未审核。",
                ),
                Told(
                    "Have somebody who knows the law review them and note name and day.",
                    "请由熟悉该法律的人员审核并记录姓名与日期。",
                ),
            )
        )
    return found


KIND = Kind(
    NAME, reader(Statutory, "document of terms", _faults), _lint, "crisis/shipped/statutory"
)
