"""Parcels to the customer: lanes, carriers, promises, what became of them, and every scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.calendar import Offsets, daytime
from data_access.sample.draw import (
    DAY,
    HOUR,
    Bools,
    Floats,
    Ints,
    chance,
    instants,
    labels,
    lognormal,
    numbered,
    pick,
    pick_rows,
    where,
)
from data_access.sample.incidents import Incident
from data_access.sample.orders import COUNTRIES, Orders
from data_access.sample.plan import Plan

HANDLING_DAYS, HANDLING_SPREAD = 0.9, 0.35
PROMISE_Z = 1.42
"""A promise is kept by the share of parcels below this many standard deviations, season apart."""
LOST = 0.0035
DETAILED_DAYS = 60.0
"""Parcels older than this carry only the scans that clocks and measures need."""
WAREHOUSE_HOURS = np.array([0.0] * 9 + [1, 2, 3, 3, 3, 4, 5, 6, 6, 4] + [0.0] * 5)
DELIVERY_HOURS = np.array([0.0] * 8 + [1, 3, 5, 6, 5, 5, 6, 6, 5, 4, 3, 1] + [0.0] * 4)


@dataclass(frozen=True)
class Parcels:
    """Forward parcels as arrays, one entry per parcel."""

    order: Ints
    shipment_id: pl.Series
    market: Ints
    shipped: Floats
    promised: Floats
    customs_in: Floats
    customs_out: Floats
    attempt: Floats
    delivered: Floats
    lost: Floats
    frame: pl.DataFrame
    scans: pl.DataFrame
    affected: dict[str, int]


@dataclass(frozen=True)
class _Routes:
    lane: Ints
    carrier: Ints
    origin: Ints
    median: Floats
    spread: Floats
    customs: Bools


def _routes(rng: np.random.Generator, market: Ints) -> _Routes:
    """Warehouse, lane and carrier of each parcel."""
    keys = list(company.LANES)
    lanes = list(company.LANES.values())
    codes = [carrier.code for carrier in company.CARRIERS]
    share = np.array(
        [[lane.share if area == m.area else 0.0 for (_, area), lane in company.LANES.items()]
         for m in company.MARKETS]
    )  # fmt: skip
    lane = pick_rows(rng, share, market)
    split = np.zeros((len(lanes), len(codes)))
    for i, entry in enumerate(lanes):
        for code, part in entry.carriers:
            split[i, codes.index(code)] = part
    carrier = pick_rows(rng, split, lane)
    origin = np.array([company.ORIGINS.index(start) for start, _ in keys])[lane]
    pace = np.array([carrier.pace for carrier in company.CARRIERS])[carrier]
    spread = np.array([carrier.spread for carrier in company.CARRIERS])[carrier]
    domestic = np.array([company.ORIGINS[o] for o in origin]) == np.array(COUNTRIES)[market]
    return _Routes(
        lane, carrier, origin,
        np.array([entry.median_days for entry in lanes])[lane] * pace * np.where(domestic, 0.8, 1),
        np.array([entry.spread for entry in lanes])[lane] * spread,
        np.array([entry.customs for entry in lanes])[lane],
    )  # fmt: skip


def _weather(plan: Plan, rng: np.random.Generator, route: _Routes, shipped: Floats) -> Floats:
    """How much slower or faster than usual each carrier is in each week: a slow drift and the peak."""
    weeks = int((plan.end_s + 60 * DAY - plan.now_s) // (7 * DAY)) + 110
    step = 0.022 * rng.standard_normal((len(company.CARRIERS), weeks))
    drift = np.zeros_like(step)
    for week in range(1, weeks):
        drift[:, week] = 0.8 * drift[:, week - 1] + step[:, week]
    since = shipped - (plan.now_s - 740 * DAY)
    week = np.clip(since // (7 * DAY), 0, weeks - 1).astype(np.int64)
    day_of_year = np.mod((shipped - 1_704_067_200) / DAY, 365.25)
    peak = 1.0 + 0.07 * np.exp(-(((day_of_year - 345) / 14.0) ** 2))
    return np.asarray(np.exp(drift[route.carrier, week]) * peak)


def _promise(route: _Routes, placed: Floats, market: Ints, local: Offsets) -> tuple[Floats, Floats]:
    """Last instant of the promised day, and that day as days since 1970."""
    days = np.ceil(
        HANDLING_DAYS * np.exp(HANDLING_SPREAD)
        + route.median * np.exp(route.spread * PROMISE_Z) + 0.7
    )  # fmt: skip
    day = local.local_day(market, placed) + days
    end = (day + 1) * DAY
    return end - local.at(market, end - 12 * HOUR) - 1.0, day


def _held(plan: Plan, hold: Incident, route: _Routes, market: Ints, customs_in: Floats) -> Bools:
    outside = np.isin(route.origin, [0, 1])
    here = market == COUNTRIES.index(str(hold.country))
    return np.asarray(
        outside & here & route.customs & (customs_in >= hold.start_s - DAY)
        & (customs_in < hold.end_s)
    )  # fmt: skip


def generate(plan: Plan, orders: Orders) -> Parcels:
    """One parcel per order that was not cancelled, a second one for some."""
    rng = plan.stream("parcels")
    local = plan.market_offsets
    sent = np.flatnonzero(np.isnan(orders.cancelled))
    order = np.sort(np.concatenate([sent, sent[chance(rng, 0.035, len(sent))]]))
    n = len(order)
    twin = np.concatenate([[False], order[1:] == order[:-1]])
    market, placed = orders.market[order], orders.placed[order]
    route = _routes(rng, market)
    warehouse = plan.offsets(
        ["Asia/Shanghai", "Asia/Hong_Kong", "Europe/Berlin", "America/New_York"]
    )
    ready = placed + lognormal(rng, HANDLING_DAYS, HANDLING_SPREAD, n) * DAY
    shipped = daytime(rng, warehouse, route.origin, ready, WAREHOUSE_HOURS)
    promised, promised_day = _promise(route, placed, market, local)
    collapse = plan.incidents["carrier_collapse"]
    stuck = (
        (market == COUNTRIES.index(str(collapse.country))) & (route.origin == 0)
        & (route.carrier == 0) & (shipped >= collapse.start_s) & (shipped < collapse.end_s)
    )  # fmt: skip
    transit = lognormal(rng, route.median, route.spread, n) * _weather(plan, rng, route, shipped)
    transit = transit + np.where(stuck, rng.gamma(4.0, 2.6, n), 0.0)
    customs_in = where(route.customs, shipped + transit * DAY * (0.5 + 0.12 * rng.random(n)))
    dwell = np.minimum(lognormal(rng, 0.5, 0.6, n), 0.25 * transit)
    customs_out = customs_in + dwell * DAY
    hold = plan.incidents["customs_hold"]
    held = _held(plan, hold, route, market, customs_in) & chance(rng, 0.85, n)
    freed = np.where(held, hold.end_s + rng.random(n) * 4 * DAY, customs_out)
    arrival = shipped + transit * DAY + np.where(held, freed - customs_out, 0.0)
    customs_out = where(route.customs, freed)
    attempt = daytime(rng, local, market, arrival, DELIVERY_HOURS)
    sunday = (local.local_day(market, attempt) + 4) % 7 == 0
    attempt = attempt + np.where(sunday & chance(rng, 0.85, n), DAY, 0.0)
    latam = np.isin(market, [i for i, m in enumerate(company.MARKETS) if m.area == "LATAM"])
    failed = chance(rng, np.where(latam, 0.11, 0.045), n)
    later = local.midnight(market, attempt + DAY * (1 + pick(rng, [8, 2], n)))
    second = later + (pick(rng, DELIVERY_HOURS, n) + rng.random(n)) * HOUR
    gone = chance(rng, LOST, n) & ~held
    delivered = where(~gone, np.where(failed, second, attempt))
    lost = where(gone, attempt + lognormal(rng, 9.0, 0.3, n) * DAY)
    attempt = where(~gone, attempt)
    number = np.arange(n)
    ids = numbered("P", number + 4_100_000, 8)
    scans = _scans(
        plan, rng, ids, route, market, shipped, customs_in, customs_out, attempt, delivered,
        lost, held, failed,
    )  # fmt: skip
    frame = _frame(
        rng, orders, order, twin, ids, route, market, shipped, promised, promised_day, customs_in,
        customs_out, attempt, delivered, lost, failed, local,
    )  # fmt: skip
    past = shipped <= plan.now_s
    affected = {
        "customs_hold": int((held & (customs_in <= plan.now_s)).sum()),
        "carrier_collapse": int((stuck & past).sum()),
    }
    return Parcels(
        order, ids, market, shipped, promised, customs_in, customs_out, attempt, delivered, lost,
        frame, scans, affected,
    )  # fmt: skip


def _frame(
    rng: np.random.Generator, orders: Orders, order: Ints, twin: Bools, ids: pl.Series,
    route: _Routes, market: Ints, shipped: Floats, promised: Floats, promised_day: Floats,
    customs_in: Floats, customs_out: Floats, attempt: Floats, delivered: Floats, lost: Floats,
    failed: Bools, local: Offsets,
) -> pl.DataFrame:  # fmt: skip
    n = len(order)
    codes = [carrier.code for carrier in company.CARRIERS]
    delivered_day = local.local_day(market, delivered)
    estimate = np.where(np.isnan(delivered), promised, np.maximum(delivered, promised - 2 * DAY))
    return pl.DataFrame(
        {
            "shipment_id": ids,
            "order_id": orders.order_id.gather(order),
            "direction": pl.repeat("fwd", n, eager=True),
            "carrier": labels([carrier.name for carrier in company.CARRIERS], route.carrier),
            "service": labels(["standard", "express"], (route.carrier == 1).astype(np.int64)),
            "tracking_no": labels(codes, route.carrier)
            + numbered("", rng.permutation(n) + 70_310_000, 9)
            + labels(company.ORIGINS, route.origin),
            "origin": labels(company.ORIGINS, route.origin),
            "dest": labels(COUNTRIES, market),
            "dest_country": labels(COUNTRIES, market),
            "created_at": instants(orders.placed[order]),
            "shipped_at": instants(shipped),
            "promised_at": instants(promised),
            "promised_on": pl.Series(promised_day.astype(np.int32)).cast(pl.Date),
            "current_eta": instants(estimate),
            "first_attempt_at": instants(attempt),
            "delivered_at": instants(delivered),
            "delivered_on": pl.Series(delivered_day).fill_nan(None).cast(pl.Int32).cast(pl.Date),
            "pod": chance(rng, 0.93, n),
            "cost": np.round(lognormal(rng, 180 + 95 * np.sqrt(route.median), 0.25, n)).astype(int),
            "currency": pl.repeat("EUR", n, eager=True),
            "_moving_at": instants(shipped + 9 * HOUR),
            "_estimated_at": instants(np.where(np.isnan(customs_out), shipped, customs_out)),
            "_customs_in_at": instants(customs_in),
            "_customs_out_at": instants(customs_out),
            "_on_the_van_at": instants(attempt - 2.5 * HOUR),
            "_failed_at": instants(where(failed, attempt)),
            "_lost_at": instants(lost),
        }
    )


_WORDS = {
    "handed_over": "Parcel received by carrier",
    "in_transit": "Departed export hub",
    "arrived": "Arrived at destination hub",
    "customs": "Presented to customs",
    "held": "Held by customs: product documents requested",
    "cleared": "Released by customs",
    "out_for_delivery": "Out for delivery",
    "attempt_failed": "Delivery attempted, nobody met",
    "delivered": "Delivered",
    "exception": "Shipment cannot be located",
}


def _scans(
    plan: Plan, rng: np.random.Generator, ids: pl.Series, route: _Routes, market: Ints,
    shipped: Floats, customs_in: Floats, customs_out: Floats, attempt: Floats, delivered: Floats,
    lost: Floats, held: Bools, failed: Bools,
) -> pl.DataFrame:  # fmt: skip
    """Every scan; the stations between are left out for parcels long past."""
    fresh = shipped > plan.now_s - DETAILED_DAYS * DAY
    n = len(shipped)
    van = attempt - 2.5 * HOUR
    before_van = np.where(np.isnan(customs_out), shipped + 9 * HOUR, customs_out)
    arrived = before_van + (van - before_van) * (0.45 + 0.4 * rng.random(n))
    stations: list[tuple[str, str, str | None, Floats, bool]] = [
        ("handed_over", "handed_over", None, shipped, True),
        ("in_transit", "in_transit", "departed_export_hub", where(fresh, shipped + 9 * HOUR), True),
        ("customs", "customs", "customs_presented", customs_in, False),
        ("held", "customs", "customs_info_required", where(held, customs_in + 5 * HOUR), False),
        ("cleared", "in_transit", "customs_cleared", customs_out, False),
        ("arrived", "in_transit", "arrived_hub", where(fresh & (van > before_van), arrived), False),
        (
            "out_for_delivery",
            "out_for_delivery",
            None,
            where(fresh & (van > before_van), van),
            False,
        ),
        ("attempt_failed", "attempt_failed", "nobody_met", where(failed, attempt), False),
        ("delivered", "delivered", None, delivered, False),
        ("exception", "exception", "lost", lost, False),
    ]
    parts = []
    for number, (word, state, substate, at, at_origin) in enumerate(stations):
        rows = np.flatnonzero(~np.isnan(at))
        m = len(rows)
        if at_origin:
            country = labels(company.ORIGINS, route.origin[rows])
            city = labels([company.ORIGIN_CITIES[o] for o in company.ORIGINS], route.origin[rows])
        else:
            country = labels(COUNTRIES, market[rows])
            city = pl.repeat(None, m, dtype=pl.String, eager=True)
        parts.append(
            pl.DataFrame(
                {
                    "event_id": ids.gather(pl.Series(rows)) + f"-{number}",
                    "shipment_id": ids.gather(pl.Series(rows)),
                    "event_at": instants(at[rows]),
                    "tz_known": pl.repeat(True, m, eager=True),
                    "state": pl.repeat(state, m, eager=True),
                    "substate": pl.repeat(substate, m, dtype=pl.String, eager=True),
                    "country": country,
                    "city": city,
                    "raw_text": pl.repeat(_WORDS[word], m, eager=True),
                }
            )
        )
    return pl.concat(parts)
