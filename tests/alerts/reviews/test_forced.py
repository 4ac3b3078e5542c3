"""Low scores force the question why: each once, bounded, and told without a flood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select

from alerts.event_log import verify
from alerts.lease import LeaseLost, release
from alerts.notify.config import Config, load
from alerts.reviews import forced
from alerts.reviews.forced import CauseReport, run_due
from data_access.state import schema
from tests.alerts.fakes import leading

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = """
schema_version: 1
people:
  Sam: {addresses: {chat: sam}, roles: [service_manager]}
  Liu: {addresses: {chat: liu}, roles: [service_manager], locale: zh}
channels:
  chat: {kind: webhook, url: "https://hooks.shop.example/x"}
"""


@dataclass
class Answers:
    """Marts with answers only; itself what the worker reads from."""

    rows: list[dict[str, Any]]

    @property
    def warehouse(self) -> Answers:
        return self

    def scan(self, table: str, *, namespace: str, schema: Any) -> pl.LazyFrame:
        assert (table, namespace) == ("surveys", "marts")
        return pl.LazyFrame([{name: row.get(name) for name in schema} for row in self.rows], schema)


def answer(number: int, score: float, *, days_ago: float = 1, **more: Any) -> dict[str, Any]:
    return {
        "source": "survey",
        "response_id": f"R{number}",
        "kind": "nps",
        "score": score,
        "answered_at": NOW - days_ago * DAY,
        "market": "DE",
        "reason": "late",
        **more,
    }


def run(
    engine: Engine, rows: list[dict[str, Any]], wall: datetime = NOW, config: Config | None = None
) -> CauseReport:
    lease = leading(engine)
    try:
        return run_due(engine, lease, Answers(rows), config or load(PEOPLE), wall)  # type: ignore[arg-type]
    finally:
        release(engine, lease)


def causes(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(schema.root_cause).order_by("id")))


def messages(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(schema.outbox).order_by("id")))


def test_every_low_score_of_nps_is_asked_about_once(engine: Engine) -> None:
    rows = [
        answer(1, 6),
        answer(2, 7),
        answer(3, 0, reason=None),
        answer(4, 2, kind="csat"),
        answer(5, 3, source="other"),
        answer(6, 1, days_ago=31),
    ]
    assert run(engine, rows) == CauseReport(opened=3)
    assert run(engine, rows) == CauseReport()
    found = causes(engine)
    assert {(row.survey_source, row.survey_id) for row in found} == {
        ("survey", "R1"),
        ("survey", "R3"),
        ("other", "R5"),
    }
    assert found[0].facts_json["labels"]["market"] == "DE"
    # Tuesday + 5 working days is the next Tuesday.
    assert {row.due_at for row in found} == {NOW + 7 * DAY}
    assert verify(engine) is None


def test_two_answers_whose_numbers_run_together_are_two(engine: Engine) -> None:
    rows = [
        answer(1, 1, source="a", response_id="b:c"),
        answer(2, 1, source="a:b", response_id="c"),
    ]
    assert run(engine, rows).opened == 2


def test_one_run_is_bounded_and_the_next_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forced, "MOST_PER_RUN", 4)
    rows = [answer(number, 1) for number in range(10)]
    assert [run(engine, rows).opened for _ in range(4)] == [4, 4, 2, 0]


def test_what_is_overdue_is_told_once_in_one_message_each(engine: Engine) -> None:
    rows = [answer(number, 1) for number in range(30)]
    run(engine, rows)
    due = NOW + 7 * DAY
    assert run(engine, rows, due + timedelta(hours=1)).told == 0, "its day is not over"
    assert run(engine, rows, due + DAY).told == 2
    assert [run(engine, rows, due + days * DAY).told for days in (1.1, 2, 3)] == [0, 0, 0]
    sent = messages(engine)
    assert [(row.recipient, row.locale) for row in sent] == [("Sam", "en"), ("Liu", "zh")]
    assert sent[0].subject == "Overdue: 30 root causes, 0 actions, 0 checks"
    assert sent[1].subject == "逾期：30 个根因、0 项措施、0 项复查"


def test_without_a_manager_the_log_is_told(engine: Engine) -> None:
    config = load("schema_version: 1\n")
    run(engine, [answer(1, 1)], config=config)
    run(engine, [], NOW + 9 * DAY, config)
    assert [row.recipient for row in messages(engine)] == ["#log"]


def test_who_does_not_lead_asks_nothing(engine: Engine) -> None:
    lease = leading(engine, "old")
    release(engine, lease)
    run(engine, [])
    with pytest.raises(LeaseLost):
        run_due(engine, lease, Answers([answer(1, 1)]), load(PEOPLE), NOW)  # type: ignore[arg-type]
    assert causes(engine) == []
