"""Two languages, one catalogue: English in the source, Chinese in `zh_Hans/<area>.po`.

`_()` is called inside layouts and callbacks, never at import: what a reader sees depends on the
request. Fragments are read once, at first use, and merged; a message stands in one of them only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import flask
from babel.core import Locale, negotiate_locale
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
DEFAULT = "en"
SUPPORTED = {"en": "English", "zh_Hans": "简体中文"}
"""Locale name to what its readers call it."""

HTML_LANG = {"en": "en", "zh_Hans": "zh-CN"}
"""Value of `<html lang>`; Chinese is tagged by region because fonts and speech follow that."""

COOKIE = "afterwatch_lang"
_SHORT = {"en": "en", "zh": "zh_Hans"}
_FALLBACK_KEY = "AFTERWATCH_LANGUAGE"
_chosen: ContextVar[str | None] = ContextVar("language", default=None)


class DuplicateMessageError(ValueError):
    """One message stands in two fragments; which translation would win is nobody's intention."""


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak `language` inside the block: for tests, reports and commands without a request."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def resolve(query: str | None, cookie: str | None, accept: str, default: str = DEFAULT) -> str:
    """The language of one visitor: address, then cookie, then what the browser asks for.

    Args:
        query: value of `?lang=`, as `en`, `zh` or a locale name.
        cookie: value of the language cookie, the same.
        accept: the `Accept-Language` header.
        default: language of a visitor whose browser asks for neither.
    """
    for asked in (query, cookie):
        name = _SHORT.get((asked or "").replace("-", "_").split("_")[0].lower())
        if name:
            return name
    wanted = [part.split(";")[0].strip() for part in accept.split(",")]
    wanted = [name.replace("-", "_").split("_")[0].lower() for name in wanted if name]
    found = negotiate_locale(wanted, list(_SHORT), sep="_")
    return _SHORT[found] if found else default


def current() -> str:
    """Name of the language of this request (or block); English outside of both."""
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    if not flask.has_request_context():
        return DEFAULT
    if "language" not in flask.g:
        request = flask.request
        flask.g.language = resolve(
            request.args.get("lang"),
            request.cookies.get(COOKIE),
            request.headers.get("Accept-Language", ""),
            flask.current_app.config.get(_FALLBACK_KEY, DEFAULT),
        )
    language: str = flask.g.language
    return language


def install_languages(server: flask.Flask, default: str) -> None:
    """Set the language of visitors who chose none, and keep the choice made by `?lang=`."""
    server.config[_FALLBACK_KEY] = default

    @server.after_request
    def keep_choice(response: flask.Response) -> flask.Response:
        asked = flask.request.args.get("lang")
        if asked and response.mimetype == "text/html":
            response.set_cookie(COOKIE, current().split("_")[0], max_age=31_536_000, samesite="Lax")
        return response


def locale() -> Locale:
    """Babel's locale of the current language, for numbers, dates and names of countries."""
    return _parsed(current())


@cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language)


def html_lang() -> str:
    """Value of `<html lang>` for the current language."""
    return HTML_LANG[current()]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Message to translation, merged from every fragment of `language`; empty for English.

    Raises:
        DuplicateMessageError: a message stands in two fragments.
    """
    merged: dict[str, str] = {}
    origin: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            messages = read_po(file, locale=language, abort_invalid=True)
        for message in messages:
            if not isinstance(message.id, str) or not message.id or not message.string:
                continue
            if message.id in merged:
                raise DuplicateMessageError(
                    f"{message.id!r} stands in {origin[message.id]} and {path.name}"
                )
            merged[message.id] = str(message.string)
            origin[message.id] = path.name
    return merged


def _(message: str, /, **values: object) -> str:
    """`message` in the reader's language, with `{name}` filled from `values`."""
    text = catalogue(current()).get(message, message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """`one` or `many` by `count`; `{count}` is filled. Only `many` needs a translation."""
    message = one if count == 1 and current() == DEFAULT else many
    return _(message, **{"count": f"{count:,}", **values})
