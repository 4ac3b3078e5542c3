"""What changed between two texts, word by word, also where words are not parted by spaces. Pure."""

from __future__ import annotations

import difflib
import re
from typing import Literal, NamedTuple

from alerts.statements.locales import script_of

Op = Literal["same", "added", "removed"]
_WORDS = re.compile(r"\s+|[\w’']+|[^\w\s]", re.UNICODE)
_WIDE = re.compile(r"\s+|[A-Za-z0-9][\w.:/@-]*|.", re.UNICODE | re.DOTALL)


class Part(NamedTuple):
    """A run of the text that is the same in both, or only in one."""

    op: Op
    text: str


def words(text: str, locale: str) -> list[str]:
    """A text in pieces that are compared: words, or characters where words run together."""
    pattern = _WIDE if script_of(locale) in {"Hans", "Hant", "Jpan", "Thai"} else _WORDS
    return pattern.findall(text)


def compared(before: str, after: str, locale: str) -> list[Part]:
    """The parts of both texts in order; the new text is those that are not removed."""
    old, new = words(before, locale), words(after, locale)
    found: list[Part] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for op, low, high, start, end in matcher.get_opcodes():
        if op == "equal":
            found.append(Part("same", "".join(new[start:end])))
            continue
        if low < high:
            found.append(Part("removed", "".join(old[low:high])))
        if start < end:
            found.append(Part("added", "".join(new[start:end])))
    return found
