"""What `alerting.yaml` may say of rotas and escalations. `docs/notification.md` explains it.

Local times are written in quotes ("18:00"): without, YAML reads some of them as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from alerts.oncall.workdays import known_country, known_region
from data_access.time_zones import known_zone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TargetKind = Literal["rota", "person", "channel"]
When = Literal["every_day", "workdays", "days_off"]

MOST_REPEATS = 5
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DURATION = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _local_time(value: object) -> object:
    if isinstance(value, time):
        return value
    if isinstance(value, int) and 0 <= value <= 24 * 60:
        raise ValueError(f'write the time in quotes: "{value // 60:02d}:{value % 60:02d}"')
    if value == "24:00":
        return time()
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write a time as hours and minutes in quotes, such as "09:00"')
    return time(int(match[1]), int(match[2]))


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration as a whole number and m, h or d, such as 15m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _written_duration(value: timedelta) -> str:
    minutes = int(value.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _target(value: object) -> object:
    """`{rota: emea}` as kind and name."""
    if not isinstance(value, Mapping) or set(value) == {"kind", "name"}:
        return value
    if len(value) != 1 or next(iter(value)) not in ("rota", "person", "channel"):
        raise ValueError("write one of {rota: NAME}, {person: NAME} or {channel: NAME}")
    ((kind, name),) = value.items()
    return {"kind": kind, "name": name}


LocalTime = Annotated[
    time, BeforeValidator(_local_time), PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)
]
Wait = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_written_duration, return_type=str),
]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True
    )


class Shift(_Strict):
    """Hours of the days on which it begins; one that ends at or before its start ends next day."""

    from_: LocalTime = Field(alias="from")
    to: LocalTime
    days: tuple[Weekday, ...] = WEEKDAYS
    when: When = "every_day"

    @model_validator(mode="after")
    def _distinct_days(self) -> Shift:
        if not self.days or len(set(self.days)) != len(self.days):
            raise ValueError("days must name at least one weekday, each once")
        return self


class Layer(_Strict):
    """People who take turns, and when.

    `rotate` hands over to the next one every `every` days or weeks at `handover`, counted from
    `first_turn`: a weekly rota hands over on that weekday. Without `shifts` a layer is on call
    around the clock. `holiday_people` take turns, by the same handovers, in shifts that begin on a
    public holiday.
    """

    name: Name
    people: tuple[str, ...] = Field(min_length=1)
    rotate: Literal["none", "day", "week"] = "week"
    every: int = Field(default=1, ge=1, le=52)
    first_turn: date = date(2024, 1, 1)
    handover: LocalTime = time(9)
    shifts: tuple[Shift, ...] = ()
    holiday_people: tuple[str, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """Everyone it names."""
        return (*self.people, *self.holiday_people)


class Rota(_Strict):
    """Who is on call, in local time. Of layers on call at once the first one counts."""

    zone: str
    country: str | None = None
    region: str | None = None
    layers: tuple[Layer, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sensible(self) -> Rota:
        if not known_zone(self.zone):
            raise ValueError(f"there is no time zone {self.zone!r}; write it as Europe/Berlin")
        names = [layer.name for layer in self.layers]
        if len(set(names)) != len(names):
            raise ValueError(f"two layers have one name: {', '.join(names)}")
        if self.country is not None and not known_country(self.country):
            raise ValueError(
                f"the holidays of {self.country!r} are not known; write two letters such as DE"
            )
        if self.region is not None and not known_region(self.country or "", self.region):
            raise ValueError(f"{self.country} has no region {self.region!r} with own holidays")
        if self.country is None and any(map(_needs_country, self.layers)):
            raise ValueError("workdays, days_off and holiday_people need the rota's country")
        return self


class Target(_Strict):
    """Whom a step tells: the one on call of a rota, a person, or a channel."""

    kind: TargetKind
    name: str = Field(min_length=1)


OneTarget = Annotated[Target, BeforeValidator(_target)]


class Step(_Strict):
    """`after` counts from the step before it; for the first one from the start."""

    after: Wait
    tell: tuple[OneTarget, ...] = Field(min_length=1)


class Escalation(_Strict):
    """Steps until somebody acknowledges; then all of them again, `repeat` times."""

    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)
    repeat: int = Field(default=0, ge=0, le=MOST_REPEATS)
    repeat_after: Wait = timedelta(minutes=30)

    @model_validator(mode="after")
    def _breathes(self) -> Escalation:
        if self.repeat and self.repeat_after < timedelta(minutes=1):
            raise ValueError("repeat_after must be at least 1m")
        return self


def _needs_country(layer: Layer) -> bool:
    by_calendar = any(shift.when != "every_day" for shift in layer.shifts)
    return by_calendar or bool(layer.holiday_people)


def frozen(policy: Escalation) -> dict[str, Any]:
    """The policy as JSON, to be kept with an incident."""
    return policy.model_dump(mode="json")


def thawed(kept: Mapping[str, Any]) -> Escalation:
    """The policy that was kept."""
    return Escalation.model_validate(kept)
