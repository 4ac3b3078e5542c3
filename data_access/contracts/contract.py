"""What a canonical table is: its schema, its natural key and the time it is partitioned by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import dataframely as dy
import polars as pl

from data_access.contracts import (
    cases,
    logistics,
    orders,
    people,
    redress,
    reference,
    returns,
    voice,
)

LINEAGE: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "batch_id": pl.Int64(),
    "ingested_at": pl.Datetime("us", "UTC"),
    "part": pl.Int32(),
}
"""Columns that every fact row carries besides those of its contract."""


@dataclass(frozen=True)
class ColumnInfo:
    """One column of a contract, for templates, documentation and messages."""

    name: str
    dtype: pl.DataType
    kind: str
    nullable: bool
    doc: str
    unit: str
    allowed: tuple[str, ...]
    planned: bool
    """Whether a time may lie in the future."""


@dataclass(frozen=True)
class Contract:
    """One canonical table.

    `key` is the natural key besides `source`; `partition_time` the column whose UTC month is the
    Iceberg partition, None for small tables that are kept in one piece.
    """

    name: str
    schema: type[dy.Schema]
    key: tuple[str, ...]
    partition_time: str | None

    @property
    def doc(self) -> str:
        """First line of the schema's docstring."""
        return (self.schema.__doc__ or "").strip().splitlines()[0]

    @cached_property
    def columns(self) -> Mapping[str, ColumnInfo]:
        """The columns in declared order."""
        found = {}
        for name, column in self.schema.columns().items():
            meta = column.metadata or {}
            dtype = column.dtype
            found[name] = ColumnInfo(
                name=name,
                dtype=dtype,
                kind=str(meta.get("kind", "text")),
                nullable=column.nullable,
                doc=str(meta.get("doc", "")),
                unit=str(meta.get("unit", "")),
                allowed=tuple(dtype.categories) if isinstance(dtype, pl.Enum) else (),
                planned=bool(meta.get("planned", True)),
            )
        return found

    def dtypes(self) -> dict[str, pl.DataType]:
        """Polars dtypes of the contract's own columns, without lineage."""
        return {name: info.dtype for name, info in self.columns.items()}

    def stored_dtypes(self) -> dict[str, pl.DataType]:
        """Dtypes as stored: enums as text (Iceberg has no enum), lineage columns last."""
        own = {
            name: pl.String() if isinstance(dtype, pl.Enum) else dtype
            for name, dtype in self.dtypes().items()
        }
        return {**own, **LINEAGE}


def _declare() -> Mapping[str, Contract]:
    declared = (
        Contract("orders", orders.Orders, ("order_id",), "placed_at"),
        Contract("order_lines", orders.OrderLines, ("line_id",), "placed_at"),
        Contract("products", orders.Products, ("sku",), None),
        Contract("lots", orders.Lots, ("lot_id",), None),
        Contract("customers", orders.Customers, ("customer_key",), None),
        Contract("shipments", logistics.Shipments, ("shipment_id",), "created_at"),
        Contract("tracking_events", logistics.TrackingEvents, ("event_id",), "event_at"),
        Contract("cases", cases.Cases, ("case_id",), "created_at"),
        Contract("case_events", cases.CaseEvents, ("event_id",), "at"),
        Contract("messages", cases.Messages, ("message_id",), "at"),
        Contract("returns", returns.Returns, ("return_id",), "requested_at"),
        Contract("return_lines", returns.ReturnLines, ("return_line_id",), "requested_at"),
        Contract("refunds", returns.Refunds, ("refund_id",), "requested_at"),
        Contract("reviews", voice.Reviews, ("review_id",), "at"),
        Contract("surveys", voice.Surveys, ("response_id",), "sent_at"),
        Contract("mentions", voice.Mentions, ("mention_id",), "at"),
        Contract("disputes", redress.Disputes, ("dispute_id",), "opened_at"),
        Contract("compensations", redress.Compensations, ("comp_id",), "decided_at"),
        Contract("costs", reference.Costs, ("cost_id",), "at"),
        Contract("agents", people.Agents, ("agent_id",), None),
        Contract("shifts", people.Shifts, ("shift_id",), "starts_at"),
        Contract("calendars", people.Calendars, ("interval_id",), None),
        Contract("holidays", people.Holidays, ("holiday_id",), None),
        Contract("sla_policies", people.SlaPolicies, ("policy_id", "metric"), None),
        Contract("fx_rates", reference.FxRates, ("date", "base", "quote"), None),
        Contract("annotations", reference.Annotations, ("annotation_id",), None),
    )
    return {contract.name: contract for contract in declared}


TABLES: Mapping[str, Contract] = _declare()
"""Every canonical table by name, in the order of import and of the documentation."""
