"""From the rules of a mapping file to fields."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.contracts import TABLES
from data_access.contracts.contract import ColumnInfo
from data_access.money import minor_factor
from data_access.sources import fields as f
from data_access.sources import parsing
from data_access.sources.base import SourceError
from data_access.sources.fields import Field, NumberFormat
from data_access.sources.mapping import ColumnRule, Condition, FileForm, TableRule


@dataclass(frozen=True)
class _Context:
    """What the columns of one table share."""

    table: str
    form: FileForm
    zone: str | None
    currency: pl.Expr


def table_fields(rule: TableRule, form: FileForm, zone: str | None) -> list[Field]:
    """Give the fields of a table in the order of the contract; `zone` is that of naive times."""
    context = _Context(rule.name, form, zone, _currency(rule, form))
    columns = TABLES[rule.name].columns
    return [
        _field(info, rule.columns[name], context)
        for name, info in columns.items()
        if name in rule.columns
    ]


def holds(condition: Condition) -> pl.Expr:
    """Say on which rows a condition of the mapping file holds."""
    text = parsing.trimmed(condition.column)
    if condition.is_ is not None:
        return text.is_in(list(condition.is_)).fill_null(False)
    if condition.not_in is not None:
        return ~text.is_in(list(condition.not_in)).fill_null(False)
    return text.is_null() if condition.empty else text.is_not_null()


def _currency(rule: TableRule, form: FileForm) -> pl.Expr:
    """Give the currency of a row's amounts, from the rule of the column `currency`."""
    given = rule.columns.get("currency")
    nothing = pl.lit(None, dtype=pl.String)
    if given is None:
        return nothing
    context = _Context(rule.name, form, None, nothing)
    return _field(TABLES[rule.name].columns["currency"], given, context).value


def _field(info: ColumnInfo, rule: ColumnRule, context: _Context) -> Field:
    if rule.when is not None:
        always = _field(info, rule.model_copy(update={"when": None}), context)
        return f.where(always, holds(rule.when))
    if rule.constant is not None:
        return _constant(info, str(rule.constant), context)
    if rule.concat is not None or rule.hash:
        field = f.key(info.name, rule.sources, rule.separator, short=rule.hash)
    else:
        parts = [_single(info, rule, source, context) for source in rule.sources]
        field = parts[0] if rule.column is not None else _combined(info, rule, parts)
    if rule.if_null is None:
        return field
    return f.with_default(field, _constant(info, str(rule.if_null), context).value)


def _single(  # noqa: PLR0911 - one line for each kind of column
    info: ColumnInfo, rule: ColumnRule, source: str, context: _Context
) -> Field:
    """Read one source column as the kind that the contract says."""
    form, name, kind = context.form, info.name, info.kind
    numbers = NumberFormat(
        form.decimal if rule.decimal is None else rule.decimal,
        form.thousands if rule.thousands is None else rule.thousands,
    )
    match kind:
        case "instant":
            return _instant(name, rule, source, context)
        case "date":
            return f.day(name, source, rule.formats or form.date_formats)
        case "number":
            return f.number(name, source, numbers, rule.scale)
        case "count":
            return f.count(name, source, numbers, rule.scale)
        case "money":
            return f.money(name, source, context.currency, numbers, minor=rule.minor_units)
        case "currency":
            return f.currency(name, source, rule.map)
        case "flag":
            return f.flag(name, source, form.true, form.false, rule.map)
        case "choice":
            return f.choice(name, source, info.allowed, rule.map, rule.other)
        case "country":
            return f.country(name, source, rule.map)
        case "language":
            return f.language(name, source, rule.map)
        case _:
            return f.text(name, source, rule.map, rule.other)


def _instant(name: str, rule: ColumnRule, source: str, context: _Context) -> Field:
    formats = rule.formats or context.form.datetime_formats
    zone = rule.zone or context.zone
    naive = [form for form in formats if form != parsing.ISO and not parsing.has_zone(form)]
    if zone is None and naive:
        raise SourceError(
            f"{context.table}.{name}: the times in {source!r} carry no time zone. Say which one"
            " they are in: `zone` in [file] of the mapping file, or --zone."
        )
    return f.instant(name, source, zone, formats)


def _combined(info: ColumnInfo, rule: ColumnRule, parts: list[Field]) -> Field:
    """Combine several source columns; one unreadable part refuses the row."""
    values = [part.value for part in parts]
    if rule.first_non_null is not None:
        value = pl.coalesce(values)
    elif rule.min is not None:
        value = pl.min_horizontal(values)
    elif rule.max is not None:
        value = pl.max_horizontal(values)
    else:
        value = pl.when(pl.any_horizontal([v.is_not_null() for v in values])).then(
            pl.sum_horizontal(values)
        )
    texts = [part.text for part in parts if part.text is not None]
    if not texts:
        return Field(info.name, value, sources=rule.sources)
    bad = pl.any_horizontal(
        [part.text.is_not_null() & part.value.is_null() for part in parts if part.text is not None]
    )
    return Field(
        info.name,
        pl.when(~bad).then(value),
        pl.when(bad | value.is_not_null()).then(
            pl.concat_str(texts, separator=" | ", ignore_nulls=True)
        ),
        parts[0].reason,
        parts[0].advice,
        rule.sources,
    )


def _constant(info: ColumnInfo, value: str, context: _Context) -> Field:
    """Read a constant as a cell of its column would be read."""
    if info.kind == "money":
        amount = pl.lit(value).cast(pl.Decimal(38, 6), strict=False)
        factor = minor_factor(context.currency)
        return Field(info.name, (amount * factor).round(0).cast(pl.Int64))
    plain = _Context(context.table, FileForm(), context.zone or "UTC", context.currency)
    field = _single(info, ColumnRule(column="constant"), "constant", plain)
    made = pl.DataFrame({"constant": [value]}).select(field.value).to_series()
    if made.null_count():
        raise SourceError(
            f"{context.table}.{info.name}: the constant {value!r} is {field.reason or 'empty'}."
            " Correct it in the mapping file."
        )
    return Field(info.name, pl.lit(made.cast(info.dtype)[0], dtype=info.dtype))
