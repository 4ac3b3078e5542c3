"""Rules about other documents: templates, policies, statutory rules, checklists. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from babel.languages import get_official_languages

from alerts.crisis.levels import NAME as LEVELS
from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook, Step
from alerts.playbooks.lint.messages import finding

_FITS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "text": frozenset({"text", "date", "url", "integer"}),
        "int": frozenset({"integer"}),
        "money": frozenset({"money"}),
        "date": frozenset({"date"}),
        "datetime": frozenset({"datetime"}),
        "percent": frozenset({"percent", "number"}),
        "url": frozenset({"url"}),
        "list": frozenset({"list"}),
    }
)
"""Types of variables of a playbook that fill a type of a template."""


def statements(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Templates that steps and updates name: there, in all languages, signed by enough people."""
    for step in playbook.steps:
        if step.kind == "statement" and step.template is not None:
            template = library.get("statement", step.template)
            if template is None:
                yield finding("unknown_template", f"steps.{step.key}.template", name=step.template)
                continue
            yield from _texts(playbook, step, template)
            yield from _signatures(playbook, step, template)
            yield from _variables(playbook, f"steps.{step.key}", step.template, template, library)
    for cadence in playbook.cadence:
        if cadence.template is not None and not library.get("statement", cadence.template):
            where = f"cadence.{cadence.audience}.template"
            yield finding("unknown_template", where, name=cadence.template)


def policy(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """The policy that compensation is proposed by."""
    proposing = [step for step in playbook.steps if step.do == "propose_batch"]
    name = playbook.compensation
    if name is None:
        for step in proposing:
            yield finding("no_policy", f"steps.{step.key}.do")
        return
    if library.get("compensation", name) is None:
        yield finding("unknown_policy", "compensation", name=name)
    if not proposing:
        yield finding("policy_unused", "compensation")


def clocks(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Statutory rules, and whether anything starts them."""
    known = known_clocks(library)
    for name in playbook.clocks:
        if name not in known:
            listed = ", ".join(sorted(known)) or "—"
            yield finding("unknown_clock", "clocks", name=name, known=listed)
    if playbook.clocks and not any(step.do == "start_clocks" for step in playbook.steps):
        yield finding("clocks_never_start", "clocks")


def evidence(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Items of the checklist that steps yield."""
    document = library.get("checklists", playbook.checklist)
    if document is None:
        listed = ", ".join(library.names("checklists")) or "—"
        yield finding("unknown_checklist", "checklist", name=playbook.checklist, known=listed)
        return
    items = {item.id for item in document.items}
    for step in playbook.steps:
        for name in step.evidence:
            if name not in items:
                where = f"steps.{step.key}.evidence"
                yield finding("unknown_item", where, checklist=playbook.checklist, name=name)


def flags(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Facts of the crisis that an answer states."""
    named = {name: one for name, one in playbook.variables.items() if one.flag is not None}
    levels = library.get("levels", LEVELS) if named else None
    known = tuple(levels.flags) if levels is not None else ()
    for name, variable in named.items():
        where = f"variables.{name}.flag"
        if variable.type != "boolean":
            yield finding("flag_type", where, type=variable.type)
        if variable.flag not in known:
            listed = ", ".join(known) or "—"
            yield finding("unknown_flag", where, name=variable.flag, known=listed)


def known_clocks(library: Library) -> set[str]:
    """Keys of every statutory rule in force."""
    found: set[str] = set()
    for name in library.names("statutory"):
        document = library.get("statutory", name)
        rules = document.rules if document is not None else ()
        found |= set(rules) if isinstance(rules, Mapping) else {rule.key for rule in rules}
    return found


def _texts(playbook: Playbook, step: Step, template: Any) -> Iterator[Finding]:
    known = ", ".join(template.channels)
    for channel in step.channels:
        if channel not in template.channels:
            where = f"steps.{step.key}.channels"
            yield finding(
                "unknown_channel", where, template=step.template, name=channel, known=known
            )
    where = f"steps.{step.key}.locales"
    for locale in step.locales:
        if locale not in template.locales:
            yield finding("missing_locale", where, template=step.template, name=locale)
    for market in () if step.locales else playbook.markets:
        spoken = languages_of(market)
        if spoken and not any(_language(locale) in spoken for locale in template.locales):
            names = " / ".join(spoken)
            facts = {"template": step.template, "market": market, "names": names}
            yield finding("market_without_locale", where, **facts)
    if template.public and not step.public:
        yield finding("public_mismatch", f"steps.{step.key}.public", template=step.template)


def languages_of(market: str) -> tuple[str, ...]:
    """Languages of a country by the Unicode CLDR: official ones, by law or in fact."""
    return tuple(get_official_languages(market, de_facto=True))


def _language(locale: str) -> str:
    return locale.partition("-")[0]


def _signatures(playbook: Playbook, step: Step, template: Any) -> Iterator[Finding]:
    if not (step.public or template.public):
        return
    for level in sorted(level for level in playbook.levels if level >= step.level):
        wanted = 3 if level >= 3 else 1
        signed = len(set(template.sign_offs))
        if signed < wanted:
            yield finding(
                "unsigned_public",
                f"steps.{step.key}.template",
                level=level,
                signed=signed,
                wanted=wanted,
            )
            return


def _variables(
    playbook: Playbook, where: str, name: str, template: Any, library: Library
) -> Iterator[Finding]:
    for key, variable in template.variables.items():
        own = playbook.variables.get(key)
        if own is None:
            if key not in library.facts:
                yield finding("template_variable", where, template=name, name=key)
        elif own.type not in _FITS.get(variable.type, {own.type}):
            yield finding(
                "template_variable_type",
                where,
                template=name,
                name=key,
                wanted=variable.type,
                type=own.type,
            )
