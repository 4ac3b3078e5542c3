"""Backtests: the same events as the worker's, what they cost, what they miss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from alerts import backtest, store
from alerts.backtest import Backtest, compare
from alerts.backtest.detections import KnownIncident, detections
from alerts.backtest.judging import judge_of, reader_of
from alerts.backtest.result import Notices, Verdicts
from alerts.backtest.walking import Found, Told, walk
from alerts.evaluation import evaluate
from alerts.lease import Lease
from alerts.rule_store import staged
from alerts.rules import RuleVersion, builtin
from alerts.slots import slot_of
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes

ZONE = "UTC"
WAVE = (18.0, 22.0, 20.0, 19.0, 21.0, 20.0, 23.0)
HISTORY = 62
NAMES = ("DE", "FR", "PL")

factors = st.lists(
    st.sampled_from([1.0, 1.0, 1.0, 1.0, 0.4, 1.4, 2.0, 4.0]), min_size=6, max_size=14
)


def days_of(count: int) -> list[date]:
    return [fakes.FIRST + timedelta(days=HISTORY + n) for n in range(count)]


def counts(drawn: Sequence[Sequence[float]]) -> dict[str, list[float]]:
    """A quiet history, then each market's drawn factors; days of another length are missing."""
    return {
        name: [
            float(round(WAVE[n % 7] * (1.0 if n < HISTORY else factors_[n - HISTORY])))
            for n in range(HISTORY + len(factors_))
        ]
        for name, factors_ in zip(NAMES, drawn, strict=False)
    }


def lived(
    engine: Engine,
    version: RuleVersion,
    metrics: fakes.FakeMetrics,
    days: Sequence[date],
    stage: str = "live",
) -> list[tuple[str, str, datetime, int, str]]:
    """The events of the worker's own evaluation and writing, slot by slot."""
    lease = fakes.leading(engine)
    version_id = place(engine, lease, version, stage)
    for day in days:
        slot = slot_of(day, ZONE)
        result = evaluate(version, version_id, slot, metrics, engine, zone=ZONE, stage=stage)
        assert store.commit_slot(engine, lease, version.rule.timing, result, slot)
    return logged(engine, stage)


def place(engine: Engine, lease: Lease, version: RuleVersion, stage: str) -> int:
    fakes.in_force(engine, lease, {version.rule.id: version}, datetime(2026, 1, 1, tzinfo=UTC))
    (stored,) = staged(engine, "live")
    if stage == "shadow":
        with writing(engine) as connection:
            connection.execute(schema.rule_version.update().values(stage="shadow"))
    return stored.version_id


def logged(engine: Engine, stage: str) -> list[tuple[str, str, datetime, int, str]]:
    subject = {"live": "alert", "shadow": "shadow_alert"}[stage]
    log = schema.event_log.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(log.subject_id, log.kind, log.payload_json)
            .where(log.subject_kind == subject)
            .order_by(log.seq)
        ).all()
    return [
        (
            row.subject_id,
            row.kind,
            datetime.fromisoformat(told["slot"]),
            told["episode"],
            told["reason"],
        )
        for row in rows
        for told in [json.loads(row.payload_json)]
    ]


def told(events: Sequence[Told]) -> list[tuple[str, str, datetime, int, str]]:
    return [
        (one.fingerprint, str(one.event.kind), one.event.at, one.event.episode, one.event.reason)
        for one in events
    ]


@pytest.mark.parametrize("stage", ["live", "shadow"])
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(factors, min_size=1, max_size=3), hold=st.sampled_from(["0d", "1d"]))
def test_a_backtest_tells_event_by_event_what_the_worker_tells(
    stage: str, drawn: list[list[float]], hold: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    version = fakes.rule(**{"for": hold})
    made = counts(drawn)
    days = days_of(max(len(one) for one in drawn))
    metrics = fakes.FakeMetrics(made, datetime(2027, 1, 1, tzinfo=UTC))
    read = reader_of(version.rule, days, metrics, zone=ZONE)
    walked = walk(version.rule.timing, days, judge_of(version, read, ZONE), zone=ZONE)
    folder: Path = tmp_path_factory.mktemp("lived")
    engine = fakes.opened(f"sqlite:///{folder / 'state.db'}")
    try:
        assert told(walked.told) == lived(engine, version, metrics, days, stage)
    finally:
        engine.dispose()


def test_the_property_can_fail(sqlite_engine: Engine) -> None:
    """A surge is in the drawn data, and another rule tells other events of it."""
    drawn = [[1.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0]]
    days = days_of(8)
    metrics = fakes.FakeMetrics(counts(drawn), datetime(2027, 1, 1, tzinfo=UTC))
    version, other = fakes.rule(), fakes.rule(**{"for": "2d"})
    live = lived(sqlite_engine, version, metrics, days)
    assert [kind for _name, kind, *_rest in live] == ["episode_opened", "recovering", "resolved"]
    read = reader_of(other.rule, days, metrics, zone=ZONE)
    assert told(walk(other.rule.timing, days, judge_of(other, read, ZONE)).told) != live


def test_one_reading_serves_all_days_as_one_for_each_does() -> None:
    drawn = [[1.0, 4.0, 4.0, 1.0, 2.0, 1.0, 1.0, 1.0], [1.0] * 6 + [4.0, 4.0]]
    days = days_of(8)
    metrics = fakes.FakeMetrics(counts(drawn), datetime(2027, 1, 1, tzinfo=UTC))
    version = fakes.rule()
    read = reader_of(version.rule, days, metrics, zone=ZONE)
    for day in days:
        slot = slot_of(day, ZONE)
        alone = reader_of(version.rule, [day], metrics, zone=ZONE)(day)
        shown = read(day)
        assert shown.series.equals(alone.series)
        assert shown.began == alone.began
        assert slot > datetime.combine(shown.series["day"].max(), datetime.min.time(), UTC)  # type: ignore[arg-type]


# The whole


def run(engine: Engine, days: int, drawn: list[list[float]], version: RuleVersion) -> Backtest:
    metrics = fakes.FakeMetrics(counts(drawn), datetime(2027, 1, 1, tzinfo=UTC))
    span = days_of(days)
    return backtest.run(version, metrics, engine, first=span[0], last=span[-1], zone=ZONE)


SURGE = [[1.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]


def test_what_a_backtest_counts(sqlite_engine: Engine) -> None:
    day = days_of(2)[1]
    with writing(sqlite_engine) as connection:
        for title, market, began in (("Strike", "DE", day), ("Fire", "FR", day)):
            connection.execute(
                insert(schema.known_incident).values(
                    title=title,
                    labels_json={"market": market},
                    began_on=began - timedelta(days=1),
                    ended_on=began + timedelta(days=3),
                    author="Ada",
                    created_at=datetime(2026, 6, 1, tzinfo=UTC),
                )
            )
    made = run(sqlite_engine, 10, SURGE, fakes.rule())
    assert (made.days, made.segments, len(made.episodes)) == (10, 1, 1)
    (episode,) = made.episodes
    assert (episode.labels, episode.opened, episode.reason) == ({"market": "DE"}, day, "surge")
    # Its worst day is the second, four times of 22; clear on the third, resolved two days later.
    assert episode.y == 88.0
    assert episode.closed == day + timedelta(days=4)
    assert [(one.title, one.delay_days) for one in made.detections] == [
        ("Strike", 1),
        ("Fire", None),
    ]
    assert [one.title for one in made.missed] == ["Fire"]
    assert made.episodes_per_week == pytest.approx(0.7)
    assert made.by_weekday[day.weekday()] == 1
    assert made.by_label("market") == {"DE": 1}
    assert [one.open for one in made.daily] == [0, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    # The first message, a reminder a day while nobody acknowledges, and that it is over.
    assert made.notices.by_reason == {"first": 1, "repeat": 3, "resolved": 1}
    assert (made.notices.managers, made.notices.busiest) == (1, 2)
    assert made.per_manager_day == pytest.approx(0.2)
    assert Backtest.from_json(made.to_json()) == made


def test_days_without_enough_history_are_not_counted(sqlite_engine: Engine) -> None:
    metrics = fakes.FakeMetrics({"DE": [20.0] * 60}, datetime(2027, 1, 1, tzinfo=UTC))
    first = fakes.FIRST + timedelta(days=50)
    made = backtest.run(
        fakes.rule(),
        metrics,
        sqlite_engine,
        first=first,
        last=first + timedelta(days=9),
        zone=ZONE,
    )
    # Eight weeks before the judged day: from the 57th day on.
    assert made.days == 4


def test_an_empty_home_judges_nothing(sqlite_engine: Engine) -> None:
    made = run(sqlite_engine, 3, [], fakes.rule())
    assert (made.days, made.episodes, made.episodes_per_week) == (0, (), None)
    assert made.per_manager_day == 0.0


def test_the_last_day_is_over_and_was_read() -> None:
    fresh = datetime(2026, 3, 2, 6, tzinfo=UTC)
    metrics = fakes.FakeMetrics({}, fresh)
    assert backtest.last_day(metrics, fresh + timedelta(days=5), ZONE) == date(2026, 3, 1)
    assert backtest.last_day(metrics, fresh - timedelta(days=1), ZONE) == date(2026, 2, 28)
    midnight = replace(metrics, fresh=datetime(2026, 3, 2, tzinfo=UTC))
    assert backtest.last_day(midnight, fresh, ZONE) == date(2026, 3, 1)
    assert backtest.last_day(replace(metrics, fresh=None), fresh, ZONE) is None


# Parts


def found(market: str, opened: int, closed: int | None) -> Found:
    def day(number: int) -> date:
        return date(2026, 5, number)

    return Found(
        f"f-{market}",
        {"market": market},
        1,
        day(opened),
        day(closed) if closed else None,
        "surge",
    )


def backtested(first: int, last: int, *episodes: Found) -> Backtest:
    return Backtest(
        "r",
        "0",
        date(2026, 5, first),
        date(2026, 5, last),
        last - first + 1,
        1,
        episodes,
        0,
        (),
        (),
        Notices(0, 1, {}, 0),
        Verdicts(0, {}),
    )


def test_versions_are_compared_over_the_days_both_cover() -> None:
    old = backtested(1, 20, found("DE", 2, 5), found("FR", 8, 9), found("PL", 18, 19))
    new = backtested(5, 25, found("DE", 5, 7), found("FR", 11, None), found("IT", 22, 23))
    difference = compare(old, new)
    assert difference is not None
    assert (difference.first, difference.last) == (date(2026, 5, 5), date(2026, 5, 20))
    assert [one.labels["market"] for one in difference.only_old] == ["FR", "PL"]
    assert [one.labels["market"] for one in difference.only_new] == ["FR"]
    assert [(a.opened.day, b.opened.day) for a, b in difference.both] == [(2, 5)]
    assert compare(backtested(1, 3), backtested(4, 6)) is None


def test_a_version_compared_with_itself_has_no_difference() -> None:
    made = backtested(1, 20, found("DE", 2, 5), found("DE", 8, 9), found("FR", 8, None))
    difference = compare(made, made)
    assert difference is not None
    assert (difference.only_old, difference.only_new, len(difference.both)) == ((), (), 3)


def test_when_an_incident_counts_as_found() -> None:
    episodes = [found("DE", 5, 8), found("FR", 2, 3)]

    def told_of(labels: dict[str, str], began: int, ended: int | None) -> int | None:
        incident = KnownIncident(
            1, "x", labels, date(2026, 5, began), date(2026, 5, ended) if ended else None
        )
        (one,) = detections(episodes, [incident])
        return one.delay_days

    assert told_of({"market": "DE"}, 4, 9) == 1
    assert told_of({"market": "DE", "carrier": "X"}, 4, 9) == 1
    assert told_of({"market": "DE"}, 6, None) == 0  # it was open already
    assert told_of({"market": "DE"}, 1, 4) is None
    assert told_of({"market": "DE"}, 9, 12) is None
    assert told_of({"market": "IT"}, 1, 20) is None
    assert told_of({}, 2, 9) == 0


@pytest.mark.parametrize("rule_id", sorted(builtin()))
def test_every_kind_that_ships_can_be_read_for_many_days(rule_id: str) -> None:
    """The days shown for one day are those that the worker would have read for it."""
    from alerts.reading import days_read

    first, last = days_read(builtin()[rule_id].rule, date(2026, 6, 30))
    assert first <= last <= date(2026, 6, 30)
