"""Documents by version: from what ships, from a home's files, from the screen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from alerts import library
from alerts.event_log import verify
from alerts.library import Library, store
from alerts.library.pages import document_page, exists, overview
from data_access.state import schema
from data_access.state.engine import writing

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TERMS = library.shipped(library.kind_of("terms"))["terms"][0]
PLAYBOOK = library.shipped(library.kind_of("playbook"))["customs-hold"][0]


def own(home: Path, text: str, kind: str = "playbook", name: str = "mine.yaml") -> Path:
    folder = home / "crisis" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def versions(engine: Engine, name: str = "customs-hold", kind: str = "playbook") -> list[str]:
    with engine.connect() as connection:
        return [f"{one.n} {one.origin}" for one in library.history(connection, kind, name)]


def current(engine: Engine, name: str = "customs-hold") -> library.Document:
    with engine.connect() as connection:
        found = library.current(connection, "playbook", name)
    assert found is not None
    return found


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        counted = select(func.count()).select_from(schema.document_version)
        found: int = connection.execute(counted).scalar_one()
    return found


def changed(owner: str, text: str = PLAYBOOK) -> str:
    return text.replace("owner: customs desk", f"owner: {owner}")


def save(engine: Engine, text: str, **more: object) -> library.Saved:
    given = {"actor": "Ana", "note": "", "token": None, "now": LATER, **more}
    return library.save(engine, "playbook", text, **given)  # type: ignore[arg-type]


@pytest.fixture
def shipped(engine: Engine) -> Engine:
    """A database that knows what ships."""
    assert library.register(engine, None, NOW) == []
    return engine


def test_what_ships_is_there_once(shipped: Engine) -> None:
    before = rows(shipped)
    assert before == sum(len(library.shipped(kind)) for kind in library.kinds().values())
    assert library.register(shipped, None, LATER) == []
    assert rows(shipped) == before
    assert versions(shipped) == ["1 shipped"]
    assert verify(shipped) is None


def test_a_document_comes_with_its_model(shipped: Engine) -> None:
    found = current(shipped)
    assert found.model.id == found.name == "customs-hold"
    assert found.body_yaml == PLAYBOOK
    assert found.sha256 == store.sha256_of(PLAYBOOK)
    assert current(shipped).model is found.model


def test_a_file_of_the_home_goes_before_what_ships(shipped: Engine, tmp_path: Path) -> None:
    path = own(tmp_path, changed("us"))
    assert library.register(shipped, tmp_path, LATER) == []
    assert library.register(shipped, tmp_path, LATER) == []
    assert versions(shipped) == ["2 file", "1 shipped"]
    assert current(shipped).model.owner == "us"
    assert current(shipped).created_by == str(path)
    path.write_text(changed("them"), encoding="utf-8")
    library.register(shipped, tmp_path, LATER)
    assert versions(shipped) == ["3 file", "2 file", "1 shipped"]


def test_an_update_takes_nobodys_own_wording_away(shipped: Engine, tmp_path: Path) -> None:
    own(tmp_path, changed("us"))
    library.register(shipped, tmp_path, LATER)
    with writing(shipped) as connection:
        store.add(
            connection,
            "playbook",
            "customs-hold",
            changed("ship"),
            origin="shipped",
            by="",
            now=LATER,
        )
    assert current(shipped).model.owner == "us"
    page = document_page(shipped, "playbook", "customs-hold")
    assert page is not None
    assert (page.in_force, page.newer_ships) == (2, 3)
    assert current(shipped, "data-breach").origin == "shipped"


def test_a_file_that_cannot_be_used_leaves_what_was(shipped: Engine, tmp_path: Path) -> None:
    own(tmp_path, changed("us"))
    own(tmp_path, "id: broken", name="broken.yaml")
    own(tmp_path, PLAYBOOK.replace("role: legal", "role: captain"), name="z.yaml")
    own(tmp_path, changed("two").replace("id: customs-hold", "id: our-hold"), name="b.yaml")
    faults = [str(fault) for fault in library.register(shipped, tmp_path, LATER)]
    assert any("broken.yaml, line 1" in fault for fault in faults)
    assert any("is taken by" in fault for fault in faults)
    assert versions(shipped)[0] == "2 file"
    assert versions(shipped, "our-hold") == ["1 file"]


def test_a_file_with_an_error_is_told_and_not_taken(shipped: Engine, tmp_path: Path) -> None:
    own(tmp_path, PLAYBOOK.replace("role: legal", "role: captain"))
    faults = library.register(shipped, tmp_path, LATER)
    assert any("declares no role captain" in str(fault) for fault in faults)
    assert versions(shipped) == ["1 shipped"]


def test_files_may_refer_to_each_other(shipped: Engine, tmp_path: Path) -> None:
    policy = library.shipped(library.kind_of("compensation"))["standard"][0]
    own(tmp_path, policy.replace("id: standard", "id: generous"), "compensation")
    own(tmp_path, PLAYBOOK.replace("compensation: standard", "compensation: generous"))
    assert library.register(shipped, tmp_path, LATER) == []
    assert current(shipped).model.compensation == "generous"


def test_saving_makes_the_next_version(shipped: Engine) -> None:
    saved = save(shipped, changed("Ana"), note=" clearer ", seen=1)
    assert saved.result == "done"
    assert saved.version is not None
    assert (saved.version.n, saved.version.note, saved.version.created_by) == (2, "clearer", "Ana")
    assert current(shipped).model.owner == "Ana"
    with shipped.connect() as connection:
        log = schema.event_log
        newest = connection.execute(select(log).order_by(log.c.seq.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.subject_id) == ("document_saved", "playbook.customs-hold")
    assert json.loads(newest.payload_json)["n"] == 2
    assert verify(shipped) is None


def test_whoever_saves_over_another_is_told(shipped: Engine) -> None:
    assert save(shipped, changed("Ana"), seen=1).result == "done"
    late = save(shipped, changed("Ben"), actor="Ben", seen=1)
    assert (late.result, late.by, late.at) == ("stale", "Ana", LATER)
    assert current(shipped).model.owner == "Ana"
    assert save(shipped, changed("Ben"), actor="Ben", seen=2).result == "done"


def test_a_button_pressed_twice_saves_once(shipped: Engine) -> None:
    assert save(shipped, changed("Ana"), token="t" * 8).result == "done"
    again = save(shipped, changed("Ana too"), token="t" * 8)
    assert (again.result, again.by) == ("repeated", "Ana")
    assert versions(shipped) == ["2 screen", "1 shipped"]


def test_nothing_new_is_not_saved(shipped: Engine) -> None:
    assert save(shipped, PLAYBOOK.replace("\n", "\r\n")).result == "unchanged"
    assert versions(shipped) == ["1 shipped"]


@pytest.mark.parametrize("actor", ["", "  ", "worker"])
def test_nobody_saves_nothing(shipped: Engine, actor: str) -> None:
    assert save(shipped, changed("x"), actor=actor).result == "refused"


def test_a_text_with_errors_is_not_saved(shipped: Engine) -> None:
    unreadable = save(shipped, "id: [")
    assert unreadable.result == "refused"
    assert unreadable.checked is not None
    assert unreadable.checked.faults
    wrong = save(shipped, PLAYBOOK.replace("role: legal", "role: captain"))
    assert wrong.checked is not None
    assert not wrong.checked.usable
    assert versions(shipped) == ["1 shipped"]


def test_what_changed_is_told(shipped: Engine) -> None:
    save(shipped, changed("Ana"))
    with shipped.connect() as connection:
        lines = library.diff(connection, "playbook", "customs-hold", 1, 2)
        assert library.diff(connection, "playbook", "customs-hold", 1, 9) is None
    assert lines is not None
    assert [line for line in lines if line.startswith(("-", "+"))] == [
        "--- version 1",
        "+++ version 2",
        "-owner: customs desk",
        "+owner: Ana",
    ]


def test_what_cannot_be_read_any_more_is_passed_over(shipped: Engine) -> None:
    with writing(shipped) as connection:
        store.add(
            connection,
            "playbook",
            "customs-hold",
            "schema_version: 0",
            origin="screen",
            by="Old",
            now=NOW,
        )
        newest = library.history(connection, "playbook", "customs-hold")[0]
        with pytest.raises(library.DocumentError):
            library.version(connection, newest.id)
    assert current(shipped).n == 1
    with shipped.connect() as connection:
        assert "customs-hold" not in library.snapshot(connection).names("playbook")
    listed = overview(shipped).filter(id="customs-hold").row(0, named=True)
    assert listed["errors"] == 1


def test_the_list_tells_whose_and_how_good(shipped: Engine) -> None:
    listed = overview(shipped, today=NOW.date())
    assert listed.filter(kind="playbook").height == 8
    row = listed.filter(id="data-breach").row(0, named=True)
    assert (row["owner"], row["errors"], row["runs"]) == ("privacy officer", 0, 0)
    assert row["levels"] == [3, 4]
    late = overview(shipped, today=row["review_by"] + timedelta(days=1))
    assert late.filter(id="data-breach").row(0, named=True)["warnings"] == 1


def test_pages_of_what_is_not_there(shipped: Engine) -> None:
    assert document_page(shipped, "playbook", "nothing") is None
    assert document_page(shipped, "poems", "customs-hold") is None
    assert document_page(shipped, "playbook", "customs-hold", 9) is None
    assert exists(shipped, "playbook", "customs-hold")
    assert not exists(shipped, "terms", "customs-hold")


def test_versions_of_a_kind_that_shares_the_table(shipped: Engine) -> None:
    with shipped.connect() as connection:
        assert library.names(connection, "terms") == ["terms"]
        found = library.current(connection, "terms", "terms")
    assert found is not None
    assert found.body_yaml == TERMS


def test_a_library_with_another_document_in_force() -> None:
    before = library.shipped_library()
    model = before.get("playbook", "customs-hold")
    after = before.having("playbook", model.model_copy(update={"id": "ours"}))
    assert "ours" in after.names("playbook")
    assert "ours" not in before.names("playbook")
    assert Library().get("playbook", "ours") is None
