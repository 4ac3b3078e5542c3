"""Why customers write: each contact follows from what happened to an order, parcel or return."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data_access.sample import company
from data_access.sample.calendar import CONTACT_HOURS, daytime
from data_access.sample.draw import (
    DAY,
    HOUR,
    Bools,
    Floats,
    Ints,
    chance,
    lognormal,
    pick,
    where,
)
from data_access.sample.orders import COUNTRIES, Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan
from data_access.sample.products import Products, in_faulty_lot
from data_access.sample.returns import Returns

NONE = -1


@dataclass(frozen=True)
class Contacts:
    """One entry per contact; `parcel` and `back` are -1 where none is meant."""

    order: Ints
    reason: Ints
    at: Floats
    since: Floats
    """The instant the customer counts the days from."""
    parcel: Ints
    back: Ints
    viral: Bools

    def take(self, rows: Ints | Bools) -> Contacts:
        """The contacts at these positions."""
        return Contacts(
            self.order[rows], self.reason[rows], self.at[rows], self.since[rows],
            self.parcel[rows], self.back[rows], self.viral[rows],
        )  # fmt: skip


def _contacts(
    reason: str, order: Ints, at: Floats, since: Floats,
    parcel: Ints | None = None, back: Ints | None = None,
) -> Contacts:  # fmt: skip
    """Contacts for one reason; entries that never happen (NaN) are dropped."""
    n = len(order)
    none = np.full(n, NONE)
    found = Contacts(
        order, np.full(n, company.REASONS.index(reason)), at, since,
        none if parcel is None else parcel, none if back is None else back, np.zeros(n, bool),
    )  # fmt: skip
    return found.take(~np.isnan(at))


def _about_delivery(rng: np.random.Generator, parcels: Parcels) -> list[Contacts]:
    """Where is my order, customs, not received: two to five days after what went wrong."""
    n, course = len(parcels.order), parcels.course
    number = np.arange(n)
    arrived = np.where(np.isnan(course.delivered), np.inf, course.delivered)
    late_days = np.clip((arrived - parcels.promised) / DAY, 0.0, 30.0)
    asked = parcels.promised + (0.6 + rng.gamma(2.2, 1.1, n)) * DAY
    worried = chance(rng, 0.62 * (1.0 - np.exp(-late_days / 3.0)), n) & (asked < arrived)
    early = chance(rng, 0.04, n)
    before = np.where(np.isinf(arrived), parcels.promised, np.minimum(arrived, parcels.promised))
    impatient = course.shipped + (before - course.shipped) * (0.45 + 0.5 * rng.random(n))
    held = (course.customs_out - course.customs_in) > 4 * DAY
    slowly = rng.gamma(2.0, 0.9, n)
    stopped = np.where(
        course.held, course.papers + 0.12 * slowly * DAY, course.customs_in + (1.2 + slowly) * DAY
    )
    writes = held & chance(rng, 0.88, n) & (stopped < course.customs_out)
    again = held & chance(rng, 0.35, n)
    second = stopped + (1.5 + 2 * rng.random(n)) * DAY
    missing = course.delivered + lognormal(rng, 10.0, 0.8, n) * HOUR
    return [
        _contacts("delivery_late", parcels.order, where(worried, asked), parcels.promised, number),
        _contacts("delivery_late", parcels.order, where(early, impatient), course.shipped, number),
        _contacts("customs_hold", parcels.order, where(writes, stopped), course.customs_in, number),
        _contacts(
            "customs_hold", parcels.order, where(again & writes & (second < course.customs_out),
            second), course.customs_in, number,
        ),
        _contacts(
            "not_received", parcels.order, where(chance(rng, 0.006, n), missing),
            course.delivered, number,
        ),
    ]  # fmt: skip


def _about_product(
    plan: Plan, rng: np.random.Generator, catalogue: Products, orders: Orders, delivered: Floats
) -> list[Contacts]:
    """Damaged, defective, wrong, unclear."""
    n = orders.size
    number = np.arange(n)
    category = catalogue.category[orders.product]
    faulty = in_faulty_lot(plan, catalogue, orders.product, orders.placed)
    rate = np.array([kind.defect_rate for kind in company.CATEGORIES])[category]
    broken = chance(rng, np.where(faulty, 0.38, rate * 1.5), n)
    unclear = np.array([0.058, 0.032, 0.018, 0.018, 0.014, 0.009, 0.032, 0.026])[category]
    waits = [
        ("damaged", 0.014, lognormal(rng, 0.6, 0.9, n)),
        ("wrong_item", 0.0085, lognormal(rng, 0.8, 0.9, n)),
        ("defective", None, lognormal(rng, np.where(faulty, 6.0, 13.0), 0.8, n)),
        ("how_to_use", None, lognormal(rng, 2.0, 1.0, n)),
    ]
    found = []
    for reason, probability, days in waits:
        asks = broken if reason == "defective" else chance(
            rng, unclear if probability is None else probability, n)  # fmt: skip
        found.append(_contacts(reason, number, where(asks, delivered + days * DAY), delivered))
    return found


def _about_order(rng: np.random.Generator, orders: Orders) -> list[Contacts]:
    """Invoice, payment, change of address."""
    n = orders.size
    number = np.arange(n)
    billed = orders.placed + lognormal(rng, 1.4, 1.2, n) * DAY
    changed = orders.placed + lognormal(rng, 3.0, 0.8, n) * HOUR
    return [
        _contacts("invoice_payment", number, where(chance(rng, 0.024, n), billed), orders.placed),
        _contacts("change_order", number, where(chance(rng, 0.027, n), changed), orders.placed),
    ]


def _about_returns(rng: np.random.Generator, returns: Returns) -> list[Contacts]:
    """Half of the returns begin with a question; slow refunds bring the customer back."""
    n = len(returns.order)
    number = np.arange(n)
    started = chance(rng, 0.5, n)
    asked = returns.requested - lognormal(rng, 3.0, 0.6, n) * HOUR
    wait_days = (returns.refunded - returns.received) / DAY
    impatient = chance(rng, np.nan_to_num(np.clip((wait_days - 2.0) * 0.12, 0.03, 0.75)), n)
    later = returns.received + (2.5 + rng.gamma(2.0, 1.3, n)) * DAY
    waits = impatient & (later < returns.refunded)
    return [
        _contacts("return_request", returns.order, where(started, asked), asked - 3 * DAY,
                  back=number),
        _contacts("refund_status", returns.order, where(waits, later), returns.received,
                  back=number),
    ]  # fmt: skip


def _viral(
    plan: Plan, rng: np.random.Generator, catalogue: Products, orders: Orders, delivered: Floats
) -> Contacts:
    """Buyers of the serum in one market write within days of a video; the wave halves in 3 days."""
    viral = plan.incidents["viral_complaint"]
    product = catalogue.index(str(viral.sku))
    here = (
        (orders.market == COUNTRIES.index(str(viral.country))) & (orders.product == product)
        & (delivered < viral.start_s)
    )  # fmt: skip
    buyers = np.flatnonzero(here)
    n = min(round(250 * plan.scale**0.5), 2 * len(buyers)) if len(buyers) else 0
    order = buyers[(rng.random(n) * len(buyers)).astype(np.int64)] if n else np.zeros(0, np.int64)
    age = -np.log(1.0 - rng.random(n) * 0.94) * 3.2 / np.log(2.0)
    at = viral.start_s + (0.1 + age) * DAY
    at = np.where(at < viral.end_s + 2 * DAY, at, viral.start_s + 5 * DAY * rng.random(n))
    wave = _contacts("safety_concern", order, at, delivered[order])
    return replace(wave, viral=np.ones(n, bool))


def generate(
    plan: Plan, catalogue: Products, orders: Orders, parcels: Parcels, returns: Returns
) -> Contacts:
    """All contacts up to the end of the horizon, by time."""
    rng = plan.stream("contacts")
    delivered = np.full(orders.size, np.nan)
    delivered[parcels.order] = parcels.course.delivered
    beauty = catalogue.category[orders.product] == 2
    rare = chance(rng, 0.004, orders.size) & beauty
    found = [
        *_about_delivery(rng, parcels),
        *_about_product(plan, rng, catalogue, orders, delivered),
        *_about_order(rng, orders),
        *_about_returns(rng, returns),
        _contacts(
            "safety_concern", np.arange(orders.size),
            where(rare, delivered + lognormal(rng, 5.0, 0.8, orders.size) * DAY), delivered,
        ),
        _viral(plan, rng, catalogue, orders, delivered),
    ]  # fmt: skip
    fields = ("order", "reason", "at", "since", "parcel", "back", "viral")
    merged = Contacts(*[np.concatenate([getattr(part, name) for part in found]) for name in fields])
    market = orders.market[merged.order]
    at = daytime(rng, plan.market_offsets, market, merged.at, CONTACT_HOURS)
    weekday = (plan.market_offsets.local_day(market, at) + 3) % 7
    at = at + np.where((weekday == 6) & chance(rng, 0.3, len(at)), DAY, 0.0)
    merged = replace(merged, at=at)
    merged = merged.take(merged.at < plan.end_s)
    return merged.take(np.argsort(merged.at, kind="stable"))


def channels(rng: np.random.Generator, contacts: Contacts, marketplace: Bools) -> Ints:
    """Channel of each contact, an index into `CHANNEL_NAMES`."""
    n = len(contacts.order)
    own = pick(rng, [34, 26, 9, 20, 0, 4, 7], n)
    sold = pick(rng, [16, 12, 5, 8, 53, 3, 3], n)
    loud = pick(rng, [14, 12, 3, 10, 8, 45, 8], n)
    return np.where(contacts.viral, loud, np.where(marketplace, sold, own))


CHANNEL_NAMES = ("email", "chat", "phone", "web", "marketplace", "social", "messenger")
