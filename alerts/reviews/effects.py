"""What the worker can do for a step about a review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from alerts.reviews.opening import open_review
from alerts.runs.effects import Effect, StepContext


def _prepare(_context: StepContext) -> None:
    """Nothing has to be fetched."""


def _commit(connection: Connection, context: StepContext, _prepared: Any) -> Mapping[str, Any]:
    open_review(connection, context.crisis_id, now=context.now, actor=context.actor)
    return {"review": context.crisis_id}


EFFECTS = (Effect("open_review", {}, _prepare, _commit),)
