"""What people said of the incidents that a version's episodes overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, select

from alerts.backtest.result import Verdicts
from alerts.backtest.walking import Found
from alerts.slots import day_of
from data_access.state import schema

_group, _member, _alert = schema.alert_group, schema.alert_group_member, schema.alert


def verdicts(engine: Engine, rule_id: str, episodes: Sequence[Found], zone: str) -> Verdicts:
    """Verdicts of this rule's closed incidents, for the episodes of the same segment and days.

    An episode that overlaps none has no verdict: nobody was told of it yet.
    """
    with engine.connect() as connection:
        rows = connection.execute(
            select(_alert.c.fingerprint, _group.c.verdict, _group.c.opened_at, _group.c.closed_at)
            .join(_member, _member.c.group_id == _group.c.id)
            .join(_alert, _alert.c.id == _member.c.alert_id)
            .where(_alert.c.rule_id == rule_id, _group.c.verdict.is_not(None))
            .order_by(_group.c.id)
        ).all()
    told: dict[str, list[tuple[date, date, str]]] = {}
    for row in rows:
        span = (day_of(row.opened_at, zone), day_of(row.closed_at or row.opened_at, zone))
        told.setdefault(row.fingerprint, []).append((*span, row.verdict))
    counts = Counter(
        verdict
        for one in episodes
        for verdict in [_verdict(one, told.get(one.fingerprint, []))]
        if verdict is not None
    )
    return Verdicts(len(episodes), dict(sorted(counts.items())))


def _verdict(one: Found, told: Sequence[tuple[date, date, str]]) -> str | None:
    return next(
        (
            verdict
            for first, last, verdict in told
            if one.opened <= last and (one.closed is None or first <= one.closed)
        ),
        None,
    )
