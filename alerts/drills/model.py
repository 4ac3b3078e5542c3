"""What a drill plays: labels, level, people, and what happens while it runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

SLOWEST, FASTEST = 1.0, 600.0
"""How much faster than the wall clock a drill may run."""
MOST_INJECTS = 200
Kind = Literal["injected", "replay"]


@dataclass(frozen=True, order=True)
class Inject:
    """Something that happens in a drill: `after` its start, by its own clock.

    With a `level` the criteria ask for it from then on; a `flag` is what people learn by it.
    """

    after: timedelta
    en: str
    zh: str = ""
    level: int = 0
    flag: str = ""

    def text(self, language: str) -> str:
        """In a language (`en`, `zh`…); in English where there is no other."""
        return self.zh if language.startswith("zh") and self.zh else self.en


@dataclass(frozen=True)
class Scenario:
    """What is played.

    Attributes:
        kind: `injected`: made up; `replay`: of something that happened.
        origin: where it comes from: `playbook`, `form`, `crisis:3`, `known:5`.
        labels: of the crisis, such as market and lot.
        level: 1 to 4.
        variables: of the playbook.
        injects: by time.
        people: role to the person who plays it.
    """

    kind: Kind
    origin: str
    labels: Mapping[str, str]
    level: int
    variables: Mapping[str, Any] = field(default_factory=dict)
    injects: tuple[Inject, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "origin": self.origin,
            "labels": dict(self.labels),
            "level": self.level,
            "variables": dict(self.variables),
            "injects": [
                {
                    "after_s": one.after.total_seconds(),
                    "en": one.en,
                    "zh": one.zh,
                    "level": one.level,
                    "flag": one.flag,
                }
                for one in sorted(self.injects)
            ],
            "people": dict(self.people),
        }


def scenario(stored: Mapping[str, Any]) -> Scenario:
    """The scenario of a row of `drill`."""
    return Scenario(
        stored["kind"],
        stored["origin"],
        stored["labels"],
        stored["level"],
        stored.get("variables", {}),
        tuple(
            Inject(
                timedelta(seconds=one["after_s"]),
                one["en"],
                one.get("zh", ""),
                one.get("level", 0),
                one.get("flag", ""),
            )
            for one in stored.get("injects", ())
        ),
        stored.get("people", {}),
    )


def due(injects: Sequence[Inject], fired: int, elapsed: timedelta) -> tuple[Inject, ...]:
    """Injects whose time has come and that did not happen yet.

    Args:
        injects: by time.
        fired: how many of them happened.
        elapsed: since the start of the drill, by its clock.
    """
    return tuple(one for one in injects[fired:] if one.after <= elapsed)
