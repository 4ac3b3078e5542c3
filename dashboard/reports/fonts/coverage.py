"""Which characters a font file has signs for: the `cmap` table of OpenType, read by hand.

Formats 4 and 12 are what fonts have today (OpenType specification, `cmap`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_COLLECTION = b"ttcf"
_SINGLE = {b"\x00\x01\x00\x00", b"OTTO", b"true"}
_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}
"""Platform and encoding of subtables that map Unicode."""


class NotAFontError(ValueError):
    """The bytes are no OpenType font; the message says what is wrong with them."""


def covered(data: bytes) -> frozenset[int]:
    """Code points that at least one face of the file maps to a glyph.

    Raises:
        NotAFontError: the file is none, or cut off.
    """
    try:
        return frozenset(code for face in _faces(data) for code in _face(data, face))
    except (struct.error, IndexError) as error:
        raise NotAFontError("the file is cut off") from error


def _faces(data: bytes) -> tuple[int, ...]:
    """Where the table directory of each face starts."""
    if data[:4] == _COLLECTION:
        (count,) = struct.unpack_from(">I", data, 8)
        return struct.unpack_from(f">{count}I", data, 12)
    if data[:4] not in _SINGLE:
        raise NotAFontError("it does not start like a TrueType or OpenType font")
    return (0,)


def _face(data: bytes, start: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", data, start + 4)
    for index in range(count):
        tag, _checksum, offset, _length = struct.unpack_from(
            ">4sIII", data, start + 12 + 16 * index
        )
        if tag == b"cmap":
            yield from _cmap(data, offset)
            return
    raise NotAFontError("it has no table of characters")


def _cmap(data: bytes, start: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", data, start + 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * index)
        if (platform, encoding) not in _UNICODE:
            continue
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == 4:
            yield from _segments(data, start + offset)
        elif kind == 12:
            yield from _groups(data, start + offset)


def _segments(data: bytes, start: int) -> Iterator[int]:
    """Format 4: ranges of the basic plane, by a shift or by an array of glyphs."""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    starts = struct.unpack_from(f">{count}H", data, start + 16 + doubled)
    shifts = struct.unpack_from(f">{count}H", data, start + 16 + 2 * doubled)
    offsets_at = start + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", data, offsets_at)
    for index, (first, last, shift, offset) in enumerate(
        zip(starts, ends, shifts, offsets, strict=True)
    ):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = offsets_at + 2 * index + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if (glyph and (glyph + shift) % 0x10000) if offset else (code + shift) % 0x10000:
                yield code


def _groups(data: bytes, start: int) -> Iterator[int]:
    """Format 12: ranges of all planes."""
    (count,) = struct.unpack_from(">I", data, start + 12)
    for index in range(count):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * index)
        yield from range(first + (glyph == 0), last + 1)
