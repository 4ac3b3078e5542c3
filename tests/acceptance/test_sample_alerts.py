"""Whenever the demo is begun, the rules that ship tell the same four incidents, and no other.

The story holds five injected incidents; two of them go on at the start (one shows in deliveries and
in complaints), and a faulty lot, sold weeks ago, is told by what came back of it. What the rules
open must be these, each under one group of the inbox, whatever the season, and at most the returns
of the lot's category beside them, told as information.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts import store
from alerts.evaluation import evaluate
from alerts.rule_store import staged
from alerts.rules import builtin
from alerts.slots import CATCH_UP, slot_of
from dashboard.cli.demo import DEFAULT_ORDERS
from dashboard.demo.run import fill
from dashboard.demo.story import story_of
from dashboard.services import open_services
from dashboard.settings import load_settings
from data_access.state import schema
from tests.alerts.fakes import in_force, leading

pytestmark = pytest.mark.slow

Group = tuple[str, str]
"""Topic, and the values that tell its incidents apart."""

CUSTOMS_HOLD: Group = ("delivery", "PL")
VIRAL_COMPLAINT: Group = ("service", "FR")
ELECTRONICS: Group = ("service", "PL")
FAULTY_LOT: Group = ("product", "Electronics · VAN-201")
RETURNS: Group = ("product", "Electronics")

LEADING = {
    CUSTOMS_HOLD: {"customs-dwell", "late-parcel-surge"},
    VIRAL_COMPLAINT: {"complaint-surge"},
    ELECTRONICS: {"complaint-surge"},
    FAULTY_LOT: {"lot-defects"},
}
"""Rules that must have an open alert in each incident."""
MAY_JOIN = {
    CUSTOMS_HOLD: {"delivery-promise-missed", "scan-gap"},
    VIRAL_COMPLAINT: {
        "low-reviews", "new-reason", "new-topic", "csat-drop", "escalations-overdue",
        "detractors-rise", "first-response-missed",
    },
    ELECTRONICS: {
        "first-response-missed", "csat-drop", "new-reason", "new-topic", "escalations-overdue",
        "detractors-rise", "low-reviews",
    },
    FAULTY_LOT: set(),
}  # fmt: skip
"""Rules whose alerts are consequences of it: queues nobody keeps up with, what people write."""


def open_at_start(home: Path, now: datetime) -> dict[Group, dict[str, str]]:
    """Rules with an open alert, and their severity, by incident, as a first start leaves them."""
    settings = load_settings(home=home)
    own = story_of(settings.home.resolve())
    services = replace(open_services(settings), clock=lambda: now)
    fill(services, own, DEFAULT_ORDERS, lambda _told: None)
    in_force(services.engine, leading(services.engine), builtin(), now)
    last = now.date() - timedelta(days=1)
    for stored in staged(services.engine, "live"):
        for back in reversed(range(CATCH_UP)):
            result = evaluate(
                stored.version,
                stored.version_id,
                slot_of(last - timedelta(days=back), "UTC"),
                services.metrics,
                services.engine,
                zone="UTC",
                tables=services.warehouse,
                detail=back == 0,
            )
            timing = stored.version.rule.timing
            store.commit_slot(services.engine, leading(services.engine), timing, result, now)
    found: dict[Group, dict[str, str]] = defaultdict(dict)
    for evidence in map(json.loads, store.open_alerts(services.engine)["evidence"]):
        group = (evidence["topic"], " · ".join(evidence["group"].values()))
        found[group][evidence["rule"]["id"]] = evidence["severity"]
    with services.engine.connect() as connection:
        open_groups = connection.execute(
            select(schema.alert_group.c.id).where(schema.alert_group.c.signal_open)
        ).all()
    assert len(open_groups) == len(found)
    services.engine.dispose()
    return dict(found)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 24, 12, 17, 1, tzinfo=UTC),  # after the autumn sales
        datetime(2026, 12, 25, 3, 9, 16, tzinfo=UTC),  # parcels are slower at the end of the year
    ],
    ids=lambda now: now.strftime("%Y-%m-%d"),
)
def test_four_incidents_are_open_at_the_first_start(now: datetime, tmp_path: Path) -> None:
    found = open_at_start(tmp_path / "home", now)
    leading_ = {group for group, rules in found.items() if set(rules.values()) != {"info"}}
    assert leading_ == set(LEADING)
    for group, rules in LEADING.items():
        assert rules <= set(found[group])
        assert set(found[group]) <= rules | MAY_JOIN[group]
    beside = {group: set(rules) for group, rules in found.items() if group not in LEADING}
    assert beside in ({}, {RETURNS: {"return-surge"}})
