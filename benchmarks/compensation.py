"""How long it takes to find who is owed what, and to make, approve and export a large batch.

    python -m benchmarks.compensation [--orders N]

Writes results/compensation.md. Every order has a late parcel and none was compensated, so that as
many items as orders are found. Baseline of the same run: bare Polars that joins parcels and orders
and filters the late ones, without amounts, exclusions or customers.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from alerts import library
from alerts.actions import Outcome
from alerts.compensation import batches, candidates, exporting, rows
from alerts.compensation.criteria import Criteria
from alerts.compensation.machine import Action, Do
from alerts.compensation.policy import Policy
from alerts.compensation.rates import Rates
from alerts.compensation.rows import Draft
from alerts.notify.config import Config, load
from benchmarks.machine import cost, described, percentile, write_page
from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS
from data_access.state.engine import migrate, open_state

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
REPEATS = 5
PEOPLE = """
schema_version: 1
people:
  Finance: {roles: [finance]}
  Sponsor: {roles: [executive_sponsor]}
"""


@dataclass(frozen=True)
class Figure:
    """Milliseconds by the clock and of the processor, the median of several repetitions."""

    name: str
    wall: float
    processor: float
    times: int


class Company:
    """Late parcels, one for each order, three orders to a customer."""

    def __init__(self, orders: int) -> None:
        number = pl.int_range(orders, eager=True).cast(pl.String)
        promised = NOW - timedelta(days=20)
        base = pl.DataFrame(
            {
                "source": pl.Series(["shop"]).extend_constant("shop", orders - 1),
                "order_id": "A" + number,
                "customer_key": (pl.int_range(orders, eager=True) // 3).cast(pl.String),
                "shipment_id": "P" + number,
            }
        ).with_columns(
            placed_at=pl.lit(promised - timedelta(days=9)),
            created_at=pl.lit(promised - timedelta(days=9)),
            promised_at=pl.lit(promised),
            delivered_at=pl.lit(promised + timedelta(days=5)),
            total=pl.lit(5_000, dtype=pl.Int64),
            currency=pl.lit("EUR"),
            country=pl.lit("DE"),
            market=pl.lit("DE"),
        )
        self.base = base

    def __call__(self, table: str, namespace: str = "facts") -> pl.LazyFrame:
        """A table of the company; those that nothing is said of are empty."""
        schema = TABLES[table].stored_dtypes() if namespace == "facts" else MARTS[table].columns
        if table not in {"orders", "parcels"}:
            return pl.LazyFrame(schema=schema)
        held = set(self.base.columns)
        return self.base.lazy().select(
            (pl.col(name) if name in held else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in schema.items()
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    orders: int = parser.parse_args().orders
    company = Company(orders)
    with tempfile.TemporaryDirectory(prefix="afterwatch-bench-") as folder:
        home = Path(folder)
        engine = open_state(f"sqlite:///{home / 'state.db'}")
        migrate(engine)
        library.register(engine, home, NOW)
        with engine.connect() as connection:
            document = library.current(connection, "compensation", "standard")
        assert document is not None
        figures = measure(engine, company, document.model, document.id)
        engine.dispose()
    write_page("compensation", report(figures, orders))


def measure(engine: Engine, company: Company, policy: Policy, policy_id: int) -> list[Figure]:
    """All figures; what writes is done once."""
    criteria, rates, config = Criteria("late_72h", NOW), Rates("EUR", NOW.date()), load(PEOPLE)
    found = candidates.find(policy, criteria, company, rates)
    assert found.proposed.height == company.base.height
    figures = [
        measured(
            "find who is owed what", lambda: candidates.find(policy, criteria, company, rates)
        ),
        measured("baseline: join and filter in bare Polars", lambda: bare(company)),
    ]
    draft = Draft(policy_id, "", criteria, {}, rates, found.rows)
    press = {"actor": "Maker", "token": None, "wall": NOW}
    figures.append(
        measured("make the batch", lambda: batches.propose(engine, draft, **press), 1)  # type: ignore[arg-type]
    )
    steps = [
        ("submit", Do.SUBMIT, "Maker"),
        ("sign as the first of two", Do.APPROVE, "Finance"),
        ("sign as the second and approve", Do.APPROVE, "Sponsor"),
        ("export", Do.EXPORT, "Sponsor"),
    ]
    for name, doing, actor in steps:
        figures.append(measured(name, lambda d=doing, a=actor: act(engine, config, d, a), 1))  # type: ignore[misc]
    figures.append(measured("write the file", lambda: written(engine, policy)))
    return figures


def bare(company: Company) -> pl.DataFrame:
    """What no query can do without."""
    orders = company("orders").select("source", "order_id", "total", "currency", "customer_key")
    late = pl.col("delivered_at") - pl.col("promised_at") > timedelta(hours=72)
    return (
        company("parcels", "marts").filter(late).join(orders, on=["source", "order_id"]).collect()
    )


def act(engine: Engine, config: Config, doing: Do, actor: str) -> Outcome:
    """One press on the only batch."""
    outcome = batches.act(
        engine, 1, Action(doing), config=config, actor=actor, version=None, token=None, wall=NOW
    )
    assert outcome.result == "done", outcome
    return outcome


def written(engine: Engine, policy: Policy) -> str:
    """The file of the only batch."""
    with engine.connect() as connection:
        stored = rows.find(connection, 1)
        assert stored is not None
        return exporting.csv_text(exporting.rows_of(stored, policy, rows.items(connection, 1)))


def measured(name: str, call: Callable[[], object], times: int = REPEATS) -> Figure:
    """The median of some calls."""
    costs = [cost(call) for _ in range(times)]
    return Figure(
        name,
        percentile([one.wall for one in costs], 0.5),
        percentile([one.processor for one in costs], 0.5),
        times,
    )


def report(figures: list[Figure], orders: int) -> list[str]:
    """The page."""
    return [
        "# Compensation",
        "",
        f"{orders:,} orders, each with a parcel five days late and nothing given yet. SQLite.",
        "Medians; what writes is done once, since a batch goes its way once.",
        "",
        "| what | ms | ms of processor | repetitions |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.wall:,.0f} | {one.processor:,.0f} | {one.times} |"
            for one in figures
        ),
        "",
        "Whoever signs has every item read again, because a signature is bound to the hash of all",
        "of them. Where the clock shows much more than the processor, the machine did something",
        "else too.",
        "",
        described("sqlalchemy"),
    ]


if __name__ == "__main__":
    main()
