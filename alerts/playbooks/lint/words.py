"""Rules about variables, conditions and texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from alerts.expressions import ExpressionError, parse
from alerts.library.model import Finding, Library
from alerts.playbooks.fields import Texts
from alerts.playbooks.format import Playbook, Step, Variable
from alerts.playbooks.lint.messages import finding
from alerts.playbooks.lint.order import ancestors
from alerts.playbooks.names import LABELS, Names, braced, step_asked_for, texts_of

_HAN = re.compile(r"[\u3400-\u9fff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})")


def undeclared(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Variables that texts and questions name and nobody declared."""
    for step in playbook.steps:
        missing: dict[str, str] = {}
        for place, text in texts_of(step):
            for name in sorted(braced(text) - set(playbook.variables)):
                missing.setdefault(name, place)
        for name in step.asks:
            if name not in playbook.variables:
                missing.setdefault(name, "asks")
        for name, place in missing.items():
            yield finding("undeclared", f"steps.{step.key}.{place}", name=name)


def unused(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Variables that no text, condition, template or parameter names."""
    used = set(_used(playbook, library))
    for name in playbook.variables:
        if name not in used:
            yield finding("variable_unused", f"variables.{name}")


def conditions(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Conditions that cannot be read."""
    for step in playbook.steps:
        for field, text in (("when", step.when), ("that", step.that)):
            if text is None or (field == "that" and library.measures is None):
                continue
            names = known_names(playbook, library, field)
            try:
                parse(text, names)
            except ExpressionError as error:
                yield finding("bad_condition", f"steps.{step.key}.{field}", message=str(error))


def never_known(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Conditions that ask for what nobody can know when the step begins."""
    for step in playbook.steps:
        if step.when is None:
            continue
        try:
            condition = parse(step.when, Names(playbook))
        except ExpressionError:
            continue
        before = ancestors(playbook, step.key)
        for name in sorted(condition.names):
            if not _knowable(playbook, name, before):
                yield finding("never_known", f"steps.{step.key}.when", name=name)


def defaults(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Defaults that are not of their variable's type."""
    for name, variable in playbook.variables.items():
        if variable.default is not None and not _fits(variable):
            yield finding("default_type", f"variables.{name}.default", type=variable.type)


def languages(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Texts that are in the wrong language, or that say different things in the two."""
    for where, texts in every_text(playbook):
        if not _HAN.search(texts.zh):
            yield finding("not_translated", f"{where}.zh", language="zh")
        if _HAN.search(texts.en):
            yield finding("not_translated", f"{where}.en", language="en")
        only_one = braced(texts.en) ^ braced(texts.zh)
        if only_one:
            names = ", ".join(f"{{{name}}}" for name in sorted(only_one))
            yield finding("texts_differ", where, names=names)


def every_text(playbook: Playbook) -> Iterator[tuple[str, Texts]]:
    """Every text of a playbook with its place."""
    yield "title", playbook.title
    yield "summary", playbook.summary
    for name, role in playbook.roles.items():
        yield f"roles.{name}.title", role.title
    for name, variable in playbook.variables.items():
        yield f"variables.{name}.title", variable.title
    for step in playbook.steps:
        for field in ("title", "text", "message", "proof"):
            texts = getattr(step, field)
            if texts is not None:
                yield f"steps.{step.key}.{field}", texts
    for cadence in playbook.cadence:
        if cadence.message is not None:
            yield f"cadence.{cadence.audience}.message", cadence.message
    for metric in playbook.metrics:
        yield f"metrics.{metric.name}.title", metric.title
    for index, recovery in enumerate(playbook.recovery):
        yield f"recovery.{index}.tone", recovery.tone
        yield f"recovery.{index}.reason", recovery.reason
    if playbook.drill is not None:
        yield "drill.title", playbook.drill.title
        yield "drill.story", playbook.drill.story
        for index, inject in enumerate(playbook.drill.injects):
            yield f"drill.injects.{index}.text", inject.text


def known_names(playbook: Playbook, library: Library, field: str) -> Mapping[str, type]:
    """What a condition may ask for; checks may ask for measures too."""
    names = Names(playbook)
    if field == "when" or library.measures is None:
        return names
    return {**library.measures, **dict(names), **_results(names, playbook)}


def _results(names: Names, playbook: Playbook) -> dict[str, type]:
    return {f"results.{key}": names[f"results.{key}"] for key in playbook.by_key}


def _knowable(playbook: Playbook, name: str, before: set[str]) -> bool:
    step = step_asked_for(name)
    if step is not None:
        return step in before
    variable = playbook.variables.get(name)
    if variable is None or variable.required or variable.default is not None or name in LABELS:
        return True
    return any(name in playbook.by_key[key].asks for key in before)


def _used(playbook: Playbook, library: Library) -> Iterator[str]:
    names = {**(library.measures or {}), **dict(Names(playbook))}
    for step in playbook.steps:
        for _place, text in texts_of(step):
            yield from braced(text)
        for condition in (step.when, step.that):
            yield from _asked(playbook, names, condition)
        yield from _filling(step, library)
    for cadence in playbook.cadence:
        for text in (cadence.message.en, cadence.message.zh) if cadence.message else ():
            yield from braced(text)
        template = library.get("statement", cadence.template) if cadence.template else None
        yield from template.variables if template is not None else ()


def _asked(playbook: Playbook, names: Mapping[str, type], condition: str | None) -> Iterator[str]:
    if condition is None:
        return
    try:
        yield from parse(condition, names).names
    except ExpressionError:
        yield from (name for name in playbook.variables if name in condition)


def _filling(step: Step, library: Library) -> Iterator[str]:
    """Variables that fill the step's template; all that it could, if the template is not there."""
    template = library.get("statement", step.template) if step.template else None
    if template is not None:
        yield from template.variables


def _fits(variable: Variable) -> bool:  # noqa: PLR0911 - one for each type
    value = variable.default
    match variable.type:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "percent":
            return (
                isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
            )
        case "date":
            return isinstance(value, str) and _DATE.fullmatch(value) is not None
        case "datetime":
            return isinstance(value, str) and _DATETIME.fullmatch(value) is not None
        case "url":
            return isinstance(value, str) and value.startswith("https://")
        case _:
            return isinstance(value, str)
