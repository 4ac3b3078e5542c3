"""Numbers with their units that stand written out in a text. Pure.

A translation says the same numbers as its source: `48 hours` as 48, `48 小时` as 48. Digits of
every script are read; separators of thousands are taken out the way the language writes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from alerts.statements.locales import babel_locale, without_marks

UNITS = (
    "%",
    "°C",
    "kg",
    "mg",
    "g",
    "km",
    "cm",
    "mm",
    "m",
    "ml",
    "l",
    "V",
    "W",
    "mAh",
    "€",
    "$",
    "£",
    "¥",
)
"""Units that look alike in every language."""

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f\u066b\u066c']\d+)*")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
_UNIT = "|".join(re.escape(unit) for unit in UNITS)
_AFTER = re.compile(rf"[\s\u00a0\u202f]?({_UNIT})(?![A-Za-z])")
_BEFORE = re.compile(r"([€$£¥])[\s\u00a0]?$")


def figures(text: str, locale: str) -> Counter[str]:
    """The numbers of a text, each with its unit if it has one, and how often it stands there."""
    plain = _ADDRESS.sub(" ", _ascii_digits(without_marks(text)))
    found: Counter[str] = Counter()
    for match in _NUMBER.finditer(plain):
        after = _AFTER.match(plain, match.end())
        before = _BEFORE.search(plain[: match.start()])
        unit = after[1] if after else before[1] if before else ""
        found[_value(match[0], locale) + unit] += 1
    return found


def without(text: str, values: list[str]) -> str:
    """The text without what variables put into it; the longest values are taken out first."""
    plain = without_marks(text)
    for value in sorted({without_marks(one) for one in values if one}, key=len, reverse=True):
        plain = plain.replace(value, " ")
    return plain


def _value(number: str, locale: str) -> str:
    rules = babel_locale(locale).number_symbols
    symbols = rules.get("latn", rules)
    group, decimal = str(symbols.get("group", ",")), str(symbols.get("decimal", "."))
    for separator in (group, "\u00a0", "\u202f", "\u066c", "'"):
        if separator != decimal:
            number = number.replace(separator, "")
    return number.replace(decimal, ".").replace("\u066b", ".")


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() and not letter.isascii() else letter
        for letter in unicodedata.normalize("NFKC", text)
    )
