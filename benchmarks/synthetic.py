"""A made-up company of any size, written straight as marts: for measuring, not for looking at.

    python -m benchmarks.synthetic --cases 1000000 --home DIR

gives an Afterwatch home (`state.db`, `warehouse`) with 24 months of marts and rollups as of
1 November 2026: as many open spells, orders, parcels and order lines as cases, a fifth as many
reviews and surveys, a tenth as many return lines; every case costs something, one in five angry
words. Markets and categories are skewed as in life.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_access.contracts import TABLES
from data_access.marts import MARTS, rebuild_rollups
from data_access.marts.continents import continent_of
from data_access.state.engine import migrate, open_state
from data_access.warehouse import Warehouse, open_warehouse

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
MONTHS = 24
_MARKETS = (
    "US DE GB FR JP CN BR IN CA AU IT ES NL PL SE MX KR BE AT CH DK NO FI IE PT CZ GR RO HU IL AE"
    " SA ZA TR TH VN ID MY SG NZ"
)
_CATEGORIES = "phones shoes toys kitchen garden beauty sports audio lighting bags watches tools"
_LANGUAGES = "en de fr ja zh pt hi it es nl pl ko"
MARKETS, CATEGORIES, LANGUAGES = (words.split() for words in (_MARKETS, _CATEGORIES, _LANGUAGES))
CHANNELS = ["email", "chat", "phone", "web", "marketplace", "social"]
CARRIERS = [f"carrier {letter}" for letter in "ABCDEFGHIJ"]
REASONS = [f"reason {number}" for number in range(25)]
PRIORITIES = ["low", "normal", "high", "urgent"]
TEAMS = [f"team {number}" for number in range(12)]
PRODUCTS = [f"sku-{number:04}" for number in range(1000)]
_SECOND = 1_000_000
_COSTS = ["labour", "goodwill", "compensation", "freight_rev", "parts"]
_RATES = {"USD": 1.1, "GBP": 0.86, "JPY": 160.0, "CNY": 7.8, "BRL": 6.1, "INR": 92.0}


@dataclass(frozen=True)
class Month:
    """One month of the company."""

    part: int
    start: int
    """Microseconds since 1970."""
    length: int
    cases: int


def months(cases: int) -> Iterator[Month]:
    """The months before `AS_OF`; business grows by half over the time."""
    starts = [(2024 + (10 + n) // 12, (10 + n) % 12 + 1) for n in range(MONTHS + 1)]
    moments = [int(datetime(y, m, 1, tzinfo=UTC).timestamp()) * _SECOND for y, m in starts]
    weights = np.linspace(1, 1.5, MONTHS)
    sizes = (weights / weights.sum() * cases).astype(int)
    sizes[-1] += cases - sizes.sum()
    for number in range(MONTHS):
        year, month = starts[number]
        length = moments[number + 1] - moments[number]
        yield Month(year * 100 + month, moments[number], length, int(sizes[number]))


def build(home: Path, cases: int) -> None:
    """Make the home; nothing may be there yet."""
    home.mkdir(parents=True)
    url = f"sqlite:///{home / 'state.db'}"
    engine = open_state(url)
    migrate(engine)
    warehouse = open_warehouse(url, home / "warehouse")
    rng = np.random.default_rng(20_261_101)
    started = time.perf_counter()
    for month in months(cases):
        _write_month(warehouse, rng, month)
    _write_rates(warehouse)
    written = time.perf_counter()
    rebuild_rollups(warehouse, engine, AS_OF)
    print(f"marts {written - started:.0f} s, rollups {time.perf_counter() - written:.0f} s")
    warehouse.close()
    engine.dispose()


def _write_month(warehouse: Warehouse, rng: np.random.Generator, month: Month) -> None:
    cases = _cases(rng, month).with_columns(
        fr_started_at="created_at",
        fr_due_at=pl.col("created_at") + pl.duration(seconds="fr_target_s"),
        res_due_at=pl.col("created_at") + pl.duration(seconds="res_target_s"),
    )
    spells = cases.filter(~pl.col("is_spam")).with_columns(
        open_from="created_at", open_to="first_solved_at"
    )
    orders = _orders(rng, month, month.cases)
    lines = orders.with_columns(line_id="order_id", qty=1, value_minor="total_minor")
    _write(warehouse, "cases", cases, "created_at")
    _write(warehouse, "open_spells", spells, "created_at")
    _write(warehouse, "clocks", _turns(cases), "started_at")
    _write(warehouse, "orders", orders, "placed_at")
    _write(warehouse, "lines", lines, "placed_at")
    _write(warehouse, "parcels", _parcels(rng, orders), "created_at")
    _write(warehouse, "return_lines", _return_lines(rng, month), "requested_at")
    _write(warehouse, "reviews", _reviews(rng, month), "at")
    _write(warehouse, "surveys", _surveys(rng, month), "answered_at")
    # Of a stream of their own: the rows above are the same as before these were added.
    later = np.random.default_rng(month.part)
    _write(warehouse, "costs", _costs(later, cases), "at")
    _write(warehouse, "voices", _voices(later, cases), "at")


def _write(warehouse: Warehouse, mart: str, rows: pl.DataFrame, order: str) -> None:
    columns = MARTS[mart].columns
    shaped = rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    ).sort(order)
    warehouse.replace_parts(mart, "marts", shaped, set(shaped["part"]))


def _currency(market: pl.Series) -> pl.Series:
    own = {"US": "USD", "GB": "GBP", "JP": "JPY", "CN": "CNY", "BR": "BRL", "IN": "INR"}
    return market.replace_strict(own, default="EUR")


def _pick(rng: np.random.Generator, values: list[str], n: int, skew: float = 0.0) -> pl.Series:
    weights = 1 / np.arange(1, len(values) + 1) ** skew
    index = rng.choice(len(values), n, p=weights / weights.sum())
    return pl.Series(values).gather(index)


def _moments(rng: np.random.Generator, month: Month, n: int) -> pl.Series:
    return _instant(month.start + rng.integers(0, month.length // _SECOND, n) * _SECOND)


def _instant(microseconds: np.ndarray) -> pl.Series:
    return pl.Series(microseconds).cast(pl.Datetime("us", "UTC"))


def _dimensions(rng: np.random.Generator, n: int, part: int) -> dict[str, object]:
    market = _pick(rng, MARKETS, n, 0.8)
    return {
        "market": market,
        "continent": market.to_frame("market").select(continent_of("market")).to_series(),
        "region": market + "-" + _pick(rng, list("123"), n),
        "lane": "CN>" + market,
        "carrier": _pick(rng, CARRIERS, n, 0.5),
        "category": _pick(rng, CATEGORIES, n, 0.5),
        "product": _pick(rng, PRODUCTS, n, 0.7),
        "language": _pick(rng, LANGUAGES, n, 0.8),
        "currency": _currency(market),
        "source": "synthetic",
        "part": part,
    }


def _support(rng: np.random.Generator, n: int) -> dict[str, object]:
    return {
        "channel": _pick(rng, CHANNELS, n, 0.7),
        "priority": _pick(rng, PRIORITIES, n),
        "team": _pick(rng, TEAMS, n),
        "reason": _pick(rng, REASONS, n, 0.8),
        "level": rng.integers(1, 6, n),
    }


def _ids(prefix: str, part: int, n: int) -> pl.Series:
    return f"{prefix}{part}-" + pl.Series(np.arange(n)).cast(pl.String)


def _after(
    rng: np.random.Generator, start: pl.Series, mean_hours: float, missing: float
) -> pl.Series:
    """Exponential times after `start`; a share of them never comes."""
    n = start.len()
    delay = (rng.exponential(mean_hours * 3600, n).astype(np.int64) + 1) * _SECOND
    moments = _instant(start.to_physical().to_numpy() + delay)
    never = pl.Series(rng.random(n) < missing) | (moments > AS_OF)
    return pl.select(pl.when(~never).then(moments)).to_series()


def _cases(rng: np.random.Generator, month: Month) -> pl.DataFrame:
    n = month.cases
    created = _moments(rng, month, n)
    support = _support(rng, n)
    solved = _after(rng, created, 30, 0.002)
    return pl.DataFrame(
        {
            "case_id": _ids("k", month.part, n),
            "order_id": _ids("o", month.part, n),
            "created_at": created,
            "first_response_at": _after(rng, created, 2, 0.03),
            "first_solved_at": solved,
            "last_solved_at": solved,
            "status": pl.select(
                pl.when(solved.is_null()).then(pl.lit("open")).otherwise(pl.lit("solved"))
            ).to_series(),
            "is_spam": rng.random(n) < 0.01,
            "deleted": False,
            "vendor_sla_met": rng.random(n) < 0.8,
            "reopen_count": 0,
            "fr_target_s": np.where(np.asarray(support["level"]) == 3, 2, 4) * 3600,
            "res_target_s": 48 * 3600,
            "subject": _pick(rng, [f"Subject {number}" for number in range(500)], n),
            **support,
            **_dimensions(rng, n, month.part),
        }
    )


def _turns(cases: pl.DataFrame) -> pl.DataFrame:
    """A second question an hour after the answer, of cases not solved by then; solving ends it."""
    started = pl.col("first_response_at") + pl.duration(hours=1)
    lasts = pl.col("first_solved_at").is_null() | (pl.col("first_solved_at") > started)
    return cases.filter(pl.col("first_response_at").is_not_null() & lasts).with_columns(
        clock=pl.lit("next_response"),
        instance=1,
        started_at=started,
        due_at=started + pl.duration(hours=24),
        target_s=86_400,
        withdrawn_at="first_solved_at",
    )


def _orders(rng: np.random.Generator, month: Month, n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "order_id": _ids("o", month.part, n),
            "placed_at": _moments(rng, month, n),
            "total_minor": rng.integers(500, 40_000, n),
            **_dimensions(rng, n, month.part),
        }
    )


def _parcels(rng: np.random.Generator, orders: pl.DataFrame) -> pl.DataFrame:
    placed = orders["placed_at"]
    shipped = _after(rng, placed, 30, 0.02)
    delivered = _after(rng, placed, 30 + 6 * 24, 0.01)
    known = (delivered > shipped).fill_null(value=False)
    return orders.with_columns(
        shipment_id="order_id",
        created_at=placed,
        shipped_at=shipped,
        promised_on=placed.dt.date().dt.offset_by("10d"),
        delivered_at=pl.when(known).then(delivered),
        delivered_on=pl.when(known).then(delivered.dt.date()),
    )


def _return_lines(rng: np.random.Generator, month: Month) -> pl.DataFrame:
    n = month.cases // 10
    asked = _moments(rng, month, n)
    after_order, on_its_way = (
        pl.Series(rng.lognormal(np.log(days), 0.6, n) * 86_400e6).cast(pl.Duration("us"))
        for days in (14, 8)
    )
    return pl.DataFrame(
        {
            "return_line_id": _ids("r", month.part, n),
            "order_placed_at": asked - after_order,
            "requested_at": asked,
            "received_at": asked + on_its_way,
            "state": "received",
            "qty": 1,
            "value_minor": rng.integers(500, 40_000, n),
            "reason": _pick(rng, REASONS, n),
            **_dimensions(rng, n, month.part),
        }
    )


def _reviews(rng: np.random.Generator, month: Month) -> pl.DataFrame:
    n = month.cases // 5
    return pl.DataFrame(
        {
            "review_id": _ids("v", month.part, n),
            "at": _moments(rng, month, n),
            "rating": rng.integers(1, 6, n),
            **_dimensions(rng, n, month.part),
        }
    )


def _surveys(rng: np.random.Generator, month: Month) -> pl.DataFrame:
    n = month.cases // 5
    csat = rng.random(n) < 0.5
    return pl.DataFrame(
        {
            "response_id": _ids("q", month.part, n),
            "case_id": _ids("k", month.part, n),
            "kind": pl.Series(np.where(csat, "csat", "nps")),
            "answered_at": _moments(rng, month, n),
            "score": np.where(csat, rng.integers(1, 6, n), rng.integers(0, 11, n)),
            **_support(rng, n),
            **_dimensions(rng, n, month.part),
        }
    )


def _costs(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """One amount per case, booked when it came in."""
    n = cases.height
    return cases.with_columns(
        cost_id="case_id",
        ref_id="case_id",
        at="created_at",
        value_minor=pl.Series(rng.integers(100, 5_000, n)),
        cost_kind=_pick(rng, _COSTS, n, 0.8),
    )


def _voices(rng: np.random.Generator, cases: pl.DataFrame) -> pl.DataFrame:
    """What customers wrote in their cases, one in five angry."""
    return cases.with_columns(
        voice_id="case_id",
        medium=pl.lit("case"),
        at="created_at",
        anger=pl.Series(np.where(rng.random(cases.height) < 0.2, 0.9, 0.1)),
    )


def _write_rates(warehouse: Warehouse) -> None:
    """A rate a day for every currency."""
    first = datetime.fromtimestamp(next(months(MONTHS)).start / _SECOND, UTC).date()
    days = pl.date_range(first, AS_OF.date() - timedelta(days=1), eager=True)
    quoted = pl.DataFrame({"quote": list(_RATES), "rate": list(_RATES.values())})
    rates = days.to_frame("date").join(quoted, how="cross")
    named = rates.with_columns(base=pl.lit("EUR"), source=pl.lit("rates"), provider=pl.lit("none"))
    contract = TABLES["fx_rates"]
    rows = named.select("source", *contract.dtypes())
    warehouse.merge(contract, rows, batch_id=1, now=AS_OF)


def main() -> None:
    """Build the home that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, required=True)
    given = parser.parse_args()
    build(given.home, given.cases)


if __name__ == "__main__":
    main()
