"""Parcels to the customer: lanes, carriers, promises and what became of them."""

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
PILED_UP = 2 * DAY
"""What reached customs so long before a hold had piled up there and is held with the others."""
VAN_HOURS = 2.5
"""Hours from the scan on the van to the delivery attempt."""
WAREHOUSE_HOURS = np.array([0.0] * 9 + [1, 2, 3, 3, 3, 4, 5, 6, 6, 4] + [0.0] * 5)
DELIVERY_HOURS = np.array([0.0] * 8 + [1, 3, 5, 6, 5, 5, 6, 6, 5, 4, 3, 1] + [0.0] * 4)


@dataclass(frozen=True)
class Routes:
    """Warehouse, lane and carrier of each parcel, and how long it usually takes in days."""

    lane: Ints
    carrier: Ints
    origin: Ints
    median: Floats
    spread: Floats
    customs: Bools


def _routes(rng: np.random.Generator, market: Ints) -> Routes:
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
    return Routes(
        lane, carrier, origin,
        np.array([entry.median_days for entry in lanes])[lane] * pace * np.where(domestic, 0.8, 1),
        np.array([entry.spread for entry in lanes])[lane] * spread,
        np.array([entry.customs for entry in lanes])[lane],
    )  # fmt: skip


def _weather(plan: Plan, rng: np.random.Generator, route: Routes, shipped: Floats) -> Floats:
    """How much slower than usual each carrier is in each week: a slow drift and the yearly peak."""
    weeks = int((plan.end_s + 60 * DAY - plan.now_s) // (7 * DAY)) + 110
    step = 0.015 * rng.standard_normal((len(company.CARRIERS), weeks))
    drift = np.zeros_like(step)
    for i in range(1, weeks):
        drift[:, i] = 0.8 * drift[:, i - 1] + step[:, i]
    since = shipped - (plan.now_s - 740 * DAY)
    week = np.clip(since // (7 * DAY), 0, weeks - 1).astype(np.int64)
    day_of_year = np.mod((shipped - 1_704_067_200) / DAY, 365.25)
    peak = 1.0 + 0.025 * np.exp(-(((day_of_year - 345) / 14.0) ** 2))
    return np.asarray(np.exp(drift[route.carrier, week]) * peak)


def _promise(route: Routes, placed: Floats, market: Ints, local: Offsets) -> tuple[Floats, Floats]:
    """Last instant of the promised day, and that day as days since 1970."""
    days = np.ceil(
        HANDLING_DAYS * np.exp(HANDLING_SPREAD)
        + route.median * np.exp(route.spread * PROMISE_Z) + 0.7
    )  # fmt: skip
    day = local.local_day(market, placed) + days
    end = (day + 1) * DAY
    return end - local.at(market, end - 12 * HOUR) - 1.0, day


def _held(hold: Incident, route: Routes, market: Ints, product: Ints, customs_in: Floats) -> Bools:
    outside = np.isin(route.origin, [0, 1])
    here = market == COUNTRIES.index(str(hold.country))
    names = [kind.name for kind in company.CATEGORIES]
    meant = product // company.SKUS_PER_CATEGORY == names.index(str(hold.category))
    return np.asarray(
        outside & here & meant & route.customs & (customs_in >= hold.start_s - PILED_UP)
        & (customs_in < hold.end_s)
    )  # fmt: skip


@dataclass(frozen=True)
class Course:
    """What becomes of each parcel, as instants; NaN for what never happens."""

    shipped: Floats
    customs_in: Floats
    papers: Floats
    """When customs asks for papers; those in customs already are asked for together."""
    customs_out: Floats
    attempt: Floats
    failed: Bools
    delivered: Floats
    lost: Floats
    held: Bools
    stuck: Bools


def _course(
    plan: Plan, rng: np.random.Generator, route: Routes, *,
    placed: Floats, market: Ints, product: Ints,
) -> Course:  # fmt: skip
    n, local = len(placed), plan.market_offsets
    warehouse = plan.offsets(company.ORIGIN_ZONES)
    ready = placed + lognormal(rng, HANDLING_DAYS, HANDLING_SPREAD, n) * DAY
    shipped = daytime(rng, warehouse, route.origin, ready, WAREHOUSE_HOURS)
    collapse = plan.incidents["carrier_collapse"]
    stuck = (
        (market == COUNTRIES.index(str(collapse.country)))
        & (route.origin == 0)
        & (route.carrier == 0)
        & (shipped >= collapse.start_s)
        & (shipped < collapse.end_s)
    )
    transit = lognormal(rng, route.median, route.spread, n) * _weather(plan, rng, route, shipped)
    transit = transit + np.where(stuck, rng.gamma(4.0, 2.6, n), 0.0)
    customs_in = where(route.customs, shipped + transit * DAY * (0.5 + 0.12 * rng.random(n)))
    cleared = customs_in + np.minimum(lognormal(rng, 0.5, 0.6, n), 0.25 * transit) * DAY
    hold = plan.incidents["customs_hold"]
    held = _held(hold, route, market, product, customs_in) & chance(rng, 0.85, n)
    papers = np.maximum(customs_in + 5 * HOUR, hold.next_morning_s)
    freed = np.where(held, hold.end_s + rng.random(n) * 4 * DAY, cleared)
    arrival = shipped + transit * DAY + np.where(held, freed - cleared, 0.0)
    attempt = daytime(rng, local, market, arrival, DELIVERY_HOURS)
    sunday = (local.local_day(market, attempt) + 4) % 7 == 0
    attempt = attempt + np.where(sunday & chance(rng, 0.85, n), DAY, 0.0)
    latam = np.isin(market, [i for i, m in enumerate(company.MARKETS) if m.area == "LATAM"])
    failed = chance(rng, np.where(latam, 0.11, 0.045), n)
    later = local.midnight(market, attempt + DAY * (1 + pick(rng, [8, 2], n)))
    second = later + (pick(rng, DELIVERY_HOURS, n) + rng.random(n)) * HOUR
    gone = chance(rng, LOST, n) & ~held
    return Course(
        shipped=shipped,
        customs_in=customs_in,
        papers=where(held, papers),
        customs_out=where(route.customs, freed),
        attempt=where(~gone, attempt),
        failed=failed & ~gone,
        delivered=where(~gone, np.where(failed, second, attempt)),
        lost=where(gone, attempt + lognormal(rng, 9.0, 0.3, n) * DAY),
        held=held,
        stuck=stuck,
    )


@dataclass(frozen=True)
class Parcels:
    """Forward parcels as arrays, one entry per parcel; `promised` is the promise's last instant."""

    order: Ints
    shipment_id: pl.Series
    market: Ints
    promised: Floats
    route: Routes
    course: Course
    frame: pl.DataFrame
    affected: dict[str, int]


def generate(plan: Plan, orders: Orders) -> Parcels:
    """One parcel per order that was not cancelled, a second one for some."""
    rng = plan.stream("parcels")
    sent = np.flatnonzero(np.isnan(orders.cancelled))
    order = np.sort(np.concatenate([sent, sent[chance(rng, 0.035, len(sent))]]))
    market, placed = orders.market[order], orders.placed[order]
    route = _routes(rng, market)
    product = orders.product[order]
    course = _course(plan, rng, route, placed=placed, market=market, product=product)
    promised, promised_day = _promise(route, placed, market, plan.market_offsets)
    ids = numbered("P", np.arange(len(order)) + 4_100_000, 8)
    frame = _frame(rng, plan.market_offsets, ids, route, course, market).with_columns(
        order_id=orders.order_id.gather(order),
        created_at=instants(placed),
        promised_at=instants(promised),
        promised_on=pl.Series(promised_day.astype(np.int32)).cast(pl.Date),
    )
    eta = pl.max_horizontal("delivered_at", pl.col("promised_at") - pl.duration(days=2))
    frame = frame.with_columns(
        current_eta=pl.when(pl.col("delivered_at").is_null()).then("promised_at").otherwise(eta)
    )
    affected = {
        "customs_hold": int((course.held & (course.customs_in <= plan.now_s)).sum()),
        "carrier_collapse": int((course.stuck & (course.shipped <= plan.now_s)).sum()),
    }
    return Parcels(order, ids, market, promised, route, course, frame, affected)


def _frame(
    rng: np.random.Generator,
    local: Offsets,
    ids: pl.Series,
    route: Routes,
    course: Course,
    market: Ints,
) -> pl.DataFrame:
    """The shipments without what comes from the order."""
    n = len(ids)
    codes = [carrier.code for carrier in company.CARRIERS]
    delivered_day = local.local_day(market, course.delivered)
    unscanned = np.isnan(course.customs_out)
    return pl.DataFrame(
        {
            "shipment_id": ids,
            "direction": pl.repeat("fwd", n, eager=True),
            "carrier": labels([carrier.name for carrier in company.CARRIERS], route.carrier),
            "service": labels(["standard", "express"], (route.carrier == 1).astype(np.int64)),
            "tracking_no": labels(codes, route.carrier)
            + numbered("", rng.permutation(n) + 70_310_000, 9)
            + labels(company.ORIGINS, route.origin),
            "origin": labels(company.ORIGINS, route.origin),
            "dest": labels(COUNTRIES, market),
            "dest_country": labels(COUNTRIES, market),
            "shipped_at": instants(course.shipped),
            "first_attempt_at": instants(course.attempt),
            "delivered_at": instants(course.delivered),
            "delivered_on": pl.Series(delivered_day).fill_nan(None).cast(pl.Int32).cast(pl.Date),
            "pod": chance(rng, 0.93, n),
            "cost": np.round(lognormal(rng, 180 + 95 * np.sqrt(route.median), 0.25, n)).astype(int),
            "currency": pl.repeat("EUR", n, eager=True),
            "_moving_at": instants(course.shipped + 9 * HOUR),
            "_estimated_at": instants(np.where(unscanned, course.shipped, course.customs_out)),
            "_customs_in_at": instants(course.customs_in),
            "_customs_out_at": instants(course.customs_out),
            "_on_the_van_at": instants(course.attempt - VAN_HOURS * HOUR),
            "_failed_at": instants(where(course.failed, course.attempt)),
            "_lost_at": instants(course.lost),
        }
    )
