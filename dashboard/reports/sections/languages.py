"""Which languages ask for help, how satisfied they are, and who could answer them in public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.behind import rows_behind
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    Column,
    NothingBlock,
    Number,
    Row,
    Say,
    SayBlock,
    TableBlock,
)
from dashboard.reports.recording_languages import PART
from dashboard.reports.values import Listed, Term, Value
from data_access.metrics.shift import share_shift

LEAST_CHANGE = 0.02
"""A smaller change of a language's part is not worth a word, however sure it is."""

_DEMAND = (
    Column(key="language", title=Code(group="column", value="language")),
    Column(key="cases", title=Code(group="column", value="cases"), numeric=True),
    Column(key="part", title=Code(group="column", value="part"), numeric=True),
    Column(key="part_before", title=Code(group="column", value="part_before"), numeric=True),
    Column(key="part_change", title=Code(group="column", value="part_change"), numeric=True),
    Column(key="satisfied", title=Code(group="column", value="satisfied"), numeric=True),
)
_READY = (
    Column(key="language", title=Code(group="column", value="language")),
    Column(key="speakers", title=Code(group="column", value="speakers"), numeric=True),
    Column(key="texts", title=Code(group="column", value="texts"), numeric=True),
    Column(key="texts_waiting", title=Code(group="column", value="texts_waiting"), numeric=True),
)


class Options(Strict):
    """How many languages are listed; which reasons mean that a translation was objected to."""

    most: int = Field(default=15, ge=2, le=60)
    fewest_answers: int = Field(default=10, ge=1)
    translation_reasons: tuple[str, ...] = ("translation", "translation_error", "wrong_translation")


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """Demand by language, objections to translations, readiness of public texts."""
    return (_demand(context, options), _objections(context, options), *_readiness(context))


def _demand(context: Context, options: Options) -> Block:
    before = context.period.before()
    now = context.ask("contacts", "language")
    then = context.ask("contacts", "language", first=before.first, last=before.last)
    shift = share_shift(now, then, "language").filter(pl.col("segment").is_not_null())
    if not shift.filter(pl.col("n_now") > 0).height:
        return NothingBlock(say=Say(code="languages_none"))
    answers = {row["language"]: row for row in context.ask("csat", "language").to_dicts()}
    shown = shift.filter(pl.col("n_now") + pl.col("n_before") > 0)
    # Without a period before there is nothing that a share could have changed from.
    compared = bool(then["value"].sum())
    rows = [
        _asked(row, answers.get(row["segment"]), context, options, compared=compared)
        for row in shown.head(options.most).to_dicts()
    ]
    return TableBlock(
        key="languages",
        lead=_lead(shown, compared=compared),
        columns=_DEMAND,
        rows=tuple(rows),
        more=max(shown.height - options.most, 0),
    )


def _lead(shown: pl.DataFrame, *, compared: bool) -> Say:
    first = shown.row(0, named=True)
    values: dict[str, Value] = {
        "language": Term(dimension="language", value=first["segment"]),
        "share": Number(value=first["share_now"], unit="share", n=first["n_now"]),
        "count": Number(value=shown.height, unit="count"),
    }
    large = pl.col("certain") & (pl.col("change").abs() >= LEAST_CHANGE)
    changed = shown.filter(large) if compared else shown.clear()
    if not changed.height:
        return Say(code="languages_demand", values=values)
    largest = changed.sort(pl.col("change").abs().round(9), "segment", descending=[True, False])
    named = (Term(dimension="language", value=one) for one in largest["segment"].head(3))
    values["languages"] = Listed(values=tuple(named))
    return Say(code="languages_changed", values=values)


def _asked(
    row: Mapping[str, Any],
    answered: Mapping[str, Any] | None,
    context: Context,
    options: Options,
    *,
    compared: bool,
) -> Row:
    satisfied = None
    if answered is not None and (answered["n"] or 0) >= options.fewest_answers:
        satisfied = Number(
            value=answered["value"],
            unit="share",
            n=int(answered["n"]),
            low=answered["low"],
            high=answered["high"],
        )
    change = Number(
        value=row["change"], unit="points", low=row["low"], high=row["high"], signed=True
    )
    days = context.period.first, context.period.last
    return Row(
        key=row["segment"],
        cells={
            "language": Term(dimension="language", value=row["segment"]),
            "cases": Number(value=row["n_now"], unit="count"),
            "part": Number(value=row["share_now"], unit="share", n=row["n_now"]),
            "part_before": (
                Number(value=row["share_before"], unit="share", n=row["n_before"])
                if compared
                else None
            ),
            "part_change": change if compared else None,
            "satisfied": satisfied,
        },
        link=rows_behind("contacts", *days, language=(row["segment"],)),
    )


def _objections(context: Context, options: Options) -> Block:
    asked = context.ask("contacts", reason=options.translation_reasons).row(0, named=True)
    if not asked["value"]:
        return NothingBlock(say=Say(code="translation_none"))
    kept = context.ask("resolution_within_target", reason=options.translation_reasons)
    row = kept.row(0, named=True)
    values: dict[str, Value] = {
        "count": Number(value=asked["value"], unit="count"),
        "kept": Number(
            value=row["value"],
            unit="share",
            n=int(row["n"] or 0),
            low=row["low"],
            high=row["high"],
        ),
    }
    return SayBlock(says=(Say(code="translation_some", values=values),))


def _readiness(context: Context) -> tuple[Block, ...]:
    known = context.record.part(PART)
    if not known:
        return ()
    waiting = [one for one in known if one["waiting"]]
    values: dict[str, Value] = {
        "count": Number(value=len(known) - len(waiting), unit="count"),
        "waiting": Number(value=len(waiting), unit="count"),
    }
    code = "languages_ready" if waiting else "languages_all_ready"
    rows = tuple(
        Row(
            key=one["locale"],
            cells={
                "language": Term(dimension="language", value=one["locale"]),
                "speakers": Number(value=one["speakers"], unit="count"),
                "texts": Number(value=one["texts"], unit="count"),
                "texts_waiting": Number(value=one["waiting"], unit="count"),
            },
            tone="plain" if one["speakers"] else "unknown",
        )
        for one in known
    )
    lead = Say(code=code, values=values)
    return (TableBlock(key="readiness", lead=lead, columns=_READY, rows=rows),)
