"""While a source is silent, the rules that read it take nothing for cleared.

A surge whose helpdesk stopped exporting would look like a recovery. What still breaches counts: the
rows that did come are real.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine, select

from alerts.alert_rows import read_alert
from alerts.judging import Judgement
from alerts.lifecycle import Observation, Seen
from alerts.rule_store import live_rules
from alerts.rules import Rule
from alerts.rules.format.feed import FeedRule
from alerts.watermark import tables_of
from data_access.state import schema

_HELD = Observation(Seen.NODATA, "feed_silent")


def silent_sources(engine: Engine, rule: Rule) -> list[str]:
    """Sources with an open alert of a feed rule that deliver tables which the rule reads."""
    feeds = [s.version.rule.id for s in live_rules(engine) if isinstance(s.version.rule, FeedRule)]
    tables = tables_of(rule)
    if not feeds or not tables:
        return []
    alert, batch, brought = schema.alert, schema.import_batch.c, schema.batch_table.c
    delivers = (
        select(batch.source)
        .join(schema.batch_table, brought.batch_id == batch.id)
        .where(brought.table_name.in_(tables), brought.read > 0)
        .distinct()
    )
    with engine.connect() as connection:
        rows = connection.execute(
            select(alert).where(alert.c.rule_id.in_(feeds), alert.c.stage == "live")
        ).all()
        silent = {one.labels["source"] for one in map(read_alert, rows) if one.state.is_open}
        if not silent:
            return []
        delivering = set(connection.execute(delivers).scalars())
    return sorted(silent & delivering)


def held(judged: Judgement) -> Judgement:
    """The judgement with everything that looks clear left undecided."""
    slices = tuple(
        replace(one, observation=_HELD) if one.observation.seen is Seen.CLEAR else one
        for one in judged.slices
    )
    others = _HELD if judged.others.seen is Seen.CLEAR else judged.others
    return Judgement(judged.day, slices, others)
