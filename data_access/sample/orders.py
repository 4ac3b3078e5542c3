"""Orders, their lines and the customers behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.sample import company, products
from data_access.sample.calendar import ORDER_HOURS, day_weights
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
from data_access.sample.plan import Plan
from data_access.sample.products import Products

YEARLY_GROWTH = 1.45
CANCELLED = 0.026
COUNTRIES = [market.country for market in company.MARKETS]
CURRENCY_CODES = [market.currency for market in company.MARKETS]


@dataclass(frozen=True)
class Orders:
    """All orders of a world by time of order, as arrays with one entry per order."""

    order_id: pl.Series
    placed: Floats
    cancelled: Floats
    market: Ints
    customer: Ints
    language: Ints
    product: Ints
    """Product of the first line."""
    qty: Ints
    price: Ints
    """Price of the first line in minor units."""
    marketplace: Bools
    frame: pl.DataFrame
    lines: pl.DataFrame
    customers: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of orders."""
        return len(self.placed)


def _demand(plan: Plan, rng: np.random.Generator) -> Floats:
    """Expected orders per market (rows) and day (columns), up to a factor."""
    growth = YEARLY_GROWTH * np.exp(0.08 * rng.standard_normal(len(company.MARKETS)))
    demand = np.vstack(
        [market.weight * day_weights(plan.first_day, plan.last_day, float(g))
         for market, g in zip(company.MARKETS, growth, strict=True)]
    )  # fmt: skip
    for promotion in plan.promotions:
        rows = [i for i, c in enumerate(COUNTRIES) if c in (promotion.countries or COUNTRIES)]
        start = (promotion.starts_on - plan.first_day).days
        stop = (promotion.ends_on - plan.first_day).days + 1
        demand[rows, max(start, 0) : max(stop, 0)] *= promotion.uplift
    return np.asarray(demand)


def _moments(plan: Plan, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """When and in which market orders are placed, by time."""
    demand = _demand(plan, rng)
    history = (plan.now.date() - plan.first_day).days
    n = rng.poisson(plan.orders * 1.012 * demand.sum() / demand[:, :history].sum())
    cell = pick(rng, demand.ravel(), n)
    market, day = np.divmod(cell, demand.shape[1])
    first = (plan.first_day.toordinal() - 719163) * DAY
    noon = first + day * DAY + 12 * HOUR
    midnight = noon - 12 * HOUR - plan.market_offsets.at(market, noon)
    placed = midnight + (pick(rng, ORDER_HOURS, n) + rng.random(n)) * HOUR
    order = np.argsort(placed, kind="stable")
    return placed[order], market[order]


def _products(rng: np.random.Generator, catalogue: Products, market: Ints) -> Ints:
    """Product of each order: categories sell differently from market to market."""
    taste = np.exp(0.22 * rng.standard_normal((len(company.MARKETS), len(company.CATEGORIES))))
    weights = taste * np.array([category.weight for category in company.CATEGORIES])
    weights[COUNTRIES.index("FR"), 2] *= 1.9  # Beauty sells well in France
    category = pick_rows(rng, weights, market)
    return _within(rng, catalogue, category)


def _within(rng: np.random.Generator, catalogue: Products, category: Ints) -> Ints:
    per = company.SKUS_PER_CATEGORY
    return category * per + pick_rows(rng, catalogue.popularity.reshape(-1, per), category)


def order_ids(n: int) -> pl.Series:
    """Order numbers: two letters and five digits, counting up."""
    number = np.arange(n) + 31_842
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    pairs = [a + b for a in alphabet for b in alphabet]
    return labels(pairs, number // 100_000 + 255) + numbered("-", number % 100_000, 5)


def _prices(catalogue: Products) -> Ints:
    """Price of a unit in minor units by product and market, with the endings shops like."""
    table = np.empty((len(catalogue.price_eur), len(company.MARKETS)), dtype=np.int64)
    for column, code in enumerate(CURRENCY_CODES):
        level, decimals = company.CURRENCIES[code]
        whole = np.round(catalogue.price_eur * level)
        if level > 100:
            table[:, column] = (np.round(whole / 100) * 100 - 20) * 10**decimals
        else:
            table[:, column] = whole * 10**decimals - 10 ** (decimals - 1)
    return table


def _customers(
    rng: np.random.Generator, market: Ints, placed: Floats
) -> tuple[Ints, Ints, pl.DataFrame]:
    """Customer and language of each order, and the customers table."""
    pool = np.maximum((np.bincount(market, minlength=len(company.MARKETS)) * 0.62), 1).astype(int)
    start = np.concatenate([[0], np.cumsum(pool)])
    customer = start[market] + (rng.random(len(market)) * pool[market]).astype(np.int64)
    home = np.repeat(np.arange(len(pool)), pool)
    spoken = np.zeros((len(pool), len(company.LANGUAGES)))
    for i, entry in enumerate(company.MARKETS):
        for tongue, share in entry.languages:
            spoken[i, company.LANGUAGES.index(tongue)] = share
    language = pick_rows(rng, spoken, home)
    first = np.full(len(home), np.inf)
    np.minimum.at(first, customer, placed)
    first[np.isinf(first)] = np.nan
    tier = pick(rng, [0.93, 0.045, 0.017, 0.008], len(home))
    raised = where(tier > 0, first + 10 * DAY + rng.random(len(home)) * 40 * DAY)
    width = 1 + max(len(entry.regions) for entry in company.MARKETS)
    chances = np.zeros((len(pool), width))
    for i, entry in enumerate(company.MARKETS):
        chances[i, : max(len(entry.regions), 1)] = 1.0 / (
            1.0 + np.arange(max(len(entry.regions), 1))
        )
    region = home * width + pick_rows(rng, chances, home)
    names = [name for e in company.MARKETS for name in [*e.regions, *[None] * width][:width]]
    keys = rng.integers(0, 2**62, len(home))
    frame = pl.DataFrame(
        {
            "customer_key": numbered("k", keys, 19),
            "country": labels(COUNTRIES, home),
            "region": labels(names, region),
            "tz": labels([entry.zone for entry in company.MARKETS], home),
            "lang": labels(company.LANGUAGES, language),
            "vip_tier": labels(["none", "platinum", "diamond", "black"], tier),
            "vip_from": instants(raised),
            "vip_to": instants(raised + 365 * DAY),
            "first_order_at": instants(first),
        }
    )
    return customer, language[customer], frame


def _promotion(plan: Plan, rng: np.random.Generator, placed: Floats, market: Ints) -> Ints:
    """Promotion each order came from, -1 for none."""
    n = len(placed)
    promo = np.full(n, -1)
    for k, promotion in enumerate(plan.promotions):
        start = (promotion.starts_on.toordinal() - 719163) * DAY
        stop = (promotion.ends_on.toordinal() - 719162) * DAY
        here = (placed >= start) & (placed < stop)
        if promotion.countries:
            here &= np.isin(market, [COUNTRIES.index(c) for c in promotion.countries])
        promo[here & chance(rng, 0.7, n)] = k
    return promo


def _promoted(
    plan: Plan, rng: np.random.Generator, catalogue: Products, product: Ints, promo: Ints
) -> Ints:
    """The products once promotions of one category have drawn buyers to it."""
    names = [kind.name for kind in company.CATEGORIES]
    for k, promotion in enumerate(plan.promotions):
        if promotion.category:
            rows = np.flatnonzero((promo == k) & chance(rng, 0.75, len(promo)))
            category = np.full(len(rows), names.index(promotion.category))
            product[rows] = _within(rng, catalogue, category)
    return product


def generate(plan: Plan, catalogue: Products) -> Orders:
    """Orders from the first day of the history to the end of the horizon."""
    rng = plan.stream("orders")
    placed, market = _moments(plan, rng)
    n = len(placed)
    product = _products(rng, catalogue, market)
    promo = _promotion(plan, rng, placed, market)
    product = _promoted(plan, rng, catalogue, product, promo)
    customer, language, customers = _customers(rng, market, placed)
    cancelled = where(chance(rng, CANCELLED, n), placed + lognormal(rng, 3.0, 0.6, n) * HOUR)
    ids = order_ids(n)
    marketplace = chance(rng, np.array([m.marketplace for m in company.MARKETS])[market], n)
    lines, qty, price, total = _lines(
        plan, rng, catalogue, ids=ids, placed=placed, market=market, product=product, promo=promo
    )
    customer_rows = customers.select(pl.col("customer_key", "region").gather(customer))
    frame = pl.DataFrame(
        {
            "order_id": ids,
            "shop": pl.repeat(company.SHOP, n, eager=True),
            "marketplace": labels(
                company.MARKETPLACES, np.where(marketplace, pick(rng, [5, 3, 2], n), -1)
            ),
            "country": labels(COUNTRIES, market),
            "region": customer_rows["region"],
            "customer_key": customer_rows["customer_key"],
            "placed_at": instants(placed),
            "cancelled_at": instants(cancelled),
            "total": total,
            "currency": labels(CURRENCY_CODES, market),
            "fulfilment": labels(["fbm", "fba", "3pl"], np.where(marketplace, pick(
                rng, [6, 3, 1], n), pick(rng, [9, 0, 1], n))),
            "promo_id": labels([p.promo_id for p in plan.promotions], promo),
        }
    )  # fmt: skip
    return Orders(
        ids, placed, cancelled, market, customer, language, product, qty, price, marketplace,
        frame, lines, customers,
    )  # fmt: skip


def _lines(
    plan: Plan, rng: np.random.Generator, catalogue: Products, *, ids: pl.Series, placed: Floats,
    market: Ints, product: Ints, promo: Ints,
) -> tuple[pl.DataFrame, Ints, Ints, Ints]:  # fmt: skip
    """The lines; quantity and price of each order's first line; each order's total."""
    n = len(placed)
    second = np.flatnonzero(chance(rng, 0.19, n))
    third = second[chance(rng, 0.2, len(second))]
    order = np.concatenate([np.arange(n), second, third])
    number = np.concatenate([np.ones(n), np.full(len(second), 2), np.full(len(third), 3)])
    extra = np.concatenate([second, third])
    sold = np.concatenate([product, _within(rng, catalogue, catalogue.category[product[extra]])])
    qty = 1 + pick(rng, [0.9, 0.075, 0.025], len(order))
    discount = np.where(promo[order] >= 0, 0.85, 1.0)
    price = np.round(_prices(catalogue)[sold, market[order]] * qty * discount).astype(np.int64)
    unit = np.array([10.0 ** company.CURRENCIES[c][1] * company.CURRENCIES[c][0]
                     for c in CURRENCY_CODES])[market[order]]  # fmt: skip
    tax = np.round(price * 0.2).astype(np.int64)
    charged = (number == 1) & (price < 35 * unit)
    freight = np.where(charged, np.round(3.9 * unit), 0).astype(np.int64)
    total = np.bincount(order, weights=price + tax + freight, minlength=n).astype(np.int64)
    frame = pl.DataFrame(
        {
            "line_id": ids.gather(order) + numbered("-", number.astype(np.int64), 1),
            "order_id": ids.gather(order),
            "sku": catalogue.sku.gather(sold),
            "lot_id": products.lots(plan, catalogue, sold, placed[order]),
            "placed_at": instants(placed[order]),
            "qty": qty,
            "price": price,
            "tax": tax,
            "freight": freight,
            "currency": labels(CURRENCY_CODES, market[order]),
        }
    )
    return frame, qty[:n], price[:n], total
