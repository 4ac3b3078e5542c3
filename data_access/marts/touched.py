"""Which months of which mart, and which cases, new facts reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from data_access.marts.orders import Facts
from data_access.marts.schemas import MARTS


@dataclass(frozen=True)
class Reach:
    """What has to be rebuilt."""

    parts: Mapping[str, set[int]]
    """Months (`part`) by mart."""
    cases: pl.Series | None
    """Of the marts of cases only these ids; None: all of the months."""


class Touched:
    """Months and cases to rebuild, from the rows of `fresh` tables with a batch after `since`.

    Ids are compared without their source, which can only reach too many rows, never too few.
    `replaced` holds, by fresh table, rows that may since have been replaced by others: an event
    that belongs to another case now reaches the case it left. None where they are not known any
    more: then everything that hangs on the table is reached.
    """

    def __init__(
        self,
        facts: Facts,
        marts: Mapping[str, pl.LazyFrame],
        since: int,
        fresh: Collection[str],
        replaced: Mapping[str, pl.LazyFrame | None],
    ) -> None:
        self._facts = facts
        self._marts = marts
        self._since = since
        self._fresh = set(fresh)
        self._replaced = replaced

    def reach(self) -> Reach:
        """Months by mart, and cases."""
        customers = self._new("customers", "customer_key")
        skus = self._new("products", "sku")
        shipments = self._new("shipments", "shipment_id")
        orders = self._orders(customers, skus, shipments)
        scanned = _union(
            self._new("tracking_events", "shipment_id"),
            self._left("tracking_events", "event_id", "shipment_id"),
        )
        every_case = self._all_cases()
        cases = self._cases(orders, customers, skus, shipments)
        returns = self._returns(orders, skus)
        sent = self._through(self._facts["shipments"], "order_id", orders, "shipment_id")
        reached = {
            "orders": {"order_id": orders},
            "lines": {"order_id": orders, "line_id": self._new("order_lines", "line_id")},
            "parcels": {"order_id": orders, "shipment_id": _union(shipments, scanned)},
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
            "costs": {
                "cost_id": self._new("costs", "cost_id"),
                "ref_id": _union(orders, cases, shipments, sent, returns),
                "compensations.comp_id": self._new("compensations", "comp_id"),
                "compensations.order_id": orders,
                "compensations.case_id": cases,
                "refunds.refund_id": self._new("refunds", "refund_id"),
                "refunds.order_id": orders,
                "refunds.return_id": returns,
            },
            "voices": {
                "message_id": self._new("messages", "message_id"),
                "case_id": cases,
                "reviews.review_id": self._new("reviews", "review_id"),
                "reviews.order_id": orders,
                "reviews.sku": skus,
                "mentions.mention_id": self._new("mentions", "mention_id"),
                "mentions.sku": skus,
            },
        }
        parts = {name: self._months(name, keys) for name, keys in reached.items()}
        unknown = ["parcels"] if self._forgotten("tracking_events") else []
        for name in (*unknown, *(_OF_CASES if every_case else ())):
            for fact in MARTS[name].facts:
                parts[name] |= _distinct(self._facts[fact], "part")
        return Reach(parts, cases=None if every_case else cases)

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
        calendars = self._calendars()
        schedules = self._facts["case_events"].filter(pl.col("type") == "schedule")
        return _union(
            self._new("cases", "case_id"),
            self._new("case_events", "case_id"),
            self._new("messages", "case_id"),
            # The case that an event or message belonged to before.
            self._left("case_events", "event_id", "case_id"),
            self._left("messages", "message_id", "case_id"),
            self._through(facts, "order_id", orders, "case_id"),
            self._through(facts, "customer_key", customers, "case_id"),
            self._through(facts, "sku", skus, "case_id"),
            self._through(facts, "shipment_id", shipments, "case_id"),
            self._through(facts, "calendar_id", calendars, "case_id"),
            self._through(schedules, "from", calendars, "case_id"),
            self._through(schedules, "to", calendars, "case_id"),
        )

    def _returns(self, orders: pl.Series, skus: pl.Series) -> pl.Series:
        """Returns whose own row, lines, order or products changed."""
        lines = self._new("return_lines", "return_line_id")
        return _union(
            self._new("returns", "return_id"),
            self._new("return_lines", "return_id"),
            self._through(self._marts["return_lines"], "return_line_id", lines, "return_id"),
            self._through(self._facts["returns"], "order_id", orders, "return_id"),
            self._through(self._facts["return_lines"], "order_id", orders, "return_id"),
            self._through(self._facts["return_lines"], "sku", skus, "return_id"),
        )

    def _all_cases(self) -> bool:
        """Whether every case may have changed: a promise did, or nobody knows which did."""
        policies = self._facts["sla_policies"]
        return (
            not self._new("sla_policies", "policy_id").is_empty()
            or not self._through(policies, "calendar_id", self._calendars(), "policy_id").is_empty()
            or any(map(self._forgotten, ("case_events", "messages", "calendars", "holidays")))
        )

    def _calendars(self) -> pl.Series:
        """Calendars whose intervals or days off changed."""
        countries = _union(
            self._new("holidays", "country"), self._left("holidays", "holiday_id", "country")
        )
        return _union(
            self._new("calendars", "calendar_id"),
            self._left("calendars", "interval_id", "calendar_id"),
            self._new("holidays", "calendar_id"),
            self._left("holidays", "holiday_id", "calendar_id"),
            self._through(self._facts["calendars"], "country", countries, "calendar_id"),
        )

    def _months(self, name: str, keys: Mapping[str, pl.Series]) -> set[int]:
        """Months of the facts that `keys` reach, and of the mart rows they had reached before.

        A key is a column of the mart's own fact, or `fact.column` of a further one.
        """
        mart = MARTS[name]
        months: set[int] = set()
        for key, wanted in keys.items():
            if wanted.is_empty():
                continue
            fact, _, column = key.rpartition(".")
            months |= set(self._through(self._facts[fact or mart.fact], column, wanted, "part"))
            held = mart.key if column in _KEYS_OF_FACTS else column
            if held in mart.own:
                months |= set(self._through(self._marts[name], held, wanted, "part"))
        return months

    def _new(self, table: str, column: str) -> pl.Series:
        if table not in self._fresh:
            return pl.Series(column, [], dtype=pl.String)
        rows = self._facts[table].filter(pl.col("batch_id") > self._since)
        return rows.select(pl.col(column).drop_nulls().unique()).collect().to_series()

    def _left(self, table: str, key: str, column: str) -> pl.Series:
        """What new rows of a table said in `column` before."""
        rows = self._replaced.get(table)
        if table not in self._fresh or rows is None:
            return pl.Series(column, [], dtype=pl.String)
        return self._through(rows, key, self._new(table, key), column)

    def _forgotten(self, table: str) -> bool:
        return table in self._fresh and self._replaced.get(table) is None

    def _through(self, rows: pl.LazyFrame, key: str, wanted: pl.Series, give: str) -> pl.Series:
        """Distinct `give` of the rows whose `key` is wanted."""
        if wanted.is_empty():
            return pl.Series(give, [], dtype=rows.collect_schema()[give])
        found = rows.join(wanted.to_frame(key).lazy(), on=key, how="semi")
        return found.select(pl.col(give).drop_nulls().unique()).collect().to_series()


_OF_CASES = ("cases", "clocks", "findings", "open_spells", "surveys", "costs", "voices")
_KEYS_OF_FACTS = frozenset({"comp_id", "refund_id", "message_id", "review_id", "mention_id"})
"""Keys that stand in the mart under the mart's own name."""


def _union(*ids: pl.Series) -> pl.Series:
    return pl.concat([one.alias("id") for one in ids]).unique()


def _distinct(rows: pl.LazyFrame, column: str) -> set[int]:
    return set(rows.select(pl.col(column).unique()).collect().to_series())
