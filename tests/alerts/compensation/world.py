"""A few orders by hand, and the documents and people that batches need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Engine

import alerts.compensation
from alerts import library
from alerts.compensation.criteria import Criteria
from alerts.compensation.policy import Policy, parse
from alerts.compensation.rates import Rates
from alerts.compensation.rows import Draft
from alerts.notify.config import Config, load
from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POLICY_TEXT = (Path(alerts.compensation.__file__).parent / "shipped" / "standard.yaml").read_text(
    encoding="utf-8"
)
POLICY: Policy = parse(POLICY_TEXT, "standard.yaml")
RATES = Rates("EUR", NOW.date(), {"USD": "1.25", "JPY": "160", "PLN": "4", "BRL": "5"})

ALERTING = """
schema_version: 1
people:
  Anna: {roles: [team_lead]}
  Bo: {roles: [service_manager]}
  Chen: {roles: [finance]}
  Dora: {roles: [executive_sponsor]}
  Emil: {roles: []}
channels:
  payer: {kind: webhook, url: "https://payer.example/compensation"}
"""


def config(text: str = ALERTING) -> Config:
    """People in roles, and a webhook channel `payer`."""
    return load(text)


class World:
    """Tables by name; what is not given is empty. `add` takes rows as mappings."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = {}

    def add(self, table: str, *rows: Mapping[str, Any], namespace: str = "facts") -> World:
        """Append rows; columns that are left out are null, `source` is shop."""
        held = self._rows.setdefault(f"{namespace}.{table}", [])
        held.extend({"source": "shop", **row} for row in rows)
        return self

    def order(self, order_id: str, total: int | None = 10_000, **more: Any) -> World:
        """An order of DE in EUR, in facts and mart."""
        row = {
            "order_id": order_id,
            "total": total,
            "currency": "EUR",
            "country": "DE",
            "customer_key": f"c-{order_id}",
            "placed_at": NOW - 40 * DAY,
            **more,
        }
        dims = {"category": row.pop("category", "Audio"), "carrier": row.pop("carrier", "DHL")}
        self.add("orders", row)
        mart = {"order_id": order_id, "placed_at": row["placed_at"], "market": row["country"]}
        return self.add("orders", {**mart, **dims}, namespace="marts")

    def parcel(self, order_id: str, late: timedelta, **more: Any) -> World:
        """A parcel delivered `late` after its promise."""
        promised = NOW - 30 * DAY
        row = {
            "shipment_id": f"p-{order_id}",
            "order_id": order_id,
            "created_at": promised - 5 * DAY,
            "promised_at": promised,
            "delivered_at": promised + late,
            "market": "DE",
            "carrier": "DHL",
            "category": "Audio",
            **more,
        }
        return self.add("parcels", row, namespace="marts")

    def __call__(self, table: str, namespace: str = "facts") -> pl.LazyFrame:
        schema = TABLES[table].stored_dtypes() if namespace == "facts" else MARTS[table].columns
        rows = self._rows.get(f"{namespace}.{table}", [])
        full = [{name: row.get(name) for name in schema} for row in rows]
        return pl.LazyFrame(full, schema=schema)


def draft(rows: pl.DataFrame, policy_id: int = 1, **more: Any) -> Draft:
    """A batch of candidates."""
    cause = rows["cause"][0] if rows.height else "late_72h"
    return Draft(policy_id, "", Criteria(cause, NOW), {"facts.orders": 7}, RATES, rows, **more)


def candidate(order_id: str, amount: int = 500, **more: Any) -> dict[str, Any]:
    """One row of CANDIDATES."""
    return {
        "source": "shop",
        "order_id": order_id,
        "subject": f"p-{order_id}",
        "customer_key": f"c-{order_id}",
        "market": "DE",
        "cause": "late_72h",
        "level": 1,
        "value_minor": 10_000,
        "amount_minor": amount,
        "currency": "EUR",
        "eligible_at": NOW - DAY,
        "why": "{}",
        "excluded_because": None,
        **more,
    }


def registered(engine: Engine, home: Path) -> int:
    """The policy in the database; gives its number."""
    library.register(engine, home, NOW)
    with engine.connect() as connection:
        found = library.current(connection, "compensation", "standard")
    assert found is not None
    return found.id


FX = pl.DataFrame(
    [
        (date(2026, 3, 18), "EUR", "USD", 1.25),
        (date(2026, 3, 18), "EUR", "JPY", 160.0),
        (date(2026, 3, 1), "EUR", "GBP", 0.8),
    ],
    schema=["date", "base", "quote", "rate"],
    orient="row",
)
"""Rates; the pound's is too old by NOW."""
