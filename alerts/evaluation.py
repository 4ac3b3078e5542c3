"""One rule, one slot: read the series as they were known then, judge them, say what was seen.

read      `alerts.reading`: the series, as known at the slot
judge     `alerts.judging`: what each slice did; pure, the same in backtests and rule tests
gather    `alerts.evidence`: what a person needs to believe it, for the slices that matter
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from alerts import store
from alerts.alert_rows import load_alerts
from alerts.detection.surge import LEARN_AFTER_DAYS
from alerts.evidence import gather
from alerts.judging import JudgeError, Judgement, Labels, Past, judge
from alerts.lifecycle import Observation, Seen, Signal
from alerts.reading import Numbers, ReadError, Reading, Tables, read
from alerts.rule_checks import check
from alerts.rules import Rule, RuleVersion
from alerts.rules.format import fingerprint
from alerts.rules.format.feed import FeedRule
from alerts.silent_feeds import held, silent_sources
from alerts.slots import day_of

__all__ = [
    "EvaluationError",
    "Judgement",
    "Past",
    "ReadError",
    "Reading",
    "check",
    "evaluate",
    "judge",
    "past_of",
    "read",
    "watched",
]

EvaluationError = JudgeError
"""A rule that cannot be evaluated now; the message says why and what to do."""
_UNTOLD = Observation(Seen.NODATA, "feed_late")


def evaluate(
    version: RuleVersion,
    version_id: int,
    slot: datetime,
    metrics: Numbers,
    engine: Engine,
    *,
    zone: str,
    tables: Tables | None = None,
    stage: str = "live",
    detail: bool = True,
) -> store.SlotResult:
    """Judge one slot; writes nothing.

    Args:
        version: the rule.
        version_id: its number in the state database.
        slot: end of the judged day.
        metrics: where the numbers come from; asked with `as_of=slot`.
        engine: state database, for the episodes so far.
        zone: reporting zone.
        tables: marts and facts: what deadline rules read, and where samples come from.
        stage: whose alerts the version goes on from, `live` or `shadow`.
        detail: gather evidence anew for alerts that are open already. While past slots are caught
            up it would be replaced at once; what opens gets its evidence in any case.

    Raises:
        EvaluationError: too many segments, or counts that are no counts.
        ReadError: a deadline rule without tables.
    """
    started = time.perf_counter()
    rule = version.rule
    late = None if isinstance(rule, FeedRule) else _late(rule, slot, metrics)
    if late is not None:
        return store.SlotResult(rule.id, version_id, slot, "done", {}, _UNTOLD, late)
    day = day_of(slot, zone)
    reading = read(rule, day, slot, metrics, zone=zone, engine=engine, tables=tables)
    episodes = store.episodes(engine, rule.id, stage)
    open_ = watched(engine, rule.id, stage)
    (judged,) = judge(
        version,
        reading.series,
        [day],
        began=reading.began,
        past=past_of(episodes, rule, day, zone),
        watched=open_,
        events=reading.events,
        zone=zone,
    )
    if not isinstance(rule, FeedRule) and silent_sources(engine, rule):
        judged = held(judged)
    began = {fingerprint_of(rule, e.labels): e.opened for e in episodes if e.closed is None}
    segments = {}
    for seen in judged.slices:
        name = fingerprint_of(rule, seen.labels)
        opened = began.get(name)
        telling = seen.observation.seen is Seen.BREACH if opened is None else detail
        evidence = (
            gather(
                version,
                seen,
                day=day,
                slot=slot,
                opened=day_of(opened, zone) if opened else None,
                zone=zone,
                metrics=metrics,
                tables=tables,
            )
            if telling and seen.numbers
            else None
        )
        segments[name] = store.Segment(seen.labels, seen.observation, evidence)
    elapsed = 1000 * (time.perf_counter() - started)
    return store.SlotResult(
        rule.id,
        version_id,
        slot,
        "done",
        segments,
        judged.others,
        milliseconds=round(elapsed, 1),
    )


def past_of(episodes: Sequence[store.Episode], rule: Rule, day: date, zone: str) -> list[Past]:
    """The episodes that may lie inside the baseline of a day, as judging wants them.

    An episode begins with the window that opened it.
    """
    window = timedelta(days=getattr(rule, "window_days", 1) - 1)
    weeks = getattr(rule, "baseline_weeks", 0) + getattr(rule, "gap_weeks", 0)
    since = day - timedelta(days=7 * weeks + LEARN_AFTER_DAYS) - window
    return [
        Past(
            dict(episode.labels),
            day_of(episode.opened, zone) - window,
            day_of(episode.closed, zone) if episode.closed else None,
        )
        for episode in episodes
        if episode.closed is None or day_of(episode.closed, zone) >= since
    ]


def watched(engine: Engine, rule_id: str, stage: str = "live") -> list[Labels]:
    """Labels of the alerts of a rule that are pending or open."""
    with engine.connect() as connection:
        alerts = load_alerts(connection, rule_id, stage).values()
    waiting = [a for a in alerts if a.state.is_open or a.state.signal is Signal.PENDING]
    return [dict(alert.labels) for alert in sorted(waiting, key=lambda one: one.fingerprint)]


def fingerprint_of(rule: Rule, labels: Labels) -> str:
    """Identity of the alert of a slice."""
    return fingerprint(rule.id, tuple(labels), tuple(labels.values()))


def _late(rule: Rule, slot: datetime, metrics: Numbers) -> str | None:
    """Why a slot cannot be told: the newest data are older than the rule allows."""
    fresh_at = metrics.fresh_at()
    if fresh_at is None:
        return "no data"
    if fresh_at < slot - rule.lateness:
        return f"newest data came in at {fresh_at:%F %H:%M} UTC"
    return None
