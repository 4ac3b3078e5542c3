"""A report made again: the same bytes, or each reason why not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from dashboard.reports import code, definitions, files, forms, store
from dashboard.reports.files import ReportFileError, made, path_of
from dashboard.reports.inputs import ReportError, take
from dashboard.reports.issuing import Issued, issue
from dashboard.reports.rebuild import Rebuilt, rebuild
from dashboard.services import Services, open_services
from dashboard.settings import Settings
from data_access.metrics import CATALOGUE
from data_access.state.engine import writing
from data_access.state.schema import report, report_file
from tests.dashboard.reports import report_home

SHEET = ("en", "csv")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A home that these tests go on importing into."""
    services = report_home.built(tmp_path_factory.mktemp("rebuilt"))
    yield services
    services.warehouse.close()
    services.engine.dispose()


@pytest.fixture(scope="module")
def issued(own: Services) -> Issued:
    made_now = issue(
        own, report_home.weekly(own), report_home.week(), by="Ada", now=report_home.NOW
    )
    for language in ("en", "zh_Hans"):
        files.made(own, made_now.report_id, language, "csv")
    return made_now


@pytest.fixture(scope="module")
def later(own: Services, issued: Issued) -> Services:
    """The home after another import, a refresh and housekeeping that keeps nothing it may drop."""
    assert issued.n == 1
    moved_on = report_home.later(own)
    moved_on.warehouse.housekeep(
        now=datetime.now(UTC) + timedelta(days=9), keep=timedelta(0), orphan_age=timedelta(0)
    )
    return moved_on


def why(found: Rebuilt) -> list[tuple[str, str]]:
    return [(one.kind, one.about) for one in found.why]


def test_later_imports_and_housekeeping_change_nothing(later: Services, issued: Issued) -> None:
    found = rebuild(later, issued.report_id)
    assert found.same
    assert (found.document_same, found.differences, found.why) == (True, (), ())
    assert [(one.language, one.form) for one in found.files] == [("en", "csv"), ("zh_Hans", "csv")]


def test_what_is_known_by_then_is_another_issue(later: Services, issued: Issued) -> None:
    template, period = report_home.weekly(later), report_home.week()
    second = issue(later, template, period, by="Ada", now=report_home.LATER)
    assert (second.n, second.new) == (2, True)
    assert second.report_id != issued.report_id
    assert "inputs/as_of" in {one.key for one in second.differences}
    assert rebuild(later, issued.report_id).same
    assert rebuild(later, second.report_id).same


def test_a_changed_definition_is_named_and_shown_figure_by_figure(
    later: Services, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = replace(CATALOGUE["contact_rate"], numerator="cases_created.fr_met", formula="x")
    monkeypatch.setitem(CATALOGUE, "contact_rate", changed)
    definitions.definitions.cache_clear()
    try:
        found = rebuild(later, issued.report_id)
    finally:
        monkeypatch.undo()
        definitions.definitions.cache_clear()
    assert not found.same
    assert ("definition", "contact_rate") in why(found)
    (definition,) = (one for one in found.why if one.kind == "definition")
    assert definition.detail == "formula, numerator, rows"
    keys = {one.key for one in found.differences}
    assert "kpis/contact_rate/limits/center" in keys
    assert all(key.startswith("kpis/contact_rate/") for key in keys if key.startswith("kpis"))
    stored = store.load(later.engine, issued.report_id)
    assert store.document(stored) == issued.document, "a rebuild writes nothing"


def test_another_version_of_the_code_is_named(
    later: Services, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = code.code().model_copy(update={"release": "9.9"})
    monkeypatch.setattr("dashboard.reports.rebuild.code", lambda: told)
    found = rebuild(later, issued.report_id)
    assert why(found) == [("code", "release")]
    assert found.why[0].after == "9.9"
    assert found.same, "it is told although it changes nothing"


def test_another_layout_is_named(
    later: Services, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "made_with", lambda *_: {"layout": "77"})
    found = rebuild(later, issued.report_id)
    assert ("layout", "csv:layout") in why(found)


def test_a_damaged_file_is_named_and_made_again_to_the_byte(
    later: Services, issued: Issued
) -> None:
    home = later.settings.home
    kept = files.stored(later.engine, issued.report_id)[SHEET]
    path = path_of(home, kept.sha256)
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    found = rebuild(later, issued.report_id)
    assert not found.same
    assert found.document_same
    assert why(found) == [("damaged", "en/csv")]
    assert made(later, issued.report_id, *SHEET) == before
    path.unlink()
    assert rebuild(later, issued.report_id).why[0].detail == "gone"
    assert made(later, issued.report_id, *SHEET) == before
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_made_alike_is_not_given(
    later: Services, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = files.stored(later.engine, issued.report_id)[SHEET]
    path = path_of(later.settings.home, kept.sha256)
    before = path.read_bytes()
    path.write_bytes(b"other")
    monkeypatch.setattr(forms, "render", lambda *_, **__: b"laid out otherwise")
    with pytest.raises(ReportFileError, match=r"was changed after it was made.*rebuild"):
        made(later, issued.report_id, *SHEET)
    assert path.read_bytes() == b"other"
    path.write_bytes(before)


def test_two_that_make_one_file_at_once_give_the_same(
    later: Services, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(later, issued.report_id, "en", "csv")
    kept = files._recorded(later, issued.report_id, "en", "csv", b"mine")
    assert kept.size == len(first), "what was recorded first holds"


def test_a_gone_snapshot_is_named(later: Services, issued: Issued) -> None:
    one = store.load(later.engine, issued.report_id)
    inputs = store.inputs(one)
    state = {**inputs.state, "rollups": dict.fromkeys(inputs.state["rollups"], 7)}
    lost = inputs.model_copy(update={"state": state})
    row = {
        **_row(later, one.id),
        "n": 99,
        "inputs_json": lost.model_dump_json(),
    }
    with writing(later.engine) as connection:
        made_row = connection.execute(insert(report).values(**row)).inserted_primary_key
        assert made_row is not None
    try:
        found = rebuild(later, made_row[0])
    finally:
        with writing(later.engine) as connection:
            connection.execute(delete(report).where(report.c.id == made_row[0]))
    assert not found.document_same
    assert [kind for kind, _ in why(found)] == ["snapshot", "stored"]
    assert "Snapshot 7 of rollups." in found.why[0].detail


def test_a_document_changed_in_the_database_is_named(later: Services, issued: Issued) -> None:
    one = store.load(later.engine, issued.report_id)
    text = one.document_json.replace("Meadow", "Shadow")
    with writing(later.engine) as connection:
        connection.execute(update(report).where(report.c.id == one.id).values(document_json=text))
    try:
        found = rebuild(later, one.id)
    finally:
        with writing(later.engine) as connection:
            told = {"document_json": one.document_json}
            connection.execute(update(report).where(report.c.id == one.id).values(**told))
    assert ("stored", "document") in why(found)
    assert [one.key for one in found.differences] == ["inputs/company"]


def test_a_moved_home_says_where_it_was(own: Services, issued: Issued, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(own.settings.home, moved)
    old = own.settings.home.with_name("away")
    own.settings.home.rename(old)
    try:
        services = open_services(Settings(home=moved), clock=lambda: report_home.LATER)
        try:
            found = rebuild(services, issued.report_id)
            assert found.why[0].kind == "snapshot"
            assert "made elsewhere" in found.why[0].detail
            assert made(services, issued.report_id, *SHEET), "files are read from any place"
            with pytest.raises(ReportError, match="move the home back"):
                take(
                    services,
                    report_home.weekly(services),
                    report_home.week(),
                    now=report_home.LATER,
                )
        finally:
            services.warehouse.close()
            services.engine.dispose()
        own.settings.home.symlink_to(moved)
        linked = open_services(Settings(home=moved), clock=lambda: report_home.LATER)
        try:
            assert rebuild(linked, issued.report_id).same, "a link at the old place is enough"
        finally:
            linked.warehouse.close()
            linked.engine.dispose()
            own.settings.home.unlink()
    finally:
        old.rename(own.settings.home)


def _row(services: Services, report_id: int) -> dict[str, object]:
    with services.engine.connect() as connection:
        row = connection.execute(select(report).where(report.c.id == report_id)).one()
    return {name: value for name, value in row._mapping.items() if name != "id"}


def test_files_of_a_report_are_recorded_once(later: Services, issued: Issued) -> None:
    with later.engine.connect() as connection:
        rows = connection.execute(
            select(report_file).where(report_file.c.report_id == issued.report_id)
        ).all()
    assert {(row.language, row.form) for row in rows} == {("en", "csv"), ("zh_Hans", "csv")}
    assert all(row.made_with_json == forms.made_with("csv", later.settings.home) for row in rows)


@pytest.mark.parametrize("what", ["document", "inputs"])
def test_a_row_that_cannot_be_read_is_told_in_words(
    later: Services, issued: Issued, what: str
) -> None:
    column = report.c[f"{what}_json"]
    mine = report.c.id == issued.report_id
    with writing(later.engine) as connection:
        whole = connection.execute(select(column).where(mine)).scalar_one()
        connection.execute(update(report).where(mine).values({column.name: whole[:300]}))
    try:
        with pytest.raises(ReportError, match=f"The stored {what} of report .* cannot be read"):
            rebuild(later, issued.report_id)
    finally:
        with writing(later.engine) as connection:
            connection.execute(update(report).where(mine).values({column.name: whole}))
