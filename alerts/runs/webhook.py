"""The effect `call_webhook`: something is asked of another system, once.

What the other side certainly did not get is a failure; where it may have acted the step is unknown
and a person looks. In a drill nothing leaves the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from alerts.notify import channels
from alerts.notify.channels.base import Delivery, Outgoing
from alerts.notify.message import room
from alerts.runs.effects import Effect, EffectError, EffectUnknownError, StepContext

TOO_MANY = 429


def _prepare(context: StepContext) -> Mapping[str, Any]:
    name = str(context.params.get("channel") or "")
    settings = context.config.body.channels.get(name)
    if settings is None or settings.kind != "webhook":
        known = [n for n, one in context.config.body.channels.items() if one.kind == "webhook"]
        raise EffectError(
            f"There is no channel {name!r} of kind webhook in alerting.yaml; "
            f"known: {', '.join(known) or 'none'}."
        )
    if context.drill is not None:
        return {"channel": name, "drill": True, "sent": False}
    channel = channels.build(context.config, lambda: context.wall)[name]
    delivery = channel.send(_outgoing(context, name))
    if delivery.outcome == "ok":
        return {"channel": name, "sent": True, "status": delivery.http_status}
    raise _failure(name, delivery)


def _failure(name: str, delivery: Delivery) -> EffectError:
    """What was refused or never arrived certainly did not happen; of the rest nobody knows."""
    status = delivery.http_status
    said = f"{name}: {delivery.detail or status}"
    arrived = status is not None and status != TOO_MANY and delivery.outcome != "permanent"
    if delivery.outcome == "unknown" or arrived:
        return EffectUnknownError(said)
    return EffectError(said)


def _outgoing(context: StepContext, name: str) -> Outgoing:
    key = f"{context.run_id}:{context.step_key}"
    text = str(context.params.get("text") or "")
    data = {
        "crisis": context.crisis_id,
        "run": context.run_id,
        "step": context.step_key,
        "level": context.level,
        "labels": dict(context.labels),
        "params": dict(context.params),
    }
    return Outgoing(
        key=key,
        short_id=hashlib.sha256(key.encode()).hexdigest()[:8],
        recipient=room(name),
        address="",
        locale="en",
        severity="critical",
        subject=text[:200] or f"Crisis {context.crisis_id}: {context.step_key}",
        body=text,
        html=None,
        data=data,
        drill=False,
        thread=f"crisis-{context.crisis_id}",
    )


def _commit(
    connection: Connection,  # noqa: ARG001 - nothing but the result is written
    context: StepContext,  # noqa: ARG001
    prepared: Any,
) -> Mapping[str, Any]:
    result: Mapping[str, Any] = prepared
    return result


CALL_WEBHOOK = Effect(
    "call_webhook",
    {
        "channel": "name of a channel of kind webhook in alerting.yaml",
        "text": "what is asked; may name variables in braces",
        "data": "further facts for the receiver",
    },
    _prepare,
    _commit,
)

EFFECTS: Mapping[str, Effect] = {CALL_WEBHOOK.name: CALL_WEBHOOK}
