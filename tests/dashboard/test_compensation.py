"""The compensation screens: what they say, what they offer, and what a press comes to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.notify.current import Current
from callbacks import compensation, compensation_batch
from dashboard.app import create_app
from dashboard.compensation import Kept, criteria, numbers
from dashboard.languages import use_language
from dashboard.services import Services
from tests.alerts.compensation.world import NOW
from tests.dashboard import compensation_home, fakes


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = compensation_home.services(tmp_path)
    yield made
    made.engine.dispose()


def press(action: str, actor: str = "Emil", *, subject: str = "new", version: int = 0,
          **fields: str) -> dict[str, Any]:  # fmt: skip
    return {
        "action": action,
        "subject": subject,
        "version": version,
        "token": f"{action}-{actor}-{version}",
        "actor": actor,
        "fields": fields,
    }


def screen(services: Services, query: str = "", **more: Any) -> dict[str, Any]:
    keys = {"actor": "", "leak": "", "done": "", "checked": None, **more}
    shown = compensation.shown(
        services, Current(services.settings.home), Kept(services), query, **keys
    )
    names = ("batches_panel", "batches", "preview", "actions", "answer", "pace_panel", "pace_note",
             "pace", "leaks_panel", "leaks_note", "leaks", "rows_panel", "rows_title",
             "rows")  # fmt: skip
    return dict(zip(names, shown, strict=True))


def cells(text: str) -> list[list[str]]:
    return [[cell.get("text", "") for cell in row["cells"]] for row in json.loads(text)["rows"]]


def made(services: Services) -> None:
    """The batch of the late ones, as the screen makes it."""
    token, checked, _text, _class = compensation.answer(
        services, press("preview", cause="late_72h")
    )
    assert token
    shown = screen(services, checked=checked)
    act = next(row for row in json.loads(shown["actions"])["rows"] if row["action"] == "create")
    done = compensation.answer(services, press("create", **act["values"]))
    assert "batch is made" in done[2]


def page(services: Services, item: str = "", batch: str = "1") -> dict[str, Any]:
    shown = compensation_batch.shown(
        services, Current(services.settings.home), "", {"batch": batch, "item": item}, ""
    )
    return {
        str(part): value
        for (part, _prop), value in zip(compensation_batch.EVERYTHING, shown, strict=True)
    }


def offered(services: Services) -> list[str]:
    return [
        row["action"] for row in json.loads(page(services)["compensation-batch-actions"])["rows"]
    ]


def do(services: Services, action: str, actor: str, version: int, **fields: str) -> tuple[str, ...]:
    data = press(action, actor, subject="1", version=version, **fields)
    return compensation_batch.answer(services, Current(services.settings.home), data)


def test_the_screen_answers_its_question(services: Services) -> None:
    shown = screen(services)
    assert shown["answer"] == (
        "5 orders are entitled and got nothing in time, worth €25.00. No batch is under way. "
        "Every market keeps its budget at this pace."
    )
    assert shown["batches_panel"].endswith("is-empty")
    leaks = {row[0]: row[1:3] for row in cells(shown["leaks"])}
    assert leaks["Given twice"] == ["1", "€5.00"]
    assert leaks["Entitled, not given"] == ["5", "€25.00"]
    assert "against policy standard version 1" in shown["leaks_note"]
    assert shown["rows_panel"].endswith("is-empty")


def test_a_kind_of_leak_leads_to_its_orders(services: Services) -> None:
    shown = screen(services, leak="duplicate")
    assert shown["rows_title"] == "Given twice: 1"
    assert cells(shown["rows"])[0][0] == "A-6"
    assert json.loads(shown["rows"])["rows"][0]["href"].startswith("/cases?q=A-6")
    assert screen(services, leak="nonsense")["rows_panel"].endswith("is-empty")


def test_the_filters_market_narrows_budget_and_leaks(services: Services) -> None:
    shown = screen(services, "market=FR")
    assert [row[0] for row in cells(shown["pace"])] == ["France"]
    assert {row[0]: row[1] for row in cells(shown["leaks"])}["Entitled, not given"] == "2"


def test_a_batch_is_looked_at_before_it_is_made(services: Services) -> None:
    token, checked, text, _class = compensation.answer(
        services, press("preview", cause="late_72h", market="de")
    )
    assert (bool(token), text) == (True, "")
    shown = screen(services, checked=checked)
    facts = {row["label"]: row for row in json.loads(shown["preview"])["rows"]}
    assert (facts["Would be proposed"]["text"], facts["Together"]["text"]) == ("3 orders", "€15.00")
    assert facts["Excluded"]["sub"] == "compensated for this already: 1"
    assert screen(services)["batches_panel"].endswith("is-empty")
    bad = compensation.answer(services, press("preview", cause="bad_mood"))
    assert bad[2] == "The policy has no such cause."
    assert compensation.answer(services, press("discard"))[1] is None
    assert compensation.answer(services, press("create"))[2] == "This cannot be done now."
    assert compensation.answer(services, None)[0] == ""


def test_a_batch_goes_its_way_on_screen(services: Services) -> None:
    made(services)
    assert offered(services) == ["submit", "exclude", "include", "cancel"]
    assert "submit it" in page(services)["compensation-batch-answer"]
    assert do(services, "submit", "Emil", 1)[0]
    mine = screen(services, actor="Anna")
    assert "1 batch waits for you." in mine["answer"]
    assert "0 of 1" in cells(mine["batches"])[0]
    assert "waits for you" not in screen(services, actor="Emil")["batches"]
    seen = next(
        row["values"]["seen"]
        for row in json.loads(page(services)["compensation-batch-actions"])["rows"]
        if row["action"] == "approve"
    )
    own = do(services, "approve", "Emil", 2, seen=seen)
    assert own[1] == "Emil made it; somebody else has to approve it."
    assert "Approved" in do(services, "approve", "Anna", 2, seen=seen)[1]
    late = do(services, "approve", "Bo", 2, seen=seen)
    assert late[1].startswith("Already approved by Anna at 20 Mar 2026 12:00.")
    assert late[2].endswith("watch")
    assert page(services)["compensation-batch-file"] == ""
    assert "Exported" in do(services, "export", "Anna", 3, channel="")[1]
    shown = page(services)
    assert shown["compensation-batch-file"] == "/download/compensation/1.csv"
    assert offered(services) == ["export"]
    assert "counts" in shown["compensation-batch-signed"]
    assert [row["head"] for row in json.loads(shown["compensation-batch-timeline"])["rows"]] == [
        "Exported",
        "Approved",
        "Signed as team lead",
        "Submitted for approval",
        "Made with 5 items",
    ]


def test_items_are_left_out_by_number_with_a_reason(services: Services) -> None:
    made(services)
    shown = page(services, item="2")
    assert shown["compensation-batch-item-title"] == "Item 2"
    facts = {
        row["label"]: row["text"] for row in json.loads(shown["compensation-batch-item"])["rows"]
    }
    assert (facts["Order"], facts["Hours late"], facts["Amount"]) == ("A-2", "80.0", "€5.00")
    assert '"value":"2"' in shown["compensation-batch-actions"]
    assert "Left out" in do(services, "exclude", "Emil", 1, items="1, 2-3", note="by phone")[1]
    assert "None of these" in do(services, "exclude", "Emil", 2, items="x", note="by phone")[1]
    firm = do(services, "include", "Emil", 2, items="6", note="please")
    assert firm[1] == "Order A-6 stays left out: compensated for this already."
    request = {"startRow": 0, "endRow": 100}
    _panel, answer = compensation_batch.block(services, request, "", {"batch": "1"})
    assert answer["rowCount"] == 6
    assert answer["rowData"][0]["standing"] == "Excluded: by phone"
    assert answer["rowData"][3]["href"] == "/compensation/1?item=4"


def test_a_batch_that_is_not_there(services: Services) -> None:
    shown = page(services, batch="77")
    assert shown["compensation-batch-state-panel"].endswith("is-empty")
    client = create_app(services).server.test_client()
    assert client.get("/compensation/77").status_code == 404
    assert client.get("/download/compensation/77.csv").status_code == 404
    assert client.get("/compensation").status_code == 200


def test_the_file_is_there_after_export_only(services: Services) -> None:
    made(services)
    client = create_app(services).server.test_client()
    assert client.get("/download/compensation/1.csv").status_code == 404
    do(services, "submit", "Emil", 1)
    do(services, "approve", "Anna", 2)
    do(services, "export", "Anna", 3, channel="")
    answer = client.get("/download/compensation/1.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="compensation-1.csv"'
    assert answer.get_data(as_text=True).count("\r\n") == 6
    assert answer.get_data() == client.get("/download/compensation/1.csv").get_data()


def test_without_a_policy_it_says_so(tmp_path: Path) -> None:
    empty = fakes.services(tmp_path)
    shown = screen(empty)
    assert shown["answer"].startswith("No policy is in force yet")
    assert all(shown[name].endswith("is-empty") for name in ("pace_panel", "leaks_panel"))
    empty.engine.dispose()


def test_it_speaks_chinese(services: Services) -> None:
    made(services)
    with use_language("zh_Hans"):
        assert "5 个订单应补偿" in screen(services)["answer"]
        assert "超时 72 小时以上：5 个订单" in page(services)["compensation-batch-answer"]


def test_budget_and_leaks_are_kept_until_something_changes(services: Services) -> None:
    kept = Kept(services)
    first = kept.money()
    assert kept.money() is first
    made(services)
    assert kept.money() is not first


def test_what_people_type_is_read(services: Services) -> None:
    assert numbers("3, 5-7;9") == (3, 5, 6, 7, 9)
    asked = criteria({"cause": "late_72h", "market": "de, fr", "since": "2026-03-01"}, NOW)
    assert (asked.market, asked.since.isoformat() if asked.since else "") == (
        ("DE", "FR"),
        "2026-03-01T00:00:00+00:00",
    )
    odd = compensation.answer(services, press("preview", cause="late_72h", since="yesterday"))
    assert odd[2] == "This cannot be done now."
    for text in ("x", "5-", "1-999999999"):
        with pytest.raises(ValueError, match=text):
            numbers(text)
