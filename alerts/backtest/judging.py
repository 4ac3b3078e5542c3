"""What a rule thinks of past days, from the same readings and detectors as the worker's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from alerts.backtest.walking import Day, Judge, Look, Walk
from alerts.detection.surge import score
from alerts.evaluation import _episodes, observe, read_series
from alerts.evidence import Numbers
from alerts.rules import RuleVersion
from alerts.rules.format import fingerprint
from alerts.slots import slot_of


def day_by_day(version: RuleVersion, metrics: Numbers, zone: str) -> Judge:
    """Every day read as it was known at its end."""
    rule = version.rule

    def judge(days: Sequence[date], so_far: Walk) -> Iterator[Day]:
        for day in days:
            series = read_series(rule, day, slot_of(day, zone), metrics)
            if series.is_empty():
                yield Day(day, {})
                continue
            scored = score(
                series,
                rule.spec,
                day,
                began=series["day"].min(),
                episodes=_episodes(so_far.known(), rule, day, zone),
            )
            looks = {}
            for row in scored.judged.iter_rows(named=True):
                labels = {name: str(row[name]) for name in rule.signal.by}
                name = fingerprint(rule.id, tuple(labels), tuple(labels.values()))
                looks[name] = Look(labels, observe(row), row["y"], row["mu"])
            yield Day(day, looks)

    return judge
