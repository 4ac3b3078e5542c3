"""What a playbook's step can do here: propose a batch that people then approve and export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alerts.compensation import drafting, rows
from alerts.compensation.criteria import Criteria
from alerts.compensation.machine import Refused
from alerts.runs.effects import Effect, EffectError, StepContext

if TYPE_CHECKING:
    from alerts.compensation.drafting import Prepared

_OF_LABEL = {"market", "carrier", "category", "product", "lot"}


def criteria_of(context: StepContext) -> Criteria:
    """What the step asks for; what it does not say comes from the labels of the crisis.

    A parameter `any` asks for every value although the crisis has a label.

    Raises:
        EffectError: the step names no cause.
    """
    cause = str(context.params.get("cause", "")).strip()
    if not cause:
        raise EffectError("The step names no cause; write with: {cause: late_72h} in the playbook.")

    def chosen(name: str) -> tuple[str, ...]:
        given = context.params.get(name, context.labels.get(name) if name in _OF_LABEL else None)
        return () if given == "any" else _values(given)

    return Criteria(
        cause,
        as_of=context.now,
        market=chosen("market"),
        carrier=chosen("carrier"),
        category=chosen("category"),
        product=chosen("product"),
        lot=chosen("lot"),
        orders=chosen("orders"),
    )


def _values(given: Any) -> tuple[str, ...]:
    if given is None or given == "":
        return ()
    parts = given if isinstance(given, list | tuple) else str(given).split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _prepare(context: StepContext) -> Prepared:
    try:
        document = drafting.policy_in_force(
            context.engine, str(context.params.get("policy") or drafting.STANDARD)
        )
        return drafting.prepare(
            context.engine, context.warehouse, criteria_of(context), document=document
        )
    except Refused as refused:
        said = refused.data.get("message") or (
            f"There is no compensation policy {refused.data.get('policy')!r} in force; "
            "add it to the home's crisis/compensation folder."
        )
        raise EffectError(str(said)) from refused


def _commit(connection: Connection, context: StepContext, prepared: Any) -> Mapping[str, Any]:
    found: Prepared = prepared
    proposed = found.found.proposed.height
    if not proposed:
        # Nobody is owed anything: there is nothing to approve, and the step is done.
        return {"batch": None, "items": 0, "excluded": found.found.rows.height}
    draft = replace(
        found.draft(),
        crisis_id=context.crisis_id,
        run_id=context.run_id,
        step_key=context.step_key,
        drill=context.drill is not None,
    )
    made = rows.add(connection, draft, actor=context.actor, now=context.now)
    return {"waits": True, "batch": made, "items": proposed}


EFFECTS: Mapping[str, Effect] = {
    "propose_batch": Effect(
        "propose_batch",
        {
            "cause": "key of a cause of the policy",
            "policy": "name of the policy; standard where it is left out",
            "market": "countries; the crisis's own where left out, any for all",
            "carrier": "carriers; the crisis's own where left out, any for all",
            "category": "categories; the crisis's own where left out, any for all",
            "product": "products; the crisis's own where left out, any for all",
            "lot": "production lots; the crisis's own where left out",
            "orders": "order numbers, for causes found by name",
        },
        _prepare,
        _commit,
    ),
}
"""Effects of this package."""
