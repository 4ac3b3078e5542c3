"""Returns with their stages, what the inspection found, the money paid back and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.contracts.columns import RETURN_REASONS
from data_access.sample import company
from data_access.sample.draw import (
    DAY,
    HOUR,
    NEVER,
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
from data_access.sample.orders import COUNTRIES, CURRENCY_CODES, Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan
from data_access.sample.products import Products, in_faulty_lot

FAULTY_LOT_CLAIMS = 0.42
REASON_WEIGHTS = np.array(
    # size_fit, colour, not as described, defective, damaged, wrong item, missing part, late,
    # changed mind, refused customs, legal, other
    [
        [1, 3, 14, 38, 9, 5, 4, 4, 18, 1, 1, 2],  # Electronics
        [3, 7, 15, 26, 13, 5, 6, 4, 17, 1, 0.3, 3],
        [1, 10, 22, 8, 12, 6, 2, 5, 26, 1, 2, 5],
        [1, 5, 18, 20, 10, 6, 12, 7, 18, 1, 0.5, 2],
        [14, 7, 15, 17, 7, 6, 5, 4, 20, 1, 0.2, 4],
        [46, 14, 10, 4, 3, 5, 0.3, 3, 12, 1, 0.1, 2],  # Apparel
        [2, 3, 15, 34, 9, 6, 9, 3, 15, 1, 0.5, 3],
        [14, 6, 17, 16, 8, 6, 4, 4, 20, 1, 0.3, 4],
    ]
)
FAULTS = ("charging_port", "battery", "no_power", "noise", "leak", "seam", "scratch", "software")
PAYMENT_PROVIDERS = ("Cardline", "PayHarbor", "Ledgerway")


@dataclass(frozen=True)
class Returns:
    """Returns as arrays, one entry per return; every return is of an order's first line."""

    order: Ints
    return_id: pl.Series
    reason: Ints
    requested: Floats
    received: Floats
    refunded: Floats
    frame: pl.DataFrame
    lines: pl.DataFrame
    refunds: pl.DataFrame
    costs: pl.DataFrame
    parcels: pl.DataFrame
    scans: pl.DataFrame
    affected: dict[str, int]


@dataclass(frozen=True)
class _Stages:
    approved: Floats
    rejected: Floats
    label: Floats
    first_scan: Floats
    received: Floats
    inspected: Floats
    expired: Floats
    kept: Bools
    automatic: Bools


def _claims(
    plan: Plan, rng: np.random.Generator, catalogue: Products, orders: Orders, parcels: Parcels
) -> tuple[Ints, Ints, Floats, Bools]:
    """Which orders come back, why, when it is asked for, and if the faulty lot is to blame."""
    delivered = np.full(orders.size, np.nan)
    delivered[parcels.order] = parcels.course.delivered
    rate = np.array([kind.return_rate for kind in company.CATEGORIES])
    category = catalogue.category[orders.product]
    faulty = in_faulty_lot(plan, catalogue, orders.product, orders.placed)
    known = ~np.isnan(delivered)
    for_fault = faulty & chance(rng, FAULTY_LOT_CLAIMS, orders.size) & known
    back = (chance(rng, rate[category], orders.size) & known) | for_fault
    order = np.flatnonzero(back)
    blame = for_fault[order]
    reason = pick_rows(rng, REASON_WEIGHTS, category[order])
    reason = np.where(blame, RETURN_REASONS.index("defective"), reason)
    wait = lognormal(rng, np.where(blame, 4.0, 6.0), 0.8, len(order))
    requested = delivered[order] + np.minimum(wait, 29.0) * DAY
    inside = requested < plan.end_s
    return order[inside], reason[inside], requested[inside], blame[inside]


def _stages(rng: np.random.Generator, requested: Floats) -> _Stages:
    n = len(requested)
    automatic = chance(rng, 0.72, n)
    decided = requested + np.where(automatic, 90.0, lognormal(rng, 9.0, 0.8, n) * HOUR)
    refused = chance(rng, 0.03, n) & ~automatic
    kept = chance(rng, 0.06, n) & ~refused
    label = where(~refused & ~kept, decided + lognormal(rng, 1.0, 0.7, n) * HOUR)
    unsent = chance(rng, 0.06, n)
    first_scan = where(~unsent, label + lognormal(rng, 2.4, 0.6, n) * DAY)
    received = first_scan + lognormal(rng, 4.8, 0.4, n) * DAY
    return _Stages(
        approved=where(~refused, decided),
        rejected=where(refused, decided),
        label=label,
        first_scan=first_scan,
        received=received,
        inspected=received + lognormal(rng, 0.9, 0.6, n) * DAY,
        expired=where(unsent, label + 30 * DAY),
        kept=kept,
        automatic=automatic,
    )


def generate(plan: Plan, catalogue: Products, orders: Orders, parcels: Parcels) -> Returns:
    """Returns, their lines, refunds, costs and the parcels on their way back."""
    rng = plan.stream("returns")
    order, reason, requested, blame = _claims(plan, rng, catalogue, orders, parcels)
    n = len(order)
    stages = _stages(rng, requested)
    due = np.where(stages.kept, stages.approved, stages.inspected)
    issued = due + lognormal(rng, 15.0, 0.7, n) * HOUR
    backlog = plan.incidents["refund_backlog"]
    waiting = (issued >= backlog.start_s) & (issued < backlog.end_s)
    issued = np.where(waiting, backlog.end_s + rng.random(n) * 7 * DAY, issued)
    settled = issued + lognormal(rng, 22.0, 0.5, n) * HOUR
    ids = numbered("R", np.arange(n) + 510_000, 7)
    market = orders.market[order]
    frame = pl.DataFrame(
        {
            "return_id": ids,
            "order_id": orders.order_id.gather(order),
            "country": labels(COUNTRIES, market),
            "requested_at": instants(requested),
            "approved_at": instants(stages.approved),
            "label_at": instants(stages.label),
            "first_scan_at": instants(stages.first_scan),
            "received_at": instants(stages.received),
            "qc_at": instants(stages.inspected),
            "closed_at": instants(
                np.where(np.isnan(issued), np.fmax(stages.rejected, stages.expired), issued)
            ),
            "method": labels(["drop_off", "pickup", "locker"], pick(rng, [6, 2, 2], n)),
            "fee_bearer": labels(["merchant", "customer", "marketplace"], pick(rng, [6, 3, 1], n)),
            "decision_mode": labels(["manual", "auto"], stages.automatic.astype(np.int64)),
            "resolution": _resolution(rng, market, stages),
            "_rejected_at": instants(stages.rejected),
            "_expired_at": instants(stages.expired),
        }
    )
    refunds, affected = _refunds(
        rng, orders, order, ids=ids, due=due, issued=issued, settled=settled, waiting=waiting
    )
    lines = _lines(
        rng,
        catalogue,
        orders,
        order,
        ids=ids,
        reason=reason,
        requested=requested,
        stages=stages,
        blame=blame,
    )
    parcels_back, scans = _way_back(rng, orders, order, ids, stages)
    return Returns(
        order, ids, reason, requested, stages.received, settled, frame, lines, refunds,
        _costs(rng, ids, market, stages, lines), parcels_back, scans,
        {"faulty_lot": int((blame & (requested <= plan.now_s)).sum()), "refund_backlog": affected},
    )  # fmt: skip


def _resolution(rng: np.random.Generator, market: Ints, stages: _Stages) -> pl.Series:
    """The Gulf prefers money, Europe and America a quick exchange."""
    gulf = np.isin(market, [i for i, m in enumerate(company.MARKETS) if m.area == "ME"])
    weights = np.array([[68, 22, 7, 3, 0], [88, 7, 4, 1, 0]], dtype=np.float64)
    given = pick_rows(rng, weights, gulf.astype(np.int64))
    given = np.where(stages.kept, 4, given)
    given = np.where(np.isnan(stages.approved), -1, given)
    return labels(["refund", "exchange", "credit", "repair", "keep"], given)


def _lines(
    rng: np.random.Generator, catalogue: Products, orders: Orders, order: Ints, *, ids: pl.Series,
    reason: Ints, requested: Floats, stages: _Stages, blame: Bools,
) -> pl.DataFrame:  # fmt: skip
    n = len(order)
    fault = np.isin(reason, [RETURN_REASONS.index("defective"),
                             RETURN_REASONS.index("damaged_in_transit")])  # fmt: skip
    confirmed = fault & chance(rng, np.where(blame, 0.92, 0.66), n)
    grade = pick_rows(
        rng, np.array([[62.0, 26, 9, 3], [4.0, 18, 46, 32]]), confirmed.astype(np.int64)
    )
    end = pick_rows(
        rng,
        np.array(
            [[95.0, 5, 0, 0, 0], [25.0, 45, 30, 0, 0], [0.0, 30, 45, 20, 5], [0, 0, 20, 35, 45]]
        ),
        grade,
    )
    recovery = np.array([0.96, 0.62, 0.38, 0.12, 0.0])[end]
    code = np.where(blame, 0, pick(rng, [6, 9, 12, 8, 6, 8, 9, 7], n))
    lot = orders.lines["lot_id"].gather(order)
    return pl.DataFrame(
        {
            "return_line_id": ids + "-1",
            "return_id": ids,
            "order_id": orders.order_id.gather(order),
            "line_id": orders.order_id.gather(order) + "-1",
            "sku": catalogue.sku.gather(orders.product[order]),
            "lot_id": lot,
            "requested_at": instants(requested),
            "qty": orders.qty[order],
            "price": orders.price[order],
            "currency": labels(CURRENCY_CODES, orders.market[order]),
            "reason": labels(RETURN_REASONS, reason),
            "reason_raw": labels(
                [r.replace("_", " ").capitalize() for r in RETURN_REASONS], reason
            ),
            "fault_code": labels(FAULTS, np.where(confirmed, code, -1)),
            "qc_confirmed": confirmed,
            "grade": labels(["A", "B", "C", "D"], grade),
            "disposition": labels(["restock", "refurb", "liquidate", "parts", "destroy"], end),
            "recovered": np.round(orders.price[order] * recovery).astype(np.int64),
            "_inspected_at": instants(stages.inspected),
        }
    )


def _refunds(
    rng: np.random.Generator, orders: Orders, order: Ints, *, ids: pl.Series, due: Floats,
    issued: Floats, settled: Floats, waiting: Bools,
) -> tuple[pl.DataFrame, int]:  # fmt: skip
    """Refunds of returns and of cancelled orders."""
    paid = np.flatnonzero(~np.isnan(due))
    off = np.flatnonzero(~np.isnan(orders.cancelled))
    of_order = np.concatenate([order[paid], off])
    m = len(of_order)
    amount = np.where(
        np.arange(m) < len(paid),
        np.round(orders.price[of_order] * 1.2),
        orders.frame["total"].to_numpy()[of_order],
    ).astype(np.int64)
    quick = lognormal(rng, 2.0, 0.6, len(off)) * HOUR
    asked = np.concatenate([due[paid], orders.cancelled[off]])
    sent = np.concatenate([issued[paid], orders.cancelled[off] + quick])
    moved = np.concatenate([settled[paid], orders.cancelled[off] + quick + 26 * HOUR])
    of_return = ids.gather(paid).append(pl.repeat(None, len(off), dtype=pl.String, eager=True))
    frame = pl.DataFrame(
        {
            "refund_id": numbered("F", np.arange(m) + 230_000, 7),
            "order_id": orders.order_id.gather(of_order),
            "return_id": of_return,
            "requested_at": instants(asked),
            "issued_at": instants(sent),
            "settled_at": instants(moved),
            "amount": amount,
            "fee": np.round(amount * 0.012).astype(np.int64),
            "currency": labels(CURRENCY_CODES, orders.market[of_order]),
            "psp": labels(PAYMENT_PROVIDERS, pick(rng, [5, 3, 2], m)),
        }
    )
    return frame, int(waiting.sum())


def _costs(
    rng: np.random.Generator, ids: pl.Series, market: Ints, stages: _Stages, lines: pl.DataFrame
) -> pl.DataFrame:
    """Freight back, inspection and write-down of each return, in euro cents."""
    n = len(ids)
    lost = (lines["price"] - lines["recovered"]).to_numpy()
    level = np.array(
        [company.CURRENCIES[c][0] * 10.0 ** (company.CURRENCIES[c][1] - 2) for c in CURRENCY_CODES]
    )[market]
    kinds: list[tuple[str, Floats, Floats]] = [
        ("freight_rev", stages.received, lognormal(rng, 640.0, 0.35, n)),
        ("qc", stages.inspected, lognormal(rng, 210.0, 0.2, n)),
        ("write_down", where(lost > 0, stages.inspected), lost / level),
    ]
    parts = []
    for kind, at, amount in kinds:
        rows = np.flatnonzero(~np.isnan(at))
        parts.append(
            pl.DataFrame(
                {
                    "cost_id": kind[:2].upper() + "-" + ids.gather(rows),
                    "at": instants(at[rows]),
                    "kind": pl.repeat(kind, len(rows), eager=True),
                    "ref_table": pl.repeat("returns", len(rows), eager=True),
                    "ref_id": ids.gather(rows),
                    "country": labels(COUNTRIES, market[rows]),
                    "amount": np.round(amount[rows]).astype(np.int64),
                    "currency": pl.repeat("EUR", len(rows), eager=True),
                }
            )
        )
    return pl.concat(parts)


def _way_back(
    rng: np.random.Generator, orders: Orders, order: Ints, ids: pl.Series, stages: _Stages
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The parcels that bring the goods to the hub, and their two scans."""
    rows = np.flatnonzero(~np.isnan(stages.label))
    n = len(rows)
    market = orders.market[order[rows]]
    hubs = {"NA": "US", "LATAM": "US", "EA": "HK", "SEA": "HK", "OC": "HK", "ME": "HK"}
    hub = labels([hubs.get(m.area, "DE") for m in company.MARKETS], market)
    parcel = "B" + ids.gather(rows)
    none = instants(np.full(n, NEVER))
    received = instants(stages.received[rows])
    frame = pl.DataFrame(
        {
            "shipment_id": parcel,
            "order_id": orders.order_id.gather(order[rows]),
            "return_id": ids.gather(rows),
            "direction": pl.repeat("rev", n, eager=True),
            "carrier": labels(["Tandem Post", "Atlas Courier"], pick(rng, [7, 3], n)),
            "service": pl.repeat("return", n, eager=True),
            "tracking_no": numbered("RT", np.arange(n) + 40_200_000, 9),
            "origin": labels(COUNTRIES, market),
            "dest": hub,
            "dest_country": hub,
            "created_at": instants(stages.label[rows]),
            "shipped_at": instants(stages.first_scan[rows]),
            "promised_at": none,
            "promised_on": pl.repeat(None, n, dtype=pl.Date, eager=True),
            "current_eta": none,
            "first_attempt_at": received,
            "delivered_at": received,
            "delivered_on": received.dt.date(),
            "pod": pl.repeat(True, n, eager=True),
            "cost": np.round(lognormal(rng, 640.0, 0.3, n)).astype(np.int64),
            "currency": pl.repeat("EUR", n, eager=True),
        }
    )
    parts = []
    for number, (state, at, country, words) in enumerate(
        [("handed_over", stages.first_scan, frame["origin"], "Return parcel received by carrier"),
         ("delivered", stages.received, hub, "Return parcel delivered to hub")]
    ):  # fmt: skip
        seen = np.flatnonzero(~np.isnan(at[rows]))
        m = len(seen)
        parts.append(
            pl.DataFrame(
                {
                    "event_id": parcel.gather(seen) + f"-{number}",
                    "shipment_id": parcel.gather(seen),
                    "event_at": instants(at[rows][seen]),
                    "tz_known": pl.repeat(True, m, eager=True),
                    "state": pl.repeat(state, m, eager=True),
                    "country": country.gather(seen),
                    "raw_text": pl.repeat(words, m, eager=True),
                }
            )
        )
    return frame, pl.concat(parts)
