"""From a YAML file to a rule version, or to a message that says which line to change."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from alerts.rules.format import Rule, RuleError, RuleVersion

_Place = tuple[str | int, ...]


def load(source: Path | str, *, where: str = "rule") -> RuleVersion:
    """Read one rule from a file, or from YAML text (then `where` names it in messages).

    Raises:
        RuleError: naming file, line, field, value and what to do; one line per fault.
    """
    if isinstance(source, Path):
        where = str(source)
        try:
            source = source.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise RuleError(f"{where}: not UTF-8 text; save the file as UTF-8.") from error
        except OSError as error:
            raise RuleError(f"{where}: cannot be read ({error.strerror}).") from error
    body, lines = read_yaml(source, where)
    if not isinstance(body, dict):
        raise RuleError(f"{where}: a rule is a mapping of fields; this file holds none.")
    try:
        return RuleVersion(Rule.model_validate(body), where)
    except ValidationError as error:
        raise RuleError("\n".join(_explain(error, lines, where))) from error


def load_folder(folder: Path) -> tuple[dict[str, RuleVersion], list[str]]:
    """All rules of a folder by id, and the messages of the files that cannot be used."""
    found: dict[str, RuleVersion] = {}
    faults: list[str] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            version = load(path)
        except RuleError as error:
            faults.append(str(error))
            continue
        if version.rule.id in found:
            other = found[version.rule.id].where
            faults.append(f"{path}: id {version.rule.id!r} is taken by {other}; choose another.")
            continue
        found[version.rule.id] = version
    return found, faults


def builtin() -> dict[str, RuleVersion]:
    """The rules that ship with Afterwatch, by id."""
    files = [
        file for file in resources.files("alerts.rules").iterdir() if file.name.endswith(".yaml")
    ]
    loaded = [load(file.read_text(encoding="utf-8"), where=file.name) for file in files]
    return {version.rule.id: version for version in sorted(loaded, key=lambda v: v.rule.id)}


def read_yaml(text: str, where: str) -> tuple[Any, Mapping[_Place, int]]:
    """Parse YAML strictly: also give the line of every field, and refuse a key written twice."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: dict[_Place, int] = {}
        if root is not None:
            _walk(root, (), lines, where)
        return yaml.safe_load(text), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(
            f"{where}, line {line}: not valid YAML ({error.problem}); check indentation, quotes "
            "and colons there."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError(f"{where}: not valid YAML ({error}).") from error


def _walk(node: yaml.Node, place: _Place, lines: dict[_Place, int], where: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                raise RuleError(
                    f"{where}, line {key.start_mark.line + 1}: {key.value!r} was already given in "
                    f"line {lines[inner]}; keep one of the two."
                )
            _walk(value, inner, lines, where)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*place, index), lines, where)


def _explain(error: ValidationError, lines: Mapping[_Place, int], where: str) -> list[str]:
    explained = []
    for fault in error.errors():
        place: _Place = tuple(fault["loc"])
        known = place
        while known not in lines and known:
            known = known[:-1]
        field = ".".join(str(part) for part in place) or "rule"
        message = _remedy(fault["type"], fault["msg"].removeprefix("Value error, "), place)
        value = "" if fault["type"] == "missing" or not place else f" = {_short(fault['input'])}"
        explained.append(f"{where}, line {lines.get(known, 1)}: {field}{value}: {message}")
    return explained


def _remedy(kind: str, message: str, place: _Place) -> str:
    if kind == "missing":
        return "is missing; add it."
    if kind == "extra_forbidden":
        allowed = ", ".join(f.alias or name for name, f in Rule.model_fields.items())
        known = f" Known here: {allowed}." if len(place) == 1 else ""
        return f"there is no such field; remove it or correct its name.{known}"
    return message[:1].lower() + message[1:] + "."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
