"""From a YAML file to a rule version, or to a message that says which line to change."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alerts.rules.format import KINDS, RuleError, RuleVersion
from alerts.rules.format import parse as rule_of
from alerts.strict_yaml import Place, explain, parse, read_text


def load(source: Path | str, *, where: str = "rule") -> RuleVersion:
    """Read one rule from a file, or from YAML text (then `where` names it in messages).

    Raises:
        RuleError: naming file, line, field, value and what to do; one line per fault.
    """
    if isinstance(source, Path):
        where = str(source)
        source = read_text(source, RuleError)
    body, lines = read_yaml(source, where)
    if not isinstance(body, dict):
        raise RuleError(f"{where}: a rule is a mapping of fields; this file holds none.")
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        told = "is missing" if kind is None else f"= {kind!r}: there is no such kind of rule"
        raise RuleError(
            f"{where}, line {lines.get(('kind',), 1)}: kind {told}; use one of {', '.join(KINDS)}."
        )
    try:
        return RuleVersion(rule_of(body), where)
    except ValidationError as error:
        fields = KINDS[kind].model_fields.items()
        known = ", ".join(field.alias or name for name, field in fields)
        faults = explain(error, lines, where, whole="rule", known=known)
        raise RuleError("\n".join(faults)) from error


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


def read_yaml(text: str, where: str) -> tuple[Any, Mapping[Place, int]]:
    """Parse YAML strictly: also give the line of every field, and refuse a key written twice."""
    return parse(text, where, RuleError)
