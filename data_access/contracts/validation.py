"""Splitting rows into good ones and ones with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import new_class
from zoneinfo import available_timezones

import dataframely as dy
import polars as pl

from data_access import money
from data_access.contracts.contract import Contract
from data_access.contracts.reasons import Reason, of_rule, wrong_type

ROW_INDEX = "row_index"
REFUSAL_DTYPES: dict[str, pl.DataType] = {
    ROW_INDEX: pl.UInt32(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "advice": pl.String(),
}
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No system that we read is older: an earlier time is a default value or a wrong format."""
AHEAD = timedelta(days=1)
"""How far a clock elsewhere may run ahead before what it wrote counts as the future."""


@dataclass(frozen=True)
class Verdict:
    """Good rows, and reasons for the others."""

    good: pl.DataFrame
    """Rows in contract dtypes, other columns of the input kept, order kept."""
    refused: pl.DataFrame
    """The other rows, as they came, with their `row_index`."""
    reasons: pl.DataFrame
    """`REFUSAL_DTYPES`: one row per refused row and reason."""


def validate(contract: Contract, rows: pl.DataFrame, now: datetime) -> Verdict:
    """Judge every row by the table's contract.

    Args:
        contract: the table's contract.
        rows: contract columns, in any dtype that can be cast; missing ones count as empty, and
            columns that are not of the contract are kept.
        now: times that are no plans must not lie after it.
    """
    typed, failures = _typed(contract, rows)
    failures += _rule_failures(contract, typed)
    failures += _value_failures(contract, typed, now)
    if not failures:
        empty = pl.DataFrame(schema=REFUSAL_DTYPES)
        return Verdict(typed, rows.clear().with_row_index(ROW_INDEX), empty)
    # A value that does not fit is read as empty: "missing" would be a second, wrong reason.
    reasons = (
        pl.concat(failures)
        .unique([ROW_INDEX, "column"], keep="first", maintain_order=True)
        .sort(ROW_INDEX, maintain_order=True)
    )
    bad = reasons[ROW_INDEX].unique()
    numbered = rows.with_row_index(ROW_INDEX).filter(pl.col(ROW_INDEX).is_in(bad.implode()))
    is_good = ~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(bad.implode())
    return Verdict(typed.filter(is_good), numbered, reasons)


def _failure(rows: pl.DataFrame, reason: Reason) -> pl.DataFrame:
    """Refusals for `rows`, which carry `row_index` and the columns that show the reason."""
    texts = [
        pl.col(name).cast(pl.String).str.replace(".000000", "", literal=True)
        for name in reason.columns
    ]
    shown = texts[0]
    if len(texts) > 1:
        named = [
            pl.format(f"{name}={{}}", text.fill_null("(empty)"))
            for name, text in zip(reason.columns, texts, strict=True)
        ]
        shown = pl.concat_str(named, separator=", ")
    return rows.select(
        pl.col(ROW_INDEX),
        pl.lit(reason.columns[0]).alias("column"),
        shown.alias("value"),
        pl.lit(reason.reason).alias("reason"),
        pl.lit(reason.advice).alias("advice"),
    ).cast(REFUSAL_DTYPES)  # type: ignore[arg-type]


def _typed(contract: Contract, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Contract dtypes, and refusals of values that do not fit them."""
    absent = {name: dtype for name, dtype in contract.dtypes().items() if name not in rows.columns}
    if absent:
        rows = rows.with_columns(
            pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items()
        )
    odd = [n for n, dtype in contract.dtypes().items() if rows.schema[n] != dtype]
    if not odd:
        return rows, []
    typed = rows.with_columns(
        pl.col(name).cast(contract.columns[name].dtype, strict=False) for name in odd
    )
    failures = []
    for name in odd:
        lost = typed[name].is_null() & rows[name].is_not_null()
        if lost.any():
            said = wrong_type(contract.columns[name])
            reason = Reason(said.reason, said.advice, (name,))
            failures.append(_failure(rows.with_row_index(ROW_INDEX).filter(lost), reason))
    return typed, failures


@cache
def _numbered_schema(schema: type[dy.Schema]) -> type[dy.Schema]:
    # The filter gives back columns of the schema only: a row needs its number to be found again.
    column = dy.UInt32(nullable=False)
    return new_class(
        f"Numbered{schema.__name__}",
        (schema,),
        exec_body=lambda body: body.update({ROW_INDEX: column}),
    )


def _rule_failures(contract: Contract, typed: pl.DataFrame) -> list[pl.DataFrame]:
    schema = _numbered_schema(contract.schema)
    names = [*contract.dtypes(), ROW_INDEX]
    result = schema.filter(typed.with_row_index(ROW_INDEX).select(names))
    if not len(result.failure):
        return []
    details = result.failure.details()
    return [
        _failure(details.filter(pl.col(rule) == "invalid"), of_rule(contract, rule))
        for rule in result.failure.counts()
    ]


def _value_failures(contract: Contract, typed: pl.DataFrame, now: datetime) -> list[pl.DataFrame]:
    """What depends on lists of the world (currencies, zones) and on the time of the import."""
    checks: list[tuple[pl.Expr, Reason]] = []
    for name, info in contract.columns.items():
        column = pl.col(name)
        if info.kind == "currency":
            said = Reason(
                f"{name} is no currency code of ISO 4217",
                "Correct the code or map it to a known one.",
                (name,),
            )
            known = money.is_known(column)
            checks.append((column.str.contains(r"^[A-Z]{3}$") & ~known, said))
        elif info.kind == "zone":
            said = Reason(
                f"{name} is no IANA time zone", "Use a name such as Europe/Berlin.", (name,)
            )
            checks.append((~column.is_in(_zones()), said))
        elif info.kind in {"instant", "date"} and not info.planned:
            checks += _time_checks(name, info.dtype, now)
    if not checks:
        return []
    broken = typed.select(
        check.fill_null(value=False).alias(str(number)) for number, (check, _) in enumerate(checks)
    )
    return [
        _failure(typed.with_row_index(ROW_INDEX).filter(broken[str(number)]), reason)
        for number, (_, reason) in enumerate(checks)
        if broken[str(number)].any()
    ]


def _time_checks(name: str, dtype: pl.DataType, now: datetime) -> list[tuple[pl.Expr, Reason]]:
    column = pl.col(name)
    latest, earliest = pl.lit(now + AHEAD, dtype=dtype), pl.lit(EARLIEST, dtype=dtype)
    if isinstance(dtype, pl.Date):
        latest, earliest = pl.lit((now + AHEAD).date()), pl.lit(EARLIEST.date())
    advice = "Check the date format (day or month first?) and the time zone."
    early = "Leave it empty where the source has a default value such as 1970-01-01."
    return [
        (column > latest, Reason(f"{name} lies in the future", advice, (name,))),
        (column < earliest, Reason(f"{name} is before 1990", early, (name,))),
    ]


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())
