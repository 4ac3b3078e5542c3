"""What a person needs to believe an alert: the numbers, the weeks before, who drives it, cases.

Evidence is JSON on the alert row, frozen with the slot that produced it. Every kind of rule gives
the same keys; what a kind does not have is null or empty.

| key | type | meaning |
|---|---|---|
| `rule` | object | `id`, `sha256`, `kind`, `kpi` (KPI or state), `by`, `window_days`, `hierarchy` |
| `severity`, `topic` | text | as the rule says |
| `labels` | object | the dimensions that the slice fixes; `""` is unknown, none fixed: everything |
| `group` | object | those of them that tell incidents apart |
| `unit` | text | of `value`, `limit`, `usual`: `share`, `count`, `rows`, `hours`, `ratio`… |
| `better` | text | `up`, `down` or `none`: which way the KPI is better |
| `day` | date | the judged day |
| `where` | object | `start`, `end`: the window, as dates of the filter bar |
| `numbers` | object | see below; each a number or null |
| `compared` | object | `en`, `zh`: what is compared with what, in one sentence |
| `series` | list | `day`, `y`, `mu`, `low`, `high` (and `n` of shares): the last nine weeks |
| `drivers` | list | `dimension`, `value`, `y`, `mu`, `excess`: what grew most inside the slice |
| `children` | list | `labels`, `y`, `mu`, `excess`, `share`: finer slices, and what they explain |
| `samples` | list | case ids, the newest first |
| `rows` | list | `kind` (`parcel`, `case`, `refund`), `id`, `since`: the oldest over their time |
| `examples` | list | `kind` (`case`, `review`), `id`, `at`, `lang`, `text`: what customers say |
| `texts` | object | `title`, `summary`, `action`, each `en` and `zh` |
| `playbook` | text | the rule's hint, or null |

`numbers` of a surge: `y` (seen), `mu` (expected), `phi` (dispersion), `p`, `q`, `increase` (share
of mu), `excess`, `exposure`, `window_days` (of several windows the one that these are about). Of a
proportion the same in *bad* rows, and `n` (of how many), `value` and `usual` (shares as the KPI
counts them). Of a threshold: `y`, `n`, `value`, `low`, `high` (its interval), `limit`, `increase`
(beyond the limit, as a share of it), `excess` (rows beyond it), with parity `share` and
`reference`. Of a deadline: `y` (rows over their time), `n` (in the state), `share`, `oldest`,
`allowed` (hours), `excess`. Of a feed: `silent`, `usual`, `limit` (hours). Of a novelty: `y`
(cases), `n` (all of its scope), `customers`, `mu` (expected customers), `known`, `p`, `q`.

`series` of a threshold is the number itself with its interval as band and the limit as `mu`; of a
deadline the rows over their time with the rule's `min_rows` as `mu`; of a feed imports a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import polars as pl

from alerts.drivers import drivers
from alerts.examples import Voices, overdue_voices, voices
from alerts.judging import SliceSeen
from alerts.judging.specs import kpi_of, unit_of
from alerts.reading import Numbers, Tables
from alerts.rule_checks import known_dims
from alerts.rules import Rule, RuleVersion
from alerts.rules.comparison import compared
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.texts import texts
from data_access.metrics import Filter

__all__ = ["SERIES_DAYS", "Numbers", "Tables", "gather", "known_dims"]

SERIES_DAYS = 63


def gather(
    version: RuleVersion,
    seen: SliceSeen,
    *,
    day: date,
    slot: datetime,
    opened: date | None,
    zone: str,
    metrics: Numbers,
    tables: Tables | None,
) -> dict[str, Any]:
    """Evidence of one slice.

    Args:
        version: the rule.
        seen: what judging saw.
        day: the judged day.
        slot: its end; nothing later is asked.
        opened: the day its open episode began; None: it begins now.
        zone: reporting zone.
        metrics: where drivers are counted.
        tables: where cases and rows are read; None: none are told.
    """
    rule = version.rule
    labels = dict(seen.labels)
    numbers = {name: _rounded(value) for name, value in seen.numbers.items()}
    window = window_of(rule, day, numbers)
    told = _voices(rule, labels, window, slot, day=day, zone=zone, tables=tables)
    kpi = kpi_of(rule)
    return {
        "rule": {
            "id": rule.id,
            "sha256": version.sha256,
            "kind": rule.kind,
            "kpi": rule.subject,
            "by": list(rule.by),
            "window_days": getattr(rule, "window_days", 1),
            "hierarchy": getattr(rule, "hierarchy", False),
        },
        "severity": rule.severity,
        "topic": rule.topic,
        "labels": labels,
        "group": {name: labels[name] for name in rule.group_by if name in labels},
        "unit": unit_of(rule),
        "better": kpi.better if kpi else "down",
        "day": day.isoformat(),
        "where": {"start": str(window.start), "end": str(window.end)},
        "numbers": numbers,
        "compared": compared(rule, numbers, unit=unit_of(rule)),
        "series": _series(seen),
        "drivers": drivers(rule, labels, window, opened, slot=slot, metrics=metrics),
        "children": _children(seen),
        "samples": list(told.cases),
        "rows": list(told.rows),
        "examples": list(told.examples),
        "texts": texts(rule, labels, numbers, day, unit=unit_of(rule)),
        "playbook": rule.playbook,
    }


def window_of(
    rule: Rule, day: date, numbers: Mapping[str, float | None] = MappingProxyType({})
) -> Filter:
    """The days whose rows were judged; of several windows the one that the numbers are about."""
    end = day - getattr(rule, "delay", timedelta(0))
    told = numbers.get("window_days")
    length = int(told) if told else int(getattr(rule, "window_days", 1))
    return Filter(start=end - timedelta(days=length - 1), end=end)


def _voices(
    rule: Rule,
    labels: dict[str, str],
    window: Filter,
    slot: datetime,
    *,
    day: date,
    zone: str,
    tables: Tables | None,
) -> Voices:
    if tables is None:
        return Voices()
    if isinstance(rule, DeadlineRule):
        return overdue_voices(rule, labels, tables, day=day, zone=zone)
    return voices(rule, labels, window, slot, tables)


def _series(seen: SliceSeen) -> list[dict[str, Any]]:
    recent = seen.history().tail(SERIES_DAYS)
    numbers = [name for name in recent.columns if name != "day"]
    return recent.with_columns(
        pl.col("day").cast(pl.String), pl.col(numbers).cast(pl.Float64).fill_nan(None).round(4)
    ).to_dicts()


def _children(seen: SliceSeen) -> list[dict[str, Any]]:
    whole = seen.numbers.get("excess") or 0.0
    return [
        {
            "labels": dict(child.labels),
            "y": _rounded(child.y),
            "mu": _rounded(child.mu),
            "excess": _rounded(child.excess),
            "share": _rounded(child.excess / whole) if whole > 0 else None,
        }
        for child in seen.children
    ]


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.6g}")
