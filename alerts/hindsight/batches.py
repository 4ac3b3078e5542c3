"""Batches of compensation and statements of a crisis as they stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.hindsight.told import Told

_BATCH = {
    "batch_proposed": "draft",
    "batch_submitted": "submitted",
    "batch_approved": "approved",
    "batch_rejected": "rejected",
    "batch_reopened": "draft",
    "batch_exported": "exported",
    "batch_cancelled": "cancelled",
}
_CHANGED = ("items_excluded", "items_included")


def batches(known: Sequence[Told]) -> dict[int, str]:
    """Batches by number with their state, from what was told of a crisis by the moment."""
    found: dict[int, str] = {}
    for one in known:
        number = one.data.get("batch")
        if number is None:
            continue
        if one.kind in _BATCH:
            found[number] = _BATCH[one.kind]
        elif one.kind in _CHANGED and found.get(number) == "approved":
            found[number] = "submitted"  # what was approved was another list
    return found


def statements_sent(known: Sequence[Told]) -> int:
    """How many statements had gone out, in any language and channel."""
    return len({one.data.get("statement") for one in known if one.kind == "statement_sent"})
