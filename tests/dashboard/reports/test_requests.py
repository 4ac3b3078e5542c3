"""Reports that people ask for: one row each, taken by the worker once, whatever happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from dashboard.reports import requests
from dashboard.reports.periods import parse
from dashboard.reports.requests import Made, Request
from tests.dashboard.reports.stored_rows import NOW, stored
from tests.migrated_state import opened


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    """Once for each kind of database."""
    made = opened(state_url)
    yield made
    made.dispose()


@pytest.fixture
def page(engine: Engine) -> int:
    return stored(engine, parse("2026-W46", "week"), as_of=NOW)


class Worker:
    """Makes reports of nothing, and remembers what it was asked for."""

    def __init__(self, engine: Engine, page: int) -> None:
        self.engine, self.page = engine, page
        self.made: list[tuple[str, str, str]] = []
        self.fails: Exception | None = None
        self.now = NOW

    def make(self, template: str, period: str, by: str) -> Made:
        self.made.append((template, period, by))
        if self.fails is not None:
            raise self.fails
        return Made(self.page, {"n": 1, "new": True})

    def again(self, report_id: int) -> Made:
        return Made(report_id, {"document_same": True})

    def run(self) -> int:
        return requests.run_due(self.engine, self.make, self.again, lambda: self.now)


@pytest.fixture
def worker(engine: Engine, page: int) -> Worker:
    return Worker(engine, page)


def ask(engine: Engine, period: str = "2026-W47", token: str | None = None) -> str:
    outcome = requests.ask(engine, "weekly", period, actor="Ana", token=token, now=NOW)
    return outcome.why or outcome.result


def newest(engine: Engine) -> Request:
    return requests.asked_for(engine, since=NOW - timedelta(days=1))[0]


def test_what_was_asked_for_is_made_once(engine: Engine, worker: Worker) -> None:
    assert ask(engine, token="t") == "done"
    assert ask(engine, token="t") == "repeated"
    assert ask(engine) == "waiting"
    assert newest(engine).state == "waiting"
    assert worker.run() == 1
    assert worker.run() == 0
    assert worker.made == [("weekly", "2026-W47", "Ana")]
    done = newest(engine)
    assert (done.state, done.by, done.report_id) == ("issued", "Ana", worker.page)
    assert done.facts == {"n": 1, "new": True}


def test_it_may_be_asked_for_again(engine: Engine, worker: Worker) -> None:
    for _time in range(2):
        assert ask(engine) == "done"
        worker.run()
    assert len(worker.made) == 2
    assert len(requests.asked_for(engine, since=NOW)) == 1


def test_a_failure_says_why_and_the_next_one_goes_on(engine: Engine, worker: Worker) -> None:
    ask(engine)
    worker.fails = ValueError("Nothing was imported yet.")
    assert worker.run() == 1
    failed = newest(engine)
    assert (failed.state, failed.error) == ("failed", "Nothing was imported yet.")
    worker.fails = None
    assert ask(engine) == "done"
    assert worker.run() == 1
    assert (newest(engine).state, newest(engine).error) == ("issued", "")


def test_what_a_worker_left_is_begun_again_and_given_up_at_last(
    engine: Engine, worker: Worker
) -> None:
    ask(engine)

    class Killed(BaseException):
        pass

    for _time in range(requests.MOST_ATTEMPTS):
        worker.fails = Killed()  # type: ignore[assignment]
        with pytest.raises(Killed):
            worker.run()
        assert worker.run() == 0  # somebody may be at it still
        worker.now += requests.GIVE_UP
    assert worker.run() == 0
    assert len(worker.made) == requests.MOST_ATTEMPTS
    assert (newest(engine).state, newest(engine).error) == ("failed", requests.INTERRUPTED)


def test_a_report_is_built_again_on_request(engine: Engine, worker: Worker, page: int) -> None:
    assert requests.compared(engine, page) is None
    asked = requests.ask_again(engine, page, actor="Ana", token=None, now=NOW)
    assert asked.result == "done"
    assert requests.asked_for(engine, since=NOW) == []
    worker.run()
    found = requests.compared(engine, page)
    assert found is not None
    assert (found.state, found.facts) == ("issued", {"document_same": True})
    gone = requests.ask_again(engine, page + 1, actor="Ana", token=None, now=NOW)
    assert gone.why == "not_found"
