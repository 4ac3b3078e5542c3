"""What evaluating the rules that ship costs, rule by rule, on the sample company.

    python -m benchmarks.rule_tick --home DIR

Takes the home of a demo (`afterwatch demo --home DIR`), works on a copy of its state database and
evaluates every shipped rule for the newest day, as the worker does once a day, and for the
fourteen days of a first start. Writes `benchmarks/results/rule_tick.md`.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Engine

from alerts import store
from alerts.evaluation import evaluate
from alerts.lease import Lease, acquire, fenced
from alerts.rule_store import StoredRule, register, staged
from alerts.rules import builtin
from alerts.slots import CATCH_UP, slot_of
from alerts.staging import place
from benchmarks.machine import Cost, cost, described, write_page
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from data_access.state.engine import open_state

ZONE = "UTC"


@dataclass(frozen=True)
class Row:
    """One rule: alerts open at the end, cost of the days before the newest, cost of the newest."""

    rule: str
    kind: str
    open: int
    before: Cost
    newest: Cost


def on_a_copy(home: Path, folder: Path) -> Services:
    """The services of a home over a copy of its state, so that the home stays as it is."""
    services = open_services(load_settings(home=home))
    state = folder / "state.db"
    shutil.copy(services.settings.home / "state.db", state)
    services.engine.dispose()
    return replace(services, engine=open_state(f"sqlite:///{state}"))


def in_force(engine: Engine, lease: Lease, now: datetime) -> list[StoredRule]:
    """Every shipped rule live, without asking the gate."""
    register(engine, lease, builtin(), now)
    for stored in staged(engine, "draft", "tested", "shadow"):
        with fenced(engine, lease) as connection:
            place(connection, stored, "live", reason="forced", actor="worker", now=now)
    return staged(engine, "live")


def settle(
    services: Services, stored: StoredRule, day: date, lease: Lease, *, detail: bool
) -> None:
    """One slot of one rule, as the worker settles it."""
    result = evaluate(
        stored.version,
        stored.version_id,
        slot_of(day, ZONE),
        services.metrics,
        services.engine,
        zone=ZONE,
        tables=services.warehouse,
        detail=detail,
    )
    timing = stored.version.rule.timing
    store.commit_slot(services.engine, lease, timing, result, services.clock())


def _settle_all(
    services: Services, stored: StoredRule, days: list[date], lease: Lease, *, detail: bool
) -> None:
    for day in days:
        settle(services, stored, day, lease, detail=detail)


def measured(services: Services, last: date) -> list[Row]:
    """Settle every rule."""
    now = services.clock()
    lease = acquire(services.engine, "worker", "benchmark", timedelta(hours=6), now)
    if lease is None:
        raise click.ClickException("A worker holds this home; stop the demo first.")
    rows = []
    for stored in in_force(services.engine, lease, now):
        earlier = [last - timedelta(days=n) for n in range(CATCH_UP - 1, 0, -1)]

        before = cost(partial(_settle_all, services, stored, earlier, lease, detail=False))
        newest = cost(partial(_settle_all, services, stored, [last], lease, detail=True))
        seen = store.open_alerts(services.engine).filter(rule_id=stored.version.rule.id).height
        rule = stored.version.rule
        rows.append(Row(rule.id, rule.kind, seen, before, newest))
    return rows


def page(rows: list[Row]) -> list[str]:
    """The page of the results."""
    newest = [row.newest for row in rows]
    start = [
        Cost(r.before.wall + r.newest.wall, r.before.processor + r.newest.processor) for r in rows
    ]
    lines = [
        f"| `{row.rule}` | {row.kind} | {row.open} | {_shown(row.newest)} | {_shown(whole)} |"
        for row, whole in zip(rows, start, strict=True)
    ]
    total = f"| **all** | | | {_shown(_sum(newest))} | {_shown(_sum(start))} |"
    about = (
        f"Sample company of 125,000 orders, {len(rows)} rules. *Day*: the newest day, with the "
        f"evidence of all open alerts. *Start*: the {CATCH_UP} days that a first start judges."
    )
    return [
        "# Evaluating the rules that ship",
        "",
        about,
        "",
        f"Measured on {described('numpy')}",
        "",
        "| rule | kind | open | day, ms | processor | start, ms | processor |",
        "|---|---|---|---|---|---|---|",
        *lines,
        total,
    ]


def _sum(costs: list[Cost]) -> Cost:
    return Cost(sum(c.wall for c in costs), sum(c.processor for c in costs))


def _shown(one: Cost) -> str:
    return f"{one.wall:,.0f} | {one.processor:,.0f}"


@click.command()
@click.option("--home", type=click.Path(path_type=Path, exists=True), required=True)
def main(home: Path) -> None:
    """Evaluate every shipped rule on a copy of the state of HOME."""
    with tempfile.TemporaryDirectory() as folder:
        services = on_a_copy(home, Path(folder))
        fresh_at = services.metrics.fresh_at() or datetime.now(UTC)
        rows = measured(services, fresh_at.date() - timedelta(days=1))
        services.engine.dispose()
    write_page("rule_tick", page(rows))


if __name__ == "__main__":
    main()
