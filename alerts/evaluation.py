"""One rule, one slot: read the series as they were known then, judge them, say what was seen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl
from sqlalchemy import Engine

from alerts import store
from alerts.detection.surge import LEARN_AFTER_DAYS, Reason, Scored, score
from alerts.evidence import Numbers, Tables, gather, known_dims
from alerts.lifecycle import Observation, Seen
from alerts.rules import Rule, RuleError, RuleVersion
from alerts.rules.format import fingerprint
from alerts.slots import day_of
from data_access.metrics import CATALOGUE, Filter, Query

_MARGIN_DAYS = 28
"""How much earlier than the baseline is read, to see since when the feed runs."""


class EvaluationError(Exception):
    """A rule that cannot be evaluated now; the message says why and what to do."""


def check(version: RuleVersion) -> None:
    """Check what only the KPI catalogue can tell.

    Raises:
        RuleError: the rule names a KPI or dimension that is not there.
    """
    signal, where = version.rule.signal, version.where
    names = {"signal.kpi": signal.kpi}
    if signal.exposure:
        names["signal.exposure.denominator_of"] = signal.exposure.denominator_of
    for field, name in names.items():
        if name not in CATALOGUE:
            raise RuleError(
                f"{where}: {field} = {name!r}: there is no such KPI. Known: {', '.join(CATALOGUE)}."
            )
        missing = [dim for dim in signal.by if dim not in known_dims(name)]
        if missing:
            raise RuleError(
                f"{where}: signal.by = {missing[0]!r}: {name} cannot be split by it. "
                f"It knows: {', '.join(known_dims(name))}."
            )
    if CATALOGUE[signal.kpi].unit != "count":
        raise RuleError(
            f"{where}: signal.kpi = {signal.kpi!r} is not a count; a surge needs one. Give the "
            "count here and the other half as exposure."
        )
    if signal.exposure and CATALOGUE[signal.exposure.denominator_of].denominator is None:
        raise RuleError(
            f"{where}: signal.exposure.denominator_of = {signal.exposure.denominator_of!r} has no "
            "denominator; name a rate."
        )


def evaluate(
    version: RuleVersion,
    version_id: int,
    slot: datetime,
    metrics: Numbers,
    engine: Engine,
    *,
    zone: str,
    tables: Tables | None = None,
) -> store.SlotResult:
    """Judge one slot; writes nothing.

    Args:
        version: the rule.
        version_id: its number in the state database.
        slot: end of the judged day.
        metrics: where the numbers come from; asked with `as_of=slot`.
        engine: state database, for the episodes so far.
        zone: reporting zone.
        tables: where sample cases are read; None: no samples.

    Raises:
        EvaluationError: the rule splits into more segments than it allows.
    """
    started = time.perf_counter()
    rule = version.rule
    fresh_at = metrics.fresh_at()
    if fresh_at is None or fresh_at < slot - rule.lateness:
        unseen = Observation(Seen.NODATA, "feed_late")
        message = (
            "no data" if fresh_at is None else f"newest data came in at {fresh_at:%F %H:%M} UTC"
        )
        return store.SlotResult(rule.id, version_id, slot, "done", {}, unseen, message)
    day = day_of(slot, zone)
    series = read_series(rule, day, slot, metrics)
    count = series.select(rule.signal.by).n_unique() if series.height else 0
    if count > rule.max_segments:
        raise EvaluationError(
            f"{rule.id} splits into {count:,} segments, more than max_segments = "
            f"{rule.max_segments:,}; split by less or raise the limit."
        )
    began = series["day"].min() if series.height else day
    assert isinstance(began, date)
    past = store.episodes(engine, rule.id)
    scored = score(series, rule.spec, day, began=began, episodes=_episodes(past, rule, day, zone))
    ongoing = {
        tuple(episode.labels.get(dim, "") for dim in rule.signal.by): day_of(episode.opened, zone)
        for episode in past
        if episode.closed is None
    }
    segments = _segments(version, scored, slot, metrics=metrics, tables=tables, ongoing=ongoing)
    elapsed = 1000 * (time.perf_counter() - started)
    return store.SlotResult(
        rule.id, version_id, slot, "done", segments, milliseconds=round(elapsed, 1)
    )


def read_series(rule: Rule, day: date, slot: datetime, metrics: Numbers) -> pl.DataFrame:
    """`<by…>`, `day`, `y` and, where the rule has one, `exposure`, as known at the slot."""
    by = (*rule.signal.by, "day")
    where = Filter(start=day - timedelta(days=rule.spec.history_days - 1 + _MARGIN_DAYS), end=day)
    named = [pl.col(name).cast(pl.String).fill_null("") for name in rule.signal.by]
    counts = metrics.kpi(Query(rule.signal.kpi, by, where, slot)).select(
        *named, "day", y=pl.col("value").cast(pl.Float64)
    )
    if rule.signal.exposure is None:
        return counts
    exposed = metrics.kpi(Query(rule.signal.exposure.denominator_of, by, where, slot)).select(
        *named, "day", exposure=pl.col("denominator").cast(pl.Float64)
    )
    joined = exposed.join(counts, on=list(by), how="full", coalesce=True)
    return joined.select(*by, pl.col("y", "exposure").fill_null(0.0)).sort(by)


def observe(row: dict[str, object]) -> Observation:
    """What a judged row means for the signal machine."""
    reason = str(row["reason"])
    if row["breach"]:
        return Observation(Seen.BREACH, reason)
    if reason == Reason.SHORT_HISTORY:
        return Observation(Seen.NODATA, reason)
    # Nothing was due or ordered: no excess can be going on.
    if reason == Reason.NO_EXPOSURE or row["cleared"]:
        return Observation(Seen.CLEAR, reason)
    return Observation(Seen.ELEVATED, reason)


def _episodes(past: list[store.Episode], rule: Rule, day: date, zone: str) -> pl.DataFrame | None:
    """Episodes inside the baseline, by day."""
    since = day - timedelta(days=rule.spec.history_days + LEARN_AFTER_DAYS)
    found = [
        {
            **{name: episode.labels.get(name, "") for name in rule.signal.by},
            "opened": day_of(episode.opened, zone) - timedelta(days=rule.window_days - 1),
            "closed": day_of(episode.closed, zone) if episode.closed else None,
        }
        for episode in past
        if episode.closed is None or day_of(episode.closed, zone) >= since
    ]
    if not found:
        return None
    schema = {**dict.fromkeys(rule.signal.by, pl.String), "opened": pl.Date, "closed": pl.Date}
    return pl.DataFrame(found, schema=schema)


def _segments(
    version: RuleVersion,
    scored: Scored,
    slot: datetime,
    *,
    metrics: Numbers,
    tables: Tables | None,
    ongoing: Mapping[tuple[str, ...], date],
) -> dict[str, store.Segment]:
    rule = version.rule
    found = {}
    for index, row in enumerate(scored.judged.iter_rows(named=True)):
        labels = {name: str(row[name]) for name in rule.signal.by}
        opened = ongoing.get(tuple(labels.values()))
        telling = row["breach"] or opened is not None
        evidence = (
            gather(
                version,
                scored,
                index,
                slot=slot,
                opened=opened,
                metrics=metrics,
                tables=tables,
            )
            if telling
            else None
        )
        name = fingerprint(rule.id, tuple(labels), tuple(labels.values()))
        found[name] = store.Segment(labels, observe(row), evidence)
    return found
