"""`afterwatch evidence`: listing, adding, exporting and checking, with exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli.evidence import command
from dashboard.settings import load_settings
from tests.alerts.dossier.dossier_world import whole
from tests.alerts.fakes import opened

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one crisis: number 1."""
    made = tmp_path / "home"
    made.mkdir()
    engine = opened(load_settings(home=made).database_url)
    assert whole(engine, made) == 1
    engine.dispose()
    return made


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        own = () if arguments[0] == "verify" else ("--home", str(home))
        return CliRunner().invoke(command, [*arguments, *own])

    return invoke


def test_the_checklist_and_what_is_filed_are_listed(run: Run) -> None:
    shown = run("list", "1").output
    assert "items are there" in shown
    assert "Call with the lab" in shown
    rows = json.loads(run("list", "1", "--format", "json").output)
    assert {row["kind"] for row in rows} == {"file", "note", "link"}
    missing = run("list", "9")
    assert missing.exit_code == 1
    assert "There is no crisis 9" in missing.output


def test_things_are_added(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.7 report")
    added = run("add", "1", str(report), "--item", "test-report", "--as", "Ana")
    assert (added.exit_code, "Filed as evidence" in added.output) == (0, True)
    again = run("add", "1", str(report), "--as", "Bo")
    assert again.exit_code == 1
    assert "Ana filed the very same already" in again.output
    assert run("add", "1", "--note", "Called", "--as", "Ana").exit_code == 0
    assert run("add", "1", "--link", "https://x.example/1", "--as", "Ana").exit_code == 0
    assert "is no address" in run("add", "1", "--link", "x", "--as", "Ana").output
    assert (
        "asks for 'nothing'"
        in run("add", "1", "--note", "x", "--item", "nothing", "--as", "A").output
    )
    assert run("add", "1", "--note", "x", "--link", "y", "--as", "Ana").exit_code == 2
    assert run("add", "1", "--as", "Ana").exit_code == 2
    gone = run("add", "1", str(tmp_path / "none.pdf"), "--as", "Ana")
    assert (gone.exit_code, "cannot be read" in gone.output) == (1, True)
    (tmp_path / "large.bin").write_bytes(b"\0" * (25 * 1024 * 1024 + 1))
    assert "larger than 25 MB" in run("add", "1", str(tmp_path / "large.bin"), "--as", "A").output


def test_a_pack_is_exported_and_holds(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    exported = run("export", "1", "--out", str(out))
    assert exported.exit_code == 0, exported.output
    assert "Not complete; missing:" in exported.output
    assert run("export", "1", "--out", str(out)).exit_code == 1
    assert run("export", "9", "--out", str(tmp_path / "b.zip")).exit_code == 1
    head = next(line for line in exported.output.splitlines() if line.startswith("Head")).split()[
        -1
    ]
    held = run("verify", str(out), "--head", head)
    assert (held.exit_code, "The pack holds" in held.output) == (0, True)
    other = run("verify", str(out), "--head", f"{head.split(':')[0]}:{'0' * 64}")
    assert (other.exit_code, "was rebuilt since" in other.output) == (1, True)


def test_the_verifier_in_the_pack_runs_by_itself(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    run("export", "1", "--out", str(out))
    with zipfile.ZipFile(out) as pack:
        pack.extract("verify.py", tmp_path)
    for options, status in (([], 0), (["--head", f"0:{'0' * 64}"], 2)):
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(out), *options],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert done.stderr == ""


def test_what_is_no_pack_is_told_in_words(run: Run, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.zip"
    garbage.write_bytes(b"no zip file at all")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("hello.txt", "hello")
    with zipfile.ZipFile(tmp_path / "named.zip", "w") as made:
        made.writestr("manifest.json", '{"name": "an extension"}')
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", b"\0" * 50_000_000)
    out = tmp_path / "pack.zip"
    run("export", "1", "--out", str(out))
    half = tmp_path / "half.zip"
    half.write_bytes(out.read_bytes()[: out.stat().st_size // 2])
    for path, told in (
        (garbage, "is no zip file"),
        (other, "it is no evidence pack"),
        (tmp_path / "named.zip", "none of an Afterwatch evidence pack"),
        (half, "not a whole one"),
        (tmp_path / "none.zip", "cannot be read"),
        (tmp_path, "cannot be read"),
    ):
        found = run("verify", str(path))
        assert (found.exit_code, told in found.output) == (2, True), found.output
    limited = run("verify", str(bomb), "--most-bytes", "1000000")
    assert (limited.exit_code, "would unpack to 50000000" in limited.output) == (2, True)


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_byte_anywhere_in_the_file_never_passes_or_crashes(
    run: Run, tmp_path: Path, seed: int
) -> None:
    import random

    out = tmp_path / "pack.zip"
    run("export", "1", "--out", str(out))
    content = bytearray(out.read_bytes())
    rng = random.Random(seed)
    for _ in range(20):
        place = rng.randrange(len(content))
        content[place] ^= 1 << rng.randrange(8)
        out.write_bytes(content)
        found = run("verify", str(out))
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
