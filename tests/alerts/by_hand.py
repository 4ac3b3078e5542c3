"""A rule in a database whose slots a test writes by hand, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from alerts import store
from alerts.handling import Policy
from alerts.lease import Lease
from alerts.lifecycle import Observation, Seen, Timing
from alerts.rules.format import fingerprint
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
RULE_ID = "test-surge"


def mark(market: str, rule_id: str = RULE_ID) -> str:
    """The fingerprint of a market's alert."""
    return fingerprint(rule_id, ("market",), (market,))


class World:
    """One rule, live, and the leader that judges it."""

    def __init__(
        self,
        engine: Engine,
        *,
        rule_id: str = RULE_ID,
        stage: str = "live",
        timing: Timing = Timing(),  # noqa: B008 - immutable
        policy: Policy = Policy(),  # noqa: B008 - immutable
        **body: Any,
    ) -> None:
        self.engine, self.rule_id, self.timing, self.policy = engine, rule_id, timing, policy
        self.lease: Lease = fakes.leading(engine)
        self.version_id = version(engine, rule_id, stage, **body)

    def slot(
        self,
        slot: datetime,
        seen: Mapping[str, Seen],
        *,
        now: datetime | None = None,
        severity: str = "warning",
    ) -> bool:
        """Commit one slot; `seen` by market."""
        evidence = {"severity": severity, "day": "2026-02-28", "numbers": {"y": 31.0, "mu": 12.0}}
        segments = {
            mark(market, self.rule_id): store.Segment(
                {"market": market}, Observation(found, "surge"), evidence
            )
            for market, found in seen.items()
        }
        result = store.SlotResult(self.rule_id, self.version_id, slot, "done", segments)
        return store.commit_slot(
            self.engine, self.lease, self.timing, result, now or slot, policy=self.policy
        )


def version(engine: Engine, rule_id: str, stage: str = "live", **body: Any) -> int:
    """Write a version of a rule in a stage, as if it had come that far."""
    with writing(engine) as connection:
        known = select(schema.rule.c.id).where(schema.rule.c.id == rule_id)
        if connection.execute(known).scalar() is None:
            connection.execute(insert(schema.rule).values(id=rule_id, name=rule_id))
        numbers = select(schema.rule_version.c.n).where(schema.rule_version.c.rule_id == rule_id)
        n = 1 + max(connection.execute(numbers).scalars(), default=0)
        made = connection.execute(
            insert(schema.rule_version)
            .values(
                rule_id=rule_id,
                n=n,
                body_json=json.dumps(body),
                sha256=f"{n:064d}",
                origin="file",
                stage=stage,
                staged_at=START,
                created_at=START,
            )
            .returning(schema.rule_version.c.id)
        )
        return int(made.scalar_one())


def groups(engine: Engine) -> list[Any]:
    """Every incident, oldest first."""
    with engine.connect() as connection:
        return list(connection.execute(select(schema.alert_group).order_by("id")))


def told(engine: Engine, group_id: int) -> list[str]:
    """Kinds of events of an incident, oldest first."""
    log = schema.event_log.c
    with engine.connect() as connection:
        kinds = connection.execute(
            select(log.kind)
            .where(log.subject_kind == "incident", log.subject_id == str(group_id))
            .order_by(log.seq)
        ).scalars()
        return list(kinds)
