"""The alert screens' callbacks and words: lists, one incident, what comes of a press."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from alerts import heartbeat, inbox
from alerts.lifecycle import Seen
from callbacks import alert, alerts
from dashboard import navigation
from dashboard.acting import pressed
from dashboard.alert_actions import NotUnderstoodError, action_of, answer
from dashboard.app import SCREENS
from dashboard.ids import Alert
from dashboard.languages import use_language
from dashboard.market_time import end_of, zone_of
from dashboard.people import people
from dashboard.services import Services
from dashboard.wording import incident_actions, incident_names
from tests.alerts.shown import fire
from tests.dashboard.fakes import NOW

PARTS = [f"{part}.{prop}" for part, prop in alert.EVERYTHING]


@pytest.fixture
def surge(fake_services: Services) -> Services:
    """Incident 1: contacts from Poland surge, critical."""
    fire(fake_services.engine, NOW, {"market": "PL"})
    return fake_services


def press(action: str, version: int = 1, actor: str = "Maria", **fields: Any) -> dict[str, Any]:
    token = f"{action}{version}{actor}"
    fields = {name.rstrip("_"): value for name, value in fields.items()}
    return {
        "action": action, "subject": "1", "version": version, "token": token,
        "actor": actor, "fields": fields, "at": 1,
    }  # fmt: skip


def shown(services: Services, query: str = "", done: str = "") -> dict[str, Any]:
    return dict(zip(PARTS, alert.shown(services, query, "1", done), strict=True))


def offered(services: Services) -> list[str]:
    told = json.loads(shown(services)[f"{Alert.ACTIONS}.data-rows"])
    return [row["action"] for row in told["rows"]]


def test_the_list_says_what_needs_somebody(surge: Services) -> None:
    panel, rows, sentence, note, views, _title, _advice = alerts.listed(surge, "", "", "needs_me")
    assert panel == "aw-panel"
    assert sentence == "1 incident needs somebody: Complaints surge: Poland."
    (row,) = json.loads(rows)["rows"]
    assert (row["word"], row["href"], row["version"]) == ("Critical", "/alerts/1", 1)
    assert row["numbers"] == "126 against 62 expected, +103 %"
    assert [part["text"] for part in row["notes"]][:2] == ["opened", "nobody has it"]
    assert views[0] == {"label": "Needs me 1", "value": "needs_me"}
    assert note == "No worker has run yet: start it with “afterwatch worker”."


def test_an_empty_view_says_that_somebody_watches(surge: Services) -> None:
    heartbeat.beat(surge.engine, NOW, NOW, {})
    panel, _rows, sentence, note, _views, title, advice = alerts.listed(
        surge, "market=DE", "Maria", "needs_me"
    )
    assert panel.endswith("is-empty")
    assert (sentence, title) == ("Nothing needs you.", "Nothing needs you")
    assert note == "No rule has been judged yet. 1 rule watches."
    assert advice.startswith("No rule has been judged yet. 1 rule watches.")
    stopped = replace(surge, clock=lambda: NOW + timedelta(hours=1))
    panel, *_rest = alerts.listed(stopped, "", "", "needs_me")
    assert panel.endswith("is-stale")


def test_mine_asks_who_i_am(surge: Services) -> None:
    assert "who you are" in alerts.listed(surge, "", "", "mine")[6]
    assert "What Maria acknowledges" in alerts.listed(surge, "", "Maria", "mine")[6]


def test_one_incident_is_told_in_full(surge: Services) -> None:
    told = shown(surge, "range=7d")
    assert told["alert-answer.children"] == "Complaints surge: Poland. Nobody has it yet."
    assert told["alert-chart-title.children"] == "Market Poland: 126 against 62 expected, +103 %"
    assert told["alert-drivers-title.children"] == "Reason “Held by customs” grew most"
    drivers = json.loads(told["alert-drivers.data-rows"])["rows"]
    assert drivers[0]["href"].endswith("market=PL&reason=customs_hold")
    inside = json.loads(told["alert-inside.data-rows"])["rows"]
    assert [row["cells"][3]["text"] for row in inside] == ["78%", "16%"]
    quotes = json.loads(told["alert-examples.data-rows"])["rows"]
    assert quotes[0]["lang"] == "pl"
    assert quotes[0]["href"].startswith("/cases/C-1003")
    day = "from=2026-11-21&to=2026-11-21"
    assert told["alert-behind.href"] == f"/cases?range=custom&{day}&market=PL"
    assert told["alert-first-steps.children"] == "Ask the broker today."
    assert told["alert-next.children"].startswith("The next message goes out with the worker's")
    timeline = json.loads(told["alert-timeline.data-rows"])["rows"]
    assert [row["head"] for row in timeline] == ["It began"]


def test_the_chart_has_band_and_expectation(surge: Services) -> None:
    figure = shown(surge)["alert-chart.figure"]
    band, expected, line, dots = figure.data
    assert band.fill == "toself"
    assert len(expected.y) == len(line.y) == 63
    assert dots.marker.symbol[-1] == "diamond"
    assert dots.marker.symbol[0] == "circle"
    assert {note.text for note in figure.layout.annotations} == {"126", "expected 62"}


def test_in_chinese_too(surge: Services) -> None:
    with use_language("zh_Hans"):
        told = shown(surge)
    assert told["alert-answer.children"] == "投诉激增:波兰。尚无人接手。"
    assert "预期 62" in told["alert-chart-title.children"]


def test_an_unknown_number_is_empty(surge: Services) -> None:
    for asked in ("9", "x", "", "9" * 40, "²"):
        told = dict(zip(PARTS, alert.shown(surge, "", asked, ""), strict=True))
        assert told["alert-state-panel.className"].endswith("is-empty")
        assert told["alert-actions.data-rows"] == ""


def test_what_can_be_done_follows_the_state(surge: Services) -> None:
    assert offered(surge)[0] == "acknowledge"
    answer(surge, press("acknowledge"))
    assert "acknowledge" not in offered(surge)
    assert "unacknowledge" in offered(surge)
    answer(surge, press("snooze", 2, for_="1h"))
    assert "wake" in offered(surge)
    answer(surge, press("close", 3, verdict="true", note="Papers"))
    assert offered(surge) == ["reopen", "close", "comment"]


def test_a_press_is_answered_with_a_sentence(surge: Services) -> None:
    token, said, style = answer(surge, press("acknowledge"))
    assert token == "acknowledge1Maria"
    assert (said, style.rsplit("--", 1)[-1]) == (
        "Acknowledged: it is yours, and nobody else is called.",
        "ok",
    )
    assert answer(surge, press("acknowledge"))[1].startswith("That was done already")
    token, said, style = answer(surge, press("acknowledge", actor="Bo"))
    assert token == ""
    assert said.startswith("Already acknowledged by Maria at 22 Nov 2026 04:04.")
    assert style.endswith("watch")
    refused = answer(surge, press("acknowledge", 2, actor="Cleo"))
    assert refused[1] == "Already acknowledged by Maria at 22 Nov 2026 04:04."
    assert refused[2].endswith("breach")


def test_nobody_and_nonsense_change_nothing(surge: Services) -> None:
    assert answer(surge, None) == ("", "", "aw-outcome")
    assert answer(surge, press("acknowledge", actor="  ")) == ("", "", "aw-outcome")
    assert answer(surge, press("joined"))[1] == "This cannot be done now."
    assert answer(surge, press("snooze", for_="ever"))[2].endswith("breach")
    assert answer(surge, press("close", verdict="maybe"))[1] == "This cannot be done now."
    assert answer(surge, press("close", verdict="true"))[1].startswith("Say why")
    assert offered(surge)[0] == "acknowledge"


def test_a_silence_and_its_end(surge: Services) -> None:
    said = answer(surge, press("silence", note="Broker knows", for_="4h"))[1]
    assert said == "Silenced, with everything inside it."
    told = shown(surge)
    assert told["alert-next.children"] == (
        "No message goes out until 22 Nov 2026 08:04. Silenced by Maria: Broker knows."
    )
    acts = json.loads(told["alert-actions.data-rows"])["rows"]
    (end,) = [row for row in acts if row["action"] == "expire"]
    assert answer(surge, press("expire", silence=end["values"]["silence"]))[1].startswith(
        "The silence is over"
    )
    assert "snooze" in offered(surge)
    assert answer(surge, press("silence", for_="1h", actor="Bo"))[1].startswith("Say why")


def test_severity_goes_both_ways(surge: Services) -> None:
    lower = press("severity", severity="lower:info", note="Only a few")
    assert answer(surge, lower)[1] == "Severity changed."
    page = inbox.incident(surge.engine, 1, NOW)
    assert page is not None
    assert page.row["severity"] == "info"
    acts = incident_actions.acts(page, "UTC")
    (field, _why) = next(act for act in acts if act.action == "severity").fields
    assert [value for value, _words in field.options] == ["raise:critical", "raise:warning"]


def test_what_is_over_asks_for_a_verdict_first(surge: Services) -> None:
    later = NOW + timedelta(days=1)
    fire(surge.engine, later, {"market": "PL"}, seen=Seen.CLEAR)
    fire(surge.engine, later, {"market": "PL"}, seen=Seen.CLEAR, slot=later)
    page = inbox.incident(surge.engine, 1, later)
    assert page is not None
    assert page.row["handling"] == "awaiting_verdict"
    primary = [act.action for act in incident_actions.acts(page, "UTC") if act.primary]
    assert primary == ["close"]


def test_deadlines_show_what_is_overdue(fake_services: Services) -> None:
    overdue = [{"kind": "parcel", "id": "P1", "since": "2026-11-08T12:00:00+00:00"}]
    rule = {"id": "customs-dwell", "sha256": "x", "kind": "deadline", "kpi": "in_customs"}
    fire(
        fake_services.engine, NOW, {"market": "PL"}, rule=rule, rows=overdue, drivers=[],
        numbers={"y": 40.0, "n": 44.0, "oldest": 323.0, "allowed": 72.0}, children=[],
    )  # fmt: skip
    told = shown(fake_services)
    assert told["alert-chart-title.children"] == (
        "Market Poland: 40 parcels over their time, the oldest for 13 d 11 h"
    )
    assert told["alert-drivers-title.children"] == "The longest over their time"
    (row,) = json.loads(told["alert-drivers.data-rows"])["rows"]
    assert row["href"] == "/rows/parcels?q=P1"
    assert "from=2026-11-08" in told["alert-behind.href"]


def test_market_time() -> None:
    assert zone_of({"market": "PL"}, "UTC") == "Europe/Warsaw"
    assert zone_of({"market": "US"}, "UTC") == "America/New_York"
    assert zone_of({"carrier": "DHL"}, "Asia/Shanghai") == "Asia/Shanghai"
    assert zone_of({"market": "ZZ"}, "UTC") == "UTC"
    assert end_of("4h", NOW, "UTC") == NOW + timedelta(hours=4)
    tomorrow = end_of("tomorrow", NOW, "America/Los_Angeles")
    # There it is still the evening of the 21st.
    assert tomorrow is not None
    assert tomorrow.isoformat() == "2026-11-22T16:00:00+00:00"
    assert end_of("never", NOW, "UTC") is None


def test_a_press_without_meaning_is_refused() -> None:
    wrong = (press("wipe"), press("snooze"), press("close", true_start="soon"))
    for found in map(pressed, wrong):
        assert found is not None
        with pytest.raises(NotUnderstoodError):
            action_of(found, NOW, "UTC")


def test_people_come_from_the_file_and_a_broken_file_names_none(
    fake_services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    home = fake_services.settings.home
    assert people(home) == []
    file = home / "alerting.yaml"
    file.write_text("schema_version: 1\npeople:\n  ana: {}\n  bo: {}\n", encoding="utf-8")
    assert people(home) == ["ana", "bo"]
    file.write_text("people: 7\n", encoding="utf-8")
    assert people(home) == []
    assert "names no people" in caplog.text


def test_answers_hold_leaf_properties_only(surge: Services, app: Dash) -> None:
    with app.server.test_request_context("/"):
        told = shown(surge)
    for name, value in told.items():
        assert isinstance(value, str) or name.endswith("figure"), name


def test_an_incident_that_is_not_there_answers_404(surge: Services, app: Dash) -> None:
    client = app.server.test_client()
    answers = {path: client.get(path).status_code for path in ("/alerts", "/alerts/1", "/alerts/9")}
    assert answers == {"/alerts": 200, "/alerts/1": 200, "/alerts/9": 404}
    assert client.get(f"/alerts/{'9' * 40}").status_code == 404


def test_the_rail_stands_in_groups_and_the_phone_shows_four(app: Dash) -> None:
    with app.server.test_request_context("/"):
        grouped = navigation.groups(SCREENS)
    paths = [screen.PATH for _name, found in grouped for screen in found]
    assert paths[:3] == ["/", "/alerts", "/service"]
    assert len(paths) == len(set(paths)) == sum(1 for screen in SCREENS if screen.ICON)
    assert {"/rules", "/quality"} <= {screen.PATH for screen in grouped[-1][1]}
    assert set(navigation.ON_PHONE) <= set(paths)


def test_a_press_is_read_with_care() -> None:
    assert pressed(None) is None
    assert pressed({"actor": " "}) is None
    found = pressed({**press("assign", assignee="Bo"), "token": "t" * 99, "actor": " Maria "})
    assert found is not None
    assert (len(found.token), found.actor, found.fields) == (64, "Maria", {"assignee": "Bo"})


def test_a_rules_text_names_country_and_reason_in_words() -> None:
    labels = {"market": "PL", "reason": "customs_hold"}
    told = incident_names.by_name("New contact reason in PL: customs_hold", labels)
    assert told == "New contact reason in Poland: Held by customs"
    told = incident_names.by_name("PL出现新的联系原因:customs_hold", labels)
    assert told == "Poland出现新的联系原因:Held by customs"
    assert incident_names.by_name("Nothing other", {"reason": "other"}) == "Nothing other"
