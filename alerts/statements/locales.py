"""Languages a statement may be in: names, directions, scripts. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

FSI, PDI = "\u2068", "\u2069"
"""First strong isolate and its end: what stands between keeps its own direction."""
MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that steer the direction of writing."""

LOCALES = ("en", "zh-Hans", "de", "fr", "es", "it", "pt-BR", "nl", "pl", "ja", "ko", "ar")
"""What holding statements ship in; templates may have others too."""

SCRIPTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Hans": ("CJK",),
        "Hant": ("CJK",),
        "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
        "Kore": ("HANGUL",),
        "Arab": ("ARABIC",),
        "Hebr": ("HEBREW",),
        "Cyrl": ("CYRILLIC",),
        "Grek": ("GREEK",),
        "Thai": ("THAI",),
    }
)
"""Beginnings of the Unicode names of a script's letters; all others are written in Latin."""

_DEFAULT_SCRIPT = MappingProxyType(
    {
        "zh": "Hans",
        "ja": "Jpan",
        "ko": "Kore",
        "ar": "Arab",
        "fa": "Arab",
        "ur": "Arab",
        "he": "Hebr",
        "ru": "Cyrl",
        "uk": "Cyrl",
        "bg": "Cyrl",
        "el": "Grek",
        "th": "Thai",
    }
)


@cache
def babel_locale(locale: str) -> Locale:
    """The rules of a language for numbers and dates.

    Raises:
        ValueError: nobody knows this language.
    """
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError(f"{locale!r} is no language; write it as de, pt-BR or zh-Hans") from error


def script_of(locale: str) -> str:
    """ISO 15924 code of the script a language is written in; `Latn` unless known otherwise."""
    named = babel_locale(locale).script
    return named or _DEFAULT_SCRIPT.get(locale.split("-", maxsplit=1)[0], "Latn")


@cache
def is_rtl(locale: str) -> bool:
    """Whether the language runs from right to left."""
    return script_of(locale) in {"Arab", "Hebr"}


def direction(locale: str) -> str:
    """The `dir` of its texts in HTML."""
    return "rtl" if is_rtl(locale) else "ltr"


def is_cjk(locale: str) -> bool:
    """Whether words are not parted by spaces in this language."""
    return script_of(locale) in {"Hans", "Hant", "Jpan"}


def name_of(locale: str, reader: str) -> str:
    """The language's name for a reader: `Arabic`, `阿拉伯语`."""
    found = babel_locale(locale).get_display_name(babel_locale(reader))
    return found[:1].upper() + found[1:] if found else locale


def without_marks(text: str) -> str:
    """The text without characters that steer direction; what people compare by eye."""
    return "".join(letter for letter in text if letter not in MARKS)


def strange_letters(text: str, locale: str) -> str:
    """Letters that no text of this language should have, as they come, each once.

    Latin is fine everywhere, for brands and addresses.
    """
    own = SCRIPTS.get(script_of(locale), ())
    found: dict[str, None] = {}
    for letter in text:
        if not letter.isalpha():
            continue
        name = unicodedata.name(letter, "")
        if not name.startswith(
            ("LATIN", "FULLWIDTH LATIN", "MICRO", "FEMININE", "MASCULINE", *own)
        ):
            if script_of(locale) == "Jpan" and name.startswith("KATAKANA-HIRAGANA"):
                continue
            found[letter] = None
    return "".join(found)


def in_script(text: str, locale: str) -> float:
    """Share of the letters that are of the language's own script; 1 if there are none."""
    own = SCRIPTS.get(script_of(locale), ("LATIN",))
    letters = [letter for letter in re.sub(r"https?://\S+|\S+@\S+", "", text) if letter.isalpha()]
    if not letters:
        return 1.0
    fitting = sum(unicodedata.name(letter, "").startswith(own) for letter in letters)
    return fitting / len(letters)
