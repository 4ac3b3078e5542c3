"""Characters that no font has: shown as a mark, counted, named in a footnote. Never as boxes.

The mark is 〓, the geta: what printers of Chinese and Japanese set where they lacked a type.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

MARK = "〓"
_INVISIBLE = frozenset(
    {0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF}
    | set(range(0x200B, 0x2010))
    | set(range(0x2028, 0x202F))
    | set(range(0x2060, 0x2070))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0000, 0xE1000))
)
"""Default-ignorable: they have no sign in any font and need none."""
_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x07BF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x0DFF, "Indic"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Lao"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1100, 0x11FF, "Hangul"),
    (0x3130, 0x318F, "Hangul"),
    (0xA960, 0xA97F, "Hangul"),
    (0xAC00, 0xD7FF, "Hangul"),
    (0x2E80, 0x2FDF, "Han"),
    (0x3400, 0x9FFF, "Han"),
    (0xF900, 0xFAFF, "Han"),
    (0x20000, 0x3FFFF, "Han"),
    (0x2190, 0x2BFF, "symbols"),
    (0x1F000, 0x1FAFF, "emoji"),
)
OTHER = "others"


@dataclass
class Marker:
    """Replaces what is not covered and keeps count."""

    covers: frozenset[int]
    found: Counter[str] = field(default_factory=Counter)
    """Script to how many characters of it were replaced."""

    def text(self, text: str) -> str:
        """The text with a mark for every character without a sign; nothing else is changed."""
        if text.isascii() and text.isprintable():
            return text
        out: list[str] = []
        for char in unicodedata.normalize("NFC", text):
            code = ord(char)
            if code in self.covers or char in "\n\t":
                out.append(char)
            elif code in _INVISIBLE or code < 0x20:
                # Joins or chooses forms of what may be a mark by now; covered ones were kept.
                continue
            elif unicodedata.combining(char) and out:
                self._count(char)
                if out[-1] != MARK:
                    out.append(MARK)
            else:
                self._count(char)
                out.append(MARK)
        return "".join(out)

    def all(self, data: object) -> object:
        """Every text inside nested lists and mappings; keys of mappings are ours and stay."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {key: self.all(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.all(value) for value in data]
        return data

    def _count(self, char: str) -> None:
        self.found[script_of(char)] += 1


def script_of(char: str) -> str:
    """`Hangul`, `Arabic`, `emoji`, …: what a reader would call it."""
    code = ord(char)
    return next((name for low, high, name in _SCRIPTS if low <= code <= high), OTHER)
