"""What conditions of a playbook may ask for, each with its type. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alerts.playbooks.format import Playbook, Step

LABELS: tuple[str, ...] = (
    "carrier",
    "category",
    "channel",
    "country",
    "lot",
    "market",
    "marketplace",
    "product",
    "reason",
    "sku",
    "supplier",
    "team",
    "topic",
    "warehouse",
)
"""Labels of crises; one that a crisis does not have is unknown."""

TYPES: Mapping[str, type] = {
    "text": str,
    "integer": int,
    "number": float,
    "percent": float,
    "money": float,
    "date": str,
    "datetime": str,
    "boolean": bool,
    "url": str,
    "list": tuple,
}
"""How conditions see a variable."""

_BRACED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Names(Mapping[str, type]):
    """What conditions may ask for.

    Variables, `level`, `drill`, `labels.market` and its like, `results.<step>` (how it ended) and
    `results.<step>.<field>` (of what it yielded).
    """

    def __init__(self, playbook: Playbook) -> None:
        self._fixed: dict[str, type] = {
            "level": int,
            "drill": bool,
            **{f"labels.{label}": str for label in LABELS},
            **{name: TYPES[variable.type] for name, variable in playbook.variables.items()},
        }
        self._steps = playbook.by_key

    def __getitem__(self, name: str) -> type:
        if name in self._fixed:
            return self._fixed[name]
        if step_asked_for(name) in self._steps:
            return str
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


def step_asked_for(name: str) -> str | None:
    """The step that `results.<step>` and `results.<step>.<field>` ask for."""
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == "results" and rest else None


def braced(text: str) -> set[str]:
    """Names that a text has in braces."""
    return set(_BRACED.findall(text))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with the values of the names in braces; one that is not known stays as it is."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        if isinstance(found, list | tuple):
            return ", ".join(map(str, found))
        return match[0] if found is None else str(found)

    return _BRACED.sub(value, text)


def texts_of(step: Step) -> Iterator[tuple[str, str]]:
    """Every text of a step that may name variables, with its place in the step."""
    for field in ("title", "text", "message", "proof"):
        texts = getattr(step, field)
        if texts is not None:
            yield f"{field}.en", texts.en
            yield f"{field}.zh", texts.zh
    for name, value in step.with_.items():
        if isinstance(value, str):
            yield f"with.{name}", value
