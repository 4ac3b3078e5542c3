"""The Playbooks screens: the list, one document, its steps, its text checked and saved."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from dash import no_update

from alerts import library
from alerts.library.pages import document_page, overview
from callbacks import playbook as page_callbacks
from callbacks import playbooks as list_callbacks
from dashboard import panel_state, playbook_actions
from dashboard.languages import use_language
from dashboard.playbooks import KINDS, PHASES, document_path, parted
from dashboard.services import Services
from dashboard.wording import playbook as words
from dashboard.wording import playbook_steps as steps
from dashboard.wording import playbooks as list_words

ASKED = {"document": "playbook.faulty-lot", "version": "", "against": ""}


@pytest.fixture
def ready(fake_services: Services) -> Services:
    """Services that know what ships."""
    library.register(fake_services.engine, None, fake_services.clock())
    return fake_services


def text_of(services: Services) -> str:
    return page_callbacks.text(services, ASKED)[0]


def edited(services: Services, text: str, **more: Any) -> tuple[Any, ...]:
    given = {"note": "", "asked": ASKED, "seen": 1, "actor": "Ana", "save": True, **more}
    return playbook_actions.edited(
        services,
        text,
        given["note"],
        given["asked"],
        given["seen"],
        given["actor"],
        save=given["save"],
    )


def rows_of(data: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data)["rows"]
    return found


def test_addresses_name_kind_and_document() -> None:
    path = document_path("playbook", "faulty-lot", 3, 2)
    assert path == "/playbooks/playbook.faulty-lot?version=3&against=2"
    assert parted("playbook.faulty-lot") == ("playbook", "faulty-lot")
    assert parted("nonsense") == ("nonsense", "")


def test_the_list_says_how_many_are_ready(ready: Services) -> None:
    with use_language("en"):
        panel, answer, table, *others = list_callbacks.listed(ready, "")
    assert panel == panel_state.READY
    # Nobody holds a role in this home: each playbook has something to look at.
    assert answer == "8 playbooks are ready. 8 have something to look at."
    assert len(rows_of(table)) == 8
    assert len(others) == len(KINDS)
    assert all(rows_of(one) for one in others)


def test_an_empty_home_says_so(fake_services: Services) -> None:
    panel, answer, *_rest = list_callbacks.listed(fake_services, "")
    assert (panel, answer) == (panel_state.EMPTY, "")


def test_a_review_that_is_overdue_stands_out(ready: Services) -> None:
    documents = overview(ready.engine)
    with use_language("en"):
        late = rows_of(list_words.table(documents, date(2028, 1, 1), "UTC"))
        fine = rows_of(list_words.table(documents, date(2026, 1, 1), "UTC"))
    assert {row["cells"][4].get("status") for row in late} == {"watch"}
    assert {row["cells"][4].get("status") for row in fine} == {None}


def test_one_playbook_shows_its_steps_by_phase(ready: Services) -> None:
    with use_language("en"):
        title, *rest = page_callbacks.charted(ready, ASKED)
    shown, drawn = rest[: len(PHASES)], rest[len(PHASES) : 2 * len(PHASES)]
    assert title == "Who does what by when: 25 steps"
    assert shown == [""] * len(PHASES)
    every = [row for data in drawn for row in rows_of(data)]
    assert sorted(row["n"] for row in every) == list(range(1, 26))
    call = next(row for row in every if row["key"] == "open-call")
    assert call["due"] == [{"level": "L3", "text": "30 min"}, {"level": "L4", "text": "15 min"}]
    assert call["notes"] == ["From level 3 on"]
    stop = next(row for row in every if row["key"] == "stop-sale")
    assert stop["title"] == "Stop the sale of lot ‹Production lot›"
    assert stop["notes"] == ["After 1 · Yields: stop-sale"]
    signed = next(row for row in every if row["key"] == "sign-recall")
    assert signed["how"] == "to be signed: Crisis lead, Executive sponsor"


def test_other_documents_have_no_steps(ready: Services) -> None:
    asked = {**ASKED, "document": "levels.levels"}
    assert page_callbacks.charted(ready, asked)[1 : 1 + len(PHASES)] == ("aw-none",) * len(PHASES)
    assert page_callbacks.standing(ready, "", asked)[0] == panel_state.READY


@pytest.mark.parametrize("document", ["playbook.nothing", "poems.one", "playbook", ""])
def test_what_is_not_there_is_told(ready: Services, document: str) -> None:
    asked = {**ASKED, "document": document}
    assert page_callbacks.standing(ready, "", asked)[:3] == (panel_state.EMPTY,) * 3
    assert page_callbacks.charted(ready, asked)[0] == ""
    assert page_callbacks.text(ready, asked) == ("", None)


def test_a_text_is_checked_without_being_saved(ready: Services) -> None:
    with use_language("en"):
        verdict, status, listed, saved = edited(ready, text_of(ready), save=False)
    assert verdict.startswith("faulty-lot can be saved, with ")
    assert "watch" in status
    assert rows_of(listed)
    assert saved is no_update


def test_faults_and_findings_are_told_and_nothing_is_saved(ready: Services) -> None:
    with use_language("en"):
        unreadable = edited(ready, text_of(ready).replace("owner:", "boss:"))
        wrong = edited(ready, text_of(ready).replace("role: supply", "role: captain", 1))
    assert unreadable[0] == "2 faults; nothing was saved."
    assert {row.get("side", "")[:4] for row in rows_of(unreadable[2])} == {"line"}
    assert wrong[0] == "1 error; nothing was saved."
    assert "captain" in rows_of(wrong[2])[0]["title"]
    assert unreadable[3] is wrong[3] is no_update


def test_findings_are_in_the_readers_language(ready: Services) -> None:
    with use_language("zh_Hans"):
        wrong = edited(ready, text_of(ready).replace("role: supply", "role: captain", 1))
    assert rows_of(wrong[2])[0]["title"] == "处置手册没有声明角色 captain。"


def test_a_saved_text_is_the_next_version(ready: Services) -> None:
    changed = text_of(ready).replace("owner: supply and quality", "owner: quality")
    with use_language("en"):
        verdict, status, _listed, saved = edited(ready, changed, note="shorter")
        again = edited(ready, changed, seen=2)
        late = edited(ready, changed.replace("owner: quality", "owner: me"), actor="Ben")
    assert verdict == "Saved as version 2. It is in force now."
    assert "ok" in status
    assert saved
    assert again[0] == "It says the same as the version in force: nothing to save."
    assert late[0].startswith("Ana saved version 2 at ")
    page = document_page(ready.engine, "playbook", "faulty-lot")
    assert page is not None
    assert page.document.model.owner == "quality"
    with use_language("en"):
        first = rows_of(words.versions(page, "UTC"))[0]["cells"]
    assert first[0]["sub"] == "in force · shown here"
    assert first[3]["sub"] == "shorter"


def test_versions_are_compared(ready: Services) -> None:
    edited(ready, text_of(ready).replace("owner: supply and quality", "owner: quality"))
    asked = {**ASKED, "version": "2", "against": "1"}
    with use_language("en"):
        shown = page_callbacks.standing(ready, "", asked)
        old = page_callbacks.standing(ready, "", {**ASKED, "version": "1"})
    assert shown[8] == "From version 1 to version 2"
    assert "+owner: quality" in shown[9]
    assert "This is version 1; in force is version 2." in old[3]
    assert words.diff_title([], 1, 2)


def test_another_id_is_not_saved_here(ready: Services) -> None:
    with use_language("en"):
        found = edited(ready, text_of(ready).replace("id: faulty-lot", "id: other", 1))
    assert found[0].startswith("The id is other, this is faulty-lot.")


def test_nobody_saves_nothing(ready: Services) -> None:
    changed = text_of(ready).replace("owner: supply and quality", "owner: quality")
    with use_language("en"):
        assert edited(ready, changed, actor=" ")[0].startswith("Give your name first")


def test_around_the_steps(ready: Services) -> None:
    page = document_page(ready.engine, "playbook", "faulty-lot")
    assert page is not None
    with use_language("en"):
        beats = rows_of(steps.cadence(page.document.model))
        metrics = rows_of(steps.metrics(page.document.model))
        recovery = rows_of(steps.recovery(page.document.model))
    assert beats[0]["text"] == "every L2 8 h · L3 4 h · L4 2 h"
    assert metrics[0] == {"label": "Declared to first statement", "text": "at most 2 h"}
    assert recovery[-1]["label"] == "all others"
    assert "Jung and Seock" in recovery[-1]["sub"]


def test_unknown_documents_answer_404(ready: Services) -> None:
    from dashboard.app import create_app

    client = create_app(ready).server.test_client()
    assert client.get("/playbooks/playbook.faulty-lot").status_code == 200
    assert client.get("/playbooks/playbook.nothing").status_code == 404
