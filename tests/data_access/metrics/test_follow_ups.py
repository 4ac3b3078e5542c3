"""Reviews and returns that follow orders: how many to expect, how late they come, what is in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data_access.marts import refresh
from data_access.metrics.follow_ups import FollowUp
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows

AS_OF = datetime(2026, 6, 16, tzinfo=UTC)
FIRST, LAST = date(2026, 6, 8), date(2026, 6, 14)


def order(name: str, placed: datetime) -> dict[str, object]:
    return {"order_id": name, "placed_at": placed, "marketplace": "shop"}


def home(folder: Path, *, old: int) -> list[FollowUp]:
    """Old orders 20 weeks before: half get a review, after 10, 20, 10, 20 … days; ten young ones.

    Of the young ones two have a review, one of them later than `AS_OF`.
    """
    before = AS_OF - timedelta(weeks=20)
    young = datetime(2026, 6, 10, 12, tzinfo=UTC)
    orders: Rows = [order(f"o{n}", before) for n in range(old)]
    orders += [order(f"y{n}", young) for n in range(10)]
    reviews: Rows = [
        {"review_id": f"r{n}", "order_id": f"o{2 * n}", "rating": 5,
         "at": before + timedelta(days=10 if n % 2 else 20)}
        for n in range(old // 2)
    ]  # fmt: skip
    reviews += [
        {"review_id": "y0", "order_id": "y0", "rating": 1, "at": AS_OF - timedelta(hours=1)},
        {"review_id": "y1", "order_id": "y1", "rating": 1, "at": AS_OF + timedelta(hours=1)},
    ]
    made = Home(folder)
    made.take_in({"orders": orders, "reviews": reviews}, AS_OF)
    refresh(made.warehouse, made.engine, AS_OF)
    return made.metrics().follow_ups(FIRST, LAST, as_of=AS_OF)


def test_reviews_by_hand(tmp_path: Path) -> None:
    # 70 of 140 old orders have a review: of ten young ones, five are to be expected.
    (found,) = home(tmp_path, old=140)
    assert (found.kind, found.seen, found.most_days) == ("reviews", 1, 20)
    assert found.expected == pytest.approx(5.0)
    assert found.median_days in (10, 20)
    assert found.share_seen == pytest.approx(0.2)


def test_nothing_is_expected_where_the_past_is_too_short(tmp_path: Path) -> None:
    assert home(tmp_path, old=40) == []


def test_more_than_expected_is_all_of_it() -> None:
    assert FollowUp("reviews", 7, 5.0, 10, 20).share_seen == 1.0
    assert FollowUp("reviews", 0, 0.0, 10, 20).share_seen == 1.0
