"""Every dependency is locked, and docs/dependencies.md says why it is here."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0] for requirement in requirements}


RUNTIME = names(PROJECT["project"]["dependencies"])
GROUPS = {group: names(wanted) for group, wanted in PROJECT["dependency-groups"].items()}


def locked(name: str) -> dict[str, set[str]]:
    """The locked versions of each package: one, or one for each range of Python."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def documented() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("base", RUNTIME | GROUPS["build"]),
        ("dev", RUNTIME | GROUPS["build"] | GROUPS["dev"]),
        ("bench", RUNTIME | GROUPS["build"] | GROUPS["dev"] | GROUPS["bench"]),
    ],
)
def test_every_direct_dependency_is_locked(lock: str, wanted: set[str]) -> None:
    assert wanted - locked(lock).keys() == set()


def test_larger_sets_contain_the_smaller_ones_in_the_same_versions() -> None:
    assert locked("base").items() <= locked("dev").items() <= locked("bench").items()


def test_every_direct_dependency_is_documented_and_nothing_else() -> None:
    assert documented() == RUNTIME.union(*GROUPS.values())


def test_what_runs_here_is_what_is_locked() -> None:
    pins = locked("base")
    here = {name: metadata.version(name) for name in RUNTIME}
    assert {name: v for name, v in here.items() if v not in pins[name]} == {}


def test_every_runtime_dependency_is_imported_by_us_or_explained() -> None:
    """A dependency that nobody imports is either plumbing (listed here) or not needed."""
    plumbing = {
        "orjson",  # used by plotly and dash to write JSON
        "polars-iceberg",  # used by polars.scan_iceberg
        "pyarrow",  # used by PyIceberg (pyiceberg.io.pyarrow) to read Parquet footers
        "psycopg",  # used by SQLAlchemy for postgresql+psycopg://
        "tzdata",  # used by zoneinfo where the system has no zone files
    }
    modules = {
        "dash-ag-grid": "dash_ag_grid",
        "dash-bootstrap-components": "dash_bootstrap_components",
        "pydantic-settings": "pydantic_settings",
        "pyyaml": "yaml",
    }
    code = "\n".join(
        path.read_text()
        for package in ("dashboard", "pages", "callbacks", "data_access", "alerts")
        for path in (ROOT / package).rglob("*.py")
    )
    imported = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", code, flags=re.MULTILINE))
    unused = {name for name in RUNTIME - plumbing if modules.get(name, name) not in imported}
    assert unused == set()
