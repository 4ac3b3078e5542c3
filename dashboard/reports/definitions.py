"""How each KPI is defined, as data: what a report keeps to tell later which definition changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache

from data_access.marts.schemas import MARTS
from data_access.metrics import CATALOGUE, Kpi
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf

Definition = dict[str, str | float | bool | None]

ROWS = "rows"
"""Fingerprint of the expressions over rows that the KPI sums."""

_TEXTS = ("name", "title", "short", "doc", "reference", "target")
"""Told elsewhere, or without influence on the number."""

_LENGTH = 16
_MOMENT = AsOf(datetime(2000, 1, 1, tzinfo=UTC), "UTC")


@cache
def definitions() -> Mapping[str, Definition]:
    """Every KPI of the catalogue: its declaration and the fingerprint of what it sums."""
    return {name: _definition(kpi) for name, kpi in sorted(CATALOGUE.items())}


def changed(before: Mapping[str, Definition]) -> dict[str, tuple[str, ...]]:
    """KPIs that are defined otherwise now: name to the fields that differ; all of one that is gone.

    Args:
        before: what `definitions` gave then.
    """
    now = definitions()
    found = {}
    for name, was in before.items():
        is_ = now.get(name, {})
        fields = tuple(sorted(key for key in {*was, *is_} if was.get(key) != is_.get(key)))
        if fields:
            found[name] = fields
    return found


def cohorts_of(kpi: str) -> tuple[str, ...]:
    """The cohorts that a KPI sums; none of a KPI that is not in the catalogue."""
    if kpi not in CATALOGUE:
        return ()
    return tuple(sorted({measure.partition(".")[0] for measure in _measures(CATALOGUE[kpi])}))


def _definition(kpi: Kpi) -> Definition:
    told = {name: value for name, value in asdict(kpi).items() if name not in _TEXTS}
    plain: Definition = {
        name: value
        if value is None or isinstance(value, str | float | bool)
        else json.dumps(value, sort_keys=True, default=str)
        for name, value in told.items()
    }
    return {**plain, ROWS: _rows(kpi)}


def _rows(kpi: Kpi) -> str:
    told = []
    for measure in _measures(kpi):
        name, _, column = measure.partition(".")
        cohort = COHORTS[name]
        expression = cohort.measures.get(column)
        told.append([measure, *_cohort(cohort), str(expression(_MOMENT)) if expression else ""])
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _cohort(cohort: Cohort) -> Iterator[str]:
    yield from (cohort.mart, cohort.anchor, cohort.known_at or "")
    yield cohort.prepare(MARTS[cohort.mart].empty()).explain(optimized=False)


def _measures(kpi: Kpi) -> list[str]:
    named = (kpi.numerator, kpi.denominator, kpi.waiting, kpi.tainted)
    return sorted({name for name in named if name is not None})
