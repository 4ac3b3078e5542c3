"""What the worker does for a step that says something: it drafts; people sign and send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from alerts.runs.effects import Effect, EffectError, StepContext
from alerts.statements.drafting import DraftError, Order, draft, order


def _prepare(context: StepContext) -> Order:
    """Find template, languages and values.

    Raises:
        EffectError: the template has no such language or channel, or there is no such template.
    """
    try:
        with context.engine.connect() as connection:
            given = {**_of_step(connection, context), **context.params}
            return order(
                connection,
                context.crisis_id,
                str(given.get("template", "")),
                run_id=context.run_id,
                step_key=context.step_key,
                audience=given.get("audience"),
                channels=_listed(given.get("channels")),
                locales=_listed(given.get("locales")),
                public=given.get("public"),
                variables={**context.variables, **(given.get("variables") or {})},
                labels=context.labels,
                otherwise=_listed(given.get("markets")),
            )
    except DraftError as error:
        raise EffectError(str(error)) from error


def _of_step(connection: Connection, context: StepContext) -> dict[str, Any]:
    """What a step of the kind `statement` asks for in fields of its own."""
    from alerts.runs import rows as runs  # noqa: PLC0415 - runs look up the effects of this package

    stored = runs.look(connection, context.run_id)
    step = None if stored is None else stored.playbook.by_key.get(context.step_key)
    if stored is None or step is None or step.kind != "statement":
        return {}
    return {
        "template": step.template,
        "audience": step.audience,
        "channels": step.channels,
        "locales": step.locales,
        "public": step.public,
        "markets": stored.playbook.markets,
    }


def _commit(connection: Connection, context: StepContext, prepared: Order) -> Mapping[str, Any]:
    ids = draft(connection, prepared, actor=context.actor, now=context.now)
    return {"waits": True, "statements": ids, "missing": list(prepared.missing)}


def _listed(value: Any) -> Sequence[str]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(part) for part in value)


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "draft_statements": Effect(
            name="draft_statements",
            params={
                "template": "name of the statement template",
                "locales": "languages; those of the markets of the crisis if left out",
                "channels": "channels of the template; all of them if left out",
                "audience": "whom it is for; the template's if left out",
                "public": "whether anybody may read it; the template's if left out",
                "variables": "values for the template's variables, over those of the run",
            },
            prepare=_prepare,
            commit=_commit,
        )
    }
)
