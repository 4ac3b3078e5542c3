"""What the clocks of a market show, for ends that people choose: one hour, four, tomorrow morning.

A market with several zones is taken at where most of its customers live. Without a market the
reporting zone counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import available_timezones

from babel.core import get_global

from alerts.oncall.localtime import local_day, resolve

MORNING = time(8)
SPANS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4)}
TOMORROW = "tomorrow"

_MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}


def zone_of(labels: Mapping[str, str], reporting: str) -> str:
    """Zone of the market among `labels`; `reporting` where there is none, or none is known."""
    market = labels.get("market", "")
    listed = [_MAIN[market]] if market in _MAIN else get_global("territory_zones").get(market, [])
    known = available_timezones()
    places = (zone for zone in listed if zone in known and not zone.startswith("Etc/"))
    return next(places, reporting)


def end_of(choice: str, now: datetime, zone: str) -> datetime | None:
    """The instant that a choice names: `1h`, `4h`, `tomorrow` (08:00 in `zone`); None: unknown."""
    if choice in SPANS:
        return now + SPANS[choice]
    if choice == TOMORROW:
        return resolve(local_day(now, zone) + timedelta(days=1), MORNING, zone)
    return None
