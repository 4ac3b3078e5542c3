"""Takes persons and numbers of customers out of a text that is published. Pure.

Names are found only where they are known (people of the configuration and of the log, customers
named in the record); addresses, phone numbers and order numbers by their form. Rather too much is
taken out than too little: a person reads the result before it is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "email", "phone", "number", "key", "address"]

PLACEHOLDERS: dict[str, dict[Kind, str]] = {
    "en": {
        "name": "[name]",
        "email": "[e-mail]",
        "phone": "[phone]",
        "number": "[number]",
        "key": "[reference]",
        "address": "[link]",
    },
    "zh": {
        "name": "〔姓名〕",
        "email": "〔邮箱〕",
        "phone": "〔电话〕",
        "number": "〔号码〕",
        "key": "〔编号〕",
        "address": "〔链接〕",
    },
}

_SHORTEST_NAME = 2
_SHORTEST_PART = 3
_PLAIN = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), 0x20),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), 0x2D),
}
"""Full-width letters, spaces and dashes of typesetting as they are typed, one for one."""

_DATE = r"(?<!\d)(?:(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]?\d[./][01]?\d[./](?:19|20)\d\d)(?!\d)"
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
"""A word as order, parcel and customer numbers are; one with letters and three digits is taken."""
_BREAK = r"\s@<>()\[\],;:\"，。；：、（）"
"""What no mailbox goes across."""
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", re.compile(rf"[^{_BREAK}]+@[^{_BREAK}]*[^{_BREAK}.!?]")),
    ("address", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("phone", re.compile(r"(?<![A-Za-z0-9])\+?\(?\d(?:[ ().\-/]{0,2}\d){6,16}(?!\d)")),
    ("number", re.compile(r"\d{5,}")),
    ("number", re.compile(r"#\s?\d+")),
)


@dataclass(frozen=True)
class Piece:
    """A stretch of the text: kept as it is, or taken out (`kind` says as what)."""

    text: str
    kind: Kind | None = None


@dataclass(frozen=True)
class Redacted:
    """A text with what was taken out of it.

    Attributes:
        text: what may be published.
        pieces: the original in order; those with a kind are not in `text`.
    """

    text: str
    pieces: tuple[Piece, ...]

    @property
    def taken(self) -> tuple[Piece, ...]:
        """What was taken out."""
        return tuple(piece for piece in self.pieces if piece.kind)


def redact(
    text: str,
    locale: str,
    *,
    names: Collection[str] = (),
    keys: Collection[str] = (),
    keep: Collection[str] = (),
) -> Redacted:
    """Take out names, addresses and numbers.

    Args:
        text: what people wrote.
        locale: `en` or `zh`: language of the placeholders.
        names: people who may occur in it.
        keys: references that identify customers: order, case and parcel numbers, customer keys.
        keep: what may stay although it looks like a number, such as the lot that is recalled.
    """
    clean = _clean(text)
    folded = clean.translate(_PLAIN)
    spans = _merged(
        [*_known(folded, names, keys), *_formed(folded)],
        [*_kept(folded, keep, names, keys), *_spans(_DATE, folded)],
    )
    words = PLACEHOLDERS["zh" if locale.startswith("zh") else "en"]
    pieces: list[Piece] = []
    at = 0
    for start, end, kind in spans:
        if start > at:
            pieces.append(Piece(clean[at:start]))
        pieces.append(Piece(clean[start:end], kind))
        at = end
    if at < len(clean):
        pieces.append(Piece(clean[at:]))
    made = "".join(words[piece.kind] if piece.kind else piece.text for piece in pieces)
    return Redacted(made, tuple(pieces))


Span = tuple[int, int, Kind]


def _known(text: str, names: Collection[str], keys: Collection[str]) -> Iterator[Span]:
    for key in keys:
        for start, end in _literal(text, key):
            yield start, end, "key"
    for name in names:
        for start, end in _literal(text, name):
            yield start, end, "name"
        for part in re.split(r"[\s.]+", name.strip()):
            if len(part) >= _SHORTEST_PART and part != name:
                for start, end in _spans(rf"\b{re.escape(_folded(part))}\b", text):
                    yield start, end, "name"


def _literal(text: str, given: str) -> Iterator[tuple[int, int]]:
    wanted = _folded(given.strip())
    if len(wanted) >= _SHORTEST_NAME:
        yield from _spans(re.escape(wanted), text)


def _clean(text: str) -> str:
    """Without invisible characters, and each letter with its accent as one."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen)


def _folded(text: str) -> str:
    return _clean(text).translate(_PLAIN)


def _formed(text: str) -> Iterator[Span]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            # Digits alone may be anything; a phone number shows by how it is written.
            yield match.start(), match.end(), "number" if match[0].isdigit() else kind
    for match in _TOKEN.finditer(text):
        if re.search(r"\d{3}", match[0]) and re.search(r"[A-Za-z]", match[0]):
            yield match.start(), match.end(), "number"


def _kept(
    text: str, keep: Collection[str], names: Collection[str], keys: Collection[str]
) -> Iterator[tuple[int, int]]:
    known = {_folded(one.strip()).casefold() for one in [*names, *keys]}
    for one in keep:
        if _folded(one.strip()).casefold() not in known:
            yield from _literal(text, one)


def _spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield match.span()


def _merged(found: Iterable[Span], kept: Iterable[tuple[int, int]]) -> list[Span]:
    """Disjoint stretches in order; what only its form gives away stays where it is kept."""
    free = list(kept)
    merged: list[Span] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        formed = kind not in ("key", "name", "email")
        if formed and any(a <= start and end <= b for a, b in free):
            continue
        if merged and start < merged[-1][1]:
            last = merged[-1]
            merged[-1] = (last[0], max(last[1], end), last[2])
        else:
            merged.append((start, end, kind))
    return merged
