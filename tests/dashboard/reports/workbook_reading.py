"""A workbook read back with the standard library: sheets by name, cells by place."""

from __future__ import annotations

import io
import re
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZipFile

_NAMES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


class Cell(NamedTuple):
    value: str | float
    pattern: str
    """Number format; empty for general."""


def sheets(content: bytes) -> dict[str, dict[tuple[int, int], Cell]]:
    """Cells by row and column, both from 0. Fails where a cell holds a formula."""
    with ZipFile(io.BytesIO(content)) as file:
        shared = [
            "".join(part.text or "" for part in item.iter(f"{{{_NAMES['m']}}}t"))
            for item in ET.fromstring(file.read("xl/sharedStrings.xml"))
        ]
        patterns = _patterns(ET.fromstring(file.read("xl/styles.xml")))
        book = ET.fromstring(file.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iterfind("m:sheets/m:sheet", _NAMES)]
        return {
            name: _cells(file.read(f"xl/worksheets/sheet{number}.xml"), shared, patterns)
            for number, name in enumerate(names, start=1)
        }


def _patterns(styles: ET.Element) -> list[str]:
    known = {
        one.attrib["numFmtId"]: one.attrib["formatCode"]
        for one in styles.iterfind("m:numFmts/m:numFmt", _NAMES)
    }
    used = styles.iterfind("m:cellXfs/m:xf", _NAMES)
    return [known.get(one.attrib["numFmtId"], "") for one in used]


def _cells(content: bytes, shared: list[str], patterns: list[str]) -> dict[tuple[int, int], Cell]:
    found = {}
    for cell in ET.fromstring(content).iter(f"{{{_NAMES['m']}}}c"):
        assert cell.find("m:f", _NAMES) is None, f"{cell.attrib['r']} holds a formula"
        value = cell.find("m:v", _NAMES)
        if value is None or value.text is None:
            continue
        number = float(value.text)
        shown = shared[int(number)] if cell.attrib.get("t") == "s" else number
        found[_place(cell.attrib["r"])] = Cell(shown, patterns[int(cell.attrib.get("s", 0))])
    return found


def _place(name: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", name).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(digits) - 1, column - 1
