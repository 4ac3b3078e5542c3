"""From the bytes of a text file to UTF-8 bytes, or a message that says which byte is wrong."""

from __future__ import annotations

import codecs

from data_access.sources.base import SourceError

NAMES = ("utf-8", "utf-16", "cp1252", "latin-1", "gb18030", "shift_jis")
"""Encodings the documentation names; any text encoding of Python works."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("gb18030", "shift_jis", "cp1252")


def to_utf8(data: bytes, file: str, encoding: str | None = None) -> bytes:
    """Give the text as UTF-8 without a byte order mark.

    Without `encoding` a byte order mark decides, else it is taken for UTF-8. Bytes that pass for
    UTF-8 are returned as they came; whether they are valid is told by `check_utf8`. Raises
    SourceError for a binary file, an unknown encoding and bytes that the encoding does not have.
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    # A mark is part of the text and beats a declared utf-16-le, which would keep it as a letter.
    chosen = marked if encoding is None or marked == "utf-16" else _codec(encoding, file)
    if chosen is None or chosen == "utf-8":
        _refuse_binary(data, file)
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode(chosen)
    except UnicodeDecodeError as error:
        raise SourceError(_bad_byte(data, file, chosen, error)) from None
    if "\0" in text:
        raise SourceError(_binary(file))
    return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")


def check_utf8(data: bytes, file: str, skipped: int = 0) -> str:
    """Decode UTF-8; raise SourceError that names the first bad byte and what to do.

    `skipped` is the number of lines of the file that stand before `data`.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(_bad_byte(data, file, "utf-8", error, skipped)) from None


def _codec(name: str, file: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise SourceError(
            f"{file}: there is no encoding {name!r}. Use one of {', '.join(NAMES)}."
        ) from None
    if not getattr(found, "_is_text_encoding", True):
        raise SourceError(
            f"{file}: {name!r} is no encoding of text. Use one of {', '.join(NAMES)}."
        )
    return "utf-8" if found.name in {"utf-8", "utf-8-sig", "ascii"} else found.name


def _refuse_binary(data: bytes, file: str) -> None:
    if b"\0" not in data:
        return
    head = data[:4096]
    if len(head) > 2 and max(head[0::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise SourceError(
            f"{file}: this looks like UTF-16 without a byte order mark. Set encoding to"
            " 'utf-16-le' (or 'utf-16-be') in the mapping file, or save the file as UTF-8."
        )
    raise SourceError(_binary(file))


def _binary(file: str) -> str:
    return (
        f"{file}: this is not a text file (it holds NUL bytes). Export it again as CSV, or give"
        " the file that the export was meant to be; a damaged download looks like this too."
    )


def _bad_byte(
    data: bytes, file: str, encoding: str, error: UnicodeDecodeError, skipped: int = 0
) -> str:
    before = data[: error.start].decode(encoding, "replace")
    line = skipped + 1
    line += before.count("\n") if "\n" in before else before.count("\r")
    fits = [name for name in _GUESSES if name != encoding and _decodes(data, name)]
    hint = f" It can be read as {' or '.join(fits)}." if fits else ""
    return (
        f"{file}, line {line}: byte 0x{data[error.start]:02X} is not {encoding}.{hint} Set"
        " `encoding` in the mapping file to what the export was written in, or save it as UTF-8."
    )


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
