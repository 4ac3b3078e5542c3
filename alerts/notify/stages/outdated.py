"""First stage: a message that its incident goes on is not sent once the incident is closed.

It stands first so that nothing later counts or bundles what nobody needs to hear.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from alerts.notify.stages.waiting import Dropped, Waiting

STILL_TRUE = frozenset({"resolved"})
"""Reasons that stay true after closing."""


def outdated(
    messages: Iterable[Waiting], closed: Collection[int]
) -> tuple[list[Waiting], list[Dropped]]:
    """Split into what is still so, and what is dropped.

    Args:
        messages: in order.
        closed: incidents that a person has closed by now.
    """
    kept: list[Waiting] = []
    dropped: list[Dropped] = []
    for message in messages:
        tells = message.kind in ("incident", "page") and message.reason not in STILL_TRUE
        if tells and message.group_id in closed:
            dropped.append(Dropped(message, "incident_closed"))
        else:
            kept.append(message)
    return kept, dropped
