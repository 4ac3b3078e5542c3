"""Second stage: of several messages to one recipient about one incident the newest is sent.

They pile up while a channel is down; each of them tells the whole state, so the newest says all.
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.notify.stages.waiting import Dropped, Waiting


def superseded(messages: Iterable[Waiting]) -> tuple[list[Waiting], list[Dropped]]:
    """Split into the newest of each recipient and incident, and what it stands for.

    A page of an escalation gives way to a newer message of the same incident too.
    """
    given = list(messages)
    newest: dict[tuple[str, str, int], int] = {}
    for message in given:
        if message.kind in ("incident", "page") and message.group_id is not None:
            place = (*message.line, message.group_id)
            newest[place] = max(message.id, newest.get(place, message.id))
    kept: list[Waiting] = []
    dropped: list[Dropped] = []
    for message in given:
        place = (*message.line, message.group_id or 0)
        last = newest.get(place, message.id) if message.kind in ("incident", "page") else message.id
        if last == message.id:
            kept.append(message)
        else:
            dropped.append(Dropped(message, f"superseded_by:{last}"))
    return kept, dropped
