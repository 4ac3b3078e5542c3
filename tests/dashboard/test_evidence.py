"""The Evidence screen: could we prove it today, who gets the rest; filing, packs, checking."""

from __future__ import annotations

import errno
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from alerts import dossier, evidence_files
from alerts.dossier.pack import path_of
from alerts.dossier.verifier import LOG
from callbacks import evidence as callbacks
from dashboard import panel_state
from dashboard.app import create_app
from dashboard.evidence_actions import answer
from dashboard.ids import Evidence
from dashboard.languages import use_language
from dashboard.services import Services
from tests.alerts.dossier import dossier_world

PLACE = {(part, prop): index for index, (part, prop) in enumerate(callbacks.EVERYTHING)}
ACTOR = {"X-Afterwatch-Actor": "Ana%20Wei%C3%9F", "X-Afterwatch-Token": "t1"}


@pytest.fixture
def told(fake_services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A home with crisis 1, an hour ago."""
    monkeypatch.setattr(dossier_world, "NOW", fake_services.clock())
    home = fake_services.settings.home
    home.mkdir(parents=True, exist_ok=True)
    assert dossier_world.whole(fake_services.engine, home) == 1
    return fake_services


@pytest.fixture
def client(told: Services) -> FlaskClient:
    return create_app(told).server.test_client()


def shown(services: Services, part: Evidence, prop: str = "data-rows", asked: str = "1") -> Any:
    found = callbacks.shown(services, "", asked, "")[PLACE[part, prop]]
    return json.loads(found) if prop == "data-rows" and found else found


def press(services: Services, action: str, **fields: str) -> tuple[str, str, str]:
    data = {
        "action": action,
        "subject": "1",
        "version": 3,
        "token": f"{action}-{sorted(fields.items())}"[:64],
        "actor": "Ana",
        "fields": fields,
    }
    return answer(services, data)


def cells(row: Mapping[str, Any]) -> list[str]:
    return [cell.get("text", "") for cell in row["cells"]]


def test_the_answer_says_whether_it_could_be_proved(told: Services) -> None:
    said = shown(told, Evidence.ANSWER, "children")
    assert said == "Not yet: 5 of 12 required items are there."
    assert shown(told, Evidence.CHECKLIST_TITLE, "children") == "7 required items are missing"
    note = shown(told, Evidence.CHECKLIST_NOTE, "children")
    assert note == "By: Every crisis, Product safety and recall"
    with use_language("zh_Hans"):
        assert shown(told, Evidence.ANSWER, "children") == "尚不能：12 项必需内容中已有 5 项。"


def test_what_is_missing_comes_first_with_who_gets_it(told: Services) -> None:
    rows = shown(told, Evidence.CHECKLIST)["rows"]
    states = [cells(row)[1] for row in rows]
    assert states == sorted(states, key=["missing", "done, but not filed", "there"].index)
    by_name = {cells(row)[0]: row for row in rows}
    assert cells(by_name["Where the goods come from"])[2] == "Sun, supply"
    assert cells(by_name["What customers report"])[2] == "team lead: nobody has it"
    report = by_name["Test report"]["cells"]
    assert report[2]["text"] == "filed: Call with the lab"
    assert report[2]["href"] == "/evidence/1/files/1.bin"
    assert "text" not in report[3]


def test_a_note_a_link_and_a_checklist_are_added(told: Services) -> None:
    token, text, kind = press(told, "note", title="Call", text="They stop it.", item="stop-sale")
    assert token
    assert text.startswith("Filed as evidence 4, SHA-256 ")
    assert kind.endswith("aw-status--ok")
    assert press(told, "link", address="https://x.example/1", captured="")[0]
    assert press(told, "checklist", checklist="court")[1] == "The checklist applies from now on."
    rows = shown(told, Evidence.CHECKLIST)["rows"]
    assert {cells(row)[0]: cells(row)[1] for row in rows}["Proof that sale was stopped"] == "there"
    assert "Court" in shown(told, Evidence.CHECKLIST_NOTE, "children")
    assert shown(told, Evidence.FILED_TITLE, "children") == "6 pieces are filed"


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("link", {"address": "nonsense"}, "That is no address"),
        ("link", {"address": "https://x.example", "captured": "2199-01-01T00:00"}, "lies ahead"),
        ("link", {"address": "https://x.example", "captured": "noon"}, "not understood"),
        ("note", {"title": "x"}, "nothing to keep"),
        ("checklist", {"checklist": "nonsense"}, "no such checklist"),
        ("withdraw", {"evidence": "x"}, "not understood"),
        ("withdraw", {"evidence": "99", "reason": "r"}, "no such crisis or evidence"),
        ("withdraw", {"evidence": "1", "reason": ""}, "Say why it is withdrawn"),
        ("explode", {}, "not understood"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    told: Services, action: str, fields: dict[str, str], said: str
) -> None:
    token, text, kind = press(told, action, **fields)
    assert token == ""
    assert said in text
    assert kind.endswith("aw-status--breach")


def test_withdrawn_evidence_stays_in_the_list(told: Services) -> None:
    assert press(told, "withdraw", evidence="2", reason="wrong post")[0]
    row = shown(told, Evidence.FILED)["rows"][1]
    told_of = row["cells"][1]
    assert (told_of["text"], told_of["sub"]) == ("withdrawn", "wrong post")
    acts = {act["action"]: act for act in shown(told, Evidence.ACTIONS)["rows"]}
    offered = [value for value, _label in acts["withdraw"]["fields"][0]["options"]]
    assert offered == ["3", "1"]


def test_a_pack_is_built_listed_and_downloaded(told: Services, client: FlaskClient) -> None:
    token, text, _kind = press(told, "build")
    assert token
    assert text == "The pack is built and holds; 7 required items are missing in it."
    (row,) = shown(told, Evidence.PACKS)["rows"]
    href = row["cells"][0]["href"]
    assert href == "/evidence/1/packs/1.zip"
    response = client.get(href, buffered=True)
    response.close()
    assert response.status_code == 200
    assert "attachment; filename=crisis-1-" in response.headers["Content-Disposition"]
    (pack,) = dossier.packs_of(told.engine, 1)
    import hashlib

    assert hashlib.sha256(response.data).hexdigest() == pack.sha256
    assert client.get("/evidence/2/packs/1.zip").status_code == 404
    assert client.get("/evidence/1/packs/2.zip").status_code == 404


def test_a_file_is_taken_and_given_back_as_a_download(told: Services, client: FlaskClient) -> None:
    content = b"<script>alert(1)</script>"
    sent = client.post(
        "/evidence/1/files?name=..%2Fx.html&item=photos&source=customer",
        data=content,
        headers={**ACTOR, "Content-Type": "text/html"},
    )
    assert sent.get_json()["status"] == "ok"
    row = dossier.rows_of(told.engine, 1).row(0, named=True)
    assert (row["name"], row["added_by"], row["item"]) == ("x.html", "Ana Weiß", "photos")
    given = client.get(f"/evidence/1/files/{row['id']}.bin")
    assert given.data == content
    assert given.mimetype == "application/octet-stream"
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Disposition"] == "attachment; filename=x.html"
    again = client.post("/evidence/1/files?name=x.html", data=content, headers=ACTOR)
    assert "was not done twice" in again.get_json()["text"]
    assert client.get("/evidence/2/files/1.bin").status_code == 404
    assert client.get("/evidence/1/files/99.bin").status_code == 404


def test_an_upload_needs_a_header_that_no_foreign_page_can_set(client: FlaskClient) -> None:
    assert client.post("/evidence/1/files?name=x", data=b"x").status_code == 403
    assert client.post("/evidence/check", data=b"x").status_code == 403
    foreign = client.get("/evidence/1/files/1.bin", headers={"Host": "evil.example"})
    assert foreign.status_code == 421


def test_what_cannot_be_taken_is_said_in_words(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_files, "MOST_BYTES", 10)
    for url, data, said in (
        ("/evidence/1/files?name=x", b"12345678901", "is larger than"),
        ("/evidence/1/files?name=x", b"", "nothing to keep"),
        ("/evidence/9/files?name=x", b"1", "no such crisis"),
        ("/evidence/1/files?name=x&captured=noon", b"1", "not understood"),
    ):
        told = client.post(url, data=data, headers=ACTOR).get_json()
        assert (told["status"], said in told["text"]) == ("breach", True), told
    nameless = {"X-Afterwatch-Actor": ""}
    told = client.post("/evidence/1/files?name=x", data=b"1", headers=nameless).get_json()
    assert "Say who you are" in told["text"]


def test_content_that_was_changed_on_the_disk_is_not_given(
    told: Services, client: FlaskClient
) -> None:
    sha256 = dossier.rows_of(told.engine, 1)["sha256"][0]
    evidence_files.path_of(told.settings.home, sha256).write_bytes(b"other")
    given = client.get("/evidence/1/files/3.bin")
    assert given.status_code == 500
    assert "was changed after it was kept" in given.text


def test_a_pack_that_was_changed_on_the_disk_is_not_given(
    told: Services, client: FlaskClient
) -> None:
    press(told, "build")
    (pack,) = dossier.packs_of(told.engine, 1)
    path_of(told.settings.home, pack.sha256).write_bytes(b"other")
    given = client.get("/evidence/1/packs/1.zip")
    assert given.status_code == 500
    assert "was changed after it was built" in given.text


def test_a_full_disk_is_told_while_a_pack_is_checked(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dashboard.evidence_files.tempfile.NamedTemporaryFile", full)
    told = client.post("/evidence/check?name=p.zip", data=b"PK", headers=ACTOR)
    assert told.status_code == 200
    assert told.get_json()["status"] == "breach"
    assert "No space left on device" in told.get_json()["text"]


def test_a_pack_that_is_sent_is_checked(
    told: Services, client: FlaskClient, tmp_path: Path
) -> None:
    press(told, "build")
    response = client.get("/evidence/1/packs/1.zip", buffered=True)
    content = response.data
    response.close()
    (pack,) = dossier.packs_of(told.engine, 1)

    def check(data: bytes, head: str = "") -> dict[str, str]:
        url = f"/evidence/check?name=p.zip&head={head}"
        found: dict[str, str] = client.post(url, data=data, headers=ACTOR).get_json()
        return found

    held = check(content, f"{pack.head_seq}:{pack.head_hash}")
    assert held["status"] == "ok"
    assert "The head that was published earlier is in it." in held["text"]
    path = tmp_path / "p.zip"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "q.zip", "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == LOG:
                data = data.replace(b'"level\\":3', b'"level\\":1')
            new.writestr(info, data)
    said = check((tmp_path / "q.zip").read_bytes())
    assert (said["status"], said["text"]) == (
        "breach",
        "Not intact. First broken link: log/events.jsonl, line 5, entry 6 was changed.",
    )
    assert "p.zip: is no zip file" in check(b"garbage")["text"]


def test_an_unknown_crisis_is_said_and_is_404(told: Services, client: FlaskClient) -> None:
    for asked in ("9", "x", "9" * 40, ""):
        found = callbacks.shown(told, "", asked, "")
        assert found[PLACE[Evidence.CHECKLIST_PANEL, "className"]] == panel_state.EMPTY
        assert found[PLACE[Evidence.ANSWER, "children"]] == ""
    assert client.get("/evidence/9").status_code == 404
    assert client.get("/evidence/1").status_code == 200
