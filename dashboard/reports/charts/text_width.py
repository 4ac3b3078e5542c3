"""How wide words are when they are drawn: an upper estimate that needs no font. Pure."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[] ·\u2009")
_WIDE = frozenset("mwMWQO@%&—…")
ELLIPSIS = "…"


def width(words: str, size: float) -> float:
    """Width of `words` at font size `size`, in its unit: a little more than most fonts take."""
    return size * sum(_share(char) for char in words)


def fit(words: str, room: float, size: float) -> str:
    """`words`, or as much of them as fits with an ellipsis; empty where not even that fits."""
    if width(words, size) <= room:
        return words
    kept = room - width(ELLIPSIS, size)
    if kept <= 0:
        return ""
    used = 0.0
    for index, char in enumerate(words):
        used += size * _share(char)
        if used > kept:
            return f"{words[:index].rstrip()}{ELLIPSIS}" if index else ""
    return words


def _share(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in _NARROW:
        return 0.34
    if char in _WIDE:
        return 0.95
    return 0.7 if char.isupper() else 0.62


def columns(words: str) -> int:
    """Columns of a terminal or a plain-text mail: two for a Chinese sign."""
    return sum(
        0
        if unicodedata.combining(char) or unicodedata.category(char) == "Cf"
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in words
    )
