"""One case with everything that happened around it: events, messages, scans, return stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from data_access.marts.schemas import MARTS

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

TIMELINE = {
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String(),
    "what": pl.String(),
    "actor": pl.String(),
    "text": pl.String(),
    "from": pl.String(),
    "to": pl.String(),
    "public": pl.Boolean(),
    "lang": pl.String(),
}
"""`kind` is event, message, scan or return; `what` the type of event, direction of the message,
state of the parcel or stage of the return; `actor` a role, never a name; `lang` the language of a
message (BCP-47)."""

_STAGES = (
    "requested_at",
    "approved_at",
    "label_at",
    "first_scan_at",
    "received_at",
    "qc_at",
    "closed_at",
)
_TOLD_BY_MESSAGES = ("customer_msg", "agent_msg", "bot_msg")


@dataclass(frozen=True)
class CaseFile:
    """A case, its customer's time zone if known, and its timeline, oldest first."""

    case: dict[str, Any]
    customer_zone: str | None
    timeline: pl.DataFrame
    """Columns `TIMELINE`."""


def case_file(warehouse: Warehouse, case_id: str, source: str | None = None) -> CaseFile | None:
    """Look one case up.

    Args:
        warehouse: where facts and marts are.
        case_id: the source's own number.
        source: which source; None takes the first by name, for links that do not say.

    Returns:
        None if there is no such case.
    """
    cases = warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
    found = cases.filter(pl.col("case_id") == case_id)
    if source is not None:
        found = found.filter(pl.col("source") == source)
    rows = found.sort("source").head(1).collect()
    if not rows.height:
        return None
    case = rows.row(0, named=True)
    pieces = [
        _messages(warehouse, case),
        _events(warehouse, case),
        _scans(warehouse, case),
        _return_stages(warehouse, case),
    ]
    timeline = pl.concat([piece.select(list(TIMELINE)) for piece in pieces]).sort(
        "at", "kind", "what", maintain_order=True
    )
    return CaseFile(case, _customer_zone(warehouse, case), timeline.collect())


def _of_case(rows: pl.LazyFrame, case: dict[str, Any]) -> pl.LazyFrame:
    # Nothing happens to a case before it exists, so earlier partitions need not be opened.
    return rows.filter(
        pl.col("part") >= case["part"],
        pl.col("case_id") == case["case_id"],
        pl.col("source") == case["source"],
    )


def _messages(warehouse: Warehouse, case: dict[str, Any]) -> pl.LazyFrame:
    return _of_case(warehouse.scan("messages"), case).select(
        "at",
        "text",
        "public",
        "lang",
        kind=pl.lit("message"),
        what=pl.col("direction").cast(pl.String),
        actor=pl.col("author_role").cast(pl.String),
        **{"from": pl.lit(None, pl.String), "to": pl.lit(None, pl.String)},
    )


def _events(warehouse: Warehouse, case: dict[str, Any]) -> pl.LazyFrame:
    """Events; one that a message tells already is left out."""
    told = _of_case(warehouse.scan("messages"), case).select("at", told=pl.lit(value=True)).unique()
    return (
        _of_case(warehouse.scan("case_events"), case)
        .join(told, on="at", how="left")
        .filter(~(pl.col("type").is_in(_TOLD_BY_MESSAGES) & pl.col("told").fill_null(value=False)))
        .select(
            "at",
            "from",
            "to",
            "public",
            kind=pl.lit("event"),
            what=pl.col("type").cast(pl.String),
            actor=pl.col("actor_role").cast(pl.String),
            text=pl.lit(None, pl.String),
            lang=pl.lit(None, pl.String),
        )
    )


def _named(rows: pl.LazyFrame, case: dict[str, Any], key: str) -> pl.LazyFrame:
    """Rows of the id that the case names: in its own source, else where only one other knows it."""
    if case[key] is None:
        return rows.filter(pl.lit(value=False))
    known = rows.filter(pl.col(key) == case[key])
    sources = known.select(pl.col("source").unique()).collect()["source"].to_list()
    wanted = [case["source"]] if case["source"] in sources else sources
    return known.filter(pl.col("source").is_in(wanted if len(wanted) == 1 else []))


def _scans(warehouse: Warehouse, case: dict[str, Any]) -> pl.LazyFrame:
    key = "order_id" if case["shipment_id"] is None else "shipment_id"
    mine = _named(warehouse.scan("shipments"), case, key)
    parcels = mine.select("shipment_id", "carrier").unique("shipment_id")
    # A parcel can be older than the case about it, but hardly by more than half a year.
    return (
        warehouse.scan("tracking_events")
        .filter(pl.col("part") >= _months_before(case["part"], 6))
        .join(parcels, on="shipment_id", how="inner")
        .select(
            "shipment_id",
            at="event_at",
            kind=pl.lit("scan"),
            what=pl.col("state").cast(pl.String),
            actor=pl.col("carrier"),
            text=pl.concat_str(["raw_text", "city", "country"], separator=", ", ignore_nulls=True),
            public=pl.lit(value=True),
            lang=pl.lit(None, pl.String),
            **{"from": pl.lit(None, pl.String), "to": pl.col("shipment_id")},
        )
    )


def _return_stages(warehouse: Warehouse, case: dict[str, Any]) -> pl.LazyFrame:
    mine = _named(warehouse.scan("returns"), case, "order_id")
    return (
        mine.unpivot(on=list(_STAGES), index="return_id", variable_name="stage", value_name="at")
        .filter(pl.col("at").is_not_null())
        .select(
            "at",
            kind=pl.lit("return"),
            what=pl.col("stage").str.strip_suffix("_at"),
            actor=pl.lit(None, pl.String),
            text=pl.lit(None, pl.String),
            public=pl.lit(value=True),
            lang=pl.lit(None, pl.String),
            **{"from": pl.lit(None, pl.String), "to": pl.col("return_id")},
        )
    )


def _customer_zone(warehouse: Warehouse, case: dict[str, Any]) -> str | None:
    if case["customer_key"] is None:
        return None
    zones = (
        warehouse.scan("customers")
        .filter(pl.col("customer_key") == case["customer_key"], pl.col("tz").is_not_null())
        .select("tz")
        .head(1)
        .collect()
    )
    return zones.item() if zones.height else None


def _months_before(part: int, months: int) -> int:
    month = part // 100 * 12 + part % 100 - 1 - months
    return month // 12 * 100 + month % 12 + 1
