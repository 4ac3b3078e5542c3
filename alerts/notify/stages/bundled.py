"""Third stage: many incidents for one recipient become one message that lists them all.

It stands after `superseded`, so that one incident is listed once, and before `throttled`, so that a
bundle counts as one message.
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.notify.stages.waiting import Waiting

BUNDLED = frozenset({"incident", "page", "dead_letter"})
"""Kinds that are bundled; what a person asked for is sent as it is."""


def bundled(
    messages: Iterable[Waiting], *, at_least: int
) -> tuple[list[Waiting], list[tuple[Waiting, ...]]]:
    """Split into single messages, and bundles of `at_least` or more.

    Incidents and dead letters are bundled apart. What was tried before stays single: the receiver
    may have it, and knows it by its own key.
    """
    given = list(messages)
    lines: dict[tuple[str, str, str], list[Waiting]] = {}
    for message in given:
        if message.kind in BUNDLED and message.attempts == 0:
            kind = "dead_letter" if message.kind == "dead_letter" else "incident"
            lines.setdefault((*message.line, kind), []).append(message)
    bundles = [tuple(found) for found in lines.values() if len(found) >= at_least]
    inside = {message.id for bundle in bundles for message in bundle}
    return [message for message in given if message.id not in inside], bundles
