"""Fonts of paper: what they cover, that they are what was shipped, what happens without them."""

from __future__ import annotations

import json
import shutil
import struct
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports import fonts
from dashboard.reports.fonts import FOLDER, MANIFEST, FontError, typefaces
from dashboard.reports.fonts.coverage import NotAFontError, covered
from dashboard.reports.forms.uncovered import MARK, Marker

ENTRIES = json.loads(MANIFEST.read_text(encoding="utf-8"))
ASSETS = Path(__file__).resolve().parents[3] / "assets"


def test_the_manifest_names_every_font_with_its_licence() -> None:
    assert {entry["file"] for entry in ENTRIES} == {path.name for path in FOLDER.glob("*.ttf")}
    for entry in ENTRIES:
        licence = (FOLDER / entry["licence_file"]).read_text(encoding="utf-8")
        assert "SIL Open Font License" in licence
        assert entry["licence"] == "OFL-1.1"
    assert len(typefaces(None).faces) == 4


def test_inter_on_paper_is_the_one_of_the_screen() -> None:
    vendored = json.loads((ASSETS / "vendor.json").read_text(encoding="utf-8"))
    versions = {one["version"] for one in vendored if one["package"].endswith("/inter")}
    assert {e["version"] for e in ENTRIES if e["package"].endswith("/inter")} == versions


def test_the_shipped_fonts_cover_what_they_are_for() -> None:
    covers = typefaces(None).covers()
    wanted = (
        "Łódź São Paulo Ñandú Москва Αθήνα Việt Nam €£¥₫₽ – — … “” ≤≥±×−→ ½ 堃喆镕昇 東京 カナ 〓"
    )
    assert {char for char in wanted if ord(char) not in covers} == set()
    every = bytearray()
    for lead in range(0xB0, 0xF8):
        for trail in range(0xA1, 0xFF):
            every += bytes([lead, trail])
    hanzi = every.decode("gb2312", "ignore")
    assert len(hanzi) > 6_700
    assert {char for char in hanzi if ord(char) not in covers} == set()
    assert not {ord(char) for char in "삼عท😀"} & covers


def test_both_weights_cover_all_of_gb_2312() -> None:
    bold = covered((FOLDER / "NotoSansSC-SemiBold.ttf").read_bytes())
    assert {ord(char) for char in "周报核心指标变化原因"} <= bold


@pytest.mark.parametrize("name", [entry["file"] for entry in ENTRIES])
def test_a_missing_or_changed_file_is_named_and_what_to_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "fonts"
    shutil.copytree(FOLDER, folder)
    (folder / name).write_bytes((folder / name).read_bytes() + b"x")
    with pytest.raises(FontError, match=rf"{name} is not the one that was shipped.*Reinstall"):
        typefaces(None, folder)
    (folder / name).unlink()
    with pytest.raises(FontError, match=rf"{name} is missing.*Reinstall Afterwatch"):
        typefaces(None, folder)


def test_fonts_of_a_home_are_counted_by_their_content(tmp_path: Path) -> None:
    own = tmp_path / fonts.OWN
    own.mkdir(parents=True)
    assert typefaces(tmp_path) == typefaces(None)
    (own / "readme.txt").write_text("no font")
    assert typefaces(tmp_path).own == ()
    (own / "own.ttf").write_bytes(font({0xAC00}))
    first = typefaces(tmp_path)
    assert 0xAC00 in first.covers()
    assert "font own.ttf (own)" in first.made_with()
    (own / "own.ttf").write_bytes(font({0xAC00, 0xAC01}))
    assert typefaces(tmp_path).made_with() != first.made_with()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x00\x00", b"%PDF-1.7", b"OTTO\x00\x09"])
def test_what_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAFontError):
        covered(content)
    own = tmp_path / fonts.OWN
    own.mkdir(parents=True)
    (own / "odd.otf").write_bytes(content)
    with pytest.raises(FontError, match=r"odd\.otf is no font file"):
        typefaces(tmp_path)


def font(codes: set[int]) -> bytes:
    """The least that has characters: one `cmap` table in format 12."""
    groups = b"".join(struct.pack(">III", code, code, 1) for code in sorted(codes))
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(codes)) + groups
    return _wrapped(table, 10)


def basic_font(codes: set[int]) -> bytes:
    """The same in format 4, every second segment by an array of glyphs instead of a shift."""
    ends = [*sorted(codes), 0xFFFF]
    count = len(ends)
    shifts, offsets, glyphs = [], [], []
    for index, code in enumerate(ends):
        if code == 0xFFFF:
            shifts.append(1)
            offsets.append(0)
        elif index % 2:
            shifts.append(0)
            offsets.append(2 * (count - index) + 2 * len(glyphs))
            glyphs.append(7)
        else:
            shifts.append((1 - code) % 0x10000)
            offsets.append(0)
    words = [*ends, 0, *ends, *shifts, *offsets, *glyphs]
    body = struct.pack(f">{len(words)}H", *words)
    table = struct.pack(">HHHHHHH", 4, 14 + len(body), 0, 2 * count, 0, 0, 0) + body
    return _wrapped(table, 1)


def _wrapped(table: bytes, encoding: int) -> bytes:
    cmap = struct.pack(">HHHHI", 0, 1, 3, encoding, 12) + table
    head = b"\x00\x01\x00\x00" + struct.pack(">HHHH", 1, 0, 0, 0)
    return head + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap)) + cmap


@given(st.sets(st.integers(0x20, 0x10FFFF), max_size=30))
def test_coverage_of_all_planes_is_read(codes: set[int]) -> None:
    assert covered(font(codes)) == codes


@given(st.sets(st.integers(0x20, 0xFFFE), max_size=30))
def test_coverage_of_the_basic_plane_is_read(codes: set[int]) -> None:
    assert covered(basic_font(codes)) == codes


COVERS = frozenset(range(0x20, 0x7F)) | {ord(char) for char in "é中文"}


@given(st.text())
def test_marked_text_has_no_character_without_a_sign(text: str) -> None:
    marker = Marker(COVERS | {ord(MARK)})
    marked = marker.text(text)
    assert {char for char in marked if ord(char) not in marker.covers} <= {"\n", "\t"}
    assert bool(marker.found) == (marked.count(MARK) > text.count(MARK))


@given(st.text(alphabet="abc é中文 .,"))
def test_text_that_is_covered_stays_as_it_is(text: str) -> None:
    marker = Marker(COVERS)
    assert marker.text(text) == unicodedata.normalize("NFC", text)
    assert not marker.found


def test_marks_stand_for_what_a_reader_sees_and_count_by_script() -> None:
    marker = Marker(COVERS)
    assert marker.all({"a": ["삼성 x", 3, None], "b": "e\u0301 👩\u200d💻\ufe0f"}) == {
        "a": [f"{MARK}{MARK} x", 3, None],
        "b": f"é {MARK}{MARK}",
    }
    assert dict(marker.found) == {"Hangul": 2, "emoji": 2}
