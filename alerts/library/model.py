"""Documents a crisis is led by, and what a linter may know about the others. Pure.

A package that has documents exports a `Kind` and imports nothing but this module and
`alerts.library.reading`; `alerts.library.kinds` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol

Origin = Literal["shipped", "file", "screen"]
Severity = Literal["error", "warning"]


class DocumentError(Exception):
    """A document cannot be used; one line per fault: file, line, field, value, what to do."""

    @property
    def faults(self) -> list[str]:
        """Every fault by itself."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Words:
    """One sentence in both languages of the screens."""

    en: str
    zh: str

    def in_(self, locale: str) -> str:
        """The sentence for a reader."""
        return self.zh if locale.startswith("zh") else self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True)
class Finding:
    """What a linter says of one place of a document.

    Attributes:
        severity: a document with an error cannot be used; one with warnings can.
        rule: name of the rule that found it, such as `cycle`.
        where: the place, in the document's own terms, such as `steps.call-broker.due`.
        what: what is wrong there.
        advice: what to do about it.
    """

    severity: Severity
    rule: str
    where: str
    what: Words
    advice: Words

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.what.en} {self.advice.en}"


class Model(Protocol):
    """A parsed document; its `id` is the name it is known by."""

    @property
    def id(self) -> str:
        """The name it is known by."""
        ...


@dataclass(frozen=True)
class Library:
    """All documents in force, parsed, and what else a document may refer to.

    Attributes:
        models: by kind and name.
        effects: what the worker can do: parameters by effect; None: nobody can tell.
        holders: people by role, as `alerting.yaml` has them; None: nobody can tell.
        today: the day to judge `review_by` by; None: do not.
        facts: variables that every statement has by itself, such as the title of the crisis.
        measures: what conditions of checks may ask for, with the type; None: nobody can tell.
    """

    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    effects: Mapping[str, Mapping[str, str]] | None = None
    holders: Mapping[str, Sequence[str]] | None = None
    today: date | None = None
    facts: frozenset[str] = frozenset()
    measures: Mapping[str, type] | None = None

    def get(self, kind: str, name: str) -> Any | None:
        """One document in force."""
        return self.models.get(kind, {}).get(name)

    def names(self, kind: str) -> list[str]:
        """Names of a kind, sorted."""
        return sorted(self.models.get(kind, {}))

    def having(self, kind: str, model: Model) -> Library:
        """The same library with `model` in force in the place of the one of its name."""
        models = {name: dict(held) for name, held in self.models.items()}
        models.setdefault(kind, {})[model.id] = model
        return replace(self, models=models)


Lint = Callable[[Any, Library], Sequence[Finding]]


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    Attributes:
        name: as the database has it.
        parse: text and name of the file to a model with an `id`; raises `DocumentError`.
        lint: what parsing cannot tell, such as references to other documents.
        folder: where those that ship lie, below the package `alerts`: `playbooks/shipped`. A
            home's own lie in its `crisis/<name>`.
    """

    name: str
    parse: Callable[[str, str], Any]
    lint: Lint
    folder: str


@dataclass(frozen=True)
class Version:
    """A version of a document as the history shows it, without its contents parsed.

    `n` counts the versions of one document. `created_by` is a person, or the file it came from.
    """

    id: int
    kind: str
    name: str
    n: int
    sha256: str
    origin: Origin
    created_by: str
    created_at: datetime
    note: str | None


@dataclass(frozen=True)
class Document:
    """A version of a document with its text and the parsed model."""

    id: int
    kind: str
    name: str
    n: int
    body_yaml: str
    sha256: str
    origin: Origin
    created_by: str
    created_at: datetime
    model: Any
    note: str | None = None


@dataclass(frozen=True)
class Fault:
    """A file that could not be taken over; what was in force before stays so."""

    where: str
    message: str

    def __str__(self) -> str:
        return self.message
