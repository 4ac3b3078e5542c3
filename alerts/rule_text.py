"""The YAML of a stored version: as its author wrote it where that is still there."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import yaml

from alerts.rule_store import StoredRule
from alerts.rules import RuleError, load

_CONTEXT = 3


def text_of(stored: StoredRule) -> str:
    """The text to show and to edit.

    In this order: what a person wrote on screen, the file that ships, the file of the home if it
    still says the same; else the body written out anew, with every default.
    """
    for text in _written(stored):
        try:
            if load(text).sha256 == stored.version.sha256:
                return text
        except RuleError:
            continue
    body = json.loads(stored.version.body_json)
    order = type(stored.version.rule).model_fields
    names = [field.alias or name for name, field in order.items()]
    first = ("schema_version", "id", "kind", "owner", "severity", "topic")
    last = ("title", "summary", "action")
    middle = [name for name in names if name not in {*first, *last}]
    return yaml.safe_dump(
        {name: body[name] for name in (*first, *middle, *last) if body.get(name) is not None},
        sort_keys=False,
        allow_unicode=True,
        width=96,
    )


def _written(stored: StoredRule) -> Iterator[str]:
    if stored.text is not None:
        yield stored.text
    if stored.origin == "shipped":
        file = resources.files("alerts.rules") / f"{stored.version.rule.id}.yaml"
        if file.is_file():
            yield file.read_text(encoding="utf-8")
    if stored.origin == "file":
        path = Path(stored.created_by)
        if path.is_file():
            yield path.read_text(encoding="utf-8-sig")


def diff(old: StoredRule, new: StoredRule) -> list[str]:
    """What changed between two versions, as the lines of a unified diff; empty: nothing.

    Compared are the bodies with every default written out, so that layout and comments do not
    count.
    """
    before, after = (_plain(one) for one in (old, new))
    names = (f"version {old.n}", f"version {new.n}")
    return list(difflib.unified_diff(before, after, *names, lineterm="", n=_CONTEXT))


def _plain(stored: StoredRule) -> list[str]:
    body = json.loads(stored.version.body_json)
    return yaml.safe_dump(body, sort_keys=True, allow_unicode=True, width=96).splitlines()
