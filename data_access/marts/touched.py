"""Which months of which mart new facts reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from data_access.marts.orders import Facts
from data_access.marts.schemas import MARTS


class Touched:
    """Months (`part`) to rebuild, from the rows of `fresh` tables with a batch after `since`.

    Ids are compared without their source, which can only reach too many months, never too few.
    """

    def __init__(
        self, facts: Facts, marts: Mapping[str, pl.LazyFrame], since: int, fresh: Collection[str]
    ) -> None:
        self._facts = facts
        self._marts = marts
        self._since = since
        self._fresh = set(fresh)

    def parts(self) -> dict[str, set[int]]:
        """Months by mart."""
        customers = self._new("customers", "customer_key")
        skus = self._new("products", "sku")
        shipments = self._new("shipments", "shipment_id")
        orders = self._orders(customers, skus, shipments)
        cases = self._cases(orders, customers, skus, shipments)
        reached = {
            "orders": {"order_id": orders},
            "lines": {"order_id": orders, "line_id": self._new("order_lines", "line_id")},
            "parcels": {
                "order_id": orders,
                "shipment_id": _union(shipments, self._new("tracking_events", "shipment_id")),
            },
            "cases": {"case_id": cases},
            "clocks": {"case_id": cases},
            "findings": {"case_id": cases},
            "open_spells": {"case_id": cases},
            "return_lines": {
                "order_id": orders,
                "sku": skus,
                "return_id": self._new("returns", "return_id"),
                "return_line_id": self._new("return_lines", "return_line_id"),
            },
            "reviews": {
                "order_id": orders,
                "sku": skus,
                "review_id": self._new("reviews", "review_id"),
            },
            "surveys": {
                "order_id": orders,
                "case_id": cases,
                "response_id": self._new("surveys", "response_id"),
            },
        }
        parts = {name: self._months(name, keys) for name, keys in reached.items()}
        if not self._new("sla_policies", "policy_id").is_empty():
            for name in ("cases", "clocks", "findings", "open_spells", "surveys"):
                parts[name] |= _distinct(self._facts[MARTS[name].fact], "part")
        return parts

    def _orders(self, customers: pl.Series, skus: pl.Series, shipments: pl.Series) -> pl.Series:
        """Orders whose own row, lines, parcels, customer or products changed."""
        lines = self._new("order_lines", "line_id")
        return _union(
            self._new("orders", "order_id"),
            self._new("order_lines", "order_id"),
            self._new("shipments", "order_id"),
            self._through(self._facts["orders"], "customer_key", customers, "order_id"),
            self._through(self._facts["order_lines"], "sku", skus, "order_id"),
            # The order that a line or parcel belonged to before.
            self._through(self._marts["lines"], "line_id", lines, "order_id"),
            self._through(self._marts["parcels"], "shipment_id", shipments, "order_id"),
        )

    def _cases(
        self, orders: pl.Series, customers: pl.Series, skus: pl.Series, shipments: pl.Series
    ) -> pl.Series:
        facts = self._facts["cases"]
        return _union(
            self._new("cases", "case_id"),
            self._new("case_events", "case_id"),
            self._new("messages", "case_id"),
            self._through(facts, "order_id", orders, "case_id"),
            self._through(facts, "customer_key", customers, "case_id"),
            self._through(facts, "sku", skus, "case_id"),
            self._through(facts, "shipment_id", shipments, "case_id"),
        )

    def _months(self, name: str, keys: Mapping[str, pl.Series]) -> set[int]:
        """Months of the facts that `keys` reach, and of the mart rows they had reached before."""
        mart = MARTS[name]
        months: set[int] = set()
        for key, wanted in keys.items():
            if wanted.is_empty():
                continue
            months |= set(self._through(self._facts[mart.fact], key, wanted, "part"))
            if key in mart.own:
                months |= set(self._through(self._marts[name], key, wanted, "part"))
        return months

    def _new(self, table: str, column: str) -> pl.Series:
        if table not in self._fresh:
            return pl.Series(column, [], dtype=pl.String)
        rows = self._facts[table].filter(pl.col("batch_id") > self._since)
        return rows.select(pl.col(column).drop_nulls().unique()).collect().to_series()

    def _through(self, rows: pl.LazyFrame, key: str, wanted: pl.Series, give: str) -> pl.Series:
        """Distinct `give` of the rows whose `key` is wanted."""
        if wanted.is_empty():
            return pl.Series(give, [], dtype=rows.collect_schema()[give])
        found = rows.join(wanted.to_frame(key).lazy(), on=key, how="semi")
        return found.select(pl.col(give).drop_nulls().unique()).collect().to_series()


def _union(*ids: pl.Series) -> pl.Series:
    return pl.concat([one.alias("id") for one in ids]).unique()


def _distinct(rows: pl.LazyFrame, column: str) -> set[int]:
    return set(rows.select(pl.col(column).unique()).collect().to_series())
