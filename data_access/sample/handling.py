"""What happens in a case besides answering it: who began it, who waits, who takes over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.sample import company
from data_access.sample.contacts import CHANNEL_NAMES, Contacts
from data_access.sample.draw import HOUR, Bools, Floats, Ints, chance, lognormal, where
from data_access.sample.orders import Orders
from data_access.sample.plan import Plan

LIVE = tuple(CHANNEL_NAMES.index(name) for name in ("chat", "phone"))
_WAITING_FOR_OTHERS = tuple(
    company.REASONS.index(name) for name in ("delivery_late", "customs_hold", "not_received")
)


@dataclass(frozen=True)
class Care:
    """How a case is taken up."""

    ours: Bools
    """An agent wrote first, before the customer asked."""
    live_vip: Bools
    """A customer with a tier, on a channel where he waits for the answer."""
    first: Floats
    """Seconds to the first word where it does not depend on the team's pace, NaN elsewhere."""
    reply: Floats
    """Seconds to the answer to a follow-up where it is due soon, NaN elsewhere."""
    unneeded: Floats
    """Seconds until a thank-you is marked as needing no reply; NaN: nobody does."""


@dataclass(frozen=True)
class Course:
    """What happens between the first answer and the solution; NaN for never."""

    held: Floats
    released: Floats
    unparked: Floats
    """When a case that waits for the customer is open again: mostly as soon as he writes."""
    escalated: Floats
    proposed: Floats
    regraded: Floats


def care(plan: Plan, found: Contacts, orders: Orders, channel: Ints, *, quiet: Bools) -> Care:
    """Draw how cases are taken up; `quiet` ones (spam, merged) are nobody's work."""
    rng = plan.stream("care")
    n = len(found.order)
    reason = np.isin(found.reason, _WAITING_FOR_OTHERS[:2])
    ours = reason & ~quiet & (channel == 0) & chance(rng, 0.12, n)
    live = np.isin(channel, LIVE) & _in_tier(found, orders) & ~quiet & ~ours
    first = np.where(ours, 30.0, where(live, lognormal(rng, 10.0, 0.4, n)))
    sold_on = orders.marketplace[found.order]
    soon = np.where(live, lognormal(rng, 9.0, 0.4, n), lognormal(rng, 0.6, 0.9, n) * HOUR)
    marked = np.where(live, 6.0, lognormal(rng, 0.5, 0.9, n) * HOUR)
    return Care(
        ours, live, first, where(live | sold_on, soon), where(live | chance(rng, 0.93, n), marked)
    )


def _in_tier(found: Contacts, orders: Orders) -> Bools:
    """Whether the customer had a tier when he wrote."""
    customer = orders.customer[found.order]
    at = np.round(found.at)
    begins, ends = (
        (orders.customers[name].dt.epoch("us").to_numpy() / 1e6)[customer]
        for name in ("vip_from", "vip_to")
    )
    return np.asarray((begins <= at) & (at < ends))


def course(
    plan: Plan, found: Contacts, *, first: Floats, solved: Floats, resumed: Floats,
    answered: Floats, level: Ints, anger: Floats, one_touch: Bools,
) -> Course:  # fmt: skip
    """Draw what happens on the way.

    `resumed` is when the customer writes again after the first answer (NaN: not), `answered` when
    he gets the answer to that.
    """
    rng = plan.stream("course")
    n = len(first)
    span = solved - first
    busy = ~np.isnan(first) & ~one_touch & (span > HOUR)
    waits = busy & np.isnan(resumed) & np.isin(found.reason, _WAITING_FOR_OTHERS)
    waits &= chance(rng, 0.45, n)
    parked = busy & (answered - resumed > HOUR) & chance(rng, 0.14, n)
    grave = (level >= 4) | (anger > 88)
    escalated = where(grave & busy, first + 300.0)
    proposed = where(chance(rng, 0.65, n), escalated + (0.4 + 0.5 * rng.random(n)) * (span - 300.0))
    regraded = where(busy & (level <= 2) & chance(rng, 0.03, n), first + 0.05 * span)
    return Course(
        where(waits, first + 0.08 * span),
        where(waits, first + 0.7 * span),
        np.where(parked, resumed + 0.85 * (answered - resumed), resumed),
        escalated,
        proposed,
        regraded,
    )
