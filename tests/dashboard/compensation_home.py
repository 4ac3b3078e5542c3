"""A home in which six parcels are late, for the compensation screens and commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from alerts.compensation.facts import READ_MARTS
from dashboard.services import Services
from data_access.marts.state import RefreshState, write_state
from tests.alerts.compensation.world import ALERTING, DAY, NOW, World, registered
from tests.dashboard import fakes


class WorldWarehouse:
    """A warehouse whose only snapshot is a world made by hand."""

    def __init__(self, world: World) -> None:
        self._world = world

    def snapshot_id(self, _table: str, _namespace: str = "facts") -> int | None:
        return 1

    def scan(
        self,
        table: str,
        *,
        namespace: str = "facts",
        snapshot_id: int | None = None,
        schema: Mapping[str, pl.DataType] | None = None,
    ) -> pl.LazyFrame:
        assert snapshot_id in {None, 1}
        assert schema is None or "source" in schema
        return self._world(table, namespace)


def late_world() -> World:
    """Six late parcels of DE and FR, one of them compensated before, twice; late since 27 days."""
    world = World()
    for number, country in enumerate(("DE", "DE", "DE", "FR", "FR", "DE"), 1):
        order = f"A-{number}"
        world.order(order, country=country, total=3_000).parcel(
            order, 80 * DAY / 24, market=country
        )
    given: dict[str, Any] = {"order_id": "A-6", "cause": "late_72h", "level": 1, "country": "DE"}
    for number in (1, 2):
        world.add(
            "compensations",
            {**given, "comp_id": f"K-{number}", "amount": 500, "currency": "EUR",
             "decided_at": NOW - number * DAY},
        )  # fmt: skip
    return world


def services(home: Path, world: World | None = None) -> Services:
    """Services over a world, with people in roles and the policy that ships."""
    (home / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    made = replace(
        fakes.services(home, now=NOW),
        warehouse=WorldWarehouse(world or late_world()),  # type: ignore[arg-type]
        clock=lambda: NOW,
    )
    registered(made.engine, home)
    marts = dict.fromkeys(READ_MARTS, 1)
    write_state(made.engine, RefreshState(1, NOW, "UTC", "rules", NOW, marts=marts))
    return made
