"""UCI's Online Retail: invoice lines of a British gift merchant become orders and returns.

A line of negative quantity is a return or a cancellation; its value is given as a positive amount.
All other lines are sales, also those that are no products (POSTAGE) and the two of negative price
(bad debt). Copies without `InvoiceNo` get invoices made of customer, minute and country, and
without `StockCode` the description is the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources import parsing
from data_access.sources.assembling import assemble, finish, parse
from data_access.sources.base import SourceOptions, Table, chosen_zone, note, refused
from data_access.sources.fields import Field
from data_access.sources.folders import need_columns, only_file
from data_access.sources.parsing import by_value, joined
from data_access.sources.reading import read_records
from data_access.sources.records import Records, as_text

ZONE = "Europe/London"
CURRENCY = "GBP"
NO_COUNTRY = ("Unspecified", "European Community", "Channel Islands")
"""Values of `Country` that are no country of ISO 3166: unknown."""

_NEEDED = ("Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_INVOICE = ("CustomerID", "InvoiceDate", "Country")
_CONTENT = ("Description", "Quantity", "UnitPrice")
_MINUTES = (parsing.ISO, "%m/%d/%Y %H:%M")
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class OnlineRetail:
    """The source `online-retail`: the Parquet or CSV copy of the data set."""

    name: str = "online-retail"
    doc: str = "UCI Online Retail invoice lines (Parquet or CSV); negative quantities are returns"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give orders, order_lines, products, returns and return_lines."""
        records = as_text(read_records(only_file(path, "online_retail")))
        need_columns(records, _NEEDED, self.name)
        lines, problems, remarks = _lines(records, options)
        sold = lines.filter(pl.col("qty") >= 0)
        returned = lines.filter(pl.col("qty") < 0)
        yield _orders(records.file, sold)
        yield _order_lines(records, sold, problems, remarks)
        yield _products(records.file, lines)
        yield _returns(records.file, returned)
        yield _return_lines(records.file, returned)


SOURCE = OnlineRetail()


def _lines(
    records: Records, options: SourceOptions
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Give every line with its typed values, the lines refused, and what is to be said."""
    nowhere = pl.col("Country").is_in(list(NO_COUNTRY))
    unplaced = records.frame.filter(nowhere).height
    known = records.frame.with_columns(pl.when(~nowhere).then(pl.col("Country")).alias("#country"))
    invoice = ["InvoiceNo"] if "InvoiceNo" in records.columns else list(_INVOICE)
    product = "StockCode" if "StockCode" in records.columns else "Description"
    rows, problems = parse(
        Records(records.file, known),
        [
            f.instant("at", "InvoiceDate", chosen_zone(options) or ZONE, _MINUTES),
            f.count("qty", "Quantity"),
            _value(),
            replace(f.country("country", "#country"), sources=("Country",)),
            f.text("customer_key", "CustomerID"),
            f.text("sku", product),
            f.text("title", "Description"),
            # The key of a customer must not be told from the key of his invoice.
            f.computed("invoice", _short(joined(invoice, _SEPARATOR), options.hash_key)),
            f.computed("content", _short(joined(_CONTENT, _SEPARATOR), b"").str.head(8)),
        ],
    )
    values = rows.select(pl.col("^=.*$").name.replace("^=", ""), "_row").sort("_row")
    again = pl.int_range(pl.len()).over("invoice", "content")
    line = pl.format("{}-{}-{}", "invoice", "content", again + 1)
    lines = values.with_columns(line.alias("line"))
    return lines, problems, list(_remarks(records, lines, problems, unplaced))


def _value() -> Field:
    """Quantity times price in pence; the price has more decimals than a penny on some lines."""
    price = parsing.amount(parsing.trimmed("UnitPrice"))
    quantity = parsing.count(parsing.trimmed("Quantity")).fill_null(0)
    credible = pl.when(quantity.is_between(-(10**9), 10**9)).then(quantity)
    return Field(
        "value",
        parsing.rounded(price * credible * pl.lit(100)),
        parsing.trimmed("UnitPrice"),
        "not an amount (decimal sign '.'), or a quantity beyond belief",
        "Correct the value.",
        ("UnitPrice",),
    )


def _short(text: pl.Expr, key: bytes) -> pl.Expr:
    return by_value(text, lambda value: blake2b(value.encode(), digest_size=8, key=key).hexdigest())


def _remarks(
    records: Records, lines: pl.DataFrame, problems: pl.DataFrame, unplaced: int
) -> Iterator[str]:
    sold = lines.filter(pl.col("qty") >= 0)
    repeated = lines.filter(~pl.col("line").str.ends_with("-1")).height
    blank = lines.filter(pl.col("qty").is_null()).height
    yield (
        f"{records.read} lines: {sold.height} sold, {lines.height - sold.height - blank} returned,"
        f" {refused(problems) + len(records.problems) + blank} refused"
    )
    yield (
        f"{repeated} lines repeat another line of the same invoice word for word: nothing says"
        " that they are errors, so they are kept and numbered"
    )
    below = sold.filter(pl.col("value") < 0)
    yield (
        f"{below.height} sold lines have a negative value ({below['value'].sum() / 100:.2f} GBP,"
        " bad debt): they lower sales and are no returns"
    )
    if unplaced:
        yield f"{unplaced} lines name no country ({', '.join(NO_COUNTRY)}): their market is unknown"


def _orders(file: str, sold: pl.DataFrame) -> Table:
    heads = _heads(sold)
    text = (
        f"{sold.height} lines of one customer, minute and country each made {heads.height} orders"
    )
    return assemble(
        "orders",
        Records(file, heads),
        [
            *_taken(order_id="invoice", country="country", customer_key="customer_key"),
            *_taken(placed_at="at", total="value"),
            f.constant("currency", CURRENCY),
        ],
        notes=[note("orders", file, text)],
    )


def _order_lines(
    records: Records, sold: pl.DataFrame, problems: pl.DataFrame, remarks: list[str]
) -> Table:
    made_of = assemble(
        "order_lines",
        Records(records.file, sold),
        [
            *_taken(line_id="line", order_id="invoice", sku="sku", placed_at="at", qty="qty"),
            *_taken(price="value"),
            f.constant("currency", CURRENCY),
        ],
    )
    notes = [note("order_lines", records.file, text) for text in remarks]
    return finish("order_lines", made_of.frame, problems, notes=notes, unreadable=records.problems)


def _products(file: str, lines: pl.DataFrame) -> Table:
    named = lines.filter(pl.col("sku").is_not_null())
    products = named.unique("sku", keep="last", maintain_order=True).sort("_row")
    text = f"{named.height} lines name {products.height} products, some of them no goods (POSTAGE)"
    return assemble(
        "products",
        Records(file, products),
        _taken(sku="sku", title="title"),
        notes=[note("products", file, text)],
    )


def _returns(file: str, returned: pl.DataFrame) -> Table:
    heads = _heads(returned)
    text = f"{returned.height} returned lines made {heads.height} returns; no order is named"
    return assemble(
        "returns",
        Records(file, heads),
        _taken(return_id="invoice", country="country", requested_at="at"),
        notes=[note("returns", file, text)],
    )


def _return_lines(file: str, returned: pl.DataFrame) -> Table:
    return assemble(
        "return_lines",
        Records(file, returned),
        [
            *_taken(return_line_id="line", return_id="invoice", sku="sku", requested_at="at"),
            f.computed("qty", -pl.col("qty")),
            f.computed("price", -pl.col("value")),
            f.constant("currency", CURRENCY),
        ],
    )


def _heads(lines: pl.DataFrame) -> pl.DataFrame:
    """One row per invoice: its first line, and the sum of all lines."""
    total = lines.with_columns(pl.col("value").sum().over("invoice"))
    return total.unique("invoice", keep="first", maintain_order=True)


def _taken(**columns: str) -> list[Field]:
    return [f.computed(name, pl.col(source)) for name, source in columns.items()]
