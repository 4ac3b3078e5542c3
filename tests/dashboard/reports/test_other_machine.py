"""The same bytes on another machine: a fresh clone, another zone, locale, folder and hash seed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.languages import SUPPORTED
from dashboard.reports.files import made, stored
from dashboard.reports.forms import FORMS
from dashboard.reports.issuing import issue
from dashboard.reports.periods import parse
from dashboard.reports.template import template
from dashboard.services import Services
from tests.dashboard.reports import report_home

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]

REPORTS = (
    ("weekly", report_home.WEEK, tuple(FORMS)),
    ("monthly-triggers", "2026-02", ("html", "csv")),
    ("quarterly-language", "2025-Q4", ("html", "csv")),
)

ELSEWHERE = """\
import json, sys
from pathlib import Path

import dashboard
from dashboard.reports import files, store
from dashboard.reports.rebuild import rebuild
from dashboard.services import open_services
from dashboard.settings import Settings

home = Path(sys.argv[1])
services = open_services(Settings(home=home, time_zone="Asia/Tokyo", currency="USD"))
told = {"code": str(Path(dashboard.__file__).resolve().parents[1]), "reports": {}}
for number in sys.argv[2:]:
    found = rebuild(services, int(number))
    told["reports"][number] = {
        "document": found.document_same,
        "same": found.same,
        "why": [f"{one.kind} {one.about} {one.detail}" for one in found.why],
        "differences": [one.key for one in found.differences],
        "files": {f"{one.language}.{one.form}": one.again for one in found.files},
    }
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Made:
    services: Services
    files: dict[str, dict[str, str]]
    """By number of the report: `language.form` to the hash of the file."""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A report in all forms and languages; then more was imported, and old snapshots dropped."""
    services = report_home.built(tmp_path_factory.mktemp("home"), small=False)
    found = {}
    for name, period, forms in REPORTS:
        kind = template(services.settings.home, name)
        about = parse(period, kind.body.period)
        one = issue(services, kind, about, by="Ada", now=report_home.NOW)
        for language in SUPPORTED:
            for form in forms:
                made(services, one.report_id, language, form)
        kept = stored(services.engine, one.report_id)
        found[str(one.report_id)] = {
            f"{language}.{form}": file.sha256 for (language, form), file in kept.items()
        }
    moved_on = report_home.later(services)
    moved_on.warehouse.housekeep(
        now=datetime.now(UTC) + timedelta(days=9), keep=timedelta(0), orphan_age=timedelta(0)
    )
    yield Made(moved_on, found)
    services.warehouse.close()
    services.engine.dispose()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of this checkout; what is not committed yet is laid over it."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: there is nothing to clone")
    target = tmp_path_factory.mktemp("clone") / "fresh"
    git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(target))
    for name in git("ls-files", "-m", "-o", "--exclude-standard").splitlines():
        source, place = ROOT / name, target / name
        if source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    return target


def git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "core.quotepath=off", *words], cwd=ROOT, check=True, capture_output=True
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Chatham", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7",
         "POLARS_MAX_THREADS": "1", "PYTHONCOERCECLOCALE": "0"},
        {"TZ": "America/St_Johns", "LANG": "C.UTF-8", "PYTHONHASHSEED": "4242"},
    ],
    ids=["one-thread", "many-threads"],
)  # fmt: skip
def test_a_fresh_clone_elsewhere_makes_the_same_bytes(
    issued: Made, clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    told = elsewhere(issued, clone, environment, tmp_path)
    assert told["code"] == str(clone)
    assert len(told["reports"]) == len(REPORTS)
    for number, found in told["reports"].items():
        assert found["differences"] == []
        assert found["document"], found["why"]
        assert found["files"] == issued.files[number]
        assert found["why"] == []
        assert found["same"]


def elsewhere(
    issued: Made, clone: Path, environment: dict[str, str], folder: Path
) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AFTERWATCH_", "LC_", "LANG", "PYTHON", "POLARS_", "TZ"))
    }
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ELSEWHERE,
            str(issued.services.settings.home),
            *issued.files,
        ],
        cwd=folder,
        env={**kept, **environment, "PYTHONPATH": str(clone), "HOME": str(folder)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
