"""What parsing cannot tell of a template: whether every language can really be sent. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from alerts.library.model import Finding, Library, Words
from alerts.statements import terms as vocabulary
from alerts.statements.checks import Source, check
from alerts.statements.figures import figures
from alerts.statements.rendering import TextError, literal, names, pieces, render
from alerts.statements.templates import Template
from alerts.statements.values import worst


def lint(template: Template, library: Library) -> Sequence[Finding]:
    """Every finding of a template, errors first."""
    found = [*_unused(template), *_bilingual(template)]
    for locale, channel in template.every():
        place = f"locales.{locale}.{channel}"
        found += [
            replace(finding, where=place)
            for finding in _of_text(template, library, locale, channel)
        ]
    distinct = {(one.rule, one.where, one.what.en): one for one in found}
    return sorted(distinct.values(), key=lambda finding: finding.severity)


def filled(template: Template, locale: str, channel: str, values: dict[str, Any]) -> str:
    """A text of the template with values."""
    return render(template.source_of(locale, channel), locale, values).text


def longest(template: Template) -> dict[str, Any]:
    """As long a value as may come for every variable."""
    return {
        name: worst(variable.type, variable.example, variable.longest)
        for name, variable in template.variables.items()
    }


def _unused(template: Template) -> Iterator[Finding]:
    used = {
        name
        for locale, channel in template.every()
        for name in names(_of(template, locale, channel))
    }
    for name in template.variables:
        if name not in used:
            yield _finding(
                "warning",
                "unused_variable",
                f"variables.{name}",
                (f"No text uses {name}.", f"没有文字使用变量 {name}。"),
                ("Remove it.", "请删除。"),
            )


def _bilingual(template: Template) -> Iterator[Finding]:
    for needed in ("en", "zh-Hans"):
        if needed not in template.locales:
            yield _finding(
                "error",
                "missing_locale",
                f"locales.{needed}",
                (f"The text in {needed} is missing.", f"缺少 {needed} 文字。"),
                ("Write it; there is no falling back.", "请补写；不会回退到其他语言。"),
            )


def _of_text(template: Template, library: Library, locale: str, channel: str) -> Iterator[Finding]:
    words, origin = _of(template, locale, channel), _of(template, template.source, channel)
    if locale != template.source:
        yield from _parity(template, origin, words, locale)
    try:
        made = filled(template, locale, channel, template.examples())
        most = filled(template, locale, channel, longest(template))
        source = filled(template, template.source, channel, template.examples())
    except TextError as fault:
        yield _finding(
            "error",
            "cannot_be_filled",
            "",
            (f"Cannot be filled: {fault}.", f"无法填充：{fault}。"),
            ("Use the filter that fits the variable.", "请使用与变量相符的过滤器。"),
        )
        return
    terms = vocabulary.of(library)
    given = None if locale == template.source else Source(source, template.source)
    yield from check(template, given, made, locale, channel, terms, values=template.examples())
    for finding in check(template, None, most, locale, channel, terms):
        if finding.rule == "too_long":
            yield replace(finding, rule="too_long_at_worst")


def _parity(template: Template, origin: str, words: str, locale: str) -> Iterator[Finding]:
    here, there = Counter(_used(words)), Counter(_used(origin))
    if set(here) != set(there):
        lost = sorted(set(there) - set(here))
        more = sorted(set(here) - set(there))
        shown = ", ".join([f"−{one}" for one in lost] + [f"+{one}" for one in more])
        yield _finding(
            "error",
            "other_variables",
            "",
            (
                f"Other variables than in {template.source}: {shown}.",
                f"变量与 {template.source} 不一致：{shown}。",
            ),
            ("Use the same variables in every language.", "各语言须使用相同的变量。"),
        )
    if figures(literal(words), locale) != figures(literal(origin), template.source):
        yield _finding(
            "error",
            "other_numbers",
            "",
            (
                f"Other numbers than in {template.source}.",
                f"数字与 {template.source} 不一致。",
            ),
            ("Write the same numbers and units.", "请写相同的数字和单位。"),
        )


def _used(words: str) -> list[str]:
    return [name for piece in pieces(words) for name in piece.names]


def _of(template: Template, locale: str, channel: str) -> str:
    return template.source_of(locale, channel)


def _finding(
    severity: Any, rule: str, where: str, what: tuple[str, str], advice: tuple[str, str]
) -> Finding:
    return Finding(severity, rule, where, Words(*what), Words(*advice))
