"""YAML read strictly: the line of every field, no key twice, and faults that name the line.

Rules, rule tests and `alerting.yaml` are read with this, each with its own kind of error.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

Place = tuple[str | int, ...]
Fault = Callable[[str], Exception]
"""Makes the error to raise from its message."""

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same in C, ten times as fast; not every build of PyYAML has it."""

MAX_DEPTH = 30
"""Levels of a file; the deepest that any of ours needs is ten."""


def read_text(path: Path, fault: Fault) -> str:
    """The text of a file, without a byte order mark.

    Raises:
        the error that `fault` makes: it is no file, cannot be read or is not UTF-8.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep the worker waiting for ever
            raise fault(f"{path}: is no file; remove it or put a file in its place.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(f"{path}: not UTF-8 text; save the file as UTF-8.") from error
    except OSError as error:
        raise fault(f"{path}: cannot be read ({error.strerror}).") from error


def parse(text: str, where: str, fault: Fault) -> tuple[Any, Mapping[Place, int]]:
    """Parse YAML; also give the line of every field, and refuse a key written twice.

    Raises:
        the error that `fault` makes, naming file, line and what to do.
    """
    try:
        return _parsed(text, where, fault, _FAST)
    except (yaml.YAMLError, ValueError):
        pass  # said again below, in the words of one parser whatever is installed
    try:
        return _parsed(text, where, fault, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise fault(
            f"{where}, line {line}: not valid YAML ({error.problem}); check indentation, quotes "
            "and colons there."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise fault(f"{where}: not valid YAML ({error}).") from error


def line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """Line of a field, or of the nearest one around it that stands in the file.

    Parts that the file does not have are passed over: pydantic names the branch of a union too.
    """
    return lines.get(written(place, lines), 1)


def written(place: Place, lines: Mapping[Place, int]) -> Place:
    """The parts of a place that stand in the file."""
    found: Place = ()
    for part in place:
        if (*found, part) in lines:
            found = (*found, part)
    return found


def explain(
    error: ValidationError,
    lines: Mapping[Place, int],
    where: str,
    *,
    whole: str = "file",
    known: str = "",
    silent_below: str | None = None,
) -> list[str]:
    """One line per fault: file, line, field, value, what to do.

    `whole` names what a fault without a field is about; `known` lists the fields of the topmost
    level, told when one there is unknown; below the field `silent_below` values are not
    repeated, for they may be secrets.
    """
    explained = []
    for fault in error.errors():
        place: Place = tuple(fault["loc"])
        field = ".".join(str(part) for part in place) or whole
        message = _remedy(
            fault["type"],
            fault["msg"].removeprefix("Value error, "),
            known if len(place) == 1 else "",
        )
        silent = fault["type"] == "missing" or not place or place[0] == silent_below
        value = "" if silent else f" = {_short(fault['input'])}"
        explained.append(f"{where}, line {line_of(place, lines)}: {field}{value}: {message}")
    return explained


def _parsed(text: str, where: str, fault: Fault, loader: Any) -> tuple[Any, dict[Place, int]]:
    _refuse_growth(text, where, fault, loader)
    root = yaml.compose(text, Loader=loader)
    lines: dict[Place, int] = {}
    if root is not None:
        _walk(root, (), lines, where, fault)
    return yaml.load(text, Loader=loader), lines  # noqa: S506 - both loaders are safe ones


def _refuse_growth(text: str, where: str, fault: Fault, loader: Any) -> None:
    """Refuse what makes a small file large: aliases multiply, and nesting is walked by calls."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise fault(
                f"{where}, line {line}: *{event.anchor} repeats another part "
                "of the file; write it out."
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise fault(
                f"{where}, line {line}: more than {MAX_DEPTH} levels, one "
                "inside the other; close the brackets before."
            )


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], where: str, fault: Fault) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                raise fault(
                    f"{where}, line {key.start_mark.line + 1}: {key.value!r} was already given in "
                    f"line {lines[inner]}; keep one of the two."
                )
            _walk(value, inner, lines, where, fault)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*place, index), lines, where, fault)


def _remedy(kind: str, message: str, known: str) -> str:
    if kind == "missing":
        return "is missing; add it."
    if kind == "extra_forbidden":
        told = f" Known here: {known}." if known else ""
        return f"there is no such field; remove it or correct its name.{told}"
    return message[:1].lower() + message[1:] + "."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
