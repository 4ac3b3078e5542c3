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

`rule` is the id of a rule that ships, or a file beside the test file. An expected alert is the
labels that its slice fixes, `{}` is everything. What `values` and the further columns are depends
on the kind, see `alerts.made_up_series` and `docs/rules.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alerts.judging import JudgeError, key_of
from alerts.made_up_series import MadeUp, MadeUpError, expand, known_days
from alerts.replay import Key, replay
from alerts.rules import RuleError, RuleVersion, builtin, load
from alerts.rules.loading import read_yaml
from alerts.rules.texts import segment_text
from alerts.strict_yaml import explain

__all__ = ["expand", "run_test_file", "shipped_tests", "tests_of"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Series(_Strict):
    labels: dict[str, str] = {}
    values: str
    exposure: str | None = None
    n: str | None = None
    oldest: str | None = None


class _Expectation(_Strict):
    day: date
    alerts: list[dict[str, str]]


class _TestFile(_Strict):
    rule: str
    start: date
    series: list[_Series] = Field(min_length=1)
    expect: list[_Expectation] = Field(min_length=1)


def run_test_file(path: Path, version: RuleVersion | None = None) -> list[str]:
    """Run a test file; gives one sentence per day that went otherwise, none if all went well.

    Args:
        path: the test file.
        version: tested in place of the rule that the file names.

    Raises:
        RuleError: the file, or the rule it names, cannot be used.
    """
    test = _read(path)
    version = version or _rule(test.rule, path)
    rule = version.rule
    try:
        series = [_made_up(one) for one in test.series]
        known = known_days(rule, series, test.start)
        last = max(expectation.day for expectation in test.expect)
        first = test.start + timedelta(days=getattr(rule, "window_days", 1))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        opened = replay(version, known, days, began=test.start)
    except (ValueError, JudgeError) as error:
        raise RuleError(f"{path}: {error}") from error
    return [
        f"{path}, {expectation.day}: {message}"
        for expectation in test.expect
        for message in _compare(expectation, opened.get(expectation.day, set()), rule.by)
    ]


def shipped_tests() -> list[Path]:
    """The test files of the rules that ship, one per rule."""
    folder = resources.files("alerts.rules") / "tests"
    return sorted(Path(str(file)) for file in folder.iterdir() if file.name.endswith(".yaml"))


def tests_of(rule_id: str, home: Path | None) -> list[Path]:
    """The test files of one rule: those of the home, and of those that ship what it leaves out.

    A file of the home's `rules/tests/` takes the place of a shipped one of the same name.
    """
    own = {} if home is None else {p.name: p for p in (home / "rules" / "tests").glob("*.yaml")}
    files = {**{path.name: path for path in shipped_tests()}, **own}
    return [path for _name, path in sorted(files.items()) if _names(path) == rule_id]


def _names(path: Path) -> str | None:
    """The rule a test file is about; None if it cannot be told, which is not this rule's fault."""
    try:
        name = _read(path).rule
        return name if not name.endswith((".yaml", ".yml")) else load(path.parent / name).rule.id
    except RuleError:
        return None


def _read(path: Path) -> _TestFile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    body, lines = read_yaml(text, str(path))
    try:
        return _TestFile.model_validate(body)
    except ValidationError as error:
        known = ", ".join(_TestFile.model_fields)
        faults = explain(error, lines, str(path), whole="rule test", known=known)
        raise RuleError("\n".join(faults)) from error


def _rule(name: str, path: Path) -> RuleVersion:
    shipped = builtin()
    if name in shipped:
        return shipped[name]
    file = path.parent / name
    if not file.is_file():
        raise RuleError(
            f"{path}: rule {name!r} is neither a rule that ships ({', '.join(shipped)}) nor a file "
            f"in {path.parent}."
        )
    return load(file)


def _made_up(series: _Series) -> MadeUp:
    written: dict[str, Any] = series.model_dump(exclude={"labels"}, exclude_none=True)
    try:
        return MadeUp(series.labels, {name: expand(text) for name, text in written.items()})
    except ValueError as error:
        raise MadeUpError(f"series of {series.labels}: {error}.") from error


def _compare(expectation: _Expectation, opened: set[Key], by: Sequence[str]) -> Iterator[str]:
    wanted = {key_of(alert) for alert in expectation.alerts}
    for key in sorted(wanted - opened):
        yield f"expected an open alert for {_named(key, by)}, there is none."
    for key in sorted(opened - wanted):
        yield f"an alert for {_named(key, by)} is open, none was expected."


def _named(key: Key, by: Sequence[str]) -> str:
    """The values in the rule's order."""
    labels = dict(key)
    known = [name for name in by if name in labels]
    return segment_text([labels.pop(name) for name in known] + list(labels.values()))
