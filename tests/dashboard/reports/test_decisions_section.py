"""The section of decisions: overdue first, what was settled, what the numbers ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from dashboard.languages import use_language
from dashboard.reports import budgets, showing
from dashboard.reports.context import Context
from dashboard.reports.document import NothingBlock, Row, SayBlock, TableBlock
from dashboard.reports.periods import parse
from dashboard.reports.proposals import proposals
from dashboard.reports.record import Record
from dashboard.reports.sections import decisions
from dashboard.reports.template import parse as parse_template
from dashboard.reports.values import Code, Money, Term
from data_access.metrics import Metrics
from tests.dashboard.reports.counted_weeks import CountedWeeks, weekly
from tests.dashboard.reports.counted_weeks import context as counted

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


DECISIONS_ALONE = """\
schema_version: 1
id: weekly
title: {en: Weekly page, zh: 周报}
period: week
sections: [{section: decisions}]
"""


def context(**parts: Any) -> Context:
    return Context(
        template=parse_template(DECISIONS_ALONE, "test"),
        period=parse("2026-W47", "week"),
        metrics=cast("Metrics", None),
        as_of=AS_OF,
        zone="Asia/Shanghai",
        currency="EUR",
        targets={},
        record=Record(parts),
    )


def decision(number: int, due_on: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "template": "weekly",
        "raised_in": 1,
        "period": "2026-W46",
        "figure": None,
        "text": f"Question {number}",
        "owner": "Sam",
        "due_on": due_on,
        "status": "open",
        "outcome": None,
        "created_by": "Ana",
        "created_at": "2026-11-16T08:00:00+00:00",
        "settled_by": None,
        "settled_at": None,
        **changes,
    }


def settled(number: int, status: str, at: str) -> dict[str, Any]:
    return decision(
        number, "2026-11-30", status=status, outcome="Yes", settled_by="Sam", settled_at=at
    )


def built(*known: dict[str, Any], most: int = 12, **parts: Any) -> tuple[Any, ...]:
    part = {"decisions": list(known), "before": {}}
    return decisions.build(context(decisions=part, **parts), decisions.Options(most=most))


def told(say: Any) -> tuple[str, str]:
    """A sentence in both languages; every word of it must be known."""
    with showing.strict():
        with use_language("en"):
            english = showing.sentence(say, "UTC")
        with use_language("zh_Hans"):
            return english, showing.sentence(say, "UTC")


def test_overdue_ones_come_first_and_only_their_own_template() -> None:
    (table,) = built(
        decision(1, "2026-11-30"),
        decision(2, "2026-11-22"),
        decision(3, "2026-11-23"),
        decision(4, "2026-11-01", template="monthly-triggers"),
    )
    assert isinstance(table, TableBlock)
    assert [row.key for row in table.rows] == ["2", "3", "1"]
    assert [row.cells["decision_state"].value for row in table.rows] == [  # type: ignore[union-attr]
        "overdue", "due_today", "open",
    ]  # fmt: skip
    assert [row.tone for row in table.rows] == ["bad", "plain", "plain"]
    assert told(table.lead) == (
        "1 decision is overdue, of 3 needed.",
        "1 项决策逾期，待定的共 3 项。",
    )
    with showing.strict(), use_language("zh_Hans"):
        assert [showing.word(column.title) for column in table.columns] == [
            "决策", "决定人", "决定期限", "状态",
        ]  # fmt: skip


def test_what_was_settled_stands_with_its_outcome() -> None:
    still, over = built(
        decision(1, "2026-11-30"),
        settled(2, "dropped", "2026-11-20T20:00:00+00:00"),
        settled(3, "done", "2026-11-19T08:00:00+00:00"),
    )
    assert isinstance(still, TableBlock)
    assert isinstance(over, TableBlock)
    assert [row.key for row in over.rows] == ["3", "2"]
    # 20:00 UTC is the next day where the report is read.
    assert over.rows[1].cells["decision_by"].text == "Sam, 2026-11-21"  # type: ignore[union-attr]
    assert told(over.lead)[0] == "2 decisions were settled since the report before."


def test_without_open_ones_it_says_so() -> None:
    (nothing,) = built()
    assert isinstance(nothing, NothingBlock)
    assert told(nothing.say)[0] == (
        "No decision is open; nothing is overdue, unassigned or over budget."
    )
    first, over = built(settled(3, "done", "2026-11-19T08:00:00+00:00"))
    assert isinstance(first, SayBlock)
    assert isinstance(over, TableBlock)
    assert decisions.build(context(), decisions.Options()) == (nothing,)


def test_what_is_left_out_is_counted() -> None:
    (table,) = built(*[decision(number, "2026-11-30") for number in range(1, 6)], most=2)
    assert isinstance(table, TableBlock)
    assert (len(table.rows), table.more) == (2, 3)


def crisis(**changes: Any) -> dict[str, Any]:
    return {
        "id": 3,
        "title": {"en": "Leaking kettles", "zh": "漏水的水壶"},
        "status": "declared",
        "lead": None,
        "detected_at": "2026-11-20T00:00:00+00:00",
        "terms": [],
        **changes,
    }


def term(**changes: Any) -> dict[str, Any]:
    return {
        "rule": "gdpr-72h",
        "title": {"en": "Tell the authority", "zh": "通知主管机关"},
        "status": "running",
        "due_at": "2026-11-22T00:00:00+00:00",
        "settled_at": None,
        **changes,
    }


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "title": {"en": "Refunds stuck", "zh": "退款卡住"},
        "severity": "critical",
        "handling": "open",
        "opened_at": "2026-11-21T00:00:00+00:00",
        **changes,
    }


def cause(**changes: Any) -> dict[str, Any]:
    return {
        "crisis": 3,
        "title": "Why did it leak?",
        "status": "open",
        "due_at": "2026-11-20T00:00:00+00:00",
        "actions": [],
        **changes,
    }


def action(**changes: Any) -> dict[str, Any]:
    return {"text": "Test each lot", "owner": "Bo", "due_on": "2026-11-22", "status": "open"} | (
        changes
    )


@pytest.mark.parametrize(
    ("parts", "english"),
    [
        (
            {"crises": [crisis()]},
            "Name who leads the crisis “Leaking kettles”: it has no lead.",
        ),
        (
            {"crises": [crisis(lead="Lea", terms=[term()])]},
            (
                "Settle the term “Tell the authority” of the crisis “Leaking kettles”: "
                "it ran out 22 Nov 2026 00:00."
            ),
        ),
        (
            {"crises": [crisis(status="proposed")]},
            (
                "Declare or dismiss the crisis “Leaking kettles”: "
                "it has been proposed since 20 Nov 2026 00:00."
            ),
        ),
        (
            {"incidents": {"rows": [incident()]}},
            (
                "Assign the critical incident “Refunds stuck”: "
                "nobody has taken it on since 21 Nov 2026 00:00."
            ),
        ),
        (
            {"causes": [cause(due_at="2026-12-01T00:00:00+00:00", actions=[action()])]},
            "Finish or drop “Test each lot” (Bo): it was due 22 Nov 2026.",
        ),
        (
            {"causes": [cause()]},
            "Find out why: “Why did it leak?” should have been answered by 20 Nov 2026 00:00.",
        ),
        (
            {"causes": [cause(crisis=None), cause(crisis=None)]},
            "Name who explains why customers scored low: 2 answers are overdue.",
        ),
    ],
)
def test_the_numbers_ask_for_decisions(parts: dict[str, Any], english: str) -> None:
    (say,) = proposals(context(**parts))
    shown, chinese = told(say)
    assert shown == english
    assert chinese != english


@pytest.mark.parametrize(
    "parts",
    [
        {"crises": [crisis(lead="Lea")]},
        {"crises": [crisis(status="closed")]},
        {"crises": [crisis(lead="Lea", terms=[term(due_at="2026-11-24T00:00:00+00:00")])]},
        {"crises": [crisis(lead="Lea", terms=[term(status="met")])]},
        {"crises": [crisis(lead="Lea", terms=[term(settled_at="2026-11-22T09:00:00+00:00")])]},
        {"crises": [crisis(status="proposed", detected_at="2026-11-22T20:00:00+00:00")]},
        {"incidents": {"rows": [incident(severity="warning"), incident(handling="acknowledged")]}},
        {"causes": [cause(status="closed"), cause(due_at="2026-11-24T00:00:00+00:00")]},
        {"causes": [cause(status="analysed", actions=[action(status="done")])]},
        {"causes": [cause(status="analysed", actions=[action(due_on="2026-11-23")])]},
    ],
)
def test_what_is_in_hand_asks_for_nothing(parts: dict[str, Any]) -> None:
    assert proposals(context(**parts)) == ()


def fallen(**parts: Any) -> Context:
    """Half of the parcels of the last week are late, after nearly none for months."""
    calm = [0.95, 0.96, 0.955, 0.965] * 10
    weeks = weekly(date(2026, 11, 9), [*calm, 0.5])
    return counted(CountedWeeks({"on_time_delivery": weeks}), record=parts)


def test_a_collapse_that_nobody_explains_asks_who_will() -> None:
    (say,) = proposals(fallen())
    shown, chinese = told(say)
    assert shown == "Name who finds out by 22 Nov 2026 why Delivered on time is at 50.0%."
    assert "准时送达率" in chinese


@pytest.mark.parametrize(("status", "asked"), [("open", 0), ("done", 1)])
def test_a_collapse_that_somebody_is_to_explain_asks_nobody(status: str, asked: int) -> None:
    figure = "kpis/on_time_delivery/now"
    taken = decision(1, "2026-11-20", figure=figure, status=status)
    assert len(proposals(fallen(decisions={"decisions": [taken], "before": {}}))) == asked


def test_a_calm_week_asks_nobody() -> None:
    weeks = weekly(date(2026, 11, 9), [0.95, 0.96, 0.955, 0.965] * 10)
    assert proposals(counted(CountedWeeks({"on_time_delivery": weeks}))) == ()


def test_proposals_stand_marked_and_few() -> None:
    causes = [cause(title=f"Why {number}?") for number in range(9)]
    told_first, block = built(causes=causes)
    assert told(told_first.says[0])[0] == "No decision is open."
    assert isinstance(block, SayBlock)
    assert told(block.says[0])[0].startswith("Proposed by the numbers,")
    assert len(block.says) == 1 + decisions.Options().proposals


def test_a_budget_that_is_used_up_asks_for_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    def row(market: str, standing: str) -> Row:
        return Row(
            key=market,
            cells={
                "market": Term(dimension="market", value=market),
                "budget": Money(minor=100_000, currency="EUR"),
                "given": Money(minor=120_000, currency="EUR"),
                "budget_standing": Code(group="budget", value=standing),
            },
        )

    table = TableBlock(
        key="compensation_budgets",
        lead=None,
        columns=(),
        rows=(row("PL", "over"), row("DE", "ahead")),
    )
    monkeypatch.setattr(budgets, "blocks", lambda _context, _options: (table,))
    (say,) = proposals(context())
    assert told(say)[0] == (
        "Raise the budget or stop compensations in Poland: €1,200 of €1,000 are spent this month."
    )
