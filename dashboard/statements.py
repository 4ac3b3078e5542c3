"""What the screen of a statement offers, as declarations and data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson

PATH = "/statements"
LONGEST = 12_000
"""Characters that the editor takes; what a text may have before it is filled."""

_FIGURE = r"\d+(?:[.,:\u00a0\u202f]\d+)*"
_LONGEST_NUMBER = 18
"""A longer number is none that a database gives."""


@dataclass(frozen=True)
class Said:
    """A text in its language, drawn by `assets/js/68-statement.js`.

    Attributes:
        label: heading above it.
        sub: muted beside the heading.
        lang: language of the text (BCP-47).
        dir: `rtl` or `ltr`.
        parts: mark and text in order; marks: `same`, `added`, `removed`, `value`, `figure`,
            `open` (a variable without a value).
        copy: label of a button that copies the text; empty: none.
        copied: what it says afterwards.
        meter: size and what the channel takes; None: no bar.
        meter_text: the same in words.
    """

    label: str
    lang: str
    dir: str
    parts: tuple[tuple[str, str], ...]
    sub: str = ""
    copy: str = ""
    copied: str = ""
    meter: tuple[int, int] | None = None
    meter_text: str = ""


def said(texts: Sequence[Said]) -> str:
    """JSON of texts for `data-rows`; empty where there are none."""
    if not texts:
        return ""
    return orjson.dumps({"kind": "said", "rows": [asdict(text) for text in texts]}).decode()


def marked(text: str, values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """A text in parts: values of variables and numbers written out are marked."""
    known = sorted({value for value in values if value}, key=len, reverse=True)
    found = [("open", r"\{\{.*?\}\}")]
    if known:
        found.append(("value", "|".join(re.escape(value) for value in known)))
    found.append(("figure", _FIGURE))
    pattern = re.compile("|".join(f"(?P<{name}>{part})" for name, part in found))
    parts: list[tuple[str, str]] = []
    at = 0
    for match in pattern.finditer(text):
        if match.start() > at:
            parts.append(("same", text[at : match.start()]))
        parts.append((match.lastgroup or "same", match[0]))
        at = match.end()
    if at < len(text):
        parts.append(("same", text[at:]))
    return tuple(parts)


def number(asked: str) -> int:
    """The statement that an address names; 0 where it names none."""
    good = asked.isascii() and asked.isdecimal() and len(asked) <= _LONGEST_NUMBER
    return int(asked) if good else 0


VARIABLE_FIELD = "value_"
"""Beginning of the names of form fields that hold values of variables."""


def values_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Values of variables that a form gives; empty ones are left out."""
    return {
        name.removeprefix(VARIABLE_FIELD): value
        for name, value in fields.items()
        if name.startswith(VARIABLE_FIELD) and value.strip()
    }
