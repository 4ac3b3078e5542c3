"""Until when the feeds are complete that a rule reads.

A feed is a source that delivers a table. A slot waits until each of its rule's feeds was read after
the slot's end, so that one feed that came early does not stand for another that is late. A feed
that has not come for days is not waited for; rules of kind `feed` tell of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.surge import SurgeRule
from data_access.metrics import CATALOGUE
from data_access.overdue import STATES
from data_access.rollups.cohorts import COHORTS
from data_access.state.schema import UtcDateTime, batch_table, import_batch

IDLE = timedelta(days=3)
"""A feed that was not read for so long is not waited for."""

DELIVERS: Mapping[str, str] = {
    "orders": "orders",
    "lines": "order_lines",
    "parcels": "shipments",
    "cases": "cases",
    "clocks": "cases",
    "findings": "cases",
    "open_spells": "cases",
    "return_lines": "return_lines",
    "reviews": "reviews",
    "surveys": "surveys",
}
"""By mart the facts whose rows are its rows."""
_ENTITIES: Mapping[str, str] = {"parcel": "shipments", "case": "cases", "refund": "refunds"}


def tables_of(rule: Rule) -> frozenset[str]:
    """Facts that a rule's numbers are made of; empty: none it would wait for."""
    if isinstance(rule, FeedRule):
        return frozenset()
    if isinstance(rule, DeadlineRule):
        state = STATES.get(rule.subject)
        return frozenset() if state is None else frozenset({_ENTITIES[state.entity]})
    kpis = [rule.subject]
    if isinstance(rule, SurgeRule) and rule.signal.exposure is not None:
        kpis.append(rule.signal.exposure.denominator_of)
    measures = [
        measure
        for kpi in kpis
        if kpi in CATALOGUE
        for measure in (CATALOGUE[kpi].numerator, CATALOGUE[kpi].denominator)
        if measure is not None
    ]
    marts = {COHORTS[measure.split(".")[0]].mart for measure in measures}
    return frozenset(DELIVERS[mart] for mart in marts)


def read_until(
    engine: Engine, tables: Collection[str], now: datetime, *, upto: int | None = None
) -> datetime | None:
    """When the feed of `tables` that was read the longest ago was read.

    Args:
        engine: state database.
        tables: facts.
        now: the wall clock.
        upto: last import whose rows the numbers hold; None: all.

    Returns:
        None if nobody delivers them, or nobody does any more.
    """
    batch, brought = import_batch.c, batch_table.c
    newest = func.max(batch.started_at, type_=UtcDateTime)
    query = (
        select(newest.label("at"))
        .select_from(import_batch.join(batch_table, brought.batch_id == batch.id))
        .where(batch.status == "done", brought.table_name.in_(tables), brought.read > 0)
        .group_by(batch.source)
    )
    if upto is not None:
        query = query.where(batch.id <= upto)
    with engine.connect() as connection:
        read = connection.execute(query).scalars().all()
    return min((at for at in read if now - at <= IDLE), default=None)
