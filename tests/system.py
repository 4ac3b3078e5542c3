"""What the tests need from the machine beyond Python: Chromium, a font with Chinese, PostgreSQL.

``python -m tests.system`` finds them, installs what is missing where that is allowed (root or
passwordless sudo, with apt-get), and otherwise names what is missing and fails. Nothing is skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROMIUM = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, RHEL
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)


class MissingProgramError(RuntimeError):
    """Something the tests need is not on this machine."""


def find_chromium() -> Path:
    """The browser to drive: ``AFTERWATCH_CHROMIUM`` if set, else the first one found."""
    named = os.environ.get("AFTERWATCH_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            message = f"AFTERWATCH_CHROMIUM names {named}, which is not a program."
            raise MissingProgramError(message)
        return Path(named)
    found = [path for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    found += [path for path in MAC_CHROMIUM if os.access(path, os.X_OK)]
    if not found:
        message = f"No Chromium: none of {', '.join(CHROMIUM_NAMES)} is on the PATH."
        raise MissingProgramError(message)
    return Path(found[0])


def find_postgres() -> Path:
    """The folder that holds a PostgreSQL server's ``initdb`` and ``postgres``; the newest one."""
    folders = [path for folder in POSTGRES_FOLDERS for path in Path("/").glob(folder[1:])]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    complete = [
        folder
        for folder in folders
        if all((folder / name).exists() for name in ("initdb", "postgres"))
    ]
    if not complete:
        message = "No PostgreSQL server: initdb and postgres were not found."
        raise MissingProgramError(message)
    return max(complete, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))])


def find_chinese_font() -> None:
    """Check that screenshots can show Chinese; every desktop system but bare Linux can."""
    if sys.platform != "linux":
        return
    lister = shutil.which("fc-list")
    if lister:
        run = subprocess.run(
            [lister, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False
        )
        if run.stdout.strip():
            return
    message = "No font with Chinese characters (fc-list :lang=zh-cn is empty)."
    raise MissingProgramError(message)


@dataclass(frozen=True)
class Need:
    """One thing the tests need, how it is found and which Debian packages bring it."""

    find: Callable[[], object]
    debian: tuple[str, ...]
    elsewhere: str


NEEDS = (
    Need(
        find_chromium, ("chromium",), "Chromium, or set AFTERWATCH_CHROMIUM to the program's path"
    ),
    Need(
        find_postgres, ("postgresql",), "a PostgreSQL server, 14 or newer (brew install postgresql)"
    ),
    Need(find_chinese_font, ("fonts-noto-cjk", "fontconfig"), "Noto Sans CJK"),
)


def missing() -> Iterator[tuple[Need, str]]:
    """Each need that is not met, with the reason."""
    for need in NEEDS:
        try:
            need.find()
        except MissingProgramError as error:
            yield need, str(error)


def administrator() -> list[str] | None:
    """The words before a command that may install packages; None if nobody may."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if allowed.returncode == 0:
            return ["sudo", "-n"]
    return None


def install(packages: list[str], prefix: list[str]) -> None:
    """Install Debian packages without asking anything."""
    print("Installing", ", ".join(packages), "with apt-get ...", flush=True)
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    subprocess.run([*quiet, "update"], check=False, stdout=subprocess.DEVNULL)
    command = [*quiet, "install", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def main() -> int:
    """Find, install or name what is missing.

    Returns:
        0 when everything is there, 1 otherwise.
    """
    lacking = list(missing())
    prefix = administrator()
    if lacking and prefix is not None:
        install([package for need, _ in lacking for package in need.debian], prefix)
        lacking = list(missing())
    for need, reason in lacking:
        print(
            f"{reason}\n    Debian, Ubuntu: sudo apt-get install {' '.join(need.debian)}",
            file=sys.stderr,
        )
        print(f"    elsewhere: install {need.elsewhere}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
