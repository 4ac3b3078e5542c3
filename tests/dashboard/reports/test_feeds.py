"""Which feeds are late: by their imports, and by what the numbers hold of the last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.reports import feeds
from dashboard.reports.feeds import Arrival, Late
from dashboard.reports.periods import parse
from dashboard.reports.schedule_file import Feed
from dashboard.services import Services
from tests.dashboard.reports import report_home

END = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
ARRIVED = (
    Arrival("desk", "cases", END + HOUR),
    Arrival("desk", "surveys", END - 30 * HOUR),
    Arrival("carrier", "shipments", END - 5 * HOUR),
    Arrival("old", "orders", END - timedelta(days=60)),
)


def late(*given: Feed, rows: bool = True) -> tuple[Late, ...]:
    return feeds.late(given, ARRIVED, END, lambda _table, _source: rows)


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        ({"source": "desk"}, None),
        ({"source": "carrier"}, None),
        ({"source": "carrier", "older_than": "4h"}, "no_import"),
        ({"source": "desk", "table": "surveys"}, "no_import"),
        ({"source": "desk", "table": "surveys", "older_than": "2d"}, None),
        ({"table": "surveys", "older_than": "30h"}, None),
        ({"table": "surveys", "older_than": "29h"}, "no_import"),
        ({"source": "nobody"}, "never"),
        ({"source": "carrier", "table": "cases"}, "never"),
    ],
)
def test_a_feed_is_late_by_its_newest_import(feed: dict[str, Any], expected: str | None) -> None:
    found = late(Feed.model_validate(feed))
    assert [one.why for one in found] == ([] if expected is None else [expected])


def test_without_feeds_every_source_counts_that_is_alive() -> None:
    assert late() == ()
    assert [one.feed for one in late(rows=False)] == ["carrier", "desk"]


def test_a_day_without_rows_is_late_unless_it_does_not_matter() -> None:
    (found,) = late(Feed(source="desk"), rows=False)
    assert (found.why, found.last_at) == ("no_rows", END + HOUR)
    assert late(Feed(source="desk", last_day="ignore"), rows=False) == ()


def test_the_numbers_of_a_real_home_are_asked(home: Services) -> None:
    def asked(name: str, *given: Feed) -> tuple[Late, ...]:
        week = parse(name, "week")
        return feeds.late_feeds(home.engine, home.warehouse, given, week, "UTC")

    assert asked(report_home.WEEK) == ()
    (found,) = asked("2026-W12")
    assert (found.feed, found.why) == ("sample", "no_import")
    assert found.last_at == report_home.NOW
    # Its import is recent enough, but the day after the data has no rows.
    generous = Feed(source="sample", older_than=timedelta(days=10))
    (found,) = asked("2026-W11", generous)
    assert found.why == "no_rows"
    assert asked(report_home.WEEK, Feed(source="other"))[0].why == "never"


def test_the_last_day_is_a_day_of_the_reporting_zone() -> None:
    week = parse("2026-W43", "week")  # clocks in Berlin go back on its Sunday
    first, last = feeds.last_day(week, "Europe/Berlin")
    assert (first, last) == (
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    )


def test_whether_there_is_anything_of_a_period(home: Services) -> None:
    assert feeds.anything(home.engine, home.warehouse, parse("2026-W08", "week"), "UTC")
    assert not feeds.anything(home.engine, home.warehouse, parse("2015-W08", "week"), "UTC")
