"""Files of reports: kept by their content, told apart from damaged ones, never half there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dashboard.reports import files
from dashboard.reports.files import ReportFileError, made, path_of, put, read, stored
from dashboard.reports.forms import FormError
from dashboard.reports.inputs import take
from dashboard.reports.issuing import built, record
from dashboard.reports.store import UnknownReportError
from dashboard.services import Services
from data_access.state.schema import report_file
from tests.dashboard.reports import report_home
from tests.migrated_state import opened


@pytest.fixture
def services(home: Services, state_url: str, tmp_path: Path) -> Iterator[Services]:
    """One issued report in a state database of either kind, and a folder of its own for files."""
    settings = home.settings.model_copy(update={"home": tmp_path / "own"})
    one = replace(home, engine=opened(state_url), settings=settings)
    template = report_home.weekly(home)
    inputs = take(home, template, report_home.week(), now=report_home.NOW)
    record(one, inputs, built(inputs, home), template, by="Ada", now=report_home.NOW)
    yield one
    one.engine.dispose()


def test_a_content_is_one_file_under_its_hash(tmp_path: Path) -> None:
    sha256 = put(tmp_path, b"page")
    assert sha256 == hashlib.sha256(b"page").hexdigest()
    assert put(tmp_path, b"page") == sha256
    assert read(tmp_path, sha256) == b"page"
    assert [path.name for path in (tmp_path / files.FOLDER).rglob("*") if path.is_file()] == [
        sha256
    ]


def test_what_is_gone_or_changed_is_told(tmp_path: Path) -> None:
    sha256 = put(tmp_path, b"page")
    path_of(tmp_path, sha256).write_bytes(b"pagf")
    with pytest.raises(ReportFileError, match="was changed after it was made"):
        read(tmp_path, sha256)
    assert put(tmp_path, b"page") == sha256, "a damaged file is put right"
    path_of(tmp_path, sha256).unlink()
    with pytest.raises(ReportFileError, match="is not at"):
        read(tmp_path, sha256)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(ReportFileError, match=r"cannot be written.*Nothing was kept"):
        put(tmp_path, b"page")


def test_a_form_is_made_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(services, 1, "en", "csv")
    monkeypatch.setattr(files, "rendered", lambda *_: pytest.fail("it was made already"))
    assert made(services, 1, "en", "csv") == first
    kept = stored(services.engine, 1)["en", "csv"]
    assert kept.sha256 == hashlib.sha256(first).hexdigest()
    assert kept.size == len(first)
    assert kept.created_at == services.clock()
    assert kept.made_with


def test_of_two_that_make_a_form_at_once_the_first_holds(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(services, 1, "en", "csv")
    monkeypatch.setattr(files, "stored", _blind_once(files.stored))
    monkeypatch.setattr(files, "rendered", lambda *_: b"a little later, a little else")
    assert made(services, 1, "en", "csv") == first
    with services.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(report_file)) == 1


def test_what_cannot_be_made_leaves_no_row(services: Services) -> None:
    with pytest.raises(FormError, match="no form 'docx'"):
        made(services, 1, "en", "docx")
    with pytest.raises(FormError, match="no language 'fr'"):
        made(services, 1, "fr", "csv")
    with pytest.raises(UnknownReportError, match="no report 8"):
        made(services, 8, "en", "csv")
    assert stored(services.engine, 1) == {}


def _blind_once(look: object) -> object:
    """As a process sees it that looked before the other one had recorded its file."""
    calls: list[int] = []

    def seen(*given: object) -> object:
        calls.append(1)
        return {} if len(calls) == 1 else look(*given)  # type: ignore[operator]

    return seen
