"""Public holidays of a country and of one of its regions, from the package `holidays`."""

from __future__ import annotations

import warnings
from datetime import date
from typing import Any, NamedTuple

import holidays

_NAMES_IN = "en_US"
_ESTIMATED = "estimated"


class DayOff(NamedTuple):
    """One public holiday; `tentative` where the date is estimated, such as by the moon."""

    day: date
    name: str
    tentative: bool


class Unknown(NamedTuple):
    """What the package does not know: a country, or a region of a country that it knows."""

    country: str
    region: str | None


def public_holidays(
    country: str, region: str | None, *, first: date, last: date
) -> tuple[list[DayOff], Unknown | None]:
    """List the public holidays from `first` to `last` inclusive, and say what is not known.

    With a `region` (ISO 3166-2 without the country) its own holidays are added to those of the
    country. Of a region that is not known the country's holidays are given; of a country that is
    not known, none.
    """
    options = _options(country)
    if options is None:
        return [], Unknown(country, None)
    known_regions = holidays.list_supported_countries(include_aliases=False).get(country, ())
    unknown = None
    if region is not None and region not in known_regions:
        unknown = Unknown(country, region)
        region = None
    with warnings.catch_warnings():
        # A few calendars are known for some decades only and say so.
        warnings.simplefilter("ignore")
        listed = holidays.country_holidays(
            country,
            subdiv=region,
            years=range(first.year, last.year + 1),
            language=_NAMES_IN,
            **options,
        )
    days = [
        DayOff(day, _without_mark(name), _ESTIMATED in name)
        for day, name in sorted(listed.items())
        if first <= day <= last
    ]
    return days, unknown


def _options(country: str) -> dict[str, Any] | None:
    """Ask for the mark of estimated dates where the country has such; None: unknown country."""
    if country not in holidays.list_supported_countries(include_aliases=False):
        return None
    entity = type(holidays.country_holidays(country))
    return {
        name: True for name in entity.get_supported_options() if name.endswith("_show_estimated")
    }


def _without_mark(name: str) -> str:
    return name.replace(f", {_ESTIMATED})", ")").replace(f" ({_ESTIMATED})", "")
