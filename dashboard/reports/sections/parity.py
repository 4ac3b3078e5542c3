"""Is every language served alike? Shares standardised to the reference's mix of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

import polars as pl
from pydantic import Field, field_validator

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
    TableBlock,
)
from dashboard.reports.values import KpiName, Listed, Term, Value
from data_access.metrics import CATALOGUE
from data_access.metrics.parity import ALERT, largest, parity

_Z = NormalDist()

STRATA = ("reason", "channel")
"""What makes up the mix of work."""

_COLUMNS = (
    Column(key="language", title=Code(group="column", value="language")),
    Column(key="value", title=Code(group="column", value="standardised"), numeric=True),
    Column(key="ratio", title=Code(group="column", value="of_reference"), numeric=True),
    Column(key="raw", title=Code(group="column", value="as_it_came"), numeric=True),
    Column(key="verdict", title=Code(group="column", value="verdict")),
)


class Options(Strict):
    """Which KPIs (shares that know language, reason and channel), and over how many weeks.

    A week is too short for small languages: `weeks` ends with the report's period; 0 is the period
    itself.
    """

    kpis: tuple[str, ...] = ("first_response_within_target",)
    weeks: int = Field(default=4, ge=0, le=53)
    most: int = Field(default=8, ge=2)

    @field_validator("kpis")
    @classmethod
    def _shares(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in CATALOGUE or CATALOGUE[name].unit != "share":
                raise ValueError(f"{name} is no share of the catalogue")
        return names


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A table for each KPI, who is surely served worst first."""
    return tuple(_block(context, options, name) for name in options.kpis)


def _block(context: Context, options: Options, name: str) -> Block:
    last = context.period.last
    first = last - timedelta(days=7 * options.weeks - 1) if options.weeks else context.period.first
    counts = context.ask(name, "language", *STRATA, first=first, last=last)
    reference = largest(counts, "language")
    kpi = KpiName(name=name)
    if reference is None:
        return NothingBlock(say=Say(code="parity_no_language", values={"kpi": kpi}))
    # Sums of floats are added up in the order of the rows.
    ordered = counts.sort("language", *STRATA, nulls_last=True)
    found = _surest_first(parity(ordered, "language", STRATA, reference), reference)
    if not found.filter(pl.col("enough"), pl.col("group") != reference).height:
        values: dict[str, Value] = {"kpi": kpi, "reference": _term(reference)}
        return NothingBlock(say=Say(code="parity_too_few", values=values))
    words = verdicts(found.to_dicts(), reference)
    shown = list(zip(found.to_dicts(), words, strict=True))[: options.most]
    return TableBlock(
        key=f"parity_{name}",
        lead=_lead(found, words, reference, kpi),
        columns=_COLUMNS,
        rows=tuple(_row(row, word, name, context, first) for row, word in shown),
        more=found.height - len(shown),
    )


def _surest_first(found: pl.DataFrame, reference: str) -> pl.DataFrame:
    return found.sort(
        pl.col("group") != reference,
        ~pl.col("enough"),
        pl.col("ratio_high").round(9),
        -pl.col("n"),
        "group",
        nulls_last=True,
    )


def verdicts(rows: Sequence[Mapping[str, Any]], reference: str) -> list[str]:
    """One word about each language, of group `parity`; only what the intervals bear.

    Of twelve languages that are all served alike, one in four lists would name one by chance at
    95 %. So intervals are widened to hold for all that are compared at once (Bonferroni).
    """
    compared = sum(_judged(row, reference) for row in rows)
    wider = _Z.inv_cdf(1 - 0.025 / max(compared, 1)) / _Z.inv_cdf(0.975)
    return [_verdict(row, reference, wider) for row in rows]


def _judged(row: Mapping[str, Any], reference: str) -> bool:
    return bool(row["group"] != reference and row["enough"] and row["ratio"] is not None)


def _verdict(row: Mapping[str, Any], reference: str, wider: float) -> str:
    if not _judged(row, reference):
        return "reference" if row["group"] == reference else "too_few"
    value, ratio = row["difference"], row["ratio"]
    high = value + (row["difference_high"] - value) * wider
    low = value + (row["difference_low"] - value) * wider
    if high < 0:
        above = ratio + ((row["ratio_high"] or ratio) - ratio) * wider
        return "no_parity" if above < ALERT else "worse"
    return "better" if low > 0 else "alike"


def _lead(found: pl.DataFrame, words: Sequence[str], reference: str, kpi: KpiName) -> Say:
    rows = list(zip(found.to_dicts(), words, strict=True))
    worse = [row for row, word in rows if word in {"no_parity", "worse"}]
    judged = sum(word not in {"reference", "too_few"} for word in words)
    values: dict[str, Value] = {"kpi": kpi, "reference": _term(reference)}
    values["judged"] = Number(value=judged, unit="count")
    if not worse:
        return Say(code="parity_kept", values=values)
    values["languages"] = Listed(values=tuple(_term(row["group"]) for row in worse[:3]))
    values["count"] = Number(value=len(worse), unit="count")
    values["ratio"] = Number(value=min(row["ratio"] for row in worse[:3]), unit="share")
    return Say(code="parity_broken", values=values)


def _row(row: Mapping[str, Any], word: str, name: str, context: Context, first: date) -> Row:
    judged = word != "too_few"
    return Row(
        key=row["group"],
        cells={
            "language": _term(row["group"]),
            "value": _share(row, "value", "low", "high") if judged else None,
            "ratio": _share(row, "ratio", "ratio_low", "ratio_high") if judged else None,
            "raw": Number(value=row["raw"], unit="share", n=row["n"]),
            "verdict": Code(group="parity", value=word),
        },
        link=rows_behind(name, first, context.period.last, language=(row["group"],)),
        tone="bad" if word in {"no_parity", "worse"} else "plain",
    )


def _share(row: Mapping[str, Any], value: str, low: str, high: str) -> Number:
    return Number(value=row[value], unit="share", low=row[low], high=row[high])


def _term(language: str) -> Term:
    return Term(dimension="language", value=language)
