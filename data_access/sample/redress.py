"""Disputes that trouble ends in, and what customers were given to make up for it."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_access.contracts.columns import RETURN_REASONS
from data_access.sample import company
from data_access.sample.cases import Cases
from data_access.sample.draw import (
    DAY,
    HOUR,
    Floats,
    Ints,
    chance,
    instants,
    labels,
    lognormal,
    numbered,
    pick,
    where,
)
from data_access.sample.orders import COUNTRIES, CURRENCY_CODES, Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan
from data_access.sample.returns import Returns

NETWORKS = ("Cardline", "Northpay")
CAUSES = ("late_72h", "defective", "refund_late", "damaged")
LATE = 72 * HOUR
DISPUTED = {"late": 0.1, "defective": 0.1, "refund": 0.12}
FRAUD = 0.001
GIVEN = {"late": 0.32, "defective": 0.18, "refund": 0.25}
GIVEN_TWICE = 0.012
TOO_MUCH = 0.03
KINDS = ("coupon", "refund", "gift")


def disputes(
    plan: Plan, orders: Orders, parcels: Parcels, returns: Returns, cases: Cases
) -> pl.DataFrame:
    """Disputes: not received, not as it should be, refund not paid; and a few frauds."""
    rng = plan.stream("disputes")
    late, late_at = _late(parcels, 7 * DAY)
    broken = np.flatnonzero(returns.reason == RETURN_REASONS.index("defective"))
    slow = np.flatnonzero((returns.refunded - returns.received) / DAY > 9)
    fraud = np.flatnonzero(chance(rng, FRAUD, orders.size))
    groups = (
        ("not_received", late, late_at, DISPUTED["late"]),
        ("not_as_described", returns.order[broken], returns.requested[broken],
         DISPUTED["defective"]),
        ("credit_not_processed", returns.order[slow], returns.received[slow] + 12 * DAY,
         DISPUTED["refund"]),
        ("fraud", fraud, orders.placed[fraud], 1.0),
    )  # fmt: skip
    parts = []
    for number, (_, order, since, share) in enumerate(groups):
        chosen = chance(rng, share, len(order)) & ~np.isnan(since)
        opened = since[chosen] + lognormal(rng, 9.0, 0.7, int(chosen.sum())) * DAY
        parts.append(np.column_stack([order[chosen], opened, np.full(len(opened), number)]))
    rows = np.vstack(parts)
    rows = rows[rows[:, 1] < plan.end_s]
    rows = rows[np.argsort(rows[:, 1], kind="stable")]
    order, opened, reason = rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2].astype(np.int64)
    n = len(order)
    sold_elsewhere = orders.marketplace[order]
    forum = np.where(sold_elsewhere, 1, np.where(chance(rng, 0.03, n), 2, 0))
    market = orders.market[order]
    decided = opened + lognormal(rng, 24.0, 0.5, n) * DAY
    network = labels(NETWORKS, pick(rng, [6, 4], n)).zip_with(
        pl.Series(forum == 0),
        orders.frame["marketplace"]
        .gather(order)
        .zip_with(pl.Series(forum == 1), pl.Series([None], dtype=pl.String)),
    )
    return pl.DataFrame(
        {
            "dispute_id": numbered("D", np.arange(n) + 70_000, 6),
            "order_id": orders.order_id.gather(order),
            "case_id": _case_of(orders, cases, order),
            "country": labels(COUNTRIES, market),
            "forum": labels(["card", "marketplace", "adr"], forum),
            "network": network,
            "reason_code": labels([name for name, *_ in groups], reason),
            "is_fraud": reason == len(groups) - 1,
            "opened_at": instants(opened),
            "due_at": instants(opened + np.array([20.0, 3.0, 30.0])[forum] * DAY),
            "closed_at": instants(decided),
            "outcome": labels(["won", "lost", "refunded", "withdrawn"],
                              pick(rng, [34, 41, 20, 5], n)),
            "amount": orders.frame["total"].gather(order),
            "currency": labels(CURRENCY_CODES, market),
        }
    )  # fmt: skip


def compensations(
    plan: Plan, orders: Orders, parcels: Parcels, returns: Returns, cases: Cases
) -> pl.DataFrame:
    """What the desks gave so far: by hand, so that some is given twice, too much, or not at all."""
    rng = plan.stream("compensations")
    late, late_at = _late(parcels, LATE)
    broken = np.flatnonzero(returns.reason == RETURN_REASONS.index("defective"))
    slow = np.flatnonzero((returns.refunded - returns.received) / DAY > 7)
    harmed = np.flatnonzero(returns.reason == RETURN_REASONS.index("damaged_in_transit"))
    groups = (
        (late, late_at, GIVEN["late"], 1),
        (returns.order[broken], returns.requested[broken], GIVEN["defective"], 2),
        (returns.order[slow], returns.received[slow] + 7 * DAY, GIVEN["refund"], 1),
        (returns.order[harmed], returns.requested[harmed], GIVEN["defective"], 2),
    )
    parts = []
    for number, (whose, since, share, usual) in enumerate(groups):
        chosen = np.flatnonzero(chance(rng, share, len(whose)) & ~np.isnan(since))
        twice = chosen[chance(rng, GIVEN_TWICE, len(chosen))]
        rows = np.concatenate([chosen, twice])
        decided = since[rows] + lognormal(rng, 50.0, 0.7, len(rows)) * HOUR
        given = np.where(chance(rng, TOO_MUCH, len(rows)), 3, usual)
        parts.append(
            np.column_stack([whose[rows], since[rows], decided, np.full(len(rows), number), given])
        )
    table = np.vstack(parts)
    table = table[table[:, 2] < plan.end_s]
    table = table[np.argsort(table[:, 2], kind="stable")]
    order = table[:, 0].astype(np.int64)
    cause = table[:, 3].astype(np.int64)
    level = table[:, 4].astype(np.int64)
    n = len(order)
    market = orders.market[order]
    paid = table[:, 2] + lognormal(rng, 20.0, 0.8, n) * HOUR
    return pl.DataFrame(
        {
            "comp_id": numbered("K", np.arange(n) + 20_000, 6),
            "order_id": orders.order_id.gather(order),
            "case_id": _case_of(orders, cases, order),
            "country": labels(COUNTRIES, market),
            "level": level,
            "kind": labels(KINDS, level - 1),
            "cause": labels(CAUSES, cause),
            "eligible_at": instants(table[:, 1]),
            "decided_at": instants(table[:, 2]),
            "paid_at": instants(where(chance(rng, 0.97, n), paid)),
            "amount": _value(orders, order, market, level),
            "currency": labels(CURRENCY_CODES, market),
            "approver": labels(["team_lead", "service_manager"], (level > 1).astype(np.int64)),
        }
    )


def _late(parcels: Parcels, by: float) -> tuple[Ints, Floats]:
    """Orders with a parcel that came later than promised by more than `by`, and since when."""
    late = parcels.course.delivered - parcels.promised > by
    rows = np.flatnonzero(late)
    return parcels.order[rows], parcels.promised[rows] + by


def _value(orders: Orders, order: Ints, market: Ints, level: Ints) -> Ints:
    """Worth in minor units: a coupon of 5 euros, 30 % of the line, a gift of 25 euros."""
    scale = np.array([
        company.CURRENCIES[code][0] * 10.0 ** company.CURRENCIES[code][1]
        for code in CURRENCY_CODES
    ])[market]  # fmt: skip
    worth = np.where(level == 1, 5 * scale, np.where(level == 2, 0.3 * orders.price[order],
                                                     25 * scale))  # fmt: skip
    return np.asarray(np.round(worth), dtype=np.int64)


def _case_of(orders: Orders, cases: Cases, order: Ints) -> pl.Series:
    """The first case about each order, if there was one."""
    first = cases.frame.group_by("order_id", maintain_order=True).agg(pl.col("case_id").first())
    asked = pl.DataFrame({"order_id": orders.order_id.gather(order)})
    return asked.join(first, on="order_id", how="left", maintain_order="left")["case_id"]
