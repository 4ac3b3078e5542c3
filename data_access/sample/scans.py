"""Every scan of the parcels on their way to the customer."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.draw import DAY, HOUR, Floats, instants, labels, where
from data_access.sample.orders import COUNTRIES
from data_access.sample.parcels import VAN_HOURS, Parcels
from data_access.sample.plan import Plan

DETAILED_DAYS = 60.0
"""Parcels older than this carry only the scans that clocks and measures need."""

STATIONS = (
    # state, substate, the carrier's words, whether it is in the country of origin
    ("handed_over", None, "Parcel received by carrier", True),
    ("in_transit", "departed_export_hub", "Departed export hub", True),
    ("customs", "customs_presented", "Presented to customs", False),
    ("customs", "customs_info_required", "Held by customs: product documents requested", False),
    ("in_transit", "customs_cleared", "Released by customs", False),
    ("in_transit", "arrived_hub", "Arrived at destination hub", False),
    ("out_for_delivery", None, "Out for delivery", False),
    ("attempt_failed", "nobody_met", "Delivery attempted, nobody met", False),
    ("delivered", None, "Delivered", False),
    ("exception", "lost", "Shipment cannot be located", False),
)


def _times(plan: Plan, rng: np.random.Generator, parcels: Parcels) -> tuple[Floats, ...]:
    """When each parcel passes each station, in the order of `STATIONS`; NaN for never."""
    course = parcels.course
    fresh = course.shipped > plan.now_s - DETAILED_DAYS * DAY
    left = course.shipped + 9 * HOUR
    van = course.attempt - VAN_HOURS * HOUR
    before = np.where(np.isnan(course.customs_out), left, course.customs_out)
    shown = fresh & (van > before)
    arrived = before + (van - before) * (0.45 + 0.4 * rng.random(len(van)))
    return (
        course.shipped,
        where(fresh, left),
        course.customs_in,
        course.papers,
        course.customs_out,
        where(shown, arrived),
        where(shown, van),
        where(course.failed, course.attempt),
        course.delivered,
        course.lost,
    )


def generate(plan: Plan, parcels: Parcels) -> pl.DataFrame:
    """The scans of all parcels; the stations between are left out for parcels long past."""
    rng = plan.stream("scans")
    parts = []
    times = _times(plan, rng, parcels)
    for number, ((state, substate, words, at_origin), at) in enumerate(
        zip(STATIONS, times, strict=True)
    ):
        rows = np.flatnonzero(~np.isnan(at))
        m = len(rows)
        start = parcels.route.origin[rows]
        cities = [company.ORIGIN_CITIES[o] for o in company.ORIGINS]
        nowhere = pl.repeat(None, m, dtype=pl.String, eager=True)
        parts.append(
            pl.DataFrame(
                {
                    "event_id": parcels.shipment_id.gather(rows) + f"-{number}",
                    "shipment_id": parcels.shipment_id.gather(rows),
                    "event_at": instants(at[rows]),
                    "tz_known": pl.repeat(True, m, eager=True),
                    "state": pl.repeat(state, m, eager=True),
                    "substate": pl.repeat(substate, m, dtype=pl.String, eager=True),
                    "country": labels(company.ORIGINS, start)
                    if at_origin
                    else labels(COUNTRIES, parcels.market[rows]),
                    "city": labels(cities, start) if at_origin else nowhere,
                    "raw_text": pl.repeat(words, m, eager=True),
                }
            )
        )
    return pl.concat(parts)
