"""Test files for rules: made-up series, and the alerts expected to be open on given days.

    rule: complaint-surge
    start: 2026-01-05
    series:
      - labels: {market: DE, category: toys}
        values: 20x70 45x3 20x4
    expect:
      - day: 2026-03-15
        alerts: []
      - day: 2026-03-16
        alerts: [{market: DE, category: toys}]

`20x70` is 20 on seventy days, `20+2x5` is 20 22 24 26 28, a number alone is one day. `rule` is the
id of a rule that ships, or a file beside the test file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alerts.replay import replay
from alerts.rules import Rule, RuleError, builtin, load
from alerts.rules.loading import read_yaml

_TOKEN = re.compile(r"(?P<first>\d+(?:\.\d+)?)(?P<step>[+-]\d+(?:\.\d+)?)?(?:x(?P<times>\d{1,4}))?")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Series(_Strict):
    labels: dict[str, str]
    values: str
    exposure: str | None = None


class _Expectation(_Strict):
    day: date
    alerts: list[dict[str, str]]


class _TestFile(_Strict):
    rule: str
    start: date
    series: list[_Series] = Field(min_length=1)
    expect: list[_Expectation] = Field(min_length=1)


def run_test_file(path: Path) -> list[str]:
    """Run a test file; gives one sentence per day that went otherwise, none if all went well.

    Raises:
        RuleError: the file, or the rule it names, cannot be used.
    """
    test = _read(path)
    rule = _rule(test.rule, path)
    frame = pl.concat([_rows(rule, series, test.start, path) for series in test.series])
    last = max(expectation.day for expectation in test.expect)
    first = test.start + timedelta(days=rule.window_days)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    opened = replay(rule, frame, days, began=test.start)
    return [
        f"{path}, {expectation.day}: {message}"
        for expectation in test.expect
        for message in _compare(rule, expectation, opened.get(expectation.day, set()))
    ]


def expand(values: str) -> list[float]:
    """The numbers of a compact series.

    Raises:
        ValueError: naming the part that is not understood.
    """
    return [number for token in values.split() for number in _numbers(token)]


def _numbers(token: str) -> Iterator[float]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise ValueError(f"{token!r} is not understood; write 20, 20x7 or 20+2x7")
    first, growth = float(match["first"]), float(match["step"] or 0)
    return (first + growth * n for n in range(int(match["times"] or 1)))


def _read(path: Path) -> _TestFile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    body, lines = read_yaml(text, str(path))
    try:
        return _TestFile.model_validate(body)
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            place = tuple(fault["loc"])
            while place and place not in lines:
                place = place[:-1]
            field = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{path}, line {lines.get(place, 1)}: {field}: {fault['msg']}.")
        raise RuleError("\n".join(faults)) from error


def _rule(name: str, path: Path) -> Rule:
    shipped = builtin()
    if name in shipped:
        return shipped[name].rule
    file = path.parent / name
    if not file.is_file():
        raise RuleError(
            f"{path}: rule {name!r} is neither a rule that ships ({', '.join(shipped)}) nor a file "
            f"in {path.parent}."
        )
    return load(file).rule


def _rows(rule: Rule, series: _Series, start: date, path: Path) -> pl.DataFrame:
    if set(series.labels) != set(rule.signal.by):
        raise RuleError(
            f"{path}: labels {sorted(series.labels)} differ from what {rule.id} splits by, "
            f"{sorted(rule.signal.by)}."
        )
    if (series.exposure is None) != (rule.signal.exposure is None):
        raise RuleError(
            f"{path}: {rule.id} has {'an' if rule.signal.exposure else 'no'} exposure, the series "
            f"of {series.labels} {'none' if rule.signal.exposure else 'one'}."
        )
    try:
        values = expand(series.values)
        exposure = expand(series.exposure) if series.exposure is not None else None
    except ValueError as error:
        raise RuleError(f"{path}: series of {series.labels}: {error}.") from error
    if exposure is not None and len(exposure) != len(values):
        raise RuleError(
            f"{path}: series of {series.labels} has {len(values)} values and {len(exposure)} days "
            "of exposure; give as many of both."
        )
    frame = pl.DataFrame(
        {"day": [start + timedelta(days=n) for n in range(len(values))], "y": values}
    ).with_columns(pl.lit(series.labels[name]).alias(name) for name in rule.signal.by)
    if exposure is not None:
        frame = frame.with_columns(exposure=pl.Series(exposure, dtype=pl.Float64))
    return frame


def _compare(rule: Rule, expectation: _Expectation, opened: set[tuple[str, ...]]) -> Iterator[str]:
    wanted = {tuple(alert.get(name, "") for name in rule.signal.by) for alert in expectation.alerts}
    for labels in sorted(wanted - opened):
        yield f"expected an open alert for {' · '.join(labels)}, there is none."
    for labels in sorted(opened - wanted):
        yield f"an alert for {' · '.join(labels)} is open, none was expected."
