"""What a playbook's step can do here: propose a batch that people then approve and export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from alerts.compensation import drafting, rows
from alerts.compensation.criteria import Criteria
from alerts.compensation.machine import Refused
from alerts.compensation.policy import Policy
from alerts.runs.effects import Effect, EffectError, StepContext
from data_access.state import schema

if TYPE_CHECKING:
    from alerts.compensation.drafting import Prepared

_OF_LABEL: Mapping[str, tuple[str, ...]] = {
    "late": ("market", "carrier", "category", "product"),
    "customs": ("market", "carrier", "category", "product"),
    "refunds": ("market", "category", "product"),
    "returns": ("market", "category", "product"),
    "cases": ("market", "category", "product"),
    "lot": ("lot",),
    "named": (),
}
"""Labels of the crisis that narrow each way of finding orders. Whoever bought from a lot is meant
wherever they live, and whatever else is on the order."""
_LINKED = {"lot": "lot", "named": "order"}
"""Links of the crisis that stand for the lots or orders that nobody named."""


def criteria_of(context: StepContext, policy: Policy) -> Criteria:
    """What the step asks for; what it leaves empty comes from the labels and links of the crisis.

    A parameter `any` asks for every value although the crisis has a label.

    Raises:
        EffectError: the step names no cause, or one that the policy does not know.
    """
    cause = str(context.params.get("cause", "")).strip()
    if cause not in policy.causes:
        raise EffectError(
            f"The policy {policy.id} has no cause {cause!r}; write one of "
            f"{', '.join(policy.causes)} under with: in the playbook."
        )
    source = policy.causes[cause].source

    def chosen(name: str) -> tuple[str, ...]:
        given = context.params.get(name)
        if given == "any":
            return ()
        of_label = context.labels.get(name) if name in _OF_LABEL[source] else None
        return _values(given) or _values(of_label)

    lot, orders = chosen("lot"), chosen("orders")
    linked = _linked(context, _LINKED[source]) if source in _LINKED else ()
    return Criteria(
        cause,
        as_of=context.now,
        market=chosen("market"),
        carrier=chosen("carrier"),
        category=chosen("category"),
        product=chosen("product"),
        lot=lot or (linked if source == "lot" else ()),
        orders=orders or (linked if source == "named" else ()),
    )


def _linked(context: StepContext, kind: str) -> tuple[str, ...]:
    """What the crisis is made of, of one kind."""
    link = schema.crisis_link
    with context.engine.connect() as connection:
        found = connection.execute(
            select(link.c.ref)
            .where(
                link.c.crisis_id == context.crisis_id,
                link.c.kind == kind,
                link.c.removed_at.is_(None),
            )
            .order_by(link.c.ref)
        )
        return tuple(found.scalars())


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
            context.engine,
            context.warehouse,
            criteria_of(context, document.model),
            document=document,
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
            "lot": "production lots; the crisis's own, or those linked to it",
            "orders": "order numbers, for causes found by name; else those linked",
        },
        _prepare,
        _commit,
    ),
}
"""Effects of this package."""
