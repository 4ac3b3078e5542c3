"""The map of a promise in small: which markets surely keep it and which surely do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from pydantic import Field, field_validator

from alerts.library.reading import Strict
from dashboard.reports.cells import count
from dashboard.reports.context import Context
from dashboard.reports.document import Block, Cell, MapBlock, NothingBlock, Number, Say
from dashboard.reports.values import KpiName, Listed, Term, Value
from data_access.metrics import CATALOGUE
from data_access.metrics.plan import dimensions
from data_access.survival import shrunk

Standing = Literal["met", "missed", "unsure", "small", "no_data"]


class Options(Strict):
    """Which KPI (a share), how many cases a market needs to be judged, how many are named."""

    kpi: str = "first_response_within_target"
    fewest: int = Field(default=20, ge=1)
    named: int = Field(default=3, ge=1, le=10)

    @field_validator("kpi")
    @classmethod
    def _share_by_market(cls, name: str) -> str:
        if name not in CATALOGUE or CATALOGUE[name].unit != "share":
            raise ValueError(f"{name} is no share of the catalogue")
        if "market" not in dimensions(name):
            raise ValueError(f"{name} does not know markets")
        return name


@dataclass(frozen=True)
class _Market:
    market: str
    number: Number
    standing: Standing
    surely: float
    """How far below the target it surely is; 0: it is not."""


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """One map; markets that nobody can judge yet are on it, marked so."""
    target = context.kpi(options.kpi).target
    found = _markets(context, options, target)
    name = KpiName(name=options.kpi)
    if not any(one.number.n for one in found):
        return (NothingBlock(say=Say(code="map_nothing", values={"kpi": name})),)
    cells = tuple(
        Cell(market=one.market, number=one.number, standing=one.standing) for one in found
    )
    lead = _lead(found, options, target)
    return (MapBlock(kpi=options.kpi, target=target, cells=cells, lead=lead),)


def _markets(context: Context, options: Options, target: float | None) -> list[_Market]:
    rows = context.ask(options.kpi, "market").filter(pl.col("market").is_not_null())
    rows = rows.filter(pl.col("market") != "").sort("market")
    # Of many markets some fall below by chance: each is also held against what all are like.
    typical = shrunk(rows["numerator"], rows["denominator"])
    return [
        _judged(row, high, options, target)
        for row, high in zip(rows.iter_rows(named=True), typical["high"], strict=True)
    ]


def _judged(
    row: dict[str, Any], typical_high: float, options: Options, target: float | None
) -> _Market:
    n = int(row["n"] or 0)
    number = Number(value=row["value"], unit="share", n=n, low=row["low"], high=row["high"])
    standing: Standing = "unsure"
    surely = 0.0
    if not n or number.value is None:
        standing = "no_data"
    elif n < options.fewest:
        standing = "small"
    elif target is not None and number.low is not None and number.low >= target:
        standing = "met"
    elif target is not None and number.high is not None:
        surely = max(target - max(number.high, typical_high), 0.0)
        standing = "missed" if surely else "unsure"
    return _Market(str(row["market"]), number, standing, surely)


def _lead(found: Sequence[_Market], options: Options, target: float | None) -> Say:
    judged = [one for one in found if one.standing in ("met", "missed", "unsure")]
    missed = sorted(
        (one for one in judged if one.standing == "missed"),
        key=lambda one: (-one.surely, one.market),
    )
    values: dict[str, Value] = {
        "kpi": KpiName(name=options.kpi),
        "judged": count(len(judged)),
        "met": count(sum(one.standing == "met" for one in judged)),
        "small": count(sum(one.standing == "small" for one in found)),
    }
    if not judged:
        return Say(code="map_small", values=values)
    if target is None:
        return Say(code="map_no_target", values=values)
    values["target"] = Number(value=target, unit="share")
    if not missed:
        return Say(code="map_none_missed", values=values)
    values["missed"] = count(len(missed))
    worst = missed[: options.named]
    values["worst"] = Listed(
        values=tuple(Term(dimension="market", value=one.market) for one in worst)
    )
    code = "map_missed" if len(worst) == len(missed) else "map_missed_more"
    return Say(code=code, values=values)
