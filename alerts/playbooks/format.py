"""What a playbook may say: one strict YAML file, known by its `id`. Pure.

Models hold the shape; what one part says of another is checked in `alerts.playbooks.lint`.
`docs/playbooks.md` explains every field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from pydantic import Field, JsonValue, model_validator

from alerts.library.reading import Strict
from alerts.playbooks.fields import (
    LEVELS,
    Duration,
    Key,
    Level,
    Locale,
    Market,
    PerLevel,
    Role,
    Sentence,
    Texts,
    Value,
    VariableName,
    at_level,
)

StepKind = Literal["manual", "auto", "approval", "statement", "notify", "wait", "check"]
Phase = Literal["contain", "compensate", "apologise", "remedy", "prove", "review"]
PHASES: tuple[Phase, ...] = ("contain", "compensate", "apologise", "remedy", "prove", "review")
OnTimeout = Literal["escalate", "skip", "fail"]
VariableType = Literal[
    "text", "integer", "number", "percent", "money", "date", "datetime", "boolean", "url", "list"
]

ANCHORS = ("start", "declared", "level_change", "statement_sent")
"""Moments that a due time may count from, besides the end of another step.

`start`: the run began; `declared`: a person declared the crisis; `level_change`: its level rose
last; `statement_sent`: the run's first public statement went out.
"""
MOST_STEPS = 200


class RoleSpec(Strict):
    """Somebody a playbook needs. `fallback` acts where nobody holds the role."""

    title: Texts
    fallback: Role | None = None
    levels: tuple[Level, ...] = LEVELS


class Variable(Strict):
    """A fact that texts and conditions name.

    It comes from whoever starts the run, else from the label of the crisis that has its name
    (`market`, `product`, `lot` …), else from `default`, else from a step that `asks` for it.

    `flag`: the fact of the crisis that a person states who answers it with yes.
    """

    type: VariableType
    title: Texts
    default: Value | None = None
    required: bool = False
    flag: VariableName | None = None


class Due(Strict):
    """By when: so long `after` an anchor or the end of a step; by level where they differ."""

    after: PerLevel
    anchor: str = "start"

    def at(self, level: int) -> timedelta:
        """How long after the anchor, at a level of the crisis."""
        return at_level(self.after, level)


class Step(Strict):
    """One thing to be done.

    Attributes:
        key: names it in a run, for good; never its place.
        kind: who does it: `manual` a person; `approval` people who sign; `auto`, `notify`, `wait`
            and `check` the worker; `statement` the worker drafts, people sign and send.
        role: whose it is; of `auto` … who looks after it when it fails.
        level: the lowest level at which it belongs.
        needs: steps that must be done or skipped before.
        when: a condition over variables, `level`, `drill` and labels; the step is skipped where
            it does not hold. Where it cannot be told, a person decides.
        on_timeout: what follows when it is overdue.
        effect: whether the worker may repeat it after a crash.
        proof: for `at_most_once`: how a person sees whether it happened.
        asks: variables that whoever does it must give; they hold for later steps.
        do, with_: of `auto`: the effect and its parameters; texts in them may name variables.
        of: of `approval`: the step whose statements, batch or result is signed.
        roles: of `approval`: who must sign, each another person.
        template, audience, channels, locales, public: of `statement`; who signs it is said by the
            template. Without `locales` those of the markets of the crisis.
        to, message: of `notify`: roles, people or #channels, and what they are told.
        for_: of `wait`.
        that: of `check`: a condition over measures and variables that must come to hold.
        evidence: items of the checklist that it yields.
    """

    key: Key
    kind: StepKind
    title: Texts
    text: Texts | None = None
    phase: Phase
    role: Role | None = None
    level: Level = 1
    due: Due | None = None
    needs: tuple[Key, ...] = ()
    when: Sentence | None = None
    on_timeout: OnTimeout = "escalate"
    effect: Literal["idempotent", "at_most_once"] = "idempotent"
    proof: Texts | None = None
    asks: tuple[VariableName, ...] = ()
    do: str | None = None
    with_: dict[str, JsonValue] = Field(default_factory=dict, alias="with")
    of: Key | None = None
    roles: tuple[Role, ...] = ()
    template: Key | None = None
    audience: str | None = Field(default=None, min_length=1, max_length=100)
    channels: tuple[str, ...] = ()
    locales: tuple[Locale, ...] = ()
    public: bool = False
    to: tuple[str, ...] = ()
    message: Texts | None = None
    for_: Duration | None = Field(default=None, alias="for")
    that: Sentence | None = None
    evidence: tuple[Key, ...] = ()

    def due_after(self, level: int) -> timedelta | None:
        """How long after its anchor it is due; None: it has no due time."""
        return None if self.due is None else self.due.at(level)


class Cadence(Strict):
    """How often an audience hears of the crisis until it is over.

    What it hears is a statement's `template`, or (inside the company) a `message`.
    """

    audience: str = Field(min_length=1, max_length=100)
    every: PerLevel
    role: Role | None = None
    template: Key | None = None
    message: Texts | None = None
    levels: tuple[Level, ...] = LEVELS

    def at(self, level: int) -> timedelta | None:
        """How often at a level; None: not at this one."""
        return at_level(self.every, level) if level in self.levels else None


class Metric(Strict):
    """What the playbook is judged by, with its target.

    A time counts from `since` to the end of step `until` (or an anchor); others name a `kpi`.
    """

    name: VariableName
    title: Texts
    unit: Literal["minutes", "hours", "days", "share", "count", "score"]
    target: float
    better: Literal["lower", "higher"] = "lower"
    since: str | None = None
    until: str | None = None
    kpi: str | None = None


class Recovery(Strict):
    """In which order and tone customers of some markets are made whole, and why.

    Configuration, not code: whoever knows better changes it and says by which source.
    """

    markets: tuple[Market, ...] = Field(min_length=1)
    order: tuple[Literal["compensate", "apologise", "remedy"], ...] = Field(min_length=1)
    tone: Texts
    reason: Texts
    source: str = Field(min_length=1, max_length=500)


class Inject(Strict):
    """Something a drill springs on people, so long after its start."""

    after: Duration
    text: Texts
    level: Level | None = None
    flag: str | None = None


class Scenario(Strict):
    """A made-up incident to practise on.

    `labels` and `variables` are those the crisis of the drill begins with; `speed` is how much
    faster than the wall clock it runs.
    """

    title: Texts
    story: Texts
    labels: dict[str, str] = Field(default_factory=dict)
    variables: dict[VariableName, Value] = Field(default_factory=dict)
    level: Level = 3
    speed: int = Field(default=60, ge=1, le=600)
    injects: tuple[Inject, ...] = ()


class Playbook(Strict):
    """The whole file. Steps stand in the order in which people read them."""

    schema_version: Literal[1]
    id: Key
    title: Texts
    summary: Texts
    owner: str = Field(min_length=1, max_length=200)
    review_by: date
    levels: tuple[Level, ...] = Field(default=LEVELS, min_length=1)
    topics: tuple[str, ...] = ()
    markets: tuple[Market, ...] = ()
    roles: dict[Role, RoleSpec]
    variables: dict[VariableName, Variable] = Field(default_factory=dict)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST_STEPS)
    cadence: tuple[Cadence, ...] = ()
    clocks: tuple[Key, ...] = ()
    compensation: Key | None = None
    recovery: tuple[Recovery, ...] = ()
    checklist: Key = "crisis"
    metrics: tuple[Metric, ...] = ()
    drill: Scenario | None = None

    @model_validator(mode="after")
    def _keys_once(self) -> Playbook:
        seen: set[str] = set()
        for step in self.steps:
            if step.key in seen:
                raise ValueError(f"two steps have the key {step.key}; a key names one step")
            if step.key in ANCHORS:
                raise ValueError(
                    f"the step key {step.key} is the name of an anchor; choose another"
                )
            seen.add(step.key)
        return self

    @cached_property
    def by_key(self) -> Mapping[str, Step]:
        """Steps by key, in the order of the file."""
        return {step.key: step for step in self.steps}

    def steps_at(self, level: int) -> Iterator[Step]:
        """The steps that belong to a level: its own and those of lower ones."""
        return (step for step in self.steps if step.level <= level)

    def in_phase(self, phase: str) -> Iterator[Step]:
        """The steps of a phase, in the order of the file."""
        return (step for step in self.steps if step.phase == phase)

    @property
    def lowest(self) -> int:
        """The lowest level it is for."""
        return min(self.levels)

    @property
    def highest(self) -> int:
        """The highest level it is for."""
        return max(self.levels)
