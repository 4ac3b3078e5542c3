"""What customers say afterwards: reviews and surveys."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_access.sample import company, texts
from data_access.sample.calendar import CONTACT_HOURS, daytime
from data_access.sample.cases import Cases
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
    pick_rows,
    where,
)
from data_access.sample.orders import COUNTRIES, Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan
from data_access.sample.products import Products

REVIEWED = 0.19
PLATFORMS = ("Own shop", *company.MARKETPLACES)


def _trouble(orders: Orders, parcels: Parcels, cases: Cases) -> tuple[Floats, Bools, Bools, Bools]:
    """Per order: last delivery, whether late, whether there was a grave case, whether viral."""
    delivered = np.full(orders.size, np.nan)
    delivered[parcels.order] = parcels.course.delivered
    late = np.zeros(orders.size, bool)
    late[parcels.order[parcels.course.delivered > parcels.promised]] = True
    wrote = np.zeros(orders.size, bool)
    grave = np.isin(cases.contacts.reason, [
        company.REASONS.index(r) for r in ("damaged", "defective", "wrong_item", "safety_concern")
    ])  # fmt: skip
    wrote[cases.contacts.order[grave]] = True
    viral = np.zeros(orders.size, bool)
    viral[cases.contacts.order[cases.contacts.viral]] = True
    return delivered, late, wrote, viral


def reviews(
    plan: Plan, catalogue: Products, orders: Orders, parcels: Parcels, cases: Cases
) -> pl.DataFrame:
    """One review for about every fifth order; late, broken and viral ones are lower."""
    rng = plan.stream("reviews")
    delivered, late, wrote, viral = _trouble(orders, parcels, cases)
    chosen = chance(rng, np.where(viral, 0.5, np.where(wrote, 0.3, REVIEWED)), orders.size)
    order = np.flatnonzero(chosen & ~np.isnan(delivered))
    viral_at = plan.incidents["viral_complaint"].start_s + rng.gamma(1.5, 1.6, len(order)) * DAY
    when = np.where(
        viral[order], viral_at, delivered[order] + lognormal(rng, 5.0, 0.8, len(order)) * DAY
    )
    at = daytime(rng, plan.market_offsets, orders.market[order], when, CONTACT_HOURS)
    inside = (at < plan.end_s) & (at > delivered[order])
    order, at = order[inside], at[inside]
    n = len(order)
    mood = np.where(viral[order], 2, np.where(wrote[order] | late[order], 1, 0))
    stars = 1 + pick_rows(
        rng,
        np.array([[2.5, 3, 7, 24, 63.5], [24, 18, 19, 20, 19], [72, 18, 6, 2, 2]]),
        mood,
    )
    tier = np.where(stars <= 2, 0, np.where(stars == 3, 1, 2))
    language, book = orders.language[order], texts.phrases()
    keys = ("low", "mid", "high")
    titles = tuple(f"title_{key}" for key in keys)
    answered = chance(rng, np.where(stars <= 2, 0.6, 0.12), n)
    return pl.DataFrame(
        {
            "review_id": numbered("V", np.arange(n) + 120_000, 7),
            "order_id": orders.order_id.gather(order),
            "sku": catalogue.sku.gather(orders.product[order]),
            "platform": orders.frame["marketplace"].gather(order).fill_null(PLATFORMS[0]),
            "at": instants(at),
            "answered_at": instants(where(answered, at + lognormal(rng, 20.0, 0.7, n) * HOUR)),
            "rating": stars,
            "reach": np.round(lognormal(rng, np.where(viral[order], 900.0, 25.0), 1.0, n)).astype(
                np.int64
            ),
            "lang": labels(company.LANGUAGES, language),
            "country": labels(COUNTRIES, orders.market[order]),
            "title": book.draw(rng, language, book.one_of("review", titles, tier)),
            "text": book.draw(rng, language, book.one_of("review", keys, tier)),
            "anger": np.round(
                np.clip(
                    np.array([78, 58, 34, 12, 4])[stars - 1] + 7 * rng.standard_normal(n), 0, 100
                ),
                1,
            ),
        }
    )


def _answer(
    rng: np.random.Generator, plan: Plan, market: Ints, sent: Floats, rate: float
) -> Floats:
    """When surveys are answered; NaN for never."""
    n = len(sent)
    return where(
        chance(rng, rate, n),
        np.fmax(
            daytime(rng, plan.market_offsets, market, sent + lognormal(rng, 9.0, 1.0, n) * HOUR,
                    CONTACT_HOURS),
            sent + 60.0,
        ),
    )  # fmt: skip


def surveys(plan: Plan, orders: Orders, parcels: Parcels, cases: Cases) -> pl.DataFrame:
    """A CSAT question after half of the cases, an NPS question after every twentieth order."""
    rng = plan.stream("surveys")
    done = ~np.isnan(cases.last_solved) & chance(rng, 0.55, cases.size)
    rows = np.flatnonzero(done)
    sent = cases.last_solved[rows] + 2 * HOUR
    slow = (cases.first_response - cases.contacts.at)[rows] > 4 * HOUR
    long = (cases.last_solved - cases.contacts.at)[rows] > 48 * HOUR
    back = ~np.isnan(cases.reopened[rows])
    sore = cases.anger[rows] > 60
    happy = 0.87 - 0.1 * slow - 0.22 * long - 0.3 * back - 0.16 * sore
    mood = np.where(chance(rng, happy, len(rows)), 0, 1)
    score = 1 + pick_rows(rng, np.array([[0, 0, 0, 34, 66], [44, 27, 29, 0, 0.0]]), mood)
    csat = _frame(
        rng, plan, "csat", market=cases.market[rows], language=cases.language[rows], sent=sent,
        score=score, rate=0.42, good=score >= 4, case_id=cases.case_id.gather(rows),
        order_id=orders.order_id.gather(cases.contacts.order[rows]),
    )  # fmt: skip
    delivered, late, wrote, _ = _trouble(orders, parcels, cases)
    asked = np.flatnonzero(chance(rng, 0.06, orders.size) & ~np.isnan(delivered))
    sent = delivered[asked] + 14 * DAY
    mood = (late | wrote)[asked].astype(np.int64)
    ten = pick_rows(
        rng,
        np.array([[1, 0.6, 0.8, 1, 1.4, 3.6, 5, 15, 18, 24, 29.6],
                  [9, 4, 5, 6, 6, 12, 11, 15, 13, 9, 10]]),
        mood,
    )  # fmt: skip
    nps = _frame(
        rng, plan, "nps", market=orders.market[asked], language=orders.language[asked], sent=sent,
        score=ten, rate=0.3, good=ten >= 7,
        case_id=pl.repeat(None, len(asked), dtype=pl.String, eager=True),
        order_id=orders.order_id.gather(asked),
    )  # fmt: skip
    return pl.concat([csat, nps]).filter(pl.col("sent_at").is_not_null())


def _frame(
    rng: np.random.Generator, plan: Plan, kind: str, *, market: Ints, language: Ints,
    sent: Floats, score: Ints, rate: float, good: Bools, case_id: pl.Series, order_id: pl.Series,
) -> pl.DataFrame:  # fmt: skip
    n, book = len(sent), texts.phrases()
    name = book.one_of("comment", ("low", "high"), good.astype(np.int64))
    commented = chance(rng, 0.3, n)
    answered = _answer(rng, plan, market, sent, rate)
    return pl.DataFrame(
        {
            "response_id": numbered("S" + kind[0].upper(), np.arange(n) + 10_000, 6),
            "case_id": case_id,
            "order_id": order_id,
            "kind": pl.repeat(kind, n, eager=True),
            "sent_at": instants(sent),
            "answered_at": instants(answered),
            "score": pl.Series(score).zip_with(
                pl.Series(~np.isnan(answered)), pl.Series([None], dtype=pl.Int64)
            ),
            "country": labels(COUNTRIES, market),
            "lang": labels(company.LANGUAGES, language),
            "comment": texts.only(commented & ~np.isnan(answered), book.draw(rng, language, name)),
        }
    )
