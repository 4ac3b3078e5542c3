"""Issuing: the same is the same issue, another one is the next, and nothing is ever half there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from alerts import event_log
from dashboard.reports import store
from dashboard.reports.document import Document
from dashboard.reports.inputs import Inputs, take
from dashboard.reports.issuing import Issued, built, issue, record
from dashboard.reports.template import parse
from dashboard.reports.values import Number
from dashboard.services import Services
from data_access.state.schema import event_log as log
from data_access.state.schema import report
from tests.dashboard.reports import report_home
from tests.migrated_state import opened

BY = "Ada"


@pytest.fixture(scope="module")
def inputs(home: Services) -> Inputs:
    return take(home, report_home.weekly(home), report_home.week(), now=report_home.NOW)


@pytest.fixture(scope="module")
def document(home: Services, inputs: Inputs) -> Document:
    return built(inputs, home)


@pytest.fixture
def services(home: Services, state_url: str) -> Iterator[Services]:
    """The numbers of the home, and an empty state database of either kind."""
    engine = opened(state_url)
    yield replace(home, engine=engine)
    engine.dispose()


def stored(services: Services, inputs: Inputs, document: Document) -> Issued:
    template = report_home.weekly(services)
    return record(services, inputs, document, template, by=BY, now=report_home.NOW)


def other(document: Document) -> Document:
    """The same report with one figure that is not the same."""
    section = document.sections[0]
    deck = section.blocks[0]
    assert deck.block == "deck"
    now = deck.panels[0].now
    panel = deck.panels[0].model_copy(
        update={"now": now.model_copy(update={"value": (now.value or 0) + 1})}
    )
    changed = deck.model_copy(update={"panels": (panel, *deck.panels[1:])})
    first = section.model_copy(update={"blocks": (changed,)})
    return document.model_copy(update={"sections": (first, *document.sections[1:])})


def counts(engine: Engine) -> tuple[int, int]:
    """Issues stored, and entries of the log about them."""
    with engine.connect() as connection:
        rows = connection.scalar(select(func.count()).select_from(report))
        logged = connection.scalar(select(func.count()).where(log.c.kind == "report_issued"))
    return int(rows or 0), int(logged or 0)


def test_the_same_document_is_the_same_issue(home: Services) -> None:
    template, period = report_home.weekly(home), report_home.week("2026-W09")
    first = issue(home, template, period, by=BY, now=report_home.NOW)
    again = issue(home, template, period, by="Ben", now=report_home.NOW + timedelta(hours=1))
    assert (first.n, first.new, first.differences) == (1, True, ())
    assert (again.report_id, again.n, again.new) == (first.report_id, 1, False)
    kept = store.load(home.engine, first.report_id)
    assert (kept.created_by, kept.status, kept.period) == (BY, "ready", "2026-W09")
    assert store.document(kept) == first.document
    assert event_log.verify(home.engine) is None


def test_another_document_is_the_next_issue_with_its_differences(
    services: Services, inputs: Inputs, document: Document
) -> None:
    stored(services, inputs, document)
    second = stored(services, inputs, other(document))
    assert (second.n, second.new) == (2, True)
    (difference,) = second.differences
    assert difference.key == "kpis/contact_rate/now"
    assert difference.kind == "changed"
    assert difference.absolute == pytest.approx(1)
    assert isinstance(difference.before, Number)
    third = stored(services, inputs, document)
    assert third.n == 3, "what the last issue does not say is said anew"
    assert counts(services.engine) == (3, 3)
    one = store.newest(services.engine, "weekly", inputs.period)
    assert one is not None
    assert one.n == 3
    before = store.before(services.engine, one)
    assert before is not None
    assert before.n == 2


def test_of_many_that_issue_at_once_one_wins(
    services: Services, inputs: Inputs, document: Document, state_url: str
) -> None:
    def one(_: int) -> Issued:
        apart = replace(services, engine=opened(state_url))
        try:
            return stored(apart, inputs, document)
        finally:
            apart.engine.dispose()

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(one, range(6)))
    assert {(issued.report_id, issued.n) for issued in made} == {(made[0].report_id, 1)}
    assert sum(issued.new for issued in made) == 1
    assert counts(services.engine) == (1, 1)


def test_a_crash_leaves_nothing(
    services: Services, inputs: Inputs, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr("alerts.event_log.append", crash)
        with pytest.raises(OSError, match="power"):
            stored(services, inputs, document)
    assert counts(services.engine) == (0, 0)
    assert stored(services, inputs, document).n == 1


def test_search_finds_both_languages_and_nothing_by_wildcards(
    services: Services, inputs: Inputs, document: Document
) -> None:
    stored(services, inputs, document)

    def found(words: str) -> int:
        return store.listed(services.engine, search=words).height

    assert found("") == 1
    assert found("2026-w10 WEEKLY page") == 1
    assert found("周报") == 1
    assert found("Meadow 周报") == 1
    assert found("weekly nonsense") == 0
    assert found("we_kly") == 0
    assert found("week%page") == 0
    assert store.listed(services.engine, template="quarterly-language").is_empty()


def test_the_list_tells_the_newest_issue(
    services: Services, inputs: Inputs, document: Document
) -> None:
    stored(services, inputs, document)
    stored(services, inputs, other(document))
    listed = store.listed(services.engine)
    assert listed["n"].to_list() == [2, 1]
    assert listed["newest"].to_list() == [True, False]
    assert dict(listed.schema) == store.LISTED
    with pytest.raises(store.UnknownReportError, match="no report 77"):
        store.load(services.engine, 77)


def test_an_incomplete_report_says_so(services: Services, inputs: Inputs) -> None:
    from dashboard.reports.document import Say

    late = inputs.model_copy(update={"missing": (Say(code="feed_late"),)})
    made = stored(services, late, built(late, services))
    assert store.load(services.engine, made.report_id).status == "incomplete"
    assert not made.document.complete


def test_a_template_of_another_name_has_issues_of_its_own(home: Services, tmp_path: Path) -> None:
    text = report_home.SMALL.replace("id: weekly", "id: weekly-two")
    engine = opened(f"sqlite:///{tmp_path / 'own.sqlite'}")
    own = replace(home, engine=engine)
    period = report_home.week()
    template = parse(text, "test")
    inputs = take(home, template, period, now=report_home.NOW)
    made = record(own, inputs, built(inputs, home), template, by=BY, now=report_home.NOW)
    assert store.newest(engine, "weekly-two", period.name) is not None
    assert store.newest(engine, "weekly", period.name) is None
    assert made.n == 1
