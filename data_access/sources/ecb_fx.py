"""Euro reference rates of the European Central Bank (`eurofxref-hist.csv`, also zipped)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import assemble
from data_access.sources.base import SourceOptions, Table, note
from data_access.sources.delimited import Layout
from data_access.sources.folders import need_columns, only_file
from data_access.sources.reading import Form, read_records
from data_access.sources.records import Records

NOT_PUBLISHED = "N/A"


@dataclass(frozen=True)
class EcbFx:
    """The source `ecb-fx`: one row a day and one column a currency become `fx_rates`."""

    name: str = "ecb-fx"
    doc: str = "Daily euro reference rates of the European Central Bank (eurofxref-hist.csv)"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:  # noqa: ARG002
        """Give `fx_rates`; cells without a published rate are counted in a note."""
        form = Form(layout=Layout(null=(NOT_PUBLISHED,)))
        records = read_records(only_file(path, "eurofxref"), form)
        need_columns(records, ["Date", "USD"], self.name)
        # The file ends every line with a comma, which makes one more column without a name.
        quotes = [c for c in records.columns if c != "Date" and not c.startswith("column_")]
        cells = records.frame.unpivot(
            on=quotes, index=["Date", "_row"], variable_name="quote", value_name="rate"
        )
        rates = cells.filter(pl.col("rate").is_not_null()).sort("_row", "quote")
        text = (
            f"{records.frame.height} days with {len(quotes)} currencies: {rates.height} rates,"
            f" {cells.height - rates.height} cells without a published rate skipped"
        )
        yield assemble(
            "fx_rates",
            Records(records.file, rates),
            [
                f.day("date", "Date"),
                f.constant("base", "EUR"),
                f.currency("quote", "quote"),
                f.number("rate", "rate"),
                f.constant("provider", "ECB"),
            ],
            notes=[note("fx_rates", records.file, text)],
            unreadable=records.problems,
        )


SOURCE = EcbFx()
