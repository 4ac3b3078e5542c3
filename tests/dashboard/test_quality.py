"""The Quality screens: trust and cost in a sentence, every number with its incidents."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from alerts.quality import Declared, report
from alerts.quality.known import Why
from callbacks import quality as callbacks
from callbacks import quality_incidents
from dashboard import panel_state, quality
from dashboard.languages import use_language
from dashboard.quality_actions import answer
from dashboard.services import Services
from dashboard.wording import quality as words
from data_access.metrics import Filter
from pages import quality_incidents as page
from tests.quality_story import tell

RANGE = "range=90d"


@pytest.fixture
def told(fake_services: Services) -> Services:
    tell(fake_services.engine, fake_services.clock())
    return fake_services


def drawn(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def texts(row: dict[str, Any]) -> list[str]:
    return [cell.get("text", "") for cell in row["cells"]]


def test_trust_and_cost_are_said_in_one_line(told: Services) -> None:
    found = callbacks.measured(told, "", "")
    assert found[1] == (
        "50% of the warnings were right (32.1–67.9%, 13 of 26). "
        "Nobody gets more than 0.6 messages a day; the budget is 5."
    )
    with use_language("zh_Hans"):
        assert "26 个中 13 个" in callbacks.measured(told, "", "")[1]


def test_the_rule_that_cries_wolf_is_named_and_proposed_for_shadow(told: Services) -> None:
    _view, found = quality.reported(told, "")
    assert words.rules_title(found) == "complaint-surge is wrong more often than right"
    rows = {row["cells"][0]["text"]: row for row in drawn(words.rule_table(found, RANGE))}
    bad, good, few = (rows[n] for n in ("complaint-surge", "customs-dwell", "review-burst"))
    # 1 of 12 right: the true share may be as high as 35%, by Wilson; 11 of 12 as low as 65%.
    shown = bad["cells"][2]
    assert (shown["text"], shown["sub"]) == ("8%", "1.5–35.4%, 1 of 12")
    assert shown["status"] == "breach"
    advice = bad["cells"][-1]
    assert (advice["text"], advice["href"]) == ("Put it into shadow", "/rules/complaint-surge")
    assert bad["cells"][4]["href"] == f"/quality/wrong?rule=complaint-surge&{RANGE}"
    assert (good["cells"][2]["status"], texts(good)[-1]) == ("ok", "Keep it")
    assert few["small"]
    assert few["cells"][2]["sub"].endswith("too few to say")
    assert few["cells"][-1]["text"] == "Give 1 verdict"
    low, high = bad["cells"][3]["meter"][1:3]
    assert (round(low, 3), round(high, 3)) == (0.015, 0.354)


def test_every_number_leads_to_its_incidents(told: Services) -> None:
    _view, found = quality.reported(told, "")
    facts = {fact["label"]: fact for fact in drawn(words.facts(found, ""))}
    assert facts["Precision"]["href"] == "/quality/judged"
    assert facts["Without a verdict"] == {
        "label": "Without a verdict",
        "text": "1",
        "status": "watch",
        "href": "/quality/waiting",
    }
    counts = {
        of: quality.listed(found.incidents, of, "").height
        for of in ("all", "judged", "right", "wrong", "duplicate", "waiting")
    }
    assert counts == {
        "all": 28,
        "judged": 26,
        "right": 13,
        "wrong": 13,
        "duplicate": 1,
        "waiting": 1,
    }
    shown = quality_incidents.listed(told, RANGE, {"of": "wrong", "rule": "complaint-surge"})
    assert shown[0] == panel_state.READY
    assert shown[2] == "11 incidents · judged wrong · of rule complaint-surge"
    assert all(row["href"].startswith("/alerts/") for row in drawn(shown[1]))
    assert shown[4] == f"/quality?{RANGE}"


def test_what_was_missed_is_named(told: Services) -> None:
    _view, found = quality.reported(told, "")
    assert words.known_title(found) == "1 known incident came without a warning"
    rows = drawn(words.known_table(found, ""))
    assert [texts(row)[:2] for row in rows] == [
        ["Customs hold at the Polish border", "after 1 day"],
        ["Strike of a French carrier", "Missed"],
    ]


def test_a_market_narrows_everything(told: Services) -> None:
    found = callbacks.measured(told, "market=PL", "")
    assert found[1].startswith("92% of the warnings were right (64.6–98.5%, 11 of 12).")


def test_nothing_happened(fake_services: Services) -> None:
    found = callbacks.measured(fake_services, "", "")
    assert found[0] == panel_state.EMPTY
    assert found[1] == "No warning was given in these days. No message reached a person."
    assert words.list_answer(0, "waiting", "") == "0 incidents · without a verdict"


def test_no_verdict_yet(fake_services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.quality_story.RULES", {"review-burst": ("JP", "---", "warning")})
    tell(fake_services.engine, fake_services.clock())
    said = callbacks.measured(fake_services, "", "")[1]
    assert said.startswith(
        "3 warnings, none with a verdict yet: nobody can say how many were right."
    )


def press(services: Services, action: str, **fields: str) -> tuple[str, str, str]:
    data = {
        "action": action,
        "subject": "known",
        "version": 0,
        "token": f"{action} {sorted(fields.items())}",
        "actor": "Mei",
        "fields": fields,
    }
    return answer(services, data)


def test_somebody_declares_what_happened_and_withdraws_it(fake_services: Services) -> None:
    assert answer(fake_services, None) == ("", "", "aw-outcome")
    token, said, shown = press(
        fake_services, "declare", title="Hold", market=" pl ", began_on="2026-01-02", ended_on=""
    )
    assert (bool(token), said, shown) == (True, "Declared.", "aw-outcome aw-status aw-status--ok")
    where = Filter(start=date(2026, 1, 1), end=date(2026, 1, 31))
    found = report(fake_services.engine, where, fake_services.clock())
    assert found.known["labels"].to_list() == ['{"market": "PL"}']
    acts = json.loads(words.known_actions(found, token))
    assert [act["action"] for act in acts["rows"]] == ["declare", "withdraw"]
    assert press(fake_services, "withdraw", known="1")[1] == "Withdrawn."
    assert press(fake_services, "withdraw", known="1", again="x")[1] == "It was withdrawn already."


def test_what_no_form_offers_is_answered_with_advice(fake_services: Services) -> None:
    for action, fields in (
        ("declare", {"title": "Hold", "began_on": "yesterday"}),
        ("withdraw", {"known": "x"}),
        ("delete", {}),
    ):
        token, said, shown = press(fake_services, action, **fields)
        assert (token, shown.endswith("watch")) == ("", True)
        assert said == "That was not understood. Fill in the first day and press again."


@pytest.mark.parametrize("why", Why)
def test_every_refusal_says_what_to_do(why: Why) -> None:
    said, status = words.outcome(Declared("refused", why=why), "declare")
    assert (status, said.startswith("That was not understood")) == ("watch", False)


@pytest.mark.parametrize("of", quality.LISTS)
def test_every_list_has_a_name(of: str) -> None:
    assert (words.list_name(of) == "") == (of == "all")


def test_an_unknown_list_is_no_page() -> None:
    assert "aw-page--missing" in str(page.layout(of="nonsense"))
