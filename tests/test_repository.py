"""What may be committed: nothing that ties the project to one machine, nothing left half done."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Written in pieces, so that this file does not find itself.
REGISTRY = re.compile(
    "|".join(
        (
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            "jsdeli" + r"vr\.net",
            "un" + r"pkg\.com",
            "extra-" + "index-url",
            "--find" + "-links",
            "file:" + "///",
        )
    )
)
MACHINE_PATH = re.compile(
    r"(?<![\w.:/}])/(?:" + "work|root|home/" + r"\w+|Users/" + r"\w+|tmp|opt/pypi)/"
)
UNFINISHED = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + r"XX|raise NotImplemented" + r"Error)\b")

# Other people's files are theirs; licences and notices in them name their homes.
VENDORED = re.compile(r"^(assets/(fonts|geo|licenses)/|requirements/.*\.txt$)|\.min\.(css|js)$")
# Knows where CI keeps the real exports, beside the checkout.
KNOWS_ITS_PLACE = {".ci/run"}
BINARY = {".png", ".webp", ".woff2", ".mo", ".ico", ".parquet", ".zip", ".gz"}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def hits(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    found = []
    for name in names:
        if Path(name).suffix in BINARY:
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if match := pattern.search(line):
                found.append(f"{name}:{number}: {match.group()}")
    return found


def ours() -> list[str]:
    return [name for name in tracked() if not VENDORED.search(name)]


def test_there_is_something_to_look_at() -> None:
    assert "pyproject.toml" in ours()


@pytest.mark.parametrize(
    "name", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_locks_pin_every_package_with_hashes_and_name_no_address(name: Path) -> None:
    text = name.read_text()
    requirements = text.replace("\\\n", " ").splitlines()
    assert len(requirements) > 50
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+(\[[a-z,-]+\])?==\S+ ", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    assert "://" not in text


def test_no_file_names_a_package_registry() -> None:
    assert hits(REGISTRY, ours()) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert hits(MACHINE_PATH, [n for n in ours() if n not in KNOWS_ITS_PLACE]) == []


@pytest.mark.parametrize(
    "line",
    ["cd /" + "work/main", 'open("/' + 'root/x")', "see /" + "home/ann/x", "(/" + "tmp/run)"],
)
def test_a_machine_path_is_recognised(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["/usr/lib/postgresql", "docs/work/plan", "{root}/home/x"])
def test_an_innocent_path_is_left_alone(line: str) -> None:
    assert not MACHINE_PATH.search(line)


def test_nothing_is_left_unfinished() -> None:
    assert hits(UNFINISHED, [n for n in ours() if Path(n).suffix in {".py", ".js", ".css"}]) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name for name in ours() if Path(name).stem in empty] == []


def test_pictures_in_the_documentation_stay_small() -> None:
    pictures = [ROOT / name for name in ours() if name.startswith("docs/img/")]
    assert sum(picture.stat().st_size for picture in pictures) < 1_500_000
