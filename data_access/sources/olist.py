"""The public Olist release: orders of a Brazilian marketplace in nine CSV files.

Times are local (America/Sao_Paulo), amounts Brazilian real. No carrier is named, so a lane is the
seller's state to the customer's. The export does not say when an order was cancelled; a parcel
that was called off before hand-over has the state `cancelled`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import assemble
from data_access.sources.base import SourceOptions, Table, chosen_zone, note
from data_access.sources.fields import Field
from data_access.sources.folders import files_named, need_columns
from data_access.sources.parsing import minor_units
from data_access.sources.reading import read_records
from data_access.sources.records import Records
from data_access.time_zones import end_of_day

ZONE = "America/Sao_Paulo"

_COLUMNS = {
    "olist_orders_dataset": (
        "order_id customer_id order_status order_purchase_timestamp order_delivered_carrier_date"
        " order_delivered_customer_date order_estimated_delivery_date"
    ),
    "olist_order_items_dataset": "order_id order_item_id product_id seller_id price freight_value",
    "olist_customers_dataset": "customer_id customer_unique_id customer_state",
    "olist_sellers_dataset": "seller_id seller_state",
    "olist_products_dataset": "product_id product_category_name product_weight_g",
    "olist_order_reviews_dataset": (
        "review_id order_id review_score review_comment_title review_comment_message"
        " review_creation_date review_answer_timestamp"
    ),
    "product_category_name_translation": "product_category_name product_category_name_english",
}
_STATES = {
    "delivered": "delivered",
    "shipped": "in_transit",
    "canceled": "exception",
    "unavailable": "exception",
}


@dataclass(frozen=True)
class Olist:
    """The source `olist`: a folder of the release's CSV files."""

    name: str = "olist"
    doc: str = "Folder of the public Olist marketplace release (olist_*_dataset.csv)"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give orders, order_lines, products, customers, shipments and reviews."""
        zone = chosen_zone(options) or ZONE
        files = {}
        for stem, file in files_named(path, _COLUMNS).items():
            files[stem] = read_records(file)
            need_columns(files[stem], _COLUMNS[stem].split(), self.name)
        export = Export(*files.values())
        orders = export.orders_with_sums()
        yield _orders(orders, export, zone)
        yield _order_lines(export, zone)
        yield _products(export)
        yield _customers(orders, export, zone)
        yield _shipments(orders, zone)
        yield _reviews(export, zone)


SOURCE = Olist()


@dataclass(frozen=True)
class Export:
    """The files of the release."""

    orders: Records
    items: Records
    customers: Records
    sellers: Records
    products: Records
    reviews: Records
    translation: Records

    def orders_with_sums(self) -> Records:
        """Give the orders with their customer, the first seller's state and the items' sums.

        Added columns start with `#`; the sums are centavos, null where an item has no readable
        price.
        """
        cents = pl.lit(100)
        value = minor_units(pl.col("price"), cents) + minor_units(pl.col("freight_value"), cents)
        freight = minor_units(pl.col("freight_value"), cents)
        items = (
            self.items.frame.with_columns(value.alias("#value"), freight.alias("#freight"))
            .sort("order_id", pl.col("order_item_id").cast(pl.Int64, strict=False))
            .join(_first(self.sellers.frame, "seller_id", "seller_state"), "seller_id", "left")
            .group_by("order_id")
            .agg(
                _sum_of_all("#value"),
                _sum_of_all("#freight"),
                pl.col("seller_state").first().alias("#seller_state"),
            )
        )
        customers = _first(
            self.customers.frame, "customer_id", "customer_unique_id", "customer_state"
        ).rename({"customer_unique_id": "#customer", "customer_state": "#state"})
        frame = (
            self.orders.frame.join(customers, "customer_id", "left")
            .join(items, "order_id", "left")
            .sort("_row")
        )
        return Records(self.orders.file, frame, self.orders.problems)


def _first(frame: pl.DataFrame, key: str, *columns: str) -> pl.DataFrame:
    return frame.select(key, *columns).unique(key, keep="first", maintain_order=True)


def _sum_of_all(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum()).alias(column)


def _orders(orders: Records, export: Export, zone: str) -> Table:
    bare = orders.frame["#value"].null_count()
    texts = [
        f"{bare} orders without items have no total",
        "the release does not say when an order was cancelled: see status",
    ]
    return assemble(
        "orders",
        orders,
        [
            f.text("order_id", "order_id"),
            f.constant("marketplace", "olist"),
            f.constant("country", "BR"),
            f.text("region", "#state"),
            f.text("customer_key", "#customer"),
            f.instant("placed_at", "order_purchase_timestamp", zone),
            f.text("status", "order_status"),
            f.computed("total", pl.col("#value")),
            f.constant("currency", "BRL"),
        ],
        notes=[note("orders", export.orders.file, text) for text in texts],
        unreadable=export.orders.problems,
    )


def _order_lines(export: Export, zone: str) -> Table:
    placed = _first(export.orders.frame, "order_id", "order_purchase_timestamp")
    frame = export.items.frame.join(placed, "order_id", "left").sort("_row")
    return assemble(
        "order_lines",
        Records(export.items.file, frame),
        [
            f.key("line_id", ["order_id", "order_item_id"]),
            f.text("order_id", "order_id"),
            f.text("sku", "product_id"),
            f.instant("placed_at", "order_purchase_timestamp", zone),
            f.constant("qty", 1),
            f.money("price", "price", pl.lit("BRL")),
            f.money("freight", "freight_value", pl.lit("BRL")),
            f.constant("currency", "BRL"),
        ],
        unreadable=export.items.problems,
    )


def _products(export: Export) -> Table:
    words = export.translation.frame.drop_nulls()
    english = dict(
        words.select("product_category_name", "product_category_name_english").iter_rows()
    )
    named = export.products.frame["product_category_name"].drop_nulls()
    foreign = named.filter(~named.is_in(list(english)))
    kept = ", ".join(foreign.unique().sort()) or "none"
    text = f"{foreign.len()} products keep their Portuguese category ({kept}): no translation"
    return assemble(
        "products",
        export.products,
        [
            f.text("sku", "product_id"),
            f.text("category", "product_category_name", english),
            f.count("weight_g", "product_weight_g"),
        ],
        notes=[note("products", export.products.file, text)],
        unreadable=export.products.problems,
    )


def _customers(orders: Records, export: Export, zone: str) -> Table:
    """One row per person: the address of the last order, the time of the first."""
    placed = f.instant("first_order_at", "#first", zone)
    times = orders.frame.select(
        "customer_id", pl.col("order_purchase_timestamp").alias("#placed")
    ).drop_nulls()
    # The timestamps of the release sort as text.
    frame = (
        export.customers.frame.join(_first(times, "customer_id", "#placed"), "customer_id", "left")
        .sort("#placed", "_row")
        .with_columns(pl.col("#placed").min().over("customer_unique_id").alias("#first"))
        .unique("customer_unique_id", keep="last", maintain_order=True)
        .sort("_row")
    )
    text = f"{export.customers.frame.height} rows made {frame.height} customers"
    return assemble(
        "customers",
        Records(export.customers.file, frame),
        [
            f.text("customer_key", "customer_unique_id"),
            f.constant("country", "BR"),
            f.text("region", "customer_state"),
            placed,
        ],
        notes=[note("customers", export.customers.file, text)],
        unreadable=export.customers.problems,
    )


def _shipments(orders: Records, zone: str) -> Table:
    promised = f.day("promised_on", "order_estimated_delivery_date")
    text = (
        "one parcel per order; of several sellers the first item's gives the origin, and an order"
        " without items has no origin"
    )
    return assemble(
        "shipments",
        orders,
        [
            f.text("shipment_id", "order_id"),
            f.text("order_id", "order_id"),
            f.constant("direction", "fwd"),
            f.text("origin", "#seller_state"),
            f.text("dest", "#state"),
            f.constant("dest_country", "BR"),
            f.instant("created_at", "order_purchase_timestamp", zone),
            f.instant("shipped_at", "order_delivered_carrier_date", zone),
            f.computed("promised_at", end_of_day(promised.value, zone)),
            promised,
            f.instant("delivered_at", "order_delivered_customer_date", zone),
            f.day("delivered_on", "order_delivered_customer_date"),
            _parcel_state(),
            f.computed("cost", pl.col("#freight")),
            f.constant("currency", "BRL"),
        ],
        notes=[note("shipments", orders.file, text)],
    )


def _parcel_state() -> Field:
    """Tell the parcel's state from its dates; the order's status says the rest."""
    status = pl.col("order_status")
    handed_over = pl.col("order_delivered_carrier_date").is_not_null()
    called_off = status.is_in(["canceled", "unavailable"]) & ~handed_over
    delivered = pl.col("order_delivered_customer_date").is_not_null()
    known = status.replace_strict(_STATES, default=None, return_dtype=pl.String)
    waiting = pl.when(handed_over).then(pl.lit("handed_over")).otherwise(pl.lit("created"))
    value = (
        pl.when(delivered)
        .then(pl.lit("delivered"))
        .when(called_off)
        .then(pl.lit("cancelled"))
        .otherwise(known.fill_null(waiting))
    )
    return f.computed("state", value)


def _reviews(export: Export, zone: str) -> Table:
    repeated = export.reviews.frame.height - export.reviews.frame["review_id"].n_unique()
    text = f"{repeated} rows repeat the review id of another order: the id here is review and order"
    return assemble(
        "reviews",
        export.reviews,
        [
            f.key("review_id", ["review_id", "order_id"]),
            f.text("order_id", "order_id"),
            f.constant("platform", "olist"),
            f.instant("at", "review_creation_date", zone),
            f.instant("answered_at", "review_answer_timestamp", zone),
            f.count("rating", "review_score"),
            f.constant("lang", "pt-BR"),
            f.constant("country", "BR"),
            f.text("title", "review_comment_title"),
            f.text("text", "review_comment_message"),
        ],
        notes=[note("reviews", export.reviews.file, text)],
        unreadable=export.reviews.problems,
    )
