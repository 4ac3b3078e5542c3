"""The Reconcile screen: what it asks, the bridge, the words, definitions side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from callbacks import reconcile as callbacks
from dashboard import panel_state, reconcile
from dashboard.figures.reconcile_waterfall import reconcile_waterfall
from dashboard.languages import use_language
from dashboard.reconcile import Question, Step
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from dashboard.wording import reconcile as words
from dashboard.wording.definition_switches import choice, switch_rows
from data_access.marts import refresh
from data_access.presets import METRICS, PRESETS, Reconciliation, Side
from data_access.presets.reconciling import EFFECTS, TOP_CASES
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-10")
ASKED = Question("first_response", "zendesk", "gorgias", "mean")
MARCH = "range=custom&from=2026-03-01&to=2026-03-09"


def told(
    left: float | None, right: float | None, *causes: tuple[str, float, int]
) -> Reconciliation:
    return Reconciliation(
        "first_response",
        "mean",
        Side("zendesk", "Zendesk", left, 12, {"open": 2}, None),
        Side("gorgias", "Gorgias", right, 10, {"agent_started": 3, "spam": 1}, None),
        None if left is None or right is None else right - left,
        pl.DataFrame(list(causes), schema=EFFECTS, orient="row"),
        pl.DataFrame(schema=TOP_CASES),
        14,
    )


def test_an_address_asks_a_question() -> None:
    asked = reconcile.question("on_hold", "zendesk:calendar", "recorded", "mean")
    assert asked == Question("on_hold", "zendesk:calendar", "recorded", "mean")
    usual = Question("first_response", "zendesk", "gorgias", "median")
    assert reconcile.question("nps", "helpdesk", "gorgias:business", None) == usual
    assert set(PRESETS) <= set(reconcile.SIDES)
    assert "intercom:business" in reconcile.SIDES
    assert "gorgias:business" not in reconcile.SIDES


def test_the_bridge_ends_where_the_other_number_is() -> None:
    found = told(7200.0, 18_000.0, ("out_of_hours", 14_400.0, 9), ("merged", -3600.0, 2))
    assert reconcile.bridge(found) == (
        Step("left", 0.0, 7200.0),
        Step("out_of_hours", 7200.0, 21_600.0),
        Step("merged", 21_600.0, 18_000.0),
        Step("right", 0.0, 18_000.0),
    )


def test_small_causes_are_one_step() -> None:
    many = [(f"c{number}", 60.0, 1) for number in range(reconcile.MOST_STEPS + 2)]
    steps = reconcile.bridge(told(0.0, 600.0, *many))
    assert [step.cause for step in steps[-2:]] == ["rest", "right"]
    assert steps[-2] == Step("rest", 480.0, 600.0)


def test_no_bridge_without_both_numbers() -> None:
    assert reconcile.bridge(told(None, 60.0)) == ()


def test_the_answer_names_the_biggest_cause() -> None:
    found = told(7200.0, 18_000.0, ("out_of_hours", 14_400.0, 9), ("merged", -3600.0, 2))
    assert words.answer(found) == (
        "Zendesk says 2 h, Gorgias 5 h. The biggest cause is “Out of hours”: +4 h of +3 h."
    )
    assert words.gap_title(found) == "Gorgias shows 3 h more than Zendesk"
    with use_language("zh_Hans"):
        assert words.answer(found) == (
            "Zendesk 显示 2 小时，Gorgias 显示 5 小时。最大的原因是“非营业时间”：总差距 "
            "+3 小时 中占 +4 小时。"
        )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (told(None, 60.0), "Zendesk has no value for these cases."),
        (
            told(60.0, 60.0),
            "Zendesk says 1 min, Gorgias 1 min. Nothing tells them apart on these cases.",
        ),
        (
            told(60.0, 60.0, ("spam", 120.0, 1), ("merged", -120.0, 1)),
            (
                "Zendesk says 1 min, Gorgias 1 min. The numbers agree; “Spam” (+2 min) is made up "
                "for by others."
            ),
        ),
    ],
)
def test_what_else_it_can_say(found: Reconciliation, said: str) -> None:
    assert words.answer(found) == said


def test_what_is_behind_a_number() -> None:
    value, behind = words.number(told(60.0, 30.0).right)
    assert (value, behind) == ("30 s", "n = 10 · 4 left out: started by an agent 3, spam 1")


def test_the_figure_has_one_bar_per_step() -> None:
    found = told(7200.0, 18_000.0, ("out_of_hours", 14_400.0, 9), ("merged", -3600.0, 2))
    rows = words.step_rows(reconcile.bridge(found), found)
    assert rows["kind"].to_list() == ["total", "more", "less", "total"]
    assert rows["label"].to_list() == ["2 h", "+4 h", "−1 h", "5 h"]
    figure = reconcile_waterfall(rows)
    bars = next(trace for trace in figure.data if trace.type == "bar")
    assert list(bars.base) == [0.0, 7200.0, 21_600.0, 0.0]
    assert list(bars.x) == [7200.0, 14_400.0, -3600.0, 18_000.0]
    assert list(figure.layout.yaxis.ticktext) == [
        "Zendesk",
        "Out of hours",
        "Merged cases",
        "Gorgias",
    ]
    assert reconcile_waterfall(words.no_steps()).layout.yaxis.ticktext == ()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_every_definition_can_be_told(language: str) -> None:
    with use_language(language):
        for name in PRESETS:
            for metric in METRICS:
                made = PRESETS[name].metrics.get(metric)
                rows = switch_rows(metric, made, made)
                assert not any(row.differs for row in rows)
                assert all(row.left for row in rows) or made is None


def test_what_two_definitions_chose_differently_comes_first() -> None:
    left, right = (PRESETS[name].metrics["first_response"] for name in ("zendesk", "gorgias"))
    rows = switch_rows("first_response", left, right)
    differing = {row.name for row in rows if row.differs}
    assert {row.name for row in rows[: len(differing)]} == differing
    assert differing == {
        "The clock starts at",
        "Hours",
        "Schedule",
        "Agent-started cases",
        "Merged cases",
    }
    assert choice(right, "schedule") == "none"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            Question("on_hold", "zendesk", "gorgias", "mean"),
            "Gorgias has no such metric: Time on hold.",
        ),
        (
            Question("next_response", "recorded", "zendesk", "mean"),
            "The source's own figure has no such metric: Next response time.",
        ),
        (
            Question("first_response", "recorded", "recorded", "mean"),
            "Compare the source's own figure with a definition.",
        ),
    ],
)
def test_questions_without_an_answer(fake_services: Services, asked: Question, said: str) -> None:
    shown = callbacks.bridge(fake_services, "", asked)
    assert (shown[0], shown[7]) == (panel_state.EMPTY, panel_state.EMPTY)
    assert shown[-1] == said


def test_a_home_without_cases(fake_services: Services) -> None:
    shown = callbacks.bridge(fake_services, "", ASKED)
    assert (shown[0], shown[7]) == (panel_state.EMPTY, panel_state.EMPTY)
    assert shown[-1] == "Zendesk has no value for these cases."


# Over real files


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("desk")
    home = Home(folder)
    created = {"created_at": at("2026-03-02 20:00"), "status": "open", "calendar_id": "office"}
    cases = [
        # Asked on Monday evening, answered on Tuesday at ten: an hour in office hours.
        {"case_id": "a", **created, "country": "DE", "vendor_frt_business_min": 60.0},
        # We began; the customer asked at 21:00, an answer came at 22:00.
        {"case_id": "b", **created, "country": "FR", "vendor_frt_business_min": 7.0},
    ]
    messages = [
        ("a", "2026-03-02 20:00", "in"),
        ("a", "2026-03-03 10:00", "out"),
        ("b", "2026-03-02 20:00", "out"),
        ("b", "2026-03-02 21:00", "in"),
        ("b", "2026-03-02 22:00", "out"),
    ]
    written = [
        {
            "message_id": f"m{number}",
            "case_id": case_id,
            "at": at(when),
            "direction": direction,
            "author_role": "customer" if direction == "in" else "agent",
            "public": True,
        }
        for number, (case_id, when, direction) in enumerate(messages)
    ]
    week = [
        {
            "interval_id": str(day),
            "calendar_id": "office",
            "tz": "UTC",
            "weekday": day,
            "start_minute": 540,
            "end_minute": 1020,
        }
        for day in range(1, 6)
    ]
    home.take_in({"cases": cases, "messages": written, "calendars": week}, NOW, source="desk")
    refresh(home.warehouse, home.engine, NOW)
    home.close()
    services = open_services(load_settings(home=folder), clock=lambda: NOW)
    yield services
    services.engine.dispose()


def shown(services: Services, query: str, asked: Question) -> tuple[Any, ...]:
    return callbacks.bridge(services, query, asked)


def test_both_numbers_and_the_cases_behind(desk: Services) -> None:
    panel, numbers, figure, title, note, summary, table, cases_panel, cases, answer = shown(
        desk, MARCH, ASKED
    )
    # Zendesk: (1 h + 0) / 2. Gorgias: 14 h, b is left out.
    assert panel == cases_panel == panel_state.READY
    left, right, gap = json.loads(numbers)["rows"]
    assert (left["text"], right["text"], gap["text"]) == ("30 min", "14 h", "+13 h 30 min")
    assert title == "Gorgias shows 13 h 30 min more than Zendesk"
    assert note.startswith("First response time · Mean · cases created 1–9 Mar 2026 · 2 cases")
    assert answer == summary
    assert answer.startswith(
        "Zendesk says 30 min, Gorgias 14 h. The biggest cause is “Out of hours"
    )
    causes = json.loads(table)["rows"]
    assert causes[-1]["cells"][1]["text"] == "+13 h 30 min"
    hrefs = [row["href"] for row in json.loads(cases)["rows"]]
    assert f"/cases/a?feed=desk&{MARCH}" in hrefs
    assert len(figure.data) > 2


def test_the_filter_bar_is_respected(desk: Services) -> None:
    numbers = json.loads(shown(desk, f"{MARCH}&market=FR", ASKED)[1])["rows"]
    # The one case of France began with us: nothing to show for Gorgias.
    assert [row["text"] for row in numbers] == ["0 s", "–", "–"]
    none = shown(desk, "range=custom&from=2026-02-01&to=2026-02-28", ASKED)
    assert none[0] == panel_state.EMPTY


def test_the_sources_own_figure(desk: Services) -> None:
    asked = Question("first_response", "recorded", "zendesk", "mean")
    answer = shown(desk, MARCH, asked)
    # Recorded: (60 + 7) / 2 = 33.5 min; by the definition 30 min, b being 0 and not 7.
    assert answer[-1] == (
        "The source's own figure says 33 min 30 s, Zendesk 30 min. The biggest cause is “Not "
        "reproduced”: −3 min 30 s of −3 min 30 s."
    )
    (row,) = json.loads(answer[8])["rows"]
    assert row["href"].startswith("/cases/b?")


def test_definitions_and_their_sources() -> None:
    panel, table, sources = callbacks.definitions(ASKED)
    assert panel == panel_state.READY
    first = json.loads(table)["rows"][0]["cells"]
    assert [cell["text"] for cell in first] == [
        "The clock starts at",
        "creation",
        "the customer's first message that waits",
    ]
    assert first[0]["status"] == "watch"
    facts = json.loads(sources)["rows"]
    assert {"Zendesk", "Gorgias"} == {fact["label"] for fact in facts}
    assert all(fact["sub"].startswith("https://") for fact in facts)
