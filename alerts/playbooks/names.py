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
    "money": float,
    "date": str,
    "datetime": str,
    "boolean": bool,
    "url": str,
}
"""How conditions see a variable."""

_BRACED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def of_conditions(playbook: Playbook) -> dict[str, type]:
    """Names for `when`: labels, `level`, `drill`, and the playbook's variables."""
    return {
        **dict.fromkeys(LABELS, str),
        "level": int,
        "drill": bool,
        **{name: TYPES[variable.type] for name, variable in playbook.variables.items()},
    }


def braced(text: str) -> set[str]:
    """Names that a text has in braces."""
    return set(_BRACED.findall(text))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with the values of the names in braces; one that is not known stays as it is."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
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
