"""Any export, read by a mapping file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.contracts import TABLES
from data_access.sources import parsing
from data_access.sources.assembling import assemble
from data_access.sources.base import Problem, SourceError, SourceOptions, Table, chosen_zone, note
from data_access.sources.delimited import Layout
from data_access.sources.fields import Field
from data_access.sources.mapped_fields import holds, table_fields
from data_access.sources.mapping import (
    FileForm,
    TableRule,
    load_mapping,
    unknown,
)
from data_access.sources.reading import Form, read_records
from data_access.sources.records import Records, as_text


@dataclass(frozen=True)
class MappedSource:
    """The source `mapped`: one file, one mapping, any number of tables."""

    name: str = "mapped"
    doc: str = "Any CSV, TSV, JSON-lines or Parquet export, described by --mapping FILE.toml"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give every table of the mapping; see `docs/mapping.md`."""
        if options.mapping is None:
            raise SourceError(
                "The source 'mapped' needs --mapping FILE.toml, which says what the columns mean."
                " docs/mapping.md has two worked examples."
            )
        mapping = load_mapping(options.mapping)
        form = mapping.file
        records = as_text(read_records(path, reading_form(form)), form.null)
        for rule in mapping.table:
            check_columns(records, rule, options.mapping.name)
        zone = chosen_zone(options) or form.zone
        for place, rule in enumerate(mapping.table):
            # A broken line is of no table; the first one answers for it, so that it counts once.
            broken = records.problems if place == 0 else ()
            yield map_table(records, rule, form, zone, broken)


SOURCE = MappedSource()


def reading_form(form: FileForm) -> Form:
    """Translate the `[file]` section for the reader."""
    layout = Layout(form.delimiter, form.quote, form.skip_lines, form.null)
    return Form(form.format, form.encoding, layout, form.member)


def check_columns(records: Records, rule: TableRule, mapping: str) -> None:
    """Raise SourceError if the mapping names a column that the file does not have."""
    for source in rule.sources:
        if source not in records.columns:
            raise SourceError(
                f"{records.file}: {unknown('column', source, records.columns)} The mapping"
                f" {mapping} reads it for {rule.name}; correct the name there, or the delimiter."
            )


def map_table(
    records: Records,
    rule: TableRule,
    form: FileForm,
    zone: str | None,
    broken: tuple[Problem, ...] = (),
) -> Table:
    """Make one table: filter, parse, and keep the last row per key where the rule says so."""
    chosen = records.frame
    if rule.where:
        chosen = chosen.filter(holds(condition) for condition in rule.where)
    mine = Records(records.file, chosen)
    fields = table_fields(rule, form, zone)
    if rule.last_by is None:
        return assemble(rule.name, mine, fields, unreadable=broken)
    key = TABLES[rule.name].key
    last = keep_last(chosen, [field for field in fields if field.column in key], rule, form, zone)
    text = f"{chosen.height} rows made {last.height} {rule.name}: the last by {rule.last_by!r}"
    return assemble(
        rule.name,
        Records(records.file, last),
        fields,
        unreadable=broken,
        notes=[note(rule.name, records.file, text)],
    )


def keep_last(
    rows: pl.DataFrame, key: list[Field], rule: TableRule, form: FileForm, zone: str | None
) -> pl.DataFrame:
    """Keep, for every key, the row with the greatest `last_by`; of equals the one further down.

    `last_by` is compared as number if all its values are numbers, else as time, else as text.
    Rows without a key all stay: the contract refuses them one by one.
    """
    assert rule.last_by is not None
    text = parsing.trimmed(rule.last_by)
    orders = rows.select(
        number=parsing.number(text),
        instant=parsing.instant(text, form.datetime_formats, zone),
        text=text,
    )
    nulls = orders["text"].null_count()
    by = next(name for name in orders.columns if orders[name].null_count() == nulls)
    keyed = rows.with_columns(
        orders[by].alias("\x00by"), *(field.value.alias(f"\x00{field.column}") for field in key)
    ).sort("\x00by", "_row", nulls_last=False)
    names = [f"\x00{field.column}" for field in key]
    whole = pl.all_horizontal(pl.col(names).is_not_null())
    kept = pl.concat(
        [
            keyed.filter(whole).unique(names, keep="last", maintain_order=True),
            keyed.filter(~whole),
        ]
    )
    return kept.sort("_row").select(rows.columns)
