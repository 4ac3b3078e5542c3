"""A wheel carries everything the program reads at run time."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("dashboard", "pages", "callbacks", "data_access", "alerts")


def tracked(*folders: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


@pytest.mark.slow
def test_wheel_has_every_tracked_file_of_the_packages_and_the_assets(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert tracked(*PACKAGES) - packed == set()
    assert {f"dashboard/{name}" for name in tracked("assets")} - packed == set()
    assert {name.split("/")[0] for name in packed} - set(PACKAGES) == {
        next(name.split("/")[0] for name in packed if ".dist-info/" in name)
    }
