"""What `alerting.yaml` may say of inhibitions and mute calendars. `docs/alerts.md` explains it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from alerts.muting import matching
from alerts.oncall.format import WEEKDAYS, LocalTime, Name, Weekday
from alerts.oncall.workdays import known_country, known_region
from data_access.time_zones import known_zone

When = Literal["every_day", "workdays", "days_off", "holidays"]


def _matcher(value: object) -> object:
    if isinstance(value, matching.Matcher):
        return value
    if not isinstance(value, str):
        raise ValueError("write a matcher as text, such as market=PL")  # noqa: TRY004 - pydantic
    return matching.Matcher.parse(value)


Matcher = Annotated[
    matching.Matcher, BeforeValidator(_matcher), PlainSerializer(str, return_type=str)
]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True
    )


class Inhibition(_Strict):
    """While an incident that matches `source` goes on, those that match `target` are muted.

    Only where the labels named in `equal` agree; a label that both lack agrees. No incident
    inhibits itself, and none is inhibited by what it inhibits in turn.
    """

    name: Name
    source: tuple[Matcher, ...] = Field(min_length=1)
    target: tuple[Matcher, ...] = Field(min_length=1)
    equal: tuple[str, ...] = ()


class Window(_Strict):
    """Hours of the days on which it begins; one that ends at or before its start ends next day.

    Without hours the whole day.
    """

    from_: LocalTime | None = Field(default=None, alias="from")
    to: LocalTime | None = None
    days: tuple[Weekday, ...] = WEEKDAYS
    when: When = "every_day"

    @model_validator(mode="after")
    def _sensible(self) -> Window:
        if (self.from_ is None) != (self.to is None):
            raise ValueError("write both from and to, or neither for the whole day")
        if not self.days or len(set(self.days)) != len(self.days):
            raise ValueError("days must name at least one weekday, each once")
        return self


class MuteCalendar(_Strict):
    """When what matches is not told, in local time. Without `match` everything."""

    name: Name
    zone: str
    country: str | None = None
    region: str | None = None
    match: tuple[Matcher, ...] = ()
    windows: tuple[Window, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sensible(self) -> MuteCalendar:
        if not known_zone(self.zone):
            raise ValueError(f"there is no time zone {self.zone!r}; write it as Europe/Berlin")
        if self.country is not None and not known_country(self.country):
            raise ValueError(
                f"the holidays of {self.country!r} are not known; write two letters such as DE"
            )
        if self.region is not None and not known_region(self.country or "", self.region):
            raise ValueError(f"{self.country} has no region {self.region!r} with own holidays")
        if self.country is None and any(w.when != "every_day" for w in self.windows):
            raise ValueError("workdays, days_off and holidays need the calendar's country")
        return self
