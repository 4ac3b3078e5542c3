"""Series written down by hand, in the shape that judging reads.

`20x70` is 20 on seventy days, `20+2x5` is 20 22 24 26 28, a number alone is one day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from alerts.parity_series import compare_groups
from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule

_TOKEN = re.compile(r"(?P<first>\d+(?:\.\d+)?)(?P<step>[+-]\d+(?:\.\d+)?)?(?:x(?P<times>\d{1,4}))?")

Known = Callable[[date], pl.DataFrame]
"""What a rule would read for a day."""


class MadeUpError(ValueError):
    """A series that does not fit its rule; the message says what is missing or too much."""


@dataclass(frozen=True)
class MadeUp:
    """One series: its labels, and the days of each of its columns from the start on."""

    labels: Mapping[str, str]
    columns: Mapping[str, Sequence[float]]


def expand(values: str) -> list[float]:
    """The numbers of a compact series.

    Raises:
        ValueError: naming the part that is not understood.
    """
    return [number for token in values.split() for number in _numbers(token)]


def columns_of(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns a rule's series must have besides `values`, and those they may have."""
    match rule:
        case SurgeRule():
            return (("exposure",) if rule.signal.exposure else (), ())
        case ProportionRule():
            return (("n",), ())
        case ThresholdRule():
            return (("n",) if rule.signal.parity else (), ("n",))
        case DeadlineRule():
            return ((), ("n", "oldest"))
        case _:
            return ((), ())


def labels_wanted(rule: Rule) -> tuple[str, ...]:
    """Labels that each series must have."""
    if isinstance(rule, ThresholdRule) and rule.signal.parity is not None:
        return (*rule.by, *rule.signal.parity.strata)
    return rule.by


def known_days(rule: Rule, series: Sequence[MadeUp], start: date) -> Known:
    """What the rule would read on each day, everything known at the end of its own day.

    Raises:
        MadeUpError: labels or columns do not fit the rule.
    """
    for one in series:
        _check(rule, one)
    frame = pl.concat([_frame(one, start) for one in series])
    match rule:
        case FeedRule():
            arrived = _arrivals(frame)
            return lambda day: arrived.filter(pl.col("at").dt.date() <= day)
        case NoveltyRule():
            frame = _cases(rule, frame)
        case ProportionRule():
            frame = frame.filter(pl.col("n") > 0).with_columns(pl.col("day") + rule.delay)
        case DeadlineRule():
            frame = _standing(rule, frame)
        case ThresholdRule():
            if rule.signal.parity is not None:
                return _compared(rule, frame, start)
            if "n" not in frame.columns:
                frame = frame.with_columns(n=pl.lit(None, dtype=pl.Float64))
        case _:
            pass
    return lambda day: frame.filter(pl.col("day") <= day)


def _numbers(token: str) -> Iterator[float]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise ValueError(f"{token!r} is not understood; write 20, 20x7 or 20+2x7")
    first, growth = float(match["first"]), float(match["step"] or 0)
    return (first + growth * n for n in range(int(match["times"] or 1)))


def _check(rule: Rule, one: MadeUp) -> None:
    wanted = labels_wanted(rule)
    if set(one.labels) != set(wanted):
        raise MadeUpError(
            f"labels {sorted(one.labels)} differ from what {rule.id} splits by, {sorted(wanted)}."
        )
    needed, allowed = columns_of(rule)
    given = set(one.columns) - {"values"}
    for name in needed:
        if name not in given:
            raise MadeUpError(f"{rule.id} has {name}, the series of {dict(one.labels)} has none.")
    for name in sorted(given - {*needed, *allowed}):
        raise MadeUpError(f"{rule.id} has no {name}, the series of {dict(one.labels)} has one.")
    length = len(one.columns["values"])
    for name in given:
        if len(one.columns[name]) != length:
            raise MadeUpError(
                f"the series of {dict(one.labels)} has {length} values and "
                f"{len(one.columns[name])} of {name}; give as many of both."
            )


def _frame(one: MadeUp, start: date) -> pl.DataFrame:
    columns = {"y" if name == "values" else name: days for name, days in one.columns.items()}
    length = len(one.columns["values"])
    return pl.DataFrame(
        {
            "day": [start + timedelta(days=n) for n in range(length)],
            **{name: pl.Series(days, dtype=pl.Float64) for name, days in columns.items()},
        }
    ).select(*(pl.lit(value).alias(name) for name, value in one.labels.items()), pl.all())


def _arrivals(frame: pl.DataFrame) -> pl.DataFrame:
    """As many imports a day, spread evenly from its first minute on."""
    rows = [
        (row["source"], datetime.combine(row["day"], datetime.min.time(), UTC) + part)
        for row in frame.iter_rows(named=True)
        for part in (timedelta(days=1) / int(row["y"]) * n for n in range(int(row["y"])))
    ]
    schema = {"source": pl.String(), "at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("source", "at")


def _cases(rule: NoveltyRule, frame: pl.DataFrame) -> pl.DataFrame:
    """As many cases a day, each of a customer of its own."""
    return (
        frame.rename({rule.signal.of: "value"})
        .with_columns(case=pl.int_ranges(0, pl.col("y").cast(pl.Int64)))
        .explode("case", keep_nulls=False, empty_as_null=False)
        .with_columns(
            case=pl.concat_str(
                *rule.signal.by, "value", pl.col("day").cast(pl.String), "case", separator="/"
            )
        )
        .with_columns(customer=pl.col("case"))
        .drop("y")
    )


def _standing(rule: DeadlineRule, frame: pl.DataFrame) -> pl.DataFrame:
    """All rows are over their time where nothing else is said, by an hour."""
    hours = rule.older_than.total_seconds() / 3600 + 1
    given = frame.columns
    return frame.with_columns(
        n=pl.col("n") if "n" in given else pl.col("y"),
        oldest=pl.col("oldest") if "oldest" in given else pl.lit(hours),
    ).select(*rule.by, "day", "y", "n", "oldest")


def _compared(rule: ThresholdRule, frame: pl.DataFrame, start: date) -> Known:
    found = frame.rename({"y": "numerator", "n": "denominator"})

    def known(day: date) -> pl.DataFrame:
        return compare_groups(rule, found, start, day - rule.delay)

    return known
