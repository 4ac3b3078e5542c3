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


def fitted(kind: str, given: Any) -> Any:
    """A value as the type that is declared; None where it is not known or no such value.

    Labels of a crisis and fields of a form are texts; a number or a yes is read from them.
    """
    if isinstance(given, str) and kind not in _TEXTS:
        try:
            return value("", kind, given)
        except VariableError:
            return None
    if kind == "boolean":
        return given if isinstance(given, bool) else None
    if kind == "list":
        return list(given) if isinstance(given, list | tuple) else None
    if kind in _TEXTS:
        return given if isinstance(given, str) and given.strip() else None
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return given if number else None


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


_TEXTS = frozenset({"text", "url", "date", "datetime"})
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
