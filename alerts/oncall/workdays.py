"""Working days of a market: its weekend, its public holidays, weekend days that are worked.

From the package `holidays`. China shifts working days around its holidays by an official list that
is published for one year at a time: later years are known without their shifts, and said so.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

_BY_YEARLY_LIST = frozenset({"CN"})
"""Countries whose working days are decreed anew each year."""


def known_country(country: str) -> bool:
    """Whether the holidays of a country (ISO 3166-1, two letters) are known."""
    return country in holidays.list_supported_countries(include_aliases=False)


def known_region(country: str, region: str) -> bool:
    """Whether the holidays of a region (ISO 3166-2 without the country) are known."""
    return region in holidays.list_supported_countries(include_aliases=False).get(country, ())


def is_public_holiday(day: date, country: str, region: str | None = None) -> bool:
    """Whether `day` is a public holiday there."""
    return day in _calendar(country, region)


def is_workday(day: date, country: str, region: str | None = None) -> bool:
    """Whether people work on `day`: no weekend, no holiday, or a weekend day that is made up."""
    return _calendar(country, region).is_working_day(day)


def has_official_list(year: int, country: str) -> bool:
    """False where the year's working days are still to be decreed."""
    if country not in _BY_YEARLY_LIST:
        return True
    return year in getattr(_calendar(country, None), "special_public_holidays", {})


@cache
def _calendar(country: str, region: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=region)
