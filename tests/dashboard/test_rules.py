"""The Rules screens: the list, one rule, its backtest, its text, its moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from alerts import stages
from alerts.backtest import Backtest
from alerts.backtest import stored as backtests
from alerts.backtest.result import DayCount, Detection, Notices, Verdicts
from alerts.backtest.walking import Found
from alerts.gate import Finding, Gate
from alerts.rule_pages import rule_page
from alerts.rule_store import StoredRule, save_draft, versions_of
from alerts.rules import RuleVersion, builtin, load
from alerts.stages import StageError, Why
from callbacks import rule as rule_callbacks
from callbacks import rules as list_callbacks
from dashboard import panel_state, rule_actions
from dashboard.figures.backtest_timeline import backtest_timeline
from dashboard.figures.episode_weeks import episode_weeks
from dashboard.languages import use_language
from dashboard.rules import ACTIONS, NEW, STAGE_OF, rule_path, template_text, templates
from dashboard.services import Services
from dashboard.wording import rule as words
from dashboard.wording import rule_backtest as told
from dashboard.wording import rule_explained, rule_text
from dashboard.wording import rules as list_words
from data_access.state.engine import writing
from tests.alerts import fakes

FIRST = date(2026, 7, 1)
ASKED = {"rule_id": "test-surge", "version": "", "template": ""}


def found(market: str, opened: int, closed: int | None) -> Found:
    return Found(
        market,
        {"market": market},
        1,
        FIRST + timedelta(days=opened),
        FIRST + timedelta(days=closed) if closed else None,
        "surge",
        y=64.0,
        mu=20.5,
    )


def made(version: RuleVersion, *episodes: Found, days: int = 100) -> Backtest:
    last = FIRST + timedelta(days=99)
    return Backtest(
        version.rule.id,
        version.sha256,
        FIRST,
        last,
        days,
        3,
        episodes,
        2,
        tuple(DayCount(FIRST + timedelta(days=n), 60.0, 58.5, int(n == 9)) for n in range(100)),
        (
            Detection(1, "Strike", FIRST, FIRST + timedelta(days=4), FIRST + timedelta(days=2)),
            Detection(2, "Fire", FIRST + timedelta(days=20), None, None),
        ),
        Notices(12, 2, {"first": 8, "repeat": 4}, 8),
        Verdicts(len(episodes), {"false": 1}),
    )


@pytest.fixture
def live(fake_services: Services) -> StoredRule:
    """Version 1 live with a backtest, version 2 a draft with another."""
    engine, now = fake_services.engine, fake_services.clock()
    first = save_draft(engine, fakes.rule(), fakes.RULE, actor="Ada", now=now)
    text = fakes.RULE.replace("severity: warning", "severity: critical")
    second = save_draft(engine, load(text), text, actor="Bo", now=now)
    with writing(engine) as connection:
        one, other = found("DE", 8, 12), found("FR", 30, 33)
        backtests.save(connection, first.version_id, made(first.version, one, other), now)
        backtests.save(
            connection, second.version_id, made(second.version, one, found("PL", 50, None)), now
        )
    stages.move(engine, first.version_id, "tested", actor="Ada", now=now)
    return stages.move(engine, first.version_id, "live", actor="Ada", now=now)


@pytest.fixture(params=["en", "zh_Hans"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with use_language(request.param):
        yield request.param


def shown(data: Any) -> list[dict[str, Any]]:
    return list(json.loads(data)["rows"])


# The list


def test_the_list_says_who_watches_and_what_it_costs(
    fake_services: Services, live: StoredRule
) -> None:
    panel, answer, note, table, links = list_callbacks.listed(fake_services)
    assert panel == panel_state.READY
    assert answer.startswith("1 rule watches. By their backtests they send a manager 0.1 messages")
    assert note == "Costs are those of the newest backtest of the version that is live"
    (row,) = shown(table)
    cells = [cell.get("text", "") for cell in row["cells"]]
    assert cells[:4] == ["test-surge", "Live", "0.14", "0.08"]
    assert row["cells"][0]["sub"] == "Contacts by Market"
    assert row["cells"][1]["sub"] == "backtest passed · version 2: Draft"
    assert {item["href"] for item in shown(links)} == {
        f"/rules/new?template={kind}" for kind in templates()
    }


def test_the_answer_says_of_how_many_rules_the_costs_are_known() -> None:
    rules = pl.DataFrame(
        {
            "stage": ["live", "live", "live"],
            "waiting_stage": [None, None, None],
            "per_manager_day": [0.5, None, 0.2],
        },
        schema_overrides={"waiting_stage": pl.String},
    )
    assert list_words.answer(rules) == (
        "3 rules watch. Only 2 have a backtest so far: by these, 0.7 messages a day for a "
        "manager; the budget is 5."
    )
    with use_language("zh_Hans"):
        assert "目前只有 2 条有回测" in list_words.answer(rules)


def test_a_home_without_rules(fake_services: Services, language: str) -> None:
    panel, answer, *_rest = list_callbacks.listed(fake_services)
    assert (panel, answer) == (panel_state.EMPTY, "")
    assert language


def test_every_template_is_a_rule_of_its_kind() -> None:
    assert set(templates()) == {version.rule.kind for version in builtin().values()}
    for kind in templates():
        rule = load(template_text(kind)).rule
        assert (rule.kind, rule.id) == (kind, f"my-{kind}-rule")
    assert template_text("astrology") == ""


# One rule


def test_the_page_shows_the_newest_version_against_the_live_one(
    fake_services: Services, live: StoredRule
) -> None:
    standing = rule_callbacks.standing(fake_services, "", ASKED, "")
    assert standing[0] == panel_state.READY
    assert standing[3] == "Version 2 is a draft: nothing runs. Live is version 1."
    facts = {row["label"]: row["text"] for row in shown(standing[4])}
    assert facts["Version"] == "2 of 2"
    assert "The gate is open: over 100 days" in standing[5]
    assert [row["action"] for row in shown(standing[6])] == ["test", "backtest", "retire"]
    title, table, text = rule_callbacks.against_live(fake_services, ASKED)[1:]
    assert title == "Episodes in both: 1, only here: 1, only in the live version: 1"
    assert [row["cells"][2]["text"] for row in shown(table)] == ["this version", "the live version"]
    assert "-severity: warning\n+severity: critical" in text
    assert "severity: critical" in rule_callbacks.text(fake_services, ASKED)


def test_what_it_would_have_told(fake_services: Services, live: StoredRule) -> None:
    asked = {**ASKED, "version": "1"}
    answer = rule_callbacks.backtested(fake_services, asked)
    assert answer[:3] == (panel_state.READY,) * 3
    assert answer[3] == "In 100 days it would have spoken 2 times"
    figure = answer[5]
    strokes = [trace for trace in figure.data if trace.yaxis == "y2"]
    assert [trace.y[0] for trace in strokes] == ["Known incidents"] * 2 + ["Germany", "France"]
    assert [trace.marker.symbol for trace in strokes][:2] == ["diamond", "diamond-open"]
    facts = {row["label"]: row["text"] for row in shown(answer[8])}
    assert (facts["Episodes a week"], facts["Messages a day, per manager"]) == ("0.14", "0.08")
    assert (facts["Near misses"], facts["With a verdict"]) == ("2", "1 of 2")
    known = [[cell.get("text", "") for cell in row["cells"]] for row in shown(answer[13])]
    assert known == [
        ["Fire", "21 Jul 2026", "missed"],
        ["Strike", "1 Jul 2026", "told after 2 days"],
    ]
    assert rule_callbacks.against_live(fake_services, asked)[0] == panel_state.EMPTY
    (bars,) = answer[10].data
    assert sum(bars.y) == 2
    both = rule_callbacks.backtested(fake_services, ASKED)[10].data
    assert [sum(trace.y) for trace in both] == [2, 2]


def test_a_rule_nobody_knows(fake_services: Services, language: str) -> None:
    asked = {**ASKED, "rule_id": "none"}
    assert rule_callbacks.standing(fake_services, "", asked, "")[0] == panel_state.EMPTY
    assert rule_callbacks.backtested(fake_services, asked)[0] == panel_state.EMPTY
    assert rule_callbacks.against_live(fake_services, asked)[0] == panel_state.EMPTY
    assert rule_callbacks.text(fake_services, asked) == ""
    assert language


def test_a_version_without_a_backtest_or_without_a_judged_day(fake_services: Services) -> None:
    engine, now = fake_services.engine, fake_services.clock()
    stored = save_draft(engine, fakes.rule(), fakes.RULE, actor="Ada", now=now)
    assert rule_callbacks.backtested(fake_services, ASKED)[:3] == (panel_state.EMPTY,) * 3
    with writing(engine) as connection:
        backtests.save(connection, stored.version_id, made(stored.version, days=0), now)
    answer = rule_callbacks.backtested(fake_services, ASKED)
    assert answer[1] == panel_state.EMPTY
    assert answer[3] == "No day could be judged: its history is too short"


@pytest.mark.parametrize("rule_id", sorted(builtin()))
def test_every_rule_that_ships_can_be_told_in_words(rule_id: str, language: str) -> None:
    rule = builtin()[rule_id].rule
    facts = shown(rule_explained.explained(rule))
    assert len(facts) >= 6
    assert all(fact["text"] for fact in facts)
    assert list_words.watched(rule.kind, rule.subject, rule.by)
    assert language


@pytest.mark.parametrize("finding", list(Finding))
def test_the_gate_in_words(finding: Finding, language: str) -> None:
    said = words.gate(Gate(finding, 40, 2.5, 3.0))
    assert said.startswith("关口" if language == "zh_Hans" else "The gate")


def test_every_stage_offers_only_what_may_be_done(language: str) -> None:
    for stage, offered in ACTIONS.items():
        wanted = {STAGE_OF[action] for action in offered if action != "backtest"}
        assert wanted == set(stages.NEXT[stage]) & set(STAGE_OF.values())
        assert list_words.stage_name(stage)
        assert all(words.done(action) for action in offered)
    assert language


def test_every_reason_and_event_has_words(
    fake_services: Services, live: StoredRule, language: str
) -> None:
    reasons = [*map(str, Finding), "replaced", "forced", "provisional"]
    reasons += ["person", "checked", "deleted", "superseded"]
    assert all(list_words.reason_words(reason) != reason for reason in reasons)
    provisional = {
        list_words.reason_words("provisional", backtested=b) for b in (True, False, None)
    }
    assert len(provisional) == 3
    page = rule_page(fake_services.engine, "test-surge")
    assert page is not None
    assert all(words.happened(one) != one.kind for one in page.history)
    assert language


@pytest.mark.parametrize("why", list(Why))
def test_every_refusal_says_what_to_do(why: Why, language: str) -> None:
    error = StageError(why, "message", Gate(Finding.NOISY, 100, 3.0, 0.0))
    assert words.refused(error)
    assert language


# Acting


def press(services: Services, action: str, stored: StoredRule, **fields: str) -> tuple[Any, ...]:
    data = {
        "action": action,
        "subject": str(stored.version_id),
        "version": stored.n,
        "token": f"{action}-{stored.version_id}",
        "actor": "Ada",
        "fields": fields,
    }
    return rule_actions.act(services, data)


def test_a_draft_is_led_to_live_by_its_buttons(fake_services: Services, live: StoredRule) -> None:
    engine = fake_services.engine
    draft = versions_of(engine, "test-surge")[0]
    assert press(fake_services, "backtest", draft)[1].startswith("Asked for.")
    assert versions_of(engine, "test-surge")[0].asks == "backtest"
    assert "status--ok" in press(fake_services, "test", draft)[2]
    assert "status--ok" in press(fake_services, "shadow", draft)[2]
    assert "status--ok" in press(fake_services, "live", draft)[2]
    stands = [(one.n, one.stage) for one in versions_of(engine, "test-surge")]
    assert stands == [(2, "live"), (1, "retired")]
    # The same press again is the same action.
    assert press(fake_services, "live", draft)[1] is not None
    assert [(one.n, one.stage) for one in versions_of(engine, "test-surge")] == stands


def test_what_the_gate_forbids_is_said(fake_services: Services) -> None:
    engine, now = fake_services.engine, fake_services.clock()
    stored = save_draft(engine, fakes.rule(), fakes.RULE, actor="Ada", now=now)
    press(fake_services, "test", stored)
    _token, said, kind = press(fake_services, "live", stored)
    assert said.startswith("The gate: it was never backtested.")
    assert "status--breach" in kind
    data = {
        "action": "live",
        "subject": str(stored.version_id),
        "version": 1,
        "token": "another",
        "actor": "Ada",
        "fields": {"reason": "Singles' Day"},
    }
    assert "status--ok" in rule_actions.act(fake_services, data)[2]
    assert versions_of(engine, "test-surge")[0].reason == "forced"


def edit(services: Services, text: str, rule_id: str, *, save: bool) -> tuple[Any, ...]:
    asked = {**ASKED, "rule_id": rule_id}
    return rule_actions.edited(services, text, asked, "Ada", save=save)


def test_a_text_is_checked_line_by_line_and_saved(fake_services: Services) -> None:
    wrong = fakes.RULE.replace("severity: warning", "severity: loud").replace(
        "kpi: contacts", "kpi: x"
    )
    said, kind, faults, *_rest = edit(fake_services, wrong, NEW, save=True)
    assert "status--breach" in kind
    assert said == "1 fault; nothing was saved."
    (fault,) = shown(faults)
    assert fault["side"] == "line 5"
    assert fault["title"].startswith("severity = 'loud'")
    good = edit(fake_services, fakes.RULE, NEW, save=False)
    assert good[0] == "Good: test-surge can be saved."
    assert versions_of(fake_services.engine, "test-surge") == []
    saved = edit(fake_services, fakes.RULE, NEW, save=True)
    assert saved[0] == "Saved as version 1, a draft."
    assert saved[4] == rule_path("test-surge", 1)
    (stored,) = versions_of(fake_services.engine, "test-surge")
    assert (stored.stage, stored.created_by, stored.text) == ("draft", "Ada", fakes.RULE)


def test_texts_that_are_not_saved(fake_services: Services, live: StoredRule) -> None:
    def said(text: str, rule_id: str) -> str:
        return str(edit(fake_services, text, rule_id, save=True)[0])

    other = fakes.RULE.replace("id: test-surge", "id: other")
    assert said(fakes.RULE, "test-surge") == rule_text.unchanged(1)
    assert said(fakes.RULE, NEW) == rule_text.taken("test-surge")
    assert said(other, "test-surge") == rule_text.renamed("test-surge", "other")
    assert said(fakes.RULE.replace("id: test-surge", f"id: {NEW}"), NEW) == rule_text.reserved(NEW)
    asked = {**ASKED, "rule_id": NEW}
    assert (
        rule_actions.edited(fake_services, other, asked, " ", save=True)[0] == rule_text.nameless()
    )
    assert said("", NEW).endswith("nothing was saved.")
    assert said("id: [", NEW).endswith("nothing was saved.")


# Figures


def test_figures_of_nothing() -> None:
    empty = made(fakes.rule(), days=0)
    nothing = told.spans(Backtest(**{**vars(empty), "detections": ()}))
    figure = backtest_timeline(told.days(empty), nothing)
    assert len(figure.data) == 2
    assert figure.layout.yaxis2.visible is False
    weeks = told.weeks(empty, None)
    assert [sum(trace.y) for trace in episode_weeks(weeks).data] == [0]


def test_rules_whose_segments_do_not_add_up_show_open_episodes() -> None:
    counted = made(fakes.rule())
    daily = tuple(DayCount(one.day, None, None, one.open) for one in counted.daily)
    frame = told.days(Backtest(**{**vars(counted), "daily": daily}))
    assert frame["y"].sum() == 1
    assert frame["mu"].null_count() == 100
