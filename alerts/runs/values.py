"""Values of a playbook's variables from what a person typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook

_YES, _NO = ("true", "yes", "1", "是"), ("false", "no", "0", "否")


class VariableError(ValueError):
    """A value cannot be used; the message names the variable and what to write."""


def typed(playbook: Playbook, given: Mapping[str, str], *, strict: bool = True) -> dict[str, Any]:
    """Texts as values of the types that the playbook declares.

    Args:
        playbook: declares the variables.
        given: what was typed, by name.
        strict: refuse names that the playbook does not declare; else they stay texts.

    Raises:
        VariableError: a name is unknown, or a text is no such value.
    """
    made: dict[str, Any] = {}
    for name, text in given.items():
        variable = playbook.variables.get(name)
        if variable is None and strict:
            known = ", ".join(playbook.variables) or "none"
            raise VariableError(f"There is no variable {name!r}; known: {known}.")
        made[name] = text if variable is None else value(name, variable.type, text)
    return made


def value(name: str, kind: str, text: str) -> Any:
    """One text as a value of a type.

    Raises:
        VariableError: it is no such value.
    """
    said = text.strip()
    if kind == "boolean":
        if said.lower() in (*_YES, *_NO):
            return said.lower() in _YES
        raise VariableError(f"{name} is yes or no; {said!r} is neither.")
    if kind == "list":
        return [part.strip() for part in said.split(",") if part.strip()]
    try:
        return _read(kind, said)
    except ValueError as error:
        raise VariableError(f"{name}: {said!r} is no {kind}; {_EXAMPLES[kind]}.") from error


_EXAMPLES: Mapping[str, str] = {
    "integer": "write it as 400",
    "number": "write it as 2.5",
    "percent": "write it as 2.5",
    "money": "write it as 19.90",
    "date": "write it as 2026-11-22",
    "datetime": "write it as 2026-11-22T09:30:00Z",
}


def _read(kind: str, text: str) -> Any:
    match kind:
        case "integer":
            return int(text)
        case "number" | "percent" | "money":
            return float(text)
        case "date":
            return date.fromisoformat(text).isoformat()
        case "datetime":
            return datetime.fromisoformat(text).isoformat()
    return text
