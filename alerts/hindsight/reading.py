"""The event log by subject: what was told of each, in order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select

from alerts.hindsight.told import Told
from data_access.state.schema import event_log

_AT_A_TIME = 5_000
"""Subjects asked for in one query; databases bound how many values a query may name."""


def by_subject(
    connection: Connection,
    subject_kind: str,
    ids: Collection[str],
    kinds: Collection[str] | None = None,
) -> dict[str, list[Told]]:
    """Entries of subjects, each in the order they were written.

    Args:
        connection: state database.
        subject_kind: `incident`, `crisis`, `root_cause` …
        ids: `subject_id`s.
        kinds: which kinds of entries; None: all.
    """
    log = event_log.c
    found: dict[str, list[Told]] = {}
    for some in _parts(sorted(set(ids))):
        query = (
            select(log.subject_id, log.at, log.actor, log.kind, log.payload_json)
            .where(log.subject_kind == subject_kind, log.subject_id.in_(some))
            .order_by(log.seq)
        )
        if kinds is not None:
            query = query.where(log.kind.in_(sorted(kinds)))
        for row in connection.execute(query):
            told = Told(row.at, row.actor, row.kind, json.loads(row.payload_json))
            found.setdefault(row.subject_id, []).append(told)
    return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_A_TIME):
        yield ids[start : start + _AT_A_TIME]
