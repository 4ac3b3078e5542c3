"""What trouble after the sale costs: booked costs, what was given to make up, fees of refunds.

Every row is one amount. What it was spent on comes from the row that it names: a case, a return, an
order or a parcel.
"""

from __future__ import annotations

import polars as pl

from data_access.marts.link import link
from data_access.marts.orders import Facts, lane, mart_columns, order_context
from data_access.rollups.cohorts.costs import FEE, GIVEN

_REFS = {"cases": "case_id", "returns": "return_id", "orders": "order_id"}
_GOODS = ("region", "lane", "carrier", "category", "product", "language")


def costs(
    own: pl.LazyFrame,
    facts: Facts,
    *,
    orders_mart: pl.LazyFrame,
    cases_mart: pl.LazyFrame,
    returned: pl.LazyFrame,
) -> pl.LazyFrame:
    """Mart `costs` from the costs `own` and the compensations and refunds of `facts`."""
    rows = pl.concat(
        [_booked(own), _given(facts["compensations"]), _fees(facts["refunds"])], how="diagonal"
    )
    rows = _link(rows, _parcels(facts), "shipment_id")
    rows = _link(rows, _cases(cases_mart), "case_id")
    rows = _link(rows, _returns(facts, returned), "return_id")
    rows = rows.with_columns(
        order_id=pl.coalesce("order_id", "parcel_order_id", "return_order_id", "case_order_id")
    )
    rows = _link(rows, order_context(orders_mart), "order_id")
    return rows.with_columns(
        market=pl.coalesce("country", "case_market", "return_country", "order_market"),
        region=pl.coalesce("case_region", "order_region"),
        lane=pl.coalesce("parcel_lane", "case_lane", "order_lane"),
        carrier=pl.coalesce("parcel_carrier", "case_carrier", "order_carrier"),
        category=pl.coalesce("return_category", "case_category", "order_category"),
        product=pl.coalesce("return_product", "case_product", "order_product"),
        language=pl.coalesce("case_language", "order_language"),
        channel="case_channel",
        reason=pl.coalesce("cause", "case_reason", "return_reason"),
    ).select(mart_columns("costs"))


def _booked(own: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of `costs`, with the number they name in the column of its table."""
    table = pl.col("ref_table").str.strip_chars().str.to_lowercase()
    named = {
        column: pl.when(table == name).then("ref_id")
        for name, column in (*_REFS.items(), ("shipments", "shipment_id"))
    }
    return own.select(
        "source", "cost_id", "ref_id", "at", "country", "currency", "part",
        value_minor="amount", cost_kind="kind", cause=pl.lit(None, dtype=pl.String), **named,
    )  # fmt: skip


def _given(compensations: pl.LazyFrame) -> pl.LazyFrame:
    """Compensations on the day they were decided."""
    level = pl.col("level").cast(pl.String)
    return compensations.select(
        "source", "order_id", "case_id", "country", "currency", "cause", "part",
        cost_id="comp_id", at="decided_at", value_minor="amount",
        cost_kind=pl.when(level.is_null()).then(pl.lit(GIVEN)).otherwise(
            pl.concat_str(pl.lit(f"{GIVEN}_"), level)
        ),
    )  # fmt: skip


def _fees(refunds: pl.LazyFrame) -> pl.LazyFrame:
    """Fees on the day the refund was sent to the provider."""
    paid = refunds.filter(pl.col("fee").is_not_null() & (pl.col("fee") != 0))
    return paid.select(
        "source", "order_id", "return_id", "currency", "part",
        cost_id="refund_id", at=pl.coalesce("issued_at", "requested_at"), value_minor="fee",
        cost_kind=pl.lit(FEE),
    )  # fmt: skip


def _parcels(facts: Facts) -> pl.LazyFrame:
    return facts["shipments"].select(
        "source", "shipment_id", parcel_order_id="order_id", parcel_carrier="carrier",
        parcel_lane=lane(),
    )  # fmt: skip


def _cases(cases_mart: pl.LazyFrame) -> pl.LazyFrame:
    taken = ("market", *_GOODS, "channel", "reason", "order_id")
    return cases_mart.select(
        "source", "case_id", **{f"case_{name}": pl.col(name) for name in taken}
    )


def _returns(facts: Facts, returned: pl.LazyFrame) -> pl.LazyFrame:
    """Returns with the goods and the reason of their dearest line."""
    main = (
        returned.sort(["value_minor", "return_line_id"], descending=[True, False], nulls_last=True)
        .unique(["source", "return_id"], keep="first", maintain_order=True)
        .select(
            "source", "return_id", line_order_id="order_id", return_reason="reason",
            return_category="category", return_product="product",
        )
    )  # fmt: skip
    known = facts["returns"].select(
        "source", "return_id", named_order_id="order_id", return_country="country"
    )
    joined = known.join(main, on=["source", "return_id"], how="full", coalesce=True)
    return joined.with_columns(return_order_id=pl.coalesce("named_order_id", "line_order_id")).drop(
        "named_order_id", "line_order_id"
    )


def _link(rows: pl.LazyFrame, lookup: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Of few rows only what they name is looked up, not all orders ever placed."""
    named = lookup.join(rows.select(key).unique(), on=key, how="semi")
    return link(rows, named, key)
