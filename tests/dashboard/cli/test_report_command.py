"""`afterwatch report`: what it prints, writes and refuses; never a traceback, never half a file."""

from __future__ import annotations

import email
import errno
import json
import os
from email import policy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group, report_files
from dashboard.services import Services
from tests.dashboard.reports import report_home
from tests.dashboard.reports.planned import ALERTING, PLAN


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A home with a small sample company, for this module alone."""
    return report_home.built(tmp_path_factory.mktemp("cli-home"))


def run(home: Services | Path, *words: str) -> Result:
    """One command on a home."""
    folder = home.settings.home if isinstance(home, Services) else home
    done = CliRunner().invoke(group, ["report", *words, "--home", str(folder)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def weekly(home: Services | Path, *words: str) -> Result:
    return run(home, "weekly", "--week", report_home.WEEK, *words)


def test_without_a_file_it_prints_headline_and_figures(home: Services) -> None:
    done = weekly(home)
    assert done.exit_code == 0, done.output
    assert "weekly 2026-W10, issue 1" in done.output
    assert "Contacts per 1,000 orders" in done.output
    chinese = weekly(home, "--lang", "zh")
    assert "每千单客诉量" in chinese.output
    told = json.loads(weekly(home, "--format", "json").stdout)
    assert told["period"] == "2026-W10"
    assert {figure["what"] for figure in told["figures"]} >= {"contact_rate", "csat"}


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        ("html", b"<!DOCTYPE html>"),
        ("pdf", b"%PDF"),
        ("xlsx", b"PK"),
        ("csv", b"\xef\xbb\xbf"),
        ("eml", b"Subject: "),
    ],
)
def test_the_extension_names_the_form_and_the_bytes_stay(
    home: Services, tmp_path: Path, suffix: str, begins: bytes
) -> None:
    first, second = tmp_path / f"周报.{suffix}", tmp_path / f"again.{suffix.upper()}"
    for path in (first, second):
        done = weekly(home, "--lang", "zh", "--out", str(path))
        assert done.exit_code == 0, done.output
    assert first.read_bytes().startswith(begins)
    assert first.read_bytes() == second.read_bytes()
    assert sorted(tmp_path.iterdir()) == [second, first]


def test_a_mail_file_opens_as_a_mail(home: Services, tmp_path: Path) -> None:
    path = tmp_path / "page.eml"
    weekly(home, "--out", str(path), "--lang", "zh")
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert "2026-W10" in str(mail["Subject"])
    html = mail.get_body(("html",))
    assert html is not None
    assert "每千单客诉量" in html.get_content() or "客诉率" in html.get_content()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["weekly", "--week", "2026-W60"], 2, "There is no week 2026-W60"),
        (["weekly", "--week", "next"], 2, "write it like 2026-W47"),
        (["weekly", "--month", "2026-02"], 2, "give --week instead of --month"),
        (["weekly", "--week", "2026-W10", "--period", "2026-W09"], 2, "Give one period"),
        (["weekly", "--week", "2999-W10"], 1, "is not over"),
        (["weekly", "--week", "2015-W10"], 1, "There is no row of the week 2015-W10"),
        (["weekly", "--lang", "fr"], 2, "reports are written in en and zh"),
        (["weekly", "--as-of", "soon"], 2, "--as-of 'soon' is no time"),
        (["weekly", "--week", "2026-W10", "--as-of", "2026-01-01"], 1, "was not over"),
        (["weekly", "--by", " "], 2, "--by is empty"),
        (["no-such"], 2, "There is no command and no report 'no-such'. Reports: "),
        (["Weekly!"], 2, "No such command"),
        (["make", "no-such"], 2, "no report 'no-such'"),
        (["show", "99"], 1, "There is no report 99"),
        (["show", "weekly/2020-W01"], 1, "There is no report 'weekly/2020-W01'"),
        (["show", "-1"], 2, ""),
        (["rebuild", "x"], 1, "Give its number or TEMPLATE/PERIOD"),
        (["compare", "1", "99"], 1, "There is no report 99"),
        (["send", "1"], 2, "--to"),
    ],
)
def test_what_cannot_be_is_refused_with_a_message(
    home: Services, words: list[str], status: int, said: str
) -> None:
    weekly(home)
    done = run(home, *words)
    assert done.exit_code == status, done.output
    assert said in " ".join(done.output.split())


def test_without_a_home_or_data_it_says_what_to_do(tmp_path: Path) -> None:
    done = weekly(tmp_path / "nothing")
    assert done.exit_code == 1
    assert "There is no home" in done.output
    (tmp_path / "empty").mkdir()
    done = weekly(tmp_path / "empty")
    assert done.exit_code == 1
    assert "nothing was imported" in done.output


def test_where_nothing_can_be_written_nothing_is_made(home: Services, tmp_path: Path) -> None:
    before = run(home, "list", "--format", "json").stdout
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    folder = tmp_path / "folder.pdf"
    folder.mkdir()
    for path, status, said in (
        (tmp_path / "page.docx", 2, "End its name with .html, .pdf"),
        (tmp_path / "page", 2, "what form is that?"),
        (folder, 1, "is a folder"),
        (pipe, 1, "is no file"),
        (tmp_path / "no" / "page.pdf", 1, "There is no folder"),
    ):
        done = run(home, "weekly", "--week", "2026-W09", "--out", str(path))
        assert done.exit_code == status, done.output
        assert said in " ".join(done.output.split())
    assert run(home, "list", "--format", "json").stdout == before


def test_a_folder_without_rights_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Exception, match="cannot be written"):
        report_files.target(tmp_path / "page.pdf")


def test_a_full_disk_leaves_the_old_file_and_nothing_half(
    home: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    weekly(home, "--out", str(path))  # kept in the home: only the copy is written now
    path.write_text("old", encoding="utf-8")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(report_files.os, "fsync", full)
    done = weekly(home, "--out", str(path))
    assert done.exit_code == 1
    assert "No space left on device" in done.output
    assert path.read_text(encoding="utf-8") == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_missing_font_is_told(home: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.reports import files
    from dashboard.reports.forms import FormError

    def made(*_: Any) -> bytes:
        raise FormError("The font NotoSansSC-Regular.ttf is missing.")

    monkeypatch.setattr(files, "made", made)
    done = weekly(home, "--out", str(home.settings.home / "page.pdf"))
    assert done.exit_code == 1
    assert "The font NotoSansSC-Regular.ttf is missing." in done.output
    assert not (home.settings.home / "page.pdf").exists()


def test_a_rebuild_is_the_same_or_says_why(home: Services, tmp_path: Path) -> None:
    made = json.loads(weekly(home, "--out", str(tmp_path / "a.csv"), "--format", "json").stdout)
    number = str(made["id"])
    done = run(home, "rebuild", number, "--out", str(tmp_path / "b.csv"))
    assert done.exit_code == 0, done.output
    assert "Document: the same" in done.output
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    from dashboard.reports import files

    kept = files.stored(home.engine, made["id"])["en", "csv"]
    path = files.path_of(home.settings.home, kept.sha256)
    content = path.read_bytes()
    path.write_bytes(b"something else")
    done = run(home, "rebuild", "weekly/2026-W10")
    assert done.exit_code == 1
    assert "Reason: damaged en/csv (changed)" in done.output
    told = json.loads(run(home, "rebuild", number, "--format", "json").stdout)
    assert told["same"] is False
    path.write_bytes(content)


def test_reports_are_listed_searched_and_compared(home: Services) -> None:
    weekly(home)
    run(home, "weekly", "--week", "2026-W09")
    rows = json.loads(run(home, "list", "--format", "json").stdout)
    assert [row["period"] for row in rows][:2] == ["2026-W10", "2026-W09"]
    found = json.loads(run(home, "list", "--search", "2026-W09", "--format", "json").stdout)
    assert {row["period"] for row in found} == {"2026-W09"}
    assert run(home, "list", "--search", "zzz").exit_code == 0
    done = run(home, "compare", "weekly/2026-W09", "weekly/2026-W10", "--format", "json")
    keys = {one["key"] for one in json.loads(done.stdout)}
    assert "kpis/contact_rate/now" in keys
    same = run(home, "compare", "weekly/2026-W10", "weekly/2026-W10")
    assert "They say the very same." in same.output


def test_a_home_adds_reports_of_its_own(home: Services) -> None:
    path = home.settings.home / "reports" / "templates" / "board.yaml"
    own = report_home.SMALL.replace("id: weekly", "id: board").replace("week\n", "month\n")
    path.write_text(own, encoding="utf-8")
    try:
        checked = CliRunner().invoke(group, ["report", "templates", "check", str(path)])
        assert "report board, about a month, 1 section, usable" in checked.output
        done = run(home, "board", "--month", "2026-02")
        assert "board 2026-02, issue 1" in done.output
        done = run(home, "make", "board", "--period", "2026-02")
        assert "It says the very same as issue 1" in done.output
        path.write_text("schema_version: 1\n", encoding="utf-8")
        done = weekly(home)
        assert done.exit_code == 1
        assert "board.yaml" in done.output
    finally:
        path.unlink()


def test_a_report_is_queued_for_people(home: Services) -> None:
    weekly(home)
    (home.settings.home / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    done = run(home, "send", "weekly/2026-W10", "--to", "Mei", "--to", "#desk", "--form", "csv")
    assert done.exit_code == 0, done.output
    assert "to Mei over mail is queued" in done.output
    assert "to #desk over desk is queued" in done.output
    for words, said in (
        (["--to", "Nemo"], "person Nemo: nobody is behind it"),
        (["--to", "role:wizard"], "nobody holds it"),
        (["--to", "Mei", "--form", "docx"], "known are html, pdf, xlsx, csv"),
    ):
        done = run(home, "send", "weekly/2026-W10", *words)
        assert done.exit_code in (1, 2)
        assert said in " ".join(done.output.split())


def test_the_plan_is_checked_and_shown(home: Services, tmp_path: Path) -> None:
    (home.settings.home / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    assert "no reports are planned" in " ".join(run(home, "schedule", "check").output.split())
    path = tmp_path / "reports.yaml"
    path.write_text(PLAN, encoding="utf-8")
    done = run(home, "schedule", "check", str(path))
    assert (done.exit_code, "1 schedule, usable" in done.output) == (0, True), done.output
    path.write_text(PLAN.replace("weekly", "wekly"), encoding="utf-8")
    done = run(home, "schedule", "check", str(path))
    assert done.exit_code == 1
    assert "there is no report 'wekly'" in " ".join(done.output.split())
    path.write_text(PLAN + "x: 1\n", encoding="utf-8")
    done = run(home, "schedule", "check", str(path))
    assert "line 10: x = 1: there is no such field" in " ".join(done.output.split())
    (home.settings.home / "reports.yaml").write_text(PLAN, encoding="utf-8")
    (row,) = json.loads(run(home, "schedule", "next", "--format", "json").stdout)
    assert row["schedule"] == "board"
    assert row["local"].endswith("07:30 Europe/Berlin")
    assert run(home, "schedule", "list").exit_code == 0
    (home.settings.home / "reports.yaml").unlink()
    (home.settings.home / ".reports.last-good.yaml").unlink()
