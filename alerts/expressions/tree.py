"""What a condition is once it was read: a tree, and what it says of values. Pure."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
KINDS: Mapping[type, str] = {
    bool: "yes or no",
    int: "a number",
    float: "a number",
    str: "a text",
    tuple: "a list of texts",
}


@dataclass(frozen=True)
class Literal:
    """A number, a text, yes or no, or a list of them."""

    value: Any


@dataclass(frozen=True)
class Name:
    """What a name stands for."""

    name: str


@dataclass(frozen=True)
class Compare:
    """Two values compared by a sign."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Among:
    """Whether a value is in a list."""

    item: Node
    among: Node
    inverted: bool


@dataclass(frozen=True)
class Not:
    """The contrary."""

    part: Node


@dataclass(frozen=True)
class AllOf:
    """Holds if every part does."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """Holds if one part does."""

    parts: tuple[Node, ...]


Node = Literal | Name | Compare | Among | Not | AllOf | AnyOf


@dataclass(frozen=True)
class Expression:
    """A condition that was read and whose types fit.

    Attributes:
        text: as written.
        names: what it asks for.
    """

    text: str
    names: frozenset[str]
    _tree: Node = field(repr=False)
    _types: Mapping[str, type] = field(repr=False, compare=False)

    def value(self, values: Mapping[str, Any]) -> bool | None:
        """Whether it holds; None: what it would take to tell is not known.

        Args:
            values: by name; a name that is absent, None or not a number (NaN) is unknown.

        Raises:
            TypeError: a value is not of the type that its name was declared with.
        """
        known = {name: _checked(name, values.get(name), self._types[name]) for name in self.names}
        found = _value(self._tree, known)
        assert found is None or isinstance(found, bool)
        return found

    def __str__(self) -> str:
        return self.text


def _checked(name: str, value: Any, kind: type) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind is tuple:
        fits = isinstance(value, list | tuple | set | frozenset)
    elif kind in (int, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = isinstance(value, kind)
    if not fits:
        raise TypeError(f"{name} is {value!r}, but must be {KINDS[kind]}.")
    return value


def _value(node: Node, values: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - one for each node
    match node:
        case Literal(value):
            return value
        case Name(name):
            return values[name]
        case Compare(sign, left, right):
            one, other = _value(left, values), _value(right, values)
            return None if one is None or other is None else COMPARE[sign](one, other)
        case Among(item, among, inverted):
            one, many = _value(item, values), _value(among, values)
            return None if one is None or many is None else (one in many) is not inverted
        case Not(part):
            inner = _value(part, values)
            return None if inner is None else not inner
        case AllOf(parts):
            return _joined(parts, values, decisive=False)
        case AnyOf(parts):
            return _joined(parts, values, decisive=True)


def _joined(parts: tuple[Node, ...], values: Mapping[str, Any], *, decisive: bool) -> bool | None:
    """`and` (decided by one False) or `or` (decided by one True); else unknown if one is."""
    unknown = False
    for part in parts:
        value: bool | None = _value(part, values)
        if value is decisive:
            return decisive
        unknown = unknown or value is None
    return None if unknown else not decisive
