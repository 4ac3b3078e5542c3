"""Promotions and holidays that the detector is told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from alerts.declared_events import declared_events
from alerts.rules.format.every_kind import DeclaredEvent

FIRST, LAST = date(2026, 12, 20), date(2026, 12, 31)


class Marks:
    """A warehouse that holds annotations."""

    def __init__(self, *rows: dict[str, object]) -> None:
        self._rows = rows

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        assert (table, namespace) == ("annotations", "facts")
        instant = pl.Datetime("us", "UTC")
        types: list[pl.DataType] = [pl.String(), pl.String(), instant, instant]
        names = ["kind", "country", "starts_at", "ends_at"]
        return pl.LazyFrame(list(self._rows), schema=dict(zip(names, types, strict=True)))


def mark(kind: str, start: int, end: int, country: str | None = None) -> dict[str, object]:
    return {
        "kind": kind,
        "country": country,
        "starts_at": datetime(2026, 12, start, tzinfo=UTC),
        "ends_at": datetime(2026, 12, end, tzinfo=UTC),
    }


def days(
    wanted: tuple[DeclaredEvent, ...],
    *marks: dict[str, object],
    markets: tuple[str, ...] = (),
) -> set[tuple[object, ...]]:
    calendar = declared_events(wanted, Marks(*marks), markets, first=FIRST, last=LAST, zone="UTC")
    assert calendar is not None
    return set(calendar.days.rows())


def test_a_promotion_lasts_to_the_day_before_its_midnight() -> None:
    assert days(("promotions",), mark("promo", 27, 29, "PL")) == {
        ("PL", date(2026, 12, 27), "promotion"),
        ("PL", date(2026, 12, 28), "promotion"),
    }


def test_a_promotion_of_every_market_has_no_market() -> None:
    assert days(("promotions",), mark("promo", 21, 22)) == {(None, date(2026, 12, 21), "promotion")}


def test_only_what_the_rule_asks_for() -> None:
    assert days(("promotions",), mark("incident", 21, 22), mark("holiday", 23, 24)) == set()
    found = days(("holidays",), mark("promo", 21, 22), markets=("DE",))
    assert ("DE", date(2026, 12, 25), "holiday") in found
    assert {kind for *_, kind in found} == {"holiday"}
    nothing = declared_events((), Marks(), ("DE",), first=FIRST, last=LAST, zone="UTC")
    assert nothing is None


def test_a_season_is_no_event() -> None:
    season = mark("promo", 1, 2) | {"ends_at": datetime(2027, 4, 1, tzinfo=UTC)}
    assert days(("promotions",), season) == set()
