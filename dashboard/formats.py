"""Numbers, rates, intervals, durations, money and times as the reader writes them (CLDR, Babel).

Everything is given in the catalogue's own units: shares 0–1, `per_1000`, days, hours, scores,
counts, minor units of money. A missing value is shown as an en dash.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.core import Locale

from dashboard.languages import _, current, locale

NONE = "–"


def number(value: float | None, digits: int = 0) -> str:
    """Grouped decimal with exactly `digits` decimals: 12,345.6."""
    if _absent(value):
        return NONE
    # Half-even rounding of −0.04 would read "-0"; nobody means that.
    rounded = round(float(value or 0), digits) + 0.0
    # A screen shows thousands of numbers, and a pattern of Babel's takes 0.1 ms for each.
    return f"{rounded:,.{digits}f}".translate(_marks(current()))


def compact(value: float | None) -> str:
    """A count in little room: 1.2K, 3M; below 10,000 in full."""
    if _absent(value):
        return NONE
    if abs(value or 0) < 10_000:
        return number(value)
    return numbers.format_compact_decimal(
        float(value or 0), locale=locale(), fraction_digits=1
    ).replace("-", "−")


def percent(share: float | None, digits: int = 1) -> str:
    """0.842 → 84.2%."""
    return NONE if _absent(share) else f"{number(100 * (share or 0), digits)}%"


_DIGITS = {
    "share": 1,
    "per_1000": 1,
    "days": 1,
    "hours": 1,
    "score": 1,
    "index": 1,
    "count": 0,
}


def value(amount: float | None, unit: str) -> str:
    """A KPI's value in its unit, without the unit's name; shares carry their percent sign."""
    if unit == "share":
        return percent(amount, _DIGITS["share"])
    if unit.startswith("money"):
        return _value_of_money(amount, unit)
    return number(amount, _DIGITS.get(unit, 1))


def in_currency(unit: str, currency: str) -> str:
    """A unit of money that says which: `money_per_order:EUR`. Other units stay as they are."""
    is_open = unit.startswith("money") and ":" not in unit
    return f"{unit}:{currency}" if is_open and currency else unit


def _value_of_money(units: float | None, unit: str) -> str:
    kind, _colon, currency = unit.partition(":")
    large = kind == "money" and abs(units or 0) >= 1_000
    if currency:
        return amount(units, currency, 0 if large else None)
    return number(units, 0 if large else 2)


def unit_name(unit: str) -> str:
    """What stands small beside a value; empty where the value says it itself."""
    names = {
        "per_1000": _("per 1,000 orders"),
        "days": _("days"),
        "hours": _("hours"),
        "index": _("of 100"),
        "money_per_order": _("per order"),
        "money_per_contact": _("per contact"),
    }
    return names.get(unit.partition(":")[0], "")


def amount(units: float | None, currency: str, digits: int | None = None) -> str:
    """`€3.12`: an amount in units (not minor units) of a currency, as KPIs of money have it.

    Args:
        units: the amount; None: an en dash.
        currency: ISO 4217.
        digits: decimals; None: as the currency has them.
    """
    if _absent(units):
        return NONE
    places = numbers.get_currency_precision(currency) if digits is None else digits
    shown = round(float(units or 0), places) + 0.0
    pattern = locale().currency_formats["standard"].pattern
    written = numbers.format_currency(
        shown,
        currency,
        format=_with_places(pattern, places),
        locale=locale(),
        currency_digits=False,
    )
    return written.replace("-", "−")


def _with_places(pattern: str, places: int) -> str:
    """A CLDR pattern with exactly so many decimals."""
    decimals = "." + "0" * places if places else ""
    return pattern.replace(".00", decimals)


def interval(low: float | None, high: float | None, unit: str) -> str:
    """`82.9–85.6%`; `12.4 or more` where the upper end is open; empty without an interval."""
    if _absent(high) and not _absent(low):
        # A percentile whose band nobody has watched to its end.
        return _("{low} or more", low=value(low, unit))
    if _absent(low) or _absent(high):
        return ""
    if unit == "share":
        return f"{value(low, unit).removesuffix('%')}–{value(high, unit)}"
    # A minus after the dash would read as two dashes.
    joint = " … " if (low or 0) < 0 or (high or 0) < 0 else "–"
    return f"{value(low, unit)}{joint}{value(high, unit)}"


def span(low: float | None, high: float | None, digits: int) -> str:
    """`0.94–1.09`: an interval of plain numbers; empty when there is none."""
    if _absent(low) or _absent(high):
        return ""
    joint = " … " if (low or 0) < 0 or (high or 0) < 0 else "–"
    return f"{number(low, digits)}{joint}{number(high, digits)}"


def signed(value: float | None, digits: int) -> str:
    """`+2.4` or `−2.4`; nothing is shown with a sign that rounds to nothing."""
    shown = number(value, digits)
    return f"+{shown}" if shown.strip("0.,") and shown[0] not in f"−{NONE}" else shown


def change(now: float | None, before: float | None, unit: str) -> str:
    """The signed difference: points for shares, the unit itself otherwise; empty if unknown."""
    if _absent(now) or _absent(before):
        return ""
    difference = (now or 0) - (before or 0)
    if unit == "share":
        shown = number(100 * difference, 1)
        text = _("{points} pts", points=shown.removeprefix("−"))
    else:
        shown = value(difference, unit)
        text = shown.removeprefix("−")
    sign = "" if not shown.strip("−0.,") else ("−" if shown.startswith("−") else "+")
    return f"{sign}{text}"


def direction(now: float | None, before: float | None, unit: str) -> str:
    """`up`, `down` or `flat`, judged on the rounded difference a reader can see."""
    text = change(now, before, unit)
    return "up" if text.startswith("+") else "down" if text.startswith("−") else "flat"


def relative(now: float | None, before: float | None) -> str:
    """`12%`: size of the change against before, without sign; empty when before is 0 or unknown."""
    if _absent(now) or _absent(before) or not before:
        return ""
    return f"{number(100 * abs((now or 0) / before - 1))}%"


def money(minor: int | None, currency: str) -> str:
    """Minor units of `currency` (ISO 4217) as an amount with its sign."""
    if minor is None:
        return NONE
    places = numbers.get_currency_precision(currency)
    return numbers.format_currency(minor / 10**places, currency, locale=locale())


def duration(seconds: float | None) -> str:
    """The two largest units: `3 d 4 h`, `2 h 5 min`, `12 min`; below a minute `< 1 min`."""
    if _absent(seconds):
        return NONE
    minutes = int(abs(seconds or 0) // 60)
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    if days:
        return _("{days} d {hours} h", days=days, hours=hours) if hours else _("{d} d", d=days)
    if hours:
        return _("{hours} h {mins} min", hours=hours, mins=mins) if mins else _("{h} h", h=hours)
    return _("{m} min", m=mins) if mins else _("< 1 min")


def day(when: date, *, year: bool = False) -> str:
    """`22 Nov` (or with its year), in the reader's order."""
    skeleton = "yMMMd" if year else "MMMd"
    return dates.format_skeleton(skeleton, when, locale=_day_locale(str(locale())))


def days(first: date, last: date) -> str:
    """A range of days: `1–28 Nov 2026`."""
    return dates.format_interval(first, last, "yMMMd", locale=_day_locale(str(locale())))


def moment(when: datetime, zone: str) -> str:
    """`22 Nov 2026, 12:04` in `zone`; the zone is named once per screen, not per time."""
    local = as_zone(when, zone)
    pattern = dates.format_skeleton("yMMMd", local.date(), locale=_day_locale(str(locale())))
    return f"{pattern} {local:%H:%M}"


def clock(when: datetime, zone: str) -> str:
    """`12:04` in `zone`."""
    return f"{as_zone(when, zone):%H:%M}"


def as_zone(when: datetime, zone: str) -> datetime:
    """`when` (aware, or naive UTC) as a naive local time of `zone`: figures know no zones."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def iso_utc(when: datetime) -> str:
    """The value of `data-utc`."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def country(code: str) -> str:
    """Name of an ISO 3166-1 alpha-2 country; the code itself if it is not one."""
    return str(locale().territories.get(code, code))


def language_name(tag: str) -> str:
    """Name of a BCP-47 language in the reader's language; the tag itself if unknown."""
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name(locale())
    except (ValueError, LookupError):
        return tag
    return name or tag


@lru_cache(maxsize=8)
def _marks(language: str) -> dict[int, str]:
    """What stands in a language for Python's own group, decimal and minus signs."""
    own = Locale.parse(language)
    return {
        ord(","): numbers.get_group_symbol(own),
        ord("."): numbers.get_decimal_symbol(own),
        ord("-"): "−",
    }


@lru_cache(maxsize=8)
def _day_locale(name: str) -> Locale:
    # "22 Nov" is understood everywhere, "Nov 22" and "22.11." are not; British order for English.
    return Locale.parse("en_GB") if name == "en" else Locale.parse(name)


def _absent(amount: float | None) -> bool:
    return amount is None or math.isnan(amount)
