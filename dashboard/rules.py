"""What the Rules screens offer, as declarations: actions by stage, templates, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from urllib.parse import quote

import yaml

from alerts.rule_store import Stage
from alerts.rules import builtin

PATH = "/rules"
NEW = "new"
"""In the place of a rule's id: a rule that is not saved yet."""

ACTIONS: Mapping[Stage, tuple[str, ...]] = {
    "draft": ("test", "backtest", "retire"),
    "tested": ("backtest", "shadow", "live", "retire"),
    "shadow": ("backtest", "live", "retire"),
    "live": ("backtest", "shadow", "retire"),
    "retired": ("backtest", "shadow", "live"),
}
"""What can be done with a version, by where it stands."""

STAGE_OF: Mapping[str, Stage] = {
    "test": "tested",
    "shadow": "shadow",
    "live": "live",
    "retire": "retired",
}
"""Where an action leads; a backtest leads nowhere."""


def templates() -> dict[str, str]:
    """Kind of rule to the shipped rule that new ones of that kind start from."""
    found: dict[str, str] = {}
    for rule_id, version in builtin().items():
        found.setdefault(version.rule.kind, rule_id)
    return found


def template_text(kind: str) -> str:
    """The text a new rule of a kind starts from; empty if there is no such kind."""
    rule_id = templates().get(kind)
    if rule_id is None:
        return ""
    text = (resources.files("alerts.rules") / f"{rule_id}.yaml").read_text(encoding="utf-8")
    head = yaml.safe_dump({"id": rule_id}).strip()
    return text.replace(head, f"id: my-{kind}-rule", 1)


def rule_path(rule_id: str, version: int | None = None) -> str:
    """Address of a rule's page, of one of its versions where one is given."""
    return f"{PATH}/{quote(rule_id, safe='')}" + (f"?version={version}" if version else "")
