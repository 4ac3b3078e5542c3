"""Templates of statements: what may be said, to whom, in which languages. Pure.

One YAML document is one statement in all its languages. The text of a language is `default`, or a
named one that a channel asks for (`short`). There is no falling back from one language to another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from alerts.library.model import Finding, Kind, Library
from alerts.library.reading import Strict, reader
from alerts.statements.limits import CHANNELS
from alerts.statements.locales import babel_locale
from alerts.statements.rendering import TextError, names, pieces
from alerts.statements.values import Type, UnfitValueError, raw, typed

Status = Literal["complete", "needs_native_review"]
SignOff = Literal["translated", "proofread", "final"]
Name = r"^[a-z][a-z0-9_]*$"
Id = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class Bilingual(Strict):
    """Words for the people who work with a template, in both languages of the screens."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Variable(Strict):
    """Something a text is filled with; `example` is a value as it may come.

    `longest` is the most characters of a text, address or list; checks measure with so much.
    """

    type: Type
    title: Bilingual
    example: Any
    longest: int | None = Field(default=None, ge=1, le=500)


class Channel(Strict):
    """A way of publishing: which of a language's texts it takes, and a lower limit of its own."""

    text: str = Field(default="default", pattern=Name)
    most: int | None = Field(default=None, ge=1)


class Text(Strict):
    """What is said. `subject` is the first line where the channel has one."""

    subject: str | None = Field(default=None, min_length=1, max_length=300)
    body: str = Field(min_length=1)


class LocaleTexts(Strict):
    """A statement in one language.

    `status`: whether a native speaker has checked it. `glossary`: version of the glossary that it
    was written by.
    """

    status: Status
    glossary: int = Field(ge=1)
    texts: dict[str, Text] = Field(min_length=1)


class Template(Strict):
    """One statement in all its languages.

    Attributes:
        public: whether anybody may read it; such a text needs all three signatures.
        tone: how it should sound, for translators.
        source: the language that the others are translations of.
        final_by: roles of which one gives the last signature.
    """

    schema_version: Literal[1]
    id: str = Field(pattern=Id, max_length=100)
    title: Bilingual
    audience: str = Field(pattern=Name, max_length=100)
    public: bool
    tone: Bilingual
    source: str = "en"
    variables: dict[str, Variable]
    channels: dict[str, Channel] = Field(min_length=1)
    sign_offs: tuple[SignOff, ...] = ("translated", "proofread", "final")
    final_by: tuple[str, ...] = Field(default=("final_reviewer", "legal"), min_length=1)
    locales: dict[str, LocaleTexts] = Field(min_length=1)

    def text(self, locale: str, channel: str) -> Text:
        """What a channel says in a language.

        Raises:
            KeyError: the template has no such language or channel; it is never another one instead.
        """
        found = self.locales[locale].texts
        if channel in found:
            return found[channel]
        return found[self.channels[channel].text]

    def source_of(self, locale: str, channel: str) -> str:
        """The text as it is filled: the subject in the first line where the channel has one."""
        text = self.text(locale, channel)
        body = text.body.strip()
        if CHANNELS[channel].subject and text.subject:
            return f"{text.subject.strip()}\n\n{body}"
        return body

    def examples(self) -> dict[str, Any]:
        """A typed value for every variable."""
        return {
            name: typed(variable.type, raw(variable.example), variable.longest)
            for name, variable in self.variables.items()
        }

    def every(self) -> Iterator[tuple[str, str]]:
        """Every language with every channel."""
        for locale in self.locales:
            for channel in self.channels:
                yield locale, channel


def _faults(template: Template) -> Sequence[tuple[tuple[str | int, ...], str]]:
    """What one field says of another."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, variable in template.variables.items():
        try:
            typed(variable.type, raw(variable.example), variable.longest)
        except UnfitValueError as fault:
            found.append((("variables", name, "example"), f"does not fit: {fault}."))
    for channel in template.channels:
        if channel not in CHANNELS:
            known = ", ".join(CHANNELS)
            found.append((("channels", channel), f"there is no such channel; use {known}."))
    if template.public and set(template.sign_offs) != {"translated", "proofread", "final"}:
        found.append(
            (
                ("sign_offs",),
                "a public statement is translated, proofread and final; write all three.",
            )
        )
    if template.source not in template.locales:
        found.append(
            (("source",), f"the text in {template.source} is missing; write it under locales.")
        )
    if not found:
        for locale in template.locales:
            found.extend(_faults_of_locale(template, locale))
    return found


def _faults_of_locale(
    template: Template, locale: str
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    place: tuple[str | int, ...] = ("locales", locale)
    try:
        babel_locale(locale)
    except ValueError as error:
        yield place, f"{error}."
        return
    given = template.locales[locale].texts
    for channel, wanted in template.channels.items():
        if channel not in given and wanted.text not in given:
            yield (
                (*place, "texts"),
                (
                    f"{channel} takes the text {wanted.text!r}, which {locale} does not have; "
                    "write it, there is no falling back to another language."
                ),
            )
    used = {*template.channels, *(channel.text for channel in template.channels.values())}
    for name, text in given.items():
        if name not in used:
            yield (*place, "texts", name), "no channel takes this text; remove it."
        yield from _faults_of_text(template, (*place, "texts", name), text)


def _faults_of_text(
    template: Template, place: tuple[str | int, ...], text: Text
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field, source in (("subject", text.subject or ""), ("body", text.body)):
        try:
            pieces(source)
        except TextError as fault:
            yield (*place, field), f"{fault}."
            continue
        for name in names(source):
            if name not in template.variables:
                known = ", ".join(template.variables) or "none"
                yield (
                    (*place, field),
                    f"{name} is not declared under variables (declared: {known}).",
                )


def _lint(template: Template, library: Library) -> Sequence[Finding]:
    from alerts.statements.lint import lint  # noqa: PLC0415 - it needs Template itself

    return lint(template, library)


parse = reader(Template, "statement", _faults)
KIND = Kind("statement", parse, _lint, "statements/shipped")
