"""What must not be said, and how terms are translated: the `terms` document. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from alerts.library.model import Finding, Kind, Library
from alerts.library.reading import Strict, reader
from alerts.statements.locales import babel_locale, is_cjk, without_marks

NAME = "terms"
"""The one document that is asked for."""


class Bilingual(Strict):
    """A reason, for the people who write."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Taboo(Strict):
    """Words that a text must not have (`block`) or that somebody should think about (`warn`).

    `words` by language; a `*` at the end stands for any ending. `markets` and `templates` narrow
    it down; empty is everywhere. A language's words count for its regions too.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    severity: Literal["block", "warn"]
    reason: Bilingual
    words: dict[str, tuple[str, ...]] = Field(min_length=1)
    markets: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()


class Link(Strict):
    """An address that must not stand in a text any more: part of it, and why."""

    part: str = Field(min_length=4)
    reason: Bilingual


class Term(Strict):
    """A term of the source language and what it must be called in others; any of several."""

    source: tuple[str, ...] = Field(min_length=1)
    translations: dict[str, tuple[str, ...]] = Field(min_length=1)


class Glossary(Strict):
    """Terms by version: texts name the version they were written by."""

    version: int = Field(ge=1)
    language: str = "en"
    terms: tuple[Term, ...] = ()


class Terms(Strict):
    """The whole document."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    taboos: tuple[Taboo, ...] = ()
    links: tuple[Link, ...] = ()
    glossary: Glossary


NOTHING = Terms(schema_version=1, id=NAME, glossary=Glossary(version=1))
"""Where nobody has declared any."""


@dataclass(frozen=True)
class Hit:
    """A word that must not be there, as it stands in the text."""

    taboo: Taboo
    word: str


def of(library: Library) -> Terms:
    """The terms in force."""
    found = library.get("terms", NAME)
    return found if isinstance(found, Terms) else NOTHING


def hits(
    terms: Terms, text: str, locale: str, *, template: str = "", market: str = ""
) -> Iterator[Hit]:
    """Taboo words of a text.

    Args:
        terms: what is forbidden.
        text: what would be said.
        locale: its language.
        template: what it comes from; taboos of other templates do not count.
        market: where it is said; taboos of other markets do not count. Empty: all of them count.
    """
    plain = normal(text)
    for taboo in terms.taboos:
        if taboo.templates and template not in taboo.templates:
            continue
        if taboo.markets and market and market not in taboo.markets:
            continue
        for language, words in taboo.words.items():
            if not (locale == language or locale.startswith(f"{language}-")):
                continue
            for word in words:
                found = pattern(word, locale).search(plain)
                if found:
                    yield Hit(taboo, found[0])


@cache
def pattern(word: str, locale: str) -> re.Pattern[str]:
    """How a word is looked for: whole words where words are parted by spaces."""
    core = re.escape(normal(word.rstrip("*"))).replace(r"\ ", r"\s+")
    if is_cjk(locale) or language_of(locale) in {"ko", "th", "ar", "he"}:
        return re.compile(core)
    return re.compile(rf"(?<!\w){core}" + (r"\w*" if word.endswith("*") else r"(?!\w)"))


def normal(text: str) -> str:
    """Text as it is compared: compatibility forms, lower case, no direction marks."""
    return unicodedata.normalize("NFKC", without_marks(text)).casefold().replace("’", "'")


def unmet(terms: Terms, source: str, text: str, locale: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Terms of the source that the translation does not have as the glossary wants them."""
    for term in terms.glossary.terms:
        wanted = term.translations.get(locale) or term.translations.get(language_of(locale))
        if not wanted:
            continue
        language = terms.glossary.language
        for word in term.source:
            if pattern(word, language).search(normal(source)):
                if not any(pattern(one, locale).search(normal(text)) for one in wanted):
                    yield word.rstrip("*"), wanted
                break


def language_of(locale: str) -> str:
    """The language without script and region."""
    return locale.split("-", maxsplit=1)[0]


def _faults(terms: Terms) -> Sequence[tuple[tuple[str | int, ...], str]]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    seen: set[str] = set()
    for n, taboo in enumerate(terms.taboos):
        if taboo.id in seen:
            found.append((("taboos", n, "id"), f"{taboo.id} is there twice; rename one."))
        seen.add(taboo.id)
        found.extend(_languages(("taboos", n, "words"), taboo.words))
    for n, term in enumerate(terms.glossary.terms):
        found.extend(_languages(("glossary", "terms", n, "translations"), term.translations))
    return found


def _languages(
    place: tuple[str | int, ...], by_language: dict[str, tuple[str, ...]]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for language, words in by_language.items():
        try:
            babel_locale(language)
        except ValueError as error:
            yield (*place, language), f"{error}."
        if not words or any(not word.rstrip("*").strip() for word in words):
            yield (*place, language), "a word is empty; write it or remove it."


def _lint(_terms: Terms, _library: Library) -> Sequence[Finding]:
    return ()


parse = reader(Terms, "terms document", _faults)
KIND = Kind("terms", parse, _lint, "statements/shipped_terms")
