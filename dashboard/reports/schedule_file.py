"""What `reports.yaml` of a home may say: which report goes to whom, when. See docs/reports.md.

The file is read strictly by itself. What it says of other files, templates and people, is looked at
by `dashboard.reports.schedule_checks`: those change on their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from alerts import strict_yaml
from alerts.last_good import LastGood
from alerts.library.reading import Strict
from alerts.oncall.format import WEEKDAYS, LocalTime, Name, Wait, Weekday
from dashboard.reports.forms import FORMS, LANGUAGE_CODES
from dashboard.reports.periods import Grain, Period, PeriodError, parse
from data_access.contracts import TABLES
from data_access.time_zones import known_zone

FILE_NAME = "reports.yaml"
KEPT_NAME = ".reports.last-good.yaml"
ATTACHABLE = tuple(form for form in FORMS if form != "mail")
ReceiverKind = Literal["role", "person", "rota", "channel"]
_KINDS: tuple[ReceiverKind, ...] = ("role", "person", "rota", "channel")


class ScheduleError(Exception):
    """`reports.yaml` cannot be used; one line per fault: file, line, field, value, remedy."""


class Receiver(Strict):
    """Everyone who holds a role, a person, the one on call of a rota, or a channel."""

    kind: ReceiverKind
    name: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def _receiver(value: object) -> object:
    """`{role: finance}` as kind and name."""
    if isinstance(value, Receiver):
        return value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in _KINDS:
        raise ValueError(
            "write one of {role: NAME}, {person: NAME}, {rota: NAME} or {channel: NAME}"
        )
    ((kind, name),) = value.items()
    return {"kind": kind, "name": name}


class Feed(Strict):
    """A feed that has to be in: a source, a table, or a table of a source.

    `older_than`: how long before the period's end its newest import may have ended. `last_day`:
    `expect` rows of the period's last day, or `ignore` whether there are any.
    """

    source: str | None = Field(default=None, min_length=1)
    table: str | None = None
    older_than: Wait = timedelta(hours=6)
    last_day: Literal["expect", "ignore"] = "expect"

    @model_validator(mode="after")
    def _named(self) -> Feed:
        if self.source is None and self.table is None:
            raise ValueError("name a source, a table, or both")
        if self.table is not None and self.table not in TABLES:
            raise ValueError(f"there is no table {self.table!r}; known: {', '.join(TABLES)}")
        return self

    @property
    def name(self) -> str:
        """What people call it: `zendesk-eu`, `reviews`, `olist/orders`."""
        return "/".join(part for part in (self.source, self.table) if part)


class LateFeed(Strict):
    """What happens when a feed is not in: wait `up_to` that long, `then` send or skip."""

    policy: Literal["wait", "send_incomplete"] = "wait"
    up_to: Wait = timedelta(hours=6)
    then: Literal["send_incomplete", "skip"] = "send_incomplete"


class Correction(Strict):
    """What happens when the feed comes after an incomplete report: within `up_to` of its day.

    `policy`: `send` a complete issue with what changed, `archive` it only, or `none`.
    """

    policy: Literal["send", "archive", "none"] = "send"
    up_to: Wait = timedelta(days=14)


class Schedule(Strict):
    """One report for some people: on a weekday, or a day of the month or quarter, after the period.

    The period is the newest one that is over by then.
    """

    template: str = Field(min_length=1)
    weekday: Weekday | None = None
    day_of_month: int | None = Field(default=None, ge=1, le=28)
    day_of_quarter: int | None = Field(default=None, ge=1, le=90)
    at: LocalTime
    zone: str
    to: tuple[Annotated[Receiver, BeforeValidator(_receiver)], ...] = ()
    languages: tuple[Literal["en", "zh"], ...] = ()
    """Of the files; empty: the language of whoever gets them."""
    forms: tuple[str, ...] = ("pdf",)
    first: str | None = None
    """The first period that is reported; None: the newest one when the schedule is first seen."""
    feeds: tuple[Feed, ...] = ()
    """Empty: every source that brought rows in the four weeks before the period's end."""
    late_feed: LateFeed = LateFeed()
    correction: Correction = Correction()

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if not known_zone(zone):
            raise ValueError("there is no such time zone; write it as Europe/Berlin")
        return zone

    @field_validator("forms")
    @classmethod
    def _attachable(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            if form not in ATTACHABLE:
                raise ValueError(f"there is no form {form!r}; known: {', '.join(ATTACHABLE)}")
        return forms

    @field_validator("forms", "languages")
    @classmethod
    def _once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(values)) != len(values):
            raise ValueError("name each of them once")
        return values

    @model_validator(mode="after")
    def _one_day(self) -> Schedule:
        days = (self.weekday, self.day_of_month, self.day_of_quarter)
        if sum(day is not None for day in days) != 1:
            raise ValueError("give one of weekday, day_of_month and day_of_quarter")
        if self.first is not None:
            try:
                parse(self.first, self.grain)
            except PeriodError as error:
                raise ValueError(f"first: {str(error).removesuffix('.')}") from error
        return self

    @property
    def grain(self) -> Grain:
        """The period that its day of sending belongs to."""
        if self.weekday is not None:
            return "week"
        return "month" if self.day_of_month is not None else "quarter"

    @property
    def offset(self) -> int:
        """Days from the first day after the period to the day of sending."""
        if self.weekday is not None:
            return WEEKDAYS.index(self.weekday)
        return (self.day_of_month or self.day_of_quarter or 1) - 1

    @property
    def first_period(self) -> Period | None:
        """The first period that is reported, if the file says so."""
        return None if self.first is None else parse(self.first, self.grain)

    @property
    def locales(self) -> tuple[str, ...]:
        """Languages of the files as the program names them."""
        return tuple(
            next(long for long, short in LANGUAGE_CODES.items() if short == code)
            for code in self.languages
        )


class Body(Strict):
    """The whole file."""

    schema_version: Literal[1] = 1
    attach_up_to_mb: float = Field(default=10, gt=0, le=100)
    """Files of a message together; what is beyond it is linked instead."""
    schedules: dict[Name, Schedule] = Field(default_factory=dict)


@dataclass(frozen=True)
class Schedules:
    """What is in force."""

    body: Body = field(default_factory=Body)
    lines: Mapping[strict_yaml.Place, int] = field(default_factory=dict)
    where: str = ""


def load(source: Path | str, *, where: str = FILE_NAME) -> Schedules:
    """Read schedules from a file, or from YAML text (then `where` names it in messages).

    Raises:
        ScheduleError: naming file, line, field, value and what to do; one line per fault.
    """
    if isinstance(source, Path):
        where = str(source)
        source = strict_yaml.read_text(source, ScheduleError)
    given, lines = strict_yaml.parse(source, where, ScheduleError)
    if given is None:
        return Schedules(where=where)
    if not isinstance(given, dict):
        raise ScheduleError(f"{where}: the file must be a mapping of fields such as schedules.")
    if "schema_version" not in given:
        raise ScheduleError(f"{where}, line 1: schema_version is missing; write schema_version: 1.")
    try:
        return Schedules(Body.model_validate(given), lines, where)
    except ValidationError as error:
        known = ", ".join(Body.model_fields)
        told = strict_yaml.explain(error, lines, where, known=known)
        raise ScheduleError("\n".join(told)) from error


def current(home: Path) -> LastGood[Schedules]:
    """The schedules in force: those of the newest file that could be used."""
    return LastGood(
        home / FILE_NAME,
        home / KEPT_NAME,
        load,
        Schedules,
        fault=ScheduleError,
        instead="send no reports",
    )
