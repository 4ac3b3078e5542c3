"""What a playbook can let the worker do for a crisis itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from alerts.crisis import rows, statutory_clocks
from alerts.runs.effects import Effect, EffectError, StepContext

INJURY = "injury_confirmed"
"""Flag on which terms of safety law hang."""


def _prepare(context: StepContext) -> list[str] | None:
    """Names of the rules to begin; None: all that apply to the crisis as such."""
    rules = context.params.get("rules")
    if rules is None:
        return None
    if not isinstance(rules, list | tuple):
        raise EffectError("`rules` is a list of keys of statutory rules, such as [gdpr-72h].")
    return [str(rule) for rule in rules]


def _commit(connection: Connection, context: StepContext, prepared: Any) -> Mapping[str, Any]:
    stored = rows.load(connection, context.crisis_id)
    if stored is None:
        raise EffectError(f"There is no crisis {context.crisis_id}.")
    hurt = context.variables.get(str(context.params.get("hurt"))) is True
    if hurt and INJURY not in stored.flags:  # what the team said counts before it is noted
        stored = replace(stored, flags={**stored.flags, INJURY: {}})
    begun = statutory_clocks.start(connection, stored, prepared, context.now, actor=context.actor)
    return {"clocks": begun}


START_CLOCKS = Effect(
    "start_clocks",
    {
        "rules": "keys of statutory rules; left out: all that apply to the crisis",
        "hurt": f"variable by which somebody said that a person was hurt; counts as {INJURY}",
    },
    _prepare,
    _commit,
)

EFFECTS: Mapping[str, Effect] = {START_CLOCKS.name: START_CLOCKS}
