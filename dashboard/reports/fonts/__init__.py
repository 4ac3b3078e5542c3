"""The fonts of paper: shipped with the package, checked before they are used, never the system's.

Inter sets Latin, Greek, Cyrillic and Vietnamese, Noto Sans SC everything Chinese. Fonts for other
scripts can be put into `HOME/reports/fonts`. How the shipped files were made: `docs/assets.md`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.reports.fonts.coverage import NotAFontError, covered

FOLDER = Path(__file__).parent
MANIFEST = FOLDER / "fonts.json"
OWN = Path("reports") / "fonts"
"""Where people put fonts of their own, in the home."""
SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


class FontError(Exception):
    """A font is missing, changed or no font; the message says which and what to do."""


@dataclass(frozen=True)
class Face:
    """A font file that may be used, and what it is, byte for byte."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Typefaces:
    """All fonts that a page is set with, the shipped ones first."""

    faces: tuple[Face, ...]
    own: tuple[Face, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Of all files."""
        return tuple(face.path for face in (*self.faces, *self.own))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where they are; the home's only if there is a font in it."""
        return tuple(dict.fromkeys((*(f.path.parent for f in self.faces), *self._homes())))

    def _homes(self) -> tuple[Path, ...]:
        return tuple(face.path.parent for face in self.own)

    def covers(self) -> frozenset[int]:
        """Every character that can be set.

        Raises:
            FontError: a file is no font.
        """
        return frozenset().union(*(_characters(face) for face in (*self.faces, *self.own)))

    def made_with(self) -> dict[str, str]:
        """Name to the start of its hash: what of the bytes of a page depends on fonts."""
        shipped = {f"font {face.path.stem}": face.sha256[:12] for face in self.faces}
        return shipped | {f"font {face.path.name} (own)": face.sha256[:12] for face in self.own}


def typefaces(home: Path | None, folder: Path = FOLDER) -> Typefaces:
    """The shipped fonts, and those of a home.

    Args:
        home: the home directory; None: shipped fonts only.
        folder: where the shipped ones are.

    Raises:
        FontError: a shipped file is not there or not what was shipped; one of the home is no font.
    """
    faces = tuple(_shipped(entry, folder) for entry in json.loads(MANIFEST.read_text("utf-8")))
    own: tuple[Face, ...] = ()
    if home is not None and (home / OWN).is_dir():
        files = sorted(p for p in (home / OWN).iterdir() if p.suffix.lower() in SUFFIXES)
        own = tuple(Face(path, _sha256(path)) for path in files)
    for face in own:
        _characters(face)
    return Typefaces(faces, own)


def _shipped(entry: dict[str, str], folder: Path) -> Face:
    path = folder / entry["file"]
    if not path.is_file():
        raise FontError(
            f"The font file {entry['file']} is missing, so that no PDF can be made. It belongs in "
            f"{folder}. Reinstall Afterwatch, or put the file back; the other forms of the report "
            "(HTML, XLSX, CSV) do without it."
        )
    found = _sha256(path)
    if found != entry["sha256"]:
        raise FontError(
            f"The font file {path} is not the one that was shipped (SHA-256 {found[:12]}…, not "
            f"{entry['sha256'][:12]}…), so that a PDF might show wrong signs. Reinstall "
            f"Afterwatch, or put the file back; your own fonts belong in HOME/{OWN.as_posix()}."
        )
    return Face(path, found)


def _sha256(path: Path) -> str:
    try:
        stat = path.stat()
        return _hashed(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise FontError(
            f"The font file {path} cannot be read ({error.strerror or error}). Let the "
            "user that Afterwatch runs as read it, or take it out."
        ) from error


@lru_cache(maxsize=64)
def _hashed(path: Path, mtime_ns: int, size: int) -> str:  # noqa: ARG001
    # Ten megabytes take 20 ms to hash, and files seldom change: again only when time or size did.
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _characters(face: Face) -> frozenset[int]:
    try:
        return _read(face.path, face.sha256)
    except NotAFontError as error:
        raise FontError(
            f"{face.path} is no font file that can be used: {error}. Take it out of the folder, or "
            "replace it by a TrueType or OpenType file."
        ) from error


@lru_cache(maxsize=64)
def _read(path: Path, sha256: str) -> frozenset[int]:  # noqa: ARG001
    return covered(path.read_bytes())
