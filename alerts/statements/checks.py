"""What is wrong with a text before anybody signs it. Pure.

The same checks look at templates (filled with examples and with the longest values) and at the
text of a statement as it would be sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alerts.library.model import Finding, Words
from alerts.statements import terms as vocabulary
from alerts.statements.figures import figures, without
from alerts.statements.limits import measure
from alerts.statements.locales import FSI, PDI, in_script, strange_letters
from alerts.statements.rendering import TextError, names, said
from alerts.statements.templates import Template
from alerts.statements.terms import Terms

OWN_SCRIPT_AT_LEAST = 0.5
"""Share of letters in the language's own script below which a text is taken for another one."""


@dataclass(frozen=True)
class Source:
    """The text a translation is made of, in its language."""

    text: str
    locale: str


def check(
    template: Template,
    source: Source | None,
    text: str,
    locale: str,
    channel: str,
    terms: Terms,
    *,
    values: Mapping[str, Any] | None = None,
    market: str = "",
) -> list[Finding]:
    """Everything that is wrong with a text, errors first. An error blocks signing and sending.

    Args:
        template: what the text was drafted from.
        source: the text it is a translation of; None: it is the source itself.
        text: as it would be sent.
        locale: its language.
        channel: where it would be published.
        terms: taboos, dead links and glossary in force.
        values: typed values of the variables, to tell them from numbers that were written out.
        market: where it is said; empty: everywhere.
    """
    if not text.strip():
        return [
            _error(
                "empty",
                channel,
                ("There is no text.", "没有文字。"),
                ("Write it, or withdraw the statement.", "请写入文字，或撤回声明。"),
            )
        ]
    found = [
        *_open_variables(text, channel),
        *_length(template, text, channel),
        *_script(
            without(text, [said(value, locale) for value in (values or {}).values()]),
            text,
            locale,
            channel,
        ),
        *_links(terms, text, channel),
        *_taboos(template, terms, text, locale, channel, market),
    ]
    if source is not None:
        found += _figures(source, text, locale, channel, values or {})
        found += _glossary(terms, source, text, locale, channel)
    if locale in template.locales:
        found += _stale_glossary(template, terms, locale, channel)
    return sorted(found, key=lambda finding: finding.severity)


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those that nobody may sign over."""
    return [finding for finding in findings if finding.severity == "error"]


def _open_variables(text: str, channel: str) -> Iterator[Finding]:
    try:
        missing = names(text) if "{{" in text or "{%" in text else ()
    except TextError as fault:
        yield _error(
            "broken_variable",
            channel,
            (f"A variable is not written as it must be: {fault}.", f"变量书写有误：{fault}。"),
            ("Write the value itself.", "请直接写出值。"),
        )
        return
    for name in missing:
        yield _error(
            "missing_value",
            name,
            (f"{name} has no value yet.", f"变量 {name} 还没有值。"),
            ("Fill it in, or write the value into the text.", "请填写，或直接写入文字。"),
        )


def _length(template: Template, text: str, channel: str) -> Iterator[Finding]:
    wanted = template.channels.get(channel)
    size, fits = measure(channel, text, wanted.most if wanted else None)
    if size > fits:
        yield _error(
            "too_long",
            channel,
            (f"{size} of at most {fits} for {channel}.", f"{channel} 最多 {fits}，现为 {size}。"),
            ("Shorten the text.", "请缩短文字。"),
        )


def _script(words: str, text: str, locale: str, channel: str) -> Iterator[Finding]:
    """`words` is the text without what variables put into it: a brand may be in any script."""
    strange = strange_letters(words, locale)
    if strange:
        shown = strange[:5]
        yield _error(
            "strange_letters",
            channel,
            (
                f"Letters that do not belong to this language: {shown}",
                f"含有不属于该语言的字符：{shown}",
            ),
            ("Replace them.", "请替换。"),
        )
    if in_script(words, locale) < OWN_SCRIPT_AT_LEAST:
        yield _error(
            "other_language",
            channel,
            (
                "Most of the text is not in the script of its language.",
                "大部分文字不是该语言的文字。",
            ),
            (
                "Write it in that language; nothing is sent in another one instead.",
                "请用该语言书写；不会用其他语言代替发送。",
            ),
        )
    if not _balanced(text):
        yield _error(
            "direction_marks",
            channel,
            (
                "Marks that steer the direction of writing are not in pairs.",
                "书写方向控制符没有成对出现。",
            ),
            (
                "Remove and retype the place where words stand in the wrong order.",
                "请删除并重新输入顺序错乱的位置。",
            ),
        )


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        if letter in "\u202a\u202b\u202c\u202d\u202e":  # embeddings reach beyond what they hold
            return False
        depth += letter in (FSI, "\u2066", "\u2067")
        depth -= letter == PDI
        if depth < 0:
            return False
    return depth == 0


def _links(terms: Terms, text: str, channel: str) -> Iterator[Finding]:
    for link in terms.links:
        if link.part.casefold() in text.casefold():
            yield _error(
                "dead_link",
                channel,
                (f"{link.part}: {link.reason.en}", f"{link.part}：{link.reason.zh}"),
                ("Remove the address.", "请删除该网址。"),
            )


def _taboos(
    template: Template, terms: Terms, text: str, locale: str, channel: str, market: str
) -> Iterator[Finding]:
    for hit in vocabulary.hits(terms, text, locale, template=template.id, market=market):
        blocks = hit.taboo.severity == "block"
        yield Finding(
            "error" if blocks else "warning",
            f"taboo.{hit.taboo.id}",
            channel,
            Words(f"“{hit.word}”: {hit.taboo.reason.en}", f"“{hit.word}”：{hit.taboo.reason.zh}"),
            Words("Say it in other words.", "请换一种说法。"),
        )


def _figures(
    source: Source, text: str, locale: str, channel: str, values: Mapping[str, Any]
) -> Iterator[Finding]:
    wanted = figures(
        without(source.text, [said(value, source.locale) for value in values.values()]),
        source.locale,
    )
    given = figures(without(text, [said(value, locale) for value in values.values()]), locale)
    lost = sorted((wanted - given).elements())
    added = sorted((given - wanted).elements())
    if lost or added:
        parts = [f"−{one}" for one in lost] + [f"+{one}" for one in added]
        shown = ", ".join(parts)
        yield _error(
            "other_numbers",
            channel,
            (
                f"Other numbers than in the source: {shown}.",
                f"数字与原文不一致：{shown}。",
            ),
            ("Correct the numbers and units.", "请改正数字和单位。"),
        )
    for name, value in values.items():
        here = without_isolates(said(value, locale)) in without_isolates(text)
        there = without_isolates(said(value, source.locale)) in without_isolates(source.text)
        if here != there:
            yield Finding(
                "warning",
                "value_differs",
                name,
                Words(
                    f"The value of {name} stands in only one of source and translation.",
                    f"变量 {name} 的值只出现在原文和译文之一。",
                ),
                Words("Compare the two texts there.", "请对照两处文字。"),
            )


def without_isolates(text: str) -> str:
    """The text without the isolates that values stand in."""
    return text.replace(FSI, "").replace(PDI, "")


def _glossary(
    terms: Terms, source: Source, text: str, locale: str, channel: str
) -> Iterator[Finding]:
    if terms.glossary.language != source.locale:
        return
    for word, wanted in vocabulary.unmet(terms, source.text, text, locale):
        choice = " / ".join(one.rstrip("*") for one in wanted)
        yield Finding(
            "warning",
            "glossary",
            channel,
            Words(f"“{word}” should be called: {choice}.", f"“{word}”应译为：{choice}。"),
            Words("Use the term of the glossary.", "请使用术语表中的译法。"),
        )


def _stale_glossary(
    template: Template, terms: Terms, locale: str, channel: str
) -> Iterator[Finding]:
    written = template.locales[locale].glossary
    if written < terms.glossary.version:
        yield Finding(
            "warning",
            "stale_glossary",
            channel,
            Words(
                f"Written by version {written} of the glossary; now it is version "
                f"{terms.glossary.version}.",
                f"按术语表第 {written} 版撰写，现行为第 {terms.glossary.version} 版。",
            ),
            Words("Check the terms anew.", "请重新核对术语。"),
        )


def _error(rule: str, where: str, what: tuple[str, str], advice: tuple[str, str]) -> Finding:
    return Finding("error", rule, where, Words(*what), Words(*advice))
