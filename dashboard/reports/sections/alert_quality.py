"""What the warnings of the period are worth, against the four weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.cells import columns, count, person, share
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    NothingBlock,
    Number,
    Row,
    Say,
    SayBlock,
    TableBlock,
    Tone,
)
from dashboard.reports.values import Value
from dashboard.url_filter import link, spanning

_SPANS = ("this_time", "four_weeks_before")
_ALWAYS = ("precision", "raised")
Figures = Mapping[str, Any]


class Options(Strict):
    """How many messages may reach a manager a day, and how many verdicts a judgement needs."""

    budget: float = Field(default=5.0, gt=0)
    fewest: int = Field(default=10, ge=1)


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A table of measures beside those of the weeks before, and what is sure of them."""
    part = context.record.part("alert_quality")
    if not part:
        return (NothingBlock(say=Say(code="alert_quality_none")),)
    now, before = part["now"], part["before"]
    if not (now["incidents"] or now["recall"]["known"] or now["messages"]):
        return (NothingBlock(say=Say(code="alert_quality_none")),)
    rows = [_row(context, name, part, options) for name in _MEASURES]
    table = TableBlock(
        key="alert_quality",
        lead=_precision(now, options),
        columns=columns("alert_measure", *_SPANS, numeric=_SPANS),
        rows=tuple(row for row in rows if row.key in _ALWAYS or _told(row)),
    )
    says = (*_change(now, before, options), *_recall(now), *_noise(now, options))
    over = now["per_day"] is not None and now["per_day"] > options.budget
    return (table, SayBlock(says=says, tone="bad" if over else "plain")) if says else (table,)


def _told(row: Row) -> bool:
    """Whether there is anything in a row."""
    cells = [row.cells[name] for name in _SPANS]
    return any(isinstance(cell, Number) and cell.value is not None for cell in cells)


def _precision(now: Figures, options: Options) -> Say:
    values: dict[str, Value] = {
        "judged": count(now["judged"]),
        "incidents": count(now["incidents"]),
        "right": count(now["right"]),
        "fewest": count(options.fewest),
    }
    if not now["incidents"]:
        return Say(code="alerts_none_raised")
    if now["judged"] < options.fewest:
        return Say(code="alerts_too_few", values=values)
    return Say(code="alerts_right", values={**values, "precision": _share(now, options)})


def _change(now: Figures, before: Figures, options: Options) -> list[Say]:
    """Whether precision changed for sure: only where the two intervals do not meet."""
    if min(now["judged"], before["judged"]) < options.fewest:
        return []
    this, that = _share(now, options), _share(before, options)
    assert this.low is not None
    assert this.high is not None
    assert that.low is not None
    assert that.high is not None
    code = "alerts_alike"
    if this.low > that.high:
        code = "alerts_better"
    elif this.high < that.low:
        code = "alerts_worse"
    return [Say(code=code, values={"now": this, "before": that})]


def _recall(now: Figures) -> list[Say]:
    recall = now["recall"]
    if not recall["known"]:
        return []
    values: dict[str, Value] = {"known": count(recall["known"]), "found": count(recall["found"])}
    return [Say(code="alerts_found", values=values)]


def _noise(now: Figures, options: Options) -> list[Say]:
    if now["per_day"] is None:
        return []
    values: dict[str, Value] = {
        "per_day": _per_day(now["per_day"]),
        "budget": _per_day(options.budget),
        "people": count(now["people"]),
        "over": count(now["over"]),
    }
    if now["per_day"] <= options.budget and not now["over"]:
        return [Say(code="alerts_within_budget", values=values)]
    noisiest = person(now["noisiest"])
    assert noisiest is not None, "there are people, so one of them got most"
    values |= {"noisiest": noisiest, "noisiest_per_day": _per_day(now["noisiest_per_day"])}
    return [Say(code="alerts_over_budget", values=values)]


def _row(context: Context, name: str, part: Mapping[str, Figures], options: Options) -> Row:
    measure, now = _MEASURES[name], part["now"]
    over = name == "messages" and (now["per_day"] or 0) > options.budget
    tone: Tone = "bad" if over else "plain"
    period = context.period
    return Row(
        key=name,
        cells={
            "alert_measure": Code(group="alert_measure", value=name),
            "this_time": measure(now, options),
            "four_weeks_before": measure(part["before"], options),
        },
        link=link("/quality", spanning("", period.first, period.last)),
        tone=tone,
    )


def _share(figures: Figures, options: Options) -> Number:
    """Right among those judged; without enough verdicts only how many there are."""
    return share(figures["right"], figures["judged"], fewest=options.fewest)


def _found(figures: Figures, _options: Options) -> Number:
    return share(figures["recall"]["found"], figures["recall"]["known"])


def _labelled(figures: Figures, _options: Options) -> Number:
    """Share of incidents that somebody judged, duplicates included."""
    n: int = figures["incidents"]
    return share(n - figures["waiting"], n)


def _hours(name: str) -> Any:
    def hours(figures: Figures, _options: Options) -> Number:
        return Number(value=figures[f"{name}_h"], unit="hours", n=figures[f"{name}_n"])

    return hours


def _per_day(value: float | None) -> Number:
    return Number(value=value, unit="per_day")


_MEASURES: Mapping[str, Any] = {
    "precision": _share,
    "recall": _found,
    "delay": _hours("detected"),
    "acknowledged": _hours("acknowledged"),
    "messages": lambda figures, _options: _per_day(figures["per_day"]),
    "labelled": _labelled,
    "raised": lambda figures, _options: count(figures["incidents"]),
}
"""Measure to its number, in the order of the table."""
