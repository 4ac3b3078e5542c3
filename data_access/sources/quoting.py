"""What the quotes, delimiters and line ends of a delimited file add up to, counted byte by byte.

A fast CSV reader pads short rows, guesses at stray quotes and tells no line numbers. These counts
prove that it had nothing to guess, and they number the lines; a file that does not add up is
left to the exact reader. An outline is a fourth of the work of a census and tells enough of files
whose rows are one line each and whose last column is never empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_CHUNK = 1 << 22
_CR = 13

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Census:
    """Counts over a whole file, header included.

    `regular` is true if every quote opens, closes or escapes as RFC 4180 says and no line is
    blank; `fewest` and `most` are the delimiters of the records with fewest and most of them;
    `pairs` is true if two quotes follow each other anywhere (an escaped quote or an empty field);
    `starts` holds the line on which each record starts, None if every record is one line.
    """

    regular: bool
    records: int
    fewest: int
    most: int
    pairs: bool
    starts: Positions | None


@dataclass(frozen=True)
class Outline:
    """What shows without telling the inside of quotes from the outside.

    `placed` is true if the quotes stand where RFC 4180 has them, `pairs` as in `Census`, `lines`
    is the number of lines.
    """

    placed: bool
    pairs: bool
    lines: int


def outline(data: bytes, *, delimiter: bytes, quote: bytes, eol: bytes) -> Outline:
    """Look at the quotes and count the lines; each argument is a single byte."""
    text = np.frombuffer(data, dtype=np.uint8)
    lines = _number_of(text, eol[0]) + (not data.endswith(eol))
    if not quote:
        return Outline(placed=True, pairs=False, lines=lines)
    quotes = _positions(text, quote[0])
    placed = _well_placed(text, quotes, delimiter[0], eol[0])
    return Outline(placed, _pairs(quotes), lines)


def census(data: bytes, *, delimiter: bytes, quote: bytes, eol: bytes) -> Census:
    """Count records and delimiters outside quotes; each argument is a single byte."""
    text = np.frombuffer(data, dtype=np.uint8)
    if not quote or quote not in data:
        return _plain(data, text, delimiter[0], eol)
    return _quoted(text, delimiter[0], quote[0], eol[0])


def _plain(data: bytes, text: Bytes, delimiter: int, eol: bytes) -> Census:
    ends, widths = 0, _Widths()
    for part in _chunks(text):
        here = np.flatnonzero(part == eol[0])
        widths.add(np.flatnonzero(part == delimiter), here)
        ends += here.size
    blank = eol * 2 in data or b"\n\r\n" in data or data.startswith((b"\r", b"\n"))
    unfinished = not data.endswith(eol)
    fewest, most = widths.ended(unfinished=unfinished)
    return Census(not blank, ends + unfinished, fewest, most, pairs=False, starts=None)


def _quoted(text: Bytes, delimiter: int, quote: int, eol: int) -> Census:
    open_, lines, at, widths = np.uint8(0), 0, 0, _Widths()
    quotes: list[Positions] = []
    ends: list[Positions] = []
    numbers: list[Positions] = []
    for part in _chunks(text):
        is_quote = part == quote
        inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)) ^ open_
        open_ = inside[-1]
        outside = inside == 0
        is_eol = part == eol
        here = np.flatnonzero(is_eol)
        final = outside[here]
        widths.add(np.flatnonzero((part == delimiter) & outside), here[final])
        quotes.append(np.flatnonzero(is_quote) + at)
        ends.append(here[final] + at)
        numbers.append(np.flatnonzero(final) + 1 + lines)
        lines += here.size
        at += part.size
    end = np.concatenate(ends)
    # A record starts on the line after the one that ended the record before it.
    starts = np.concatenate([np.zeros(1, np.int64), *numbers]) + 1
    if end.size and end[-1] == text.size - 1:
        starts = starts[:-1]
    quoted = np.concatenate(quotes)
    regular = not open_ and _well_placed(text, quoted, delimiter, eol) and not _has_blank(text, end)
    one_line_each = starts.size == lines + (text[-1] != eol)
    fewest, most = widths.ended(unfinished=not (end.size and end[-1] == text.size - 1))
    return Census(
        regular,
        int(starts.size),
        fewest,
        most,
        pairs=_pairs(quoted),
        starts=None if one_line_each else starts,
    )


class _Widths:
    """Delimiters of the records with fewest and most, added up chunk by chunk."""

    def __init__(self) -> None:
        self._begun = 0
        self._fewest, self._most = np.iinfo(np.int64).max, 0

    def add(self, delimiters: Positions, ends: Positions) -> None:
        """Positions in one chunk; a record that is not over goes on in the next one."""
        before = np.searchsorted(delimiters, ends)
        if ends.size:
            found = np.diff(before, prepend=-self._begun)
            self._fewest = min(self._fewest, int(found.min()))
            self._most = max(self._most, int(found.max()))
            self._begun = delimiters.size - int(before[-1])
        else:
            self._begun += delimiters.size

    def ended(self, *, unfinished: bool) -> tuple[int, int]:
        """Fewest and most, the record at the end included if no line end closes it."""
        if not unfinished:
            return self._fewest, self._most
        return min(self._fewest, self._begun), max(self._most, self._begun)


def _well_placed(text: Bytes, quotes: Positions, delimiter: int, eol: int) -> bool:
    """Check that quotes stand at the edges of a field or in pairs."""
    if quotes.size % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = text[np.maximum(opening - 1, 0)]
    starts = (opening == 0) | (before == delimiter) | (before == eol)
    starts[1:] |= opening[1:] == closing[:-1] + 1
    after = text[np.minimum(closing + 1, text.size - 1)]
    ends = (closing == text.size - 1) | (after == delimiter) | (after == eol) | (after == _CR)
    ends[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(starts.all() and ends.all())


def _pairs(quotes: Positions) -> bool:
    return bool((np.diff(quotes) == 1).any())


def _has_blank(text: Bytes, end: Positions) -> bool:
    gap = np.diff(end, prepend=-1)
    return bool((gap == 1).any() or (text[end[gap == 2] - 1] == _CR).any())


def _number_of(text: Bytes, sign: int) -> int:
    return sum(int(np.count_nonzero(part == sign)) for part in _chunks(text))


def _positions(text: Bytes, sign: int) -> Positions:
    found = [
        np.flatnonzero(part == sign) + number * _CHUNK for number, part in enumerate(_chunks(text))
    ]
    return np.concatenate(found)


def _chunks(text: Bytes) -> list[Bytes]:
    return [text[start : start + _CHUNK] for start in range(0, text.size, _CHUNK)]
