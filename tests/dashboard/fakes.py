"""A small made-up world: metrics that answer every question with plausible, repeatable numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dashboard.services import Services
from dashboard.settings import Settings
from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS
from data_access.metrics import (
    CATALOGUE,
    Account,
    Explanation,
    Filter,
    Query,
    UnknownDimension,
)
from data_access.metrics.explanation import TAINTED
from data_access.metrics.ranking import ranked
from data_access.metrics.return_cohorts import SPLIT, WEEKS, ReturnCohorts
from data_access.metrics.return_ends import DAYS, SHARES, ReturnEnds
from data_access.state.engine import migrate, open_state
from data_access.survival import Estimate

NOW = datetime(2026, 11, 22, 4, 4, tzinfo=UTC)
VALUES = {
    "market": ["BR", "CN", "DE", "FR", "GB", "JP", "US", "ZA"],
    "category": ["Audio", "Home", "Toys"],
    "channel": ["chat", "email"],
    "language": ["de", "en", "fr", "zh-CN"],
    "carrier": ["DHL", "UPS"],
    "continent": ["Asia", "Europe"],
    "reason": ["damaged", "delivery_late", "size too small"],
}
LEVELS = {
    "share": 0.86,
    "per_1000": 84.2,
    "count": 412.0,
    "days": 7.4,
    "hours": 3.2,
    "score": 41.0,
    "index": 38.0,
    "money": 41_200.0,
    "money_per_order": 3.12,
    "money_per_contact": 9.8,
}
KEY_TYPES = {"day": pl.Date, "week": pl.Date, "hour_of_week": pl.Int64, "level": pl.Int64}
SCHEMA = {
    "value": pl.Float64,
    "n": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "tainted": pl.Int64,
}


@dataclass
class FakeMetrics:
    """Implements what the dashboard asks of `Metrics`; remembers the questions."""

    empty: bool = False
    fail: bool = False
    now: datetime = NOW
    ended: timedelta = timedelta()
    """How long ago the newest row was recorded."""
    asked: list[Query] = field(default_factory=list)

    def kpi(self, query: Query) -> pl.DataFrame:
        self.asked.append(query)
        if self.fail:
            raise RuntimeError("the warehouse is away")
        rows = [] if self.empty else [self._row(query, key) for key in self._keys(query)]
        if query.by and not rows:
            keys = {name: KEY_TYPES.get(name, pl.String) for name in query.by}
            return pl.DataFrame(schema=keys | SCHEMA)
        if not rows:
            return pl.DataFrame([dict.fromkeys(SCHEMA) | {"n": 0, "numerator": 0}])
        return pl.DataFrame(rows).sort(query.by) if query.by else pl.DataFrame(rows)

    def explain(self, query: Query) -> Explanation:
        row = self.kpi(query).row(0, named=True) | {"as_of": self.now}
        kpi = CATALOGUE[query.kpi]
        measure = kpi.denominator or kpi.numerator
        left_out = {"spam": 7, "waiting": 0 if self.empty else 40}
        n = int(row["n"] or 0)
        account = Account(measure, "cases", n + sum(left_out.values()), n, left_out)
        checks = {} if self.empty else {"duplicate_event": 4, "calendar_missing": 2}
        tainted = pl.DataFrame({"check": list(checks), "n": list(checks.values())}, schema=TAINTED)
        return Explanation(kpi, query, row, (account,), tainted, 5 if checks else 0, n)

    def movers(
        self, kpi: str, by: str, _now: Filter, _before: Filter, *, limit: int = 5
    ) -> pl.DataFrame:
        if self.fail:
            raise RuntimeError("the warehouse is away")
        if kpi == "return_rate_value" and by == "carrier":
            raise UnknownDimension(kpi, by, ("market", "category"))
        rows = []
        for segment in [] if self.empty else VALUES[by][:limit]:
            level = LEVELS[CATALOGUE[kpi].unit]
            rate = level * (_noise(f"{segment}rate") - 0.5) / 4
            mix = level * (_noise(f"{segment}mix") - 0.5) / 12
            rows.append(
                {
                    "segment": segment,
                    "kind": "common",
                    "value_now": level + rate,
                    "value_before": level,
                    "n_now": 900,
                    "n_before": 870,
                    "rate_effect": rate,
                    "mix_effect": mix,
                    "effect": rate + mix,
                }
            )
        return pl.DataFrame(rows)

    def ranked(
        self,
        kpi: str,
        by: str,
        where: Filter,
        *,
        limit: int | None = None,
        zone: str | None = None,
    ) -> pl.DataFrame:
        return ranked(self.kpi(Query(kpi, (by,), where, zone=zone)), CATALOGUE[kpi], by, limit)

    def return_cohorts(
        self,
        where: Filter,
        *,
        rng: np.random.Generator,
        by: str | None = None,
        weeks: int = 26,
        zone: str | None = None,
    ) -> ReturnCohorts:
        assert rng is not None
        self.asked.append(Query("return_rate_lines", (by,) if by else (), where, zone=zone))
        if self.fail:
            raise RuntimeError("the warehouse is away")
        nothing = Estimate(None, None, None)
        if self.empty:
            empty = (pl.DataFrame(schema=WEEKS), nothing, None, nothing, pl.DataFrame(schema=SPLIT))
            return ReturnCohorts(*empty, horizon=13, unlinked=0)
        last = self.now.date() - timedelta(days=7 + self.now.weekday())
        rows = [_cohort(last, weeks - 1 - index) for index in range(weeks)]
        split = [
            {"segment": name, "sold": 900, "rate": 0.05, "expected": 0.13, "low": 0.12,
             "high": 0.14, "before": 0.1, "before_low": 0.09, "before_high": 0.11}
            for name in VALUES.get(by or "", [])
        ]  # fmt: skip
        return ReturnCohorts(
            weeks=pl.DataFrame(rows, schema=WEEKS),
            young=Estimate(0.12, 0.11, 0.13),
            so_far=0.05,
            before=Estimate(0.1, 0.095, 0.105),
            split=pl.DataFrame(split, schema=SPLIT),
            horizon=13,
            unlinked=2,
        )

    def return_ends(
        self, where: Filter, *, as_of: datetime | None = None, zone: str | None = None
    ) -> ReturnEnds:
        self.asked.append(Query("return_rate_lines", (), where, as_of, zone))
        if self.fail:
            raise RuntimeError("the warehouse is away")
        known = {"received": 0.7, "rejected": 0.02, "expired": 0.03, "closed": 0.05, "waiting": 0.2}
        shares = [
            (days, outcome, *((None,) * 3 if self.empty else (share, share - 0.01, share + 0.01)))
            for days in DAYS
            for outcome, share in known.items()
        ]
        frame = pl.DataFrame(shares, schema=SHARES, orient="row")
        return ReturnEnds(frame, 0 if self.empty else 1000, 200, 3)

    def version(self) -> str:
        return "v1"

    def fresh_at(self) -> datetime | None:
        return None if self.empty else self.now - timedelta(minutes=3)

    def newest_day(self) -> date | None:
        return None if self.empty else self.now.date() - self.ended

    def as_of(self) -> datetime:
        return self.now

    def values(self, dimension: str) -> list[str]:
        if self.fail:
            raise RuntimeError("the warehouse is away")
        return [] if self.empty else VALUES.get(dimension, [])

    def _keys(self, query: Query) -> list[dict[str, object]]:
        keys: list[dict[str, object]] = [{}]
        for name in query.by:
            if name in {"day", "week"}:
                first = query.where.start or date(2026, 10, 26)
                last = query.where.end or date(2026, 11, 22)
                width = 7 if name == "week" else 1
                first -= timedelta(days=first.weekday() if name == "week" else 0)
                found: list[object] = [
                    first + timedelta(days=step)
                    for step in range(0, (last - first).days + 1, width)
                ]
            elif name == "hour_of_week":
                found = list(range(168))
            elif name == "level":
                found = [1, 2, 3, 4, 5]
            elif name == "age_bucket":
                found = ["0-4h", "4-24h", "1-2d", "2-7d", ">7d"]
            else:
                found = list(VALUES.get(name, ["x"]))
            keys = [{**key, name: value} for key in keys for value in found]
        return keys

    def _row(self, query: Query, key: dict[str, object]) -> dict[str, object]:
        unit = CATALOGUE[query.kpi].unit
        seed = f"{query.kpi}{sorted(key.items(), key=str)}{query.where}"
        level = LEVELS[unit] * (0.92 + 0.16 * _noise(seed))
        n = int(20 + 4000 * _noise(f"n{seed}") ** 3)
        sure = unit != "count"
        return {
            **key,
            "value": level,
            "n": n,
            "low": level * 0.97 if sure else None,
            "high": level * 1.03 if sure else None,
            "numerator": round(level * n / CATALOGUE[query.kpi].scale) if sure else round(level),
            "denominator": n if sure else None,
            "tainted": 12 if CATALOGUE[query.kpi].tainted else 0,
            **({"currency": "EUR"} if CATALOGUE[query.kpi].in_currency else {}),
        }


def _cohort(last: date, age: int) -> dict[str, object]:
    """A week of 250 lines, a tenth of which comes back within five weeks."""
    seen = min(1.0, (age + 1) / 5)
    return {
        "week": last - timedelta(days=7 * age),
        "sold": 250,
        "seen": round(25 * seen),
        "rate": 0.1 * seen,
        "expected": 0.1 + 0.004 * (1 - seen),
        "low": 0.1 * seen + 0.09 * (1 - seen),
        "high": 0.1 * seen + 0.12 * (1 - seen),
        "share_seen": seen,
        "mature": seen >= 1,
    }


def _noise(seed: str) -> float:
    """0–1, the same for the same text everywhere."""
    return int(hashlib.blake2b(seed.encode(), digest_size=4).hexdigest(), 16) / 2**32


@dataclass(eq=False)
class FakeWarehouse:
    """Marts of a few open cases; everything else is empty."""

    empty: bool = False

    def exists(self, _table: str, _namespace: str = "facts") -> bool:
        return False  # nothing but what a test asks for by `scan`

    def snapshot_id(self, _table: str, _namespace: str = "facts") -> int | None:
        return None

    def scan(
        self, table: str, *, namespace: str = "facts", schema: dict[str, pl.DataType] | None = None
    ) -> pl.LazyFrame:
        columns = schema or (MARTS[table].columns if namespace == "marts" else _facts(table))
        if namespace != "marts" or table not in {"cases", "open_spells"} or self.empty:
            return pl.LazyFrame(schema=columns)
        made = [
            {
                "case_id": f"C-{1000 + number}",
                "source": "desk",
                "created_at": NOW - timedelta(hours=4) + timedelta(minutes=7 * number + 3),
                "status": "open",
                "is_spam": False,
                "fr_target_s": 4 * 3600,
                "res_target_s": 48 * 3600,
                "reopen_count": 0,
                "subject": subject,
                "market": VALUES["market"][number % 8],
                "category": VALUES["category"][number % 3],
                "part": 202611,
            }
            for number, subject in enumerate(SUBJECTS)
        ]
        for row in made:
            row["open_from"] = row["fr_started_at"] = row["created_at"]
            row["fr_due_at"] = row["created_at"] + timedelta(hours=4)
            row["res_due_at"] = row["created_at"] + timedelta(hours=48)
        return pl.LazyFrame([{key: row.get(key) for key in columns} for row in made], columns)


def _facts(table: str) -> dict[str, pl.DataType]:
    return {**TABLES[table].dtypes(), "source": pl.String(), "part": pl.Int32()}


SUBJECTS = (
    "Parcel not arrived",
    "Box was open and the toy is missing",
    "Wo bleibt meine Bestellung?",
    "退款什么时候到账",
    "Refund has not arrived after two weeks although it was promised",
)


def services(folder: Path, **metrics: object) -> Services:
    """Services over the fake metrics and a fresh state database in `folder`."""
    settings = Settings(home=folder)
    engine = open_state(f"sqlite:///{folder / 'state.db'}")
    migrate(engine)
    return Services(
        settings=settings,
        engine=engine,
        warehouse=FakeWarehouse(bool(metrics.get("empty"))),  # type: ignore[arg-type]
        metrics=FakeMetrics(**metrics),  # type: ignore[arg-type]
        clock=lambda: NOW,
    )
