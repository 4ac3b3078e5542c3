"""Policies are read strictly; what is wrong is told with its line and what to do."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.compensation.money_text import Money, minor_of
from alerts.compensation.policy import lint, parse
from alerts.library import DocumentError, Library
from tests.alerts.compensation.world import POLICY, POLICY_TEXT


def faults(old: str, new: str) -> str:
    assert POLICY_TEXT.count(old) >= 1
    with pytest.raises(DocumentError) as caught:
        parse(POLICY_TEXT.replace(old, new, 1), "mine.yaml")
    return str(caught.value)


def test_the_policy_that_ships_is_whole_in_both_languages() -> None:
    assert sorted(POLICY.levels) == [1, 2, 3]
    assert POLICY.cap("JP", 1) == Money(1500, "JPY")
    assert POLICY.cap("DE", 1) == Money(1000, "EUR")
    assert POLICY.budget("US").currency == "USD"
    assert POLICY.tone_of("US").order[0] == "compensate"
    assert POLICY.tone_of("FR").order[0] == "apologise"
    assert all(cause.title.zh for cause in POLICY.causes.values())
    assert list(lint(POLICY, Library())) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("currency: EUR", "currency: EUR\ncolour: red", "there is no such field"),
        ("    share_percent: 100", "    share_percent: 300", "up to 200"),
        ("    fixed: {EUR: 10}", "    fixed: {USD: 10}", "EUR is missing"),
        ("1: 10 EUR, 2", "1: 10.005 EUR, 2", "EUR have 2 decimals"),
        ("1: 1500 JPY", "1: 1500.5 JPY", "JPY have 0 decimals"),
        ("1: 10 EUR, 2", "1: 10 XEU, 2", "not a currency of ISO 4217"),
        ("1: 10 EUR, 2", "1: ten, 2", "an amount and its currency"),
        ("1: 10 EUR, 2: 150 EUR, 3", "2: 150 EUR, 3", "level 1 is missing"),
        ("  JP: {1", "  Japan: {1", "caps.countries.Japan"),
        ("    team_lead: {item", "    boss: {item", "there is no such role"),
        ("{item: null, total: null}", "{item: 900 EUR, total: null}", "must have no limit"),
        ("item: 160 EUR", "item: 10 EUR", "lowest limit to the highest"),
        ("total: 300 EUR", "total: 300 USD", "the policy's currency"),
        ("    hours: 72", "    reasons: [late]", "late needs hours"),
        ("reasons: [defective]", "reasons: [broken]", "no such reason of a return"),
        ("after_h: 336, level: 2", "after_h: 70, level: 2", "more hours and a higher level"),
        ("    from: lot", "    from: moon", "causes.faulty_lot.from"),
        ("[apologise, compensate, remedy]", "[apologise, apologise, remedy]", "once each"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, told: str) -> None:
    message = faults(old, new)
    assert told in message
    assert message.startswith("mine.yaml, line ")


def test_lint_names_what_can_be_read_but_not_meant() -> None:
    late = lint(POLICY, Library(today=date(2030, 1, 1)))
    assert [found.rule for found in late] == ["review_overdue"]
    nobody = lint(POLICY, Library(holders={"team_lead": ("Anna",)}))
    assert [found.where for found in nobody] == [
        "approval.roles.service_manager",
        "approval.roles.finance",
        "approval.roles.executive_sponsor",
    ]
    low = parse(POLICY_TEXT.replace("1: 10 EUR, 2", "1: 4 EUR, 2"), "mine.yaml")
    assert [found.rule for found in lint(low, Library())] == ["cap_below_fixed"]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), [("4.50", "GBP", 450), (800, "JPY", 800), (1.234, "KWD", 1234)]
)
def test_amounts_are_read_to_the_minor_unit(amount: object, currency: str, minor: int) -> None:
    assert minor_of(amount, currency) == minor


@pytest.mark.parametrize("amount", [True, "nan", "-1", None, "1e30", "x"])
def test_what_is_no_amount_is_refused(amount: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        minor_of(amount, "EUR")
