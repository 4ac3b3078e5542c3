"""What the company promises its customers, and the hours that count: policies and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from data_access.calendars.public_holidays import public_holidays
from data_access.sample.orders import COUNTRIES
from data_access.sample.plan import Plan

RELAY = "relay"
CALENDAR_OF_TEAM = {
    "Americas": "americas",
    "Europe North": "europe-office",
    "DACH": "europe-office",
    "Europe South": "europe-office",
    "Europe East": "europe-office",
    "East Asia": "asia-office",
    "Oceania and Gulf": "gulf-office",
    "Returns desk": "europe-office",
    "Escalations": RELAY,
}
"""Calendar of each team, in the order of the teams."""

LONGER_SINCE_DAYS = 270
"""So long ago the European office began to stay open until 18:00."""

_MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)
_EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_MOON = frozenset({"SA", "AE", "MY", "SG"})


def calendars(plan: Plan) -> pl.DataFrame:
    """Opening hours of the service centres; the European ones have changed once."""
    since = plan.now.date() - timedelta(days=LONGER_SINCE_DAYS)
    europe, asia = ("Europe/Warsaw", "PL", _MONDAY_TO_FRIDAY), ("Asia/Shanghai", "CN")
    weeks = [
        ("europe-office", *europe, (540, 1020), None, since - timedelta(days=1)),
        ("europe-office", *europe, (480, 1080), since, None),
        ("asia-office", *asia, _MONDAY_TO_FRIDAY, (540, 720), None, None),
        ("asia-office", *asia, _MONDAY_TO_FRIDAY, (780, 1140), None, None),
        ("gulf-office", "Asia/Riyadh", "SA", (7, 1, 2, 3, 4), (540, 1080), None, None),
        ("americas", "America/Monterrey", "MX", _MONDAY_TO_FRIDAY, (480, 1200), None, None),
        ("americas", "America/Monterrey", "MX", (1, 2, 3, 4), (1320, 1800), None, None),
        *(
            (RELAY, "Europe/Warsaw", None, _EVERY_DAY, (start, start + 480), None, None)
            for start in (360, 840, 1320)
        ),
    ]
    rows = [
        {
            "interval_id": f"{name}-{day}-{start}-{end}",
            "calendar_id": name,
            "tz": zone,
            "weekday": day,
            "start_minute": start,
            "end_minute": end,
            "country": country,
            "valid_from": valid_from,
            "valid_to": valid_to,
        }
        for name, zone, country, days, (start, end), valid_from, valid_to in weeks
        for day in days
    ]
    return pl.DataFrame(rows, schema_overrides={"valid_from": pl.Date, "valid_to": pl.Date})


def holidays(plan: Plan) -> pl.DataFrame:
    """Public holidays of the markets, and the company's own days.

    The year ends with two days of stocktaking in Asia, and Poland's Independence Day, which is
    Singles' Day, is worked.
    """
    rows: list[dict[str, object]] = []
    for country in COUNTRIES:
        days, _ = public_holidays(country, None, first=plan.first_day, last=plan.last_day)
        rows += [
            {
                "holiday_id": f"{country}-{day:%Y%m%d}",
                "country": country,
                "starts_on": day,
                "ends_on": day,
                "name": name,
                "tentative": tentative or _waits_for_the_moon(plan, country, day, name),
            }
            for day, name, tentative in days
        ]
    for year in range(plan.first_day.year, plan.last_day.year + 1):
        rows += [
            {
                "holiday_id": f"asia-office-{year}",
                "calendar_id": "asia-office",
                "starts_on": date(year, 12, 30),
                "ends_on": date(year, 12, 31),
                "name": "Stocktaking",
            },
            {
                "holiday_id": f"europe-office-{year}",
                "calendar_id": "europe-office",
                "starts_on": date(year, 11, 11),
                "ends_on": date(year, 11, 11),
                "name": "Singles' Day",
                "works": True,
            },
        ]
    kinds = {"calendar_id": pl.String, "works": pl.Boolean}
    return pl.DataFrame(rows, schema_overrides=kinds, infer_schema_length=None)


def _waits_for_the_moon(plan: Plan, country: str, day: date, name: str) -> bool:
    return country in _MOON and "Eid" in name and day > plan.now.date()


def policies() -> pl.DataFrame:
    """The promises. A case names `standard` or `priority`; the other rows find their cases."""
    hour = 3600
    everybody: list[tuple[str, str, int, dict[str, object]]] = [
        ("standard", "first_response", 4 * hour, {}),
        ("standard", "next_response", 24 * hour, {}),
        ("priority", "first_response", 2 * hour, {}),
        ("priority", "next_response", 12 * hour, {}),
        ("resolution", "resolution", 48 * hour, {}),
        (
            "german",
            "resolution",
            20 * hour,
            {
                "lang": "de",
                "clock": "business",
                "calendar_id": "europe-office",
                "pause_states": "pending",
            },
        ),
        ("escalated", "solution", 48 * hour, {}),
        ("escalated-recall", "solution", 24 * hour, {"severity": 5}),
        ("marketplace-own", "marketplace_response", 2 * hour, {}),
        ("marketplace-platform", "marketplace_platform", 24 * hour, {}),
    ]
    vip: list[tuple[str, str, int, dict[str, object]]] = [
        (f"{tier}-{channel}", "vip_response", 15, {"vip_tier": tier, "channel": channel})
        for tier in ("platinum", "diamond", "black")
        for channel in ("chat", "phone")
    ]
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        [
            {
                "policy_id": policy,
                "metric": metric,
                "target_s": target,
                "clock": "calendar",
                "valid_from": since,
                **more,
            }
            for policy, metric, target, more in [*everybody, *vip]
        ],
        infer_schema_length=None,
    )
