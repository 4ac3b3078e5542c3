"""The levels of a crisis as a document: criteria as data, clocks, who decides. Pure.

A criterion is a condition over measures (`alerts.crisis.measure_names`), over flags that a person
sets, and over thresholds that the document names. Whoever edits one makes a new version; a crisis
keeps the version it began with.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from alerts.crisis.measure_names import MEASURES
from alerts.crisis.model import HIGHEST, LOWEST
from alerts.expressions import Expression, ExpressionError, parse
from alerts.library.model import Finding, Kind, Library
from alerts.library.model import Words as Told
from alerts.library.reading import Strict, reader
from alerts.strict_yaml import Place

NAME = "levels"
"""The one document of its kind."""

_DURATION = re.compile(r"P(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?)?")
_SPEC = re.compile(r",?(?:\.[0-2][f%])?")


def _as_duration(value: object) -> object:
    if not isinstance(value, str) or not _DURATION.fullmatch(value) or value == "P":
        raise ValueError("write a duration such as PT30M, PT2H or P1D")
    return value


Duration = Annotated[timedelta, BeforeValidator(_as_duration), Field(gt=timedelta(0))]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=100)]


class Words(Strict):
    """The same in English and Chinese."""

    en: Text
    zh: Text


class Clocks(Strict):
    """Within what time of reaching the level what must have happened; `update`: how often."""

    acknowledge: Duration
    plan: Duration
    """What this is at a level, `plan_is` tells."""
    statement: Duration | None = None
    update: Duration


class Criterion(Strict):
    """One trigger of a level.

    Attributes:
        id: by which the log names it.
        when: the condition.
        title: what it says.
        evidence: the figures in a sentence; `{name}` stands for a measure or threshold.
        topics: what the crisis is about too when it holds; playbooks for these are offered.
    """

    id: Id
    when: Text
    title: Words
    evidence: Words
    topics: tuple[Text, ...] = ()


class Level(Strict):
    """One level.

    Attributes:
        level: 1 to 4.
        title, scope: what it is called, and how far it reaches.
        clocks: the times that run.
        plan_is: what must stand within `clocks.plan`: an answer, a plan, a call, a bridge.
        who: who is called in, in a sentence.
        statement: what is said to the outside, in a sentence.
        decides: roles of which one declares it, raises to it, and lowers or ends it.
        criteria: triggers; one is enough.
    """

    level: Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
    title: Words
    scope: Words
    clocks: Clocks
    plan_is: Words
    who: Words
    statement: Words
    decides: tuple[Key, ...] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)


class Levels(Strict):
    """The document.

    Attributes:
        thresholds: numbers that criteria may name.
        flags: what a person can say is so.
        topics: contact reasons that belong to a topic, where no alert says which drive it.
        roles: what people in a crisis are called.
        levels: 1 to 4, each once.
    """

    schema_version: Literal[1]
    id: Literal["levels"]
    title: Words
    thresholds: Mapping[Key, float | int] = Field(default_factory=dict)
    flags: Mapping[Key, Words] = Field(default_factory=dict)
    topics: Mapping[Text, tuple[Text, ...]] = Field(default_factory=dict)
    roles: Mapping[Key, Words]
    levels: tuple[Level, ...]

    @cached_property
    def names(self) -> dict[str, type]:
        """Everything a criterion may name, with its type."""
        return {
            **{name: measure.kind for name, measure in MEASURES.items()},
            **dict.fromkeys(self.thresholds, float),
            **dict.fromkeys(self.flags, bool),
        }

    @cached_property
    def conditions(self) -> dict[str, tuple[int, Criterion, Expression]]:
        """Every criterion with its level and its condition as a tree, by id."""
        return {
            criterion.id: (level.level, criterion, parse(criterion.when, self.names))
            for level in self.levels
            for criterion in level.criteria
        }

    def at(self, level: int) -> Level:
        """One level."""
        return next(one for one in self.levels if one.level == level)

    @property
    def update_every(self) -> dict[int, timedelta]:
        """How often people are told how things stand, by level."""
        return {one.level: one.clocks.update for one in self.levels}


@dataclass(frozen=True)
class Hit:
    """What a criterion says of a crisis now.

    Attributes:
        criterion: its id.
        level: the level it asks for.
        holds: None: what it needs is not known.
        evidence: the figures as sentences, by language.
    """

    criterion: str
    level: int
    holds: bool | None
    evidence: Mapping[str, str]


@dataclass(frozen=True)
class Proposal:
    """What the criteria ask for: the highest level of one that holds (0: none), and all of them."""

    level: int
    hits: tuple[Hit, ...]


def propose(levels: Levels, measures: Mapping[str, Any], flags: Iterable[str] = ()) -> Proposal:
    """Judge measures and flags by every criterion.

    Args:
        levels: the document.
        measures: value by measure; one that is absent or None is not known.
        flags: names of the flags that are set; the others are not.
    """
    given = set(flags)
    values = {
        **levels.thresholds,
        **{name: name in given for name in levels.flags},
        **{name: measures.get(name) for name in MEASURES},
    }
    hits = tuple(
        Hit(name, level, condition.value(values), evidence(criterion, values))
        for name, (level, criterion, condition) in levels.conditions.items()
    )
    return Proposal(max((hit.level for hit in hits if hit.holds), default=0), hits)


def evidence(criterion: Criterion, values: Mapping[str, Any]) -> dict[str, str]:
    """The figures of a criterion as sentences, by language; what is not known is a dash."""
    return {
        language: "".join(_parts(text, values))
        for language, text in (("en", criterion.evidence.en), ("zh", criterion.evidence.zh))
    }


def _parts(text: str, values: Mapping[str, Any]) -> Iterable[str]:
    for literal, name, spec, _conversion in string.Formatter().parse(text):
        yield literal
        if name is not None:
            value = values.get(name)
            yield "–" if value is None else format(value, spec or _usual(value))


def _usual(value: Any) -> str:
    return ",.6g" if isinstance(value, float) else (",d" if type(value) is int else "")


def _faults(levels: Levels) -> Sequence[tuple[Place, str]]:
    """What one field says of another."""
    found: list[tuple[Place, str]] = []
    told = [one.level for one in levels.levels]
    if told != list(range(LOWEST, HIGHEST + 1)):
        found.append((("levels",), f"levels 1 to 4 in this order, each once; they are {told}."))
    found += [
        (("thresholds",), f"{name!r} is the name of something else; choose another.")
        for name in sorted(_taken(levels))
    ]
    seen: set[str] = set()
    for n, level in enumerate(levels.levels):
        for m, criterion in enumerate(level.criteria):
            place: Place = ("levels", n, "criteria", m)
            if criterion.id in seen:
                found.append(((*place, "id"), f"{criterion.id!r} is used twice; choose another."))
            seen.add(criterion.id)
            found += _criterion_faults(levels, criterion, place)
        for role in level.decides:
            if role not in levels.roles:
                known = ", ".join(levels.roles)
                told_ = f"{role!r} is not among the roles; add it there or use one of: {known}."
                found.append((("levels", n, "decides"), told_))
    return found


def _taken(levels: Levels) -> set[str]:
    """Names that stand for two things."""
    return {*levels.thresholds} & ({*levels.flags} | {*MEASURES}) | {*levels.flags} & {*MEASURES}


def _criterion_faults(
    levels: Levels, criterion: Criterion, place: Place
) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    try:
        parse(criterion.when, levels.names)
    except ExpressionError as error:
        found.append(((*place, "when"), str(error)))
    for language in ("en", "zh"):
        text = getattr(criterion.evidence, language)
        fault = _template_fault(text, levels.names)
        if fault:
            found.append(((*place, "evidence", language), fault))
    return found


def _template_fault(text: str, names: Mapping[str, type]) -> str | None:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return "a brace { is not closed; write {name}, and {{ for a brace itself."
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in names:
            return f"{{{name}}} is not known here; known: {', '.join(sorted(names))}."
        if conversion or not _SPEC.fullmatch(spec or ""):
            return f"{{{name}:{spec}}}: write no format, or one such as .1% or ,.0f."
        if spec and names[name] is bool:
            return f"{{{name}}} is yes or no and has no format."
    return None


def _lint(levels: Levels, library: Library) -> list[Finding]:
    """What only shows beside the others: roles without people, clocks that grow with the level."""
    found = []
    for level in levels.levels:
        missing = [
            role
            for role in level.decides
            if library.holders is not None and not library.holders.get(role)
        ]
        if missing and len(missing) == len(level.decides):
            found.append(
                Finding(
                    "warning",
                    "nobody_decides",
                    f"levels.{level.level}.decides",
                    Told(
                        f"Nobody holds {', '.join(missing)}: anybody may decide.",
                        f"没有人担任 {'、'.join(missing)}:任何人都可以决定。",
                    ),
                    Told(
                        "Give the role to somebody in alerting.yaml.",
                        "请在 alerting.yaml 中指定人员。",
                    ),
                )
            )
    clusters = levels.levels[1:]  # a single complaint is answered faster than a plan is made
    for lower, higher in itertools.pairwise(clusters):
        for clock in ("acknowledge", "statement", "update"):
            one, other = getattr(lower.clocks, clock), getattr(higher.clocks, clock)
            if one is not None and other is not None and other > one:
                found.append(
                    Finding(
                        "warning",
                        "slower_when_higher",
                        f"levels.{higher.level}.clocks.{clock}",
                        Told(
                            f"Level {higher.level} has more time than level {lower.level}.",
                            f"{higher.level} 级的时限比 {lower.level} 级更长。",
                        ),
                        Told("Give the higher level less time.", "请缩短较高级别的时限。"),
                    )
                )
    return found


KIND = Kind(NAME, reader(Levels, "levels document", _faults), _lint, "crisis/shipped/levels")
