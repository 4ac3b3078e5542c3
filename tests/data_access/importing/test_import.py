"""Imports end to end, with a source that gives what the test says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access import quarantine
from data_access.importing import BatchReport, TableReport, import_path
from data_access.sources.base import SourceError, SourceOptions, Table
from data_access.state import batches
from data_access.warehouse import Warehouse
from tests.data_access.importing.stub_source import (
    NOW,
    OPTIONS,
    StubSource,
    order,
    problem,
    table,
)

Take = Callable[..., BatchReport]


def counts(report: BatchReport, name: str = "orders") -> tuple[int, int, int, int, int]:
    found = next(t for t in report.tables if t.table == name)
    return found.read, found.new, found.changed, found.unchanged, found.quarantined


def test_rows_go_in_and_the_same_file_again_changes_nothing(
    take_in: Take, warehouse: Warehouse
) -> None:
    orders = table("orders", [order("a"), order("b")])
    assert counts(take_in(orders)) == (2, 2, 0, 0, 0)
    snapshot = warehouse.snapshot_id("orders")
    assert counts(take_in(orders)) == (2, 0, 0, 2, 0)
    assert warehouse.snapshot_id("orders") == snapshot
    frame = warehouse.scan("orders").collect()
    assert frame["source"].unique().to_list() == ["stub"]
    assert frame["batch_id"].unique().to_list() == [1]


def test_a_changed_row_updates_and_nothing_is_deleted(take_in: Take, warehouse: Warehouse) -> None:
    take_in(table("orders", [order("a"), order("b")]))
    report = take_in(table("orders", [order("a", total=2), order("c")]))
    assert counts(report) == (2, 1, 1, 0, 0)
    frame = warehouse.scan("orders").sort("order_id").collect()
    assert frame.select("order_id", "total").rows() == [("a", 2), ("b", 1), ("c", 1)]


def test_bad_rows_go_to_quarantine_and_the_others_in(take_in: Take, engine: Engine) -> None:
    earlier = datetime(2023, 1, 1, tzinfo=UTC)
    rows = [order("a"), order("b", currency="XQQ"), order("c", cancelled_at=earlier)]
    report = take_in(table("orders", rows, [problem(5)]))
    assert counts(report) == (4, 1, 0, 0, 3)
    listed = quarantine.listing(engine).sort("row")
    assert listed.select("table", "file", "row", "column", "reason").rows() == [
        ("orders", "f.csv", 3, "currency", "currency is no currency code of ISO 4217"),
        ("orders", "f.csv", 4, "cancelled_at", "cancelled_at is before placed_at"),
        ("orders", "f.csv", 5, "placed_at", "no date"),
    ]
    assert listed["advice"].to_list()[-1] == "Write 2024-12-31."
    assert '"order_id":"b"' in listed["raw"][0]


def test_quarantine_lists_a_row_once_however_often_it_comes(take_in: Take, engine: Engine) -> None:
    bad = table("orders", [order("a", currency="XQQ")], [problem(9)])
    take_in(bad)
    moved = table("orders", [order("z"), order("a", currency="XQQ")], [problem(12)])
    take_in(moved, now=NOW + timedelta(hours=1))
    listed = quarantine.listing(engine).sort("row")
    assert listed["row"].to_list() == [3, 12]
    assert listed["batch_id"].to_list() == [2, 2]
    assert listed["first_seen"].to_list() == [NOW, NOW]
    assert listed["last_seen"].to_list() == [NOW + timedelta(hours=1)] * 2


def test_two_bad_rows_of_the_same_content_are_two(take_in: Take, engine: Engine) -> None:
    report = take_in(table("orders", [], [problem(2), problem(3)]))
    assert counts(report) == (2, 0, 0, 0, 2)
    assert quarantine.listing(engine).height == 2


def test_quarantine_can_be_narrowed(take_in: Take, engine: Engine) -> None:
    take_in(table("orders", [order("a", currency="XQQ")]), table("reviews", [{"review_id": "r"}]))
    take_in(table("orders", [order("b", currency="XQQ")]))
    assert quarantine.listing(engine, table="reviews")["column"].to_list() == ["at"]
    assert quarantine.listing(engine, batch=2).height == 1
    assert quarantine.listing(engine, limit=2).height == 2
    assert quarantine.listing(engine, table="cases").is_empty()


def test_equal_duplicates_count_as_unchanged(take_in: Take) -> None:
    report = take_in(table("orders", [order("a"), order("a"), order("a"), order("b")]))
    assert counts(report) == (4, 2, 0, 2, 0)


def test_of_different_duplicates_the_last_goes_in(
    take_in: Take, warehouse: Warehouse, engine: Engine
) -> None:
    rows = [order("a", total=1), order("a", total=2), order("a", total=1), order("a", total=3)]
    report = take_in(table("orders", rows))
    assert counts(report) == (4, 1, 0, 0, 3)
    assert warehouse.scan("orders").collect()["total"].to_list() == [3]
    listed = quarantine.listing(engine).sort("row")
    assert listed["row"].to_list() == [2, 3, 4]
    assert listed["reason"].unique().to_list() == [
        "a later row has the same order_id and says something else"
    ]
    assert "Line 5 of f.csv" in listed["advice"][0]
    assert "line 2 of f.csv" in listed["advice"][0]


def test_an_earlier_row_that_equals_the_last_is_a_repetition(take_in: Take) -> None:
    rows = [order("a", total=1), order("a", total=2), order("a", total=1)]
    assert counts(take_in(table("orders", rows))) == (3, 1, 0, 1, 1)


def test_a_table_given_in_parts_is_counted_once(take_in: Take) -> None:
    parts = [table("orders", [order("a"), order("b")]), table("orders", [order("b", total=5)])]
    for dry_run in (True, False):
        report = take_in(*parts, dry_run=dry_run)
        assert len(report.tables) == 1
        assert counts(report) == (3, 2, 1, 0, 0)


def test_a_dry_run_counts_the_same_and_writes_nothing(
    take_in: Take, warehouse: Warehouse, engine: Engine
) -> None:
    orders = table("orders", [order("a"), order("b", currency="XQQ"), order("a")])
    dry = take_in(orders, dry_run=True)
    assert dry.batch_id is None
    assert not warehouse.exists("orders")
    assert batches.history(engine).is_empty()
    assert quarantine.listing(engine).is_empty()
    assert dry.tables == take_in(orders).tables
    assert take_in(orders, dry_run=True).tables == take_in(orders).tables


def test_top_reasons_come_with_their_rows(take_in: Take) -> None:
    rows = [order(n, currency="XQQ") for n in range(3)] + [order("x", currency="eur")]
    report = take_in(table("orders", rows))
    assert report.tables[0].reasons == (
        ("currency is no currency code of ISO 4217", 3),
        ("currency is not written as three capital letters such as EUR", 1),
    )


def test_notes_about_files_are_passed_on_once(take_in: Take) -> None:
    noted = table("orders", [order("a")], [problem(None)])
    assert counts(take_in(noted, noted)) == (2, 1, 0, 1, 0)
    assert take_in(noted, noted).notes == ("f.csv: no date. Write 2024-12-31.",)


def test_reports_follow_the_order_of_the_contracts(take_in: Take) -> None:
    report = take_in(table("reviews", []), table("orders", [order("a")]))
    assert [t.table for t in report.tables] == ["orders", "reviews"]
    assert report.tables[1] == TableReport("reviews", 0, 0, 0, 0, 0, ())


def test_the_feed_has_the_name_the_person_gave(take_in: Take, warehouse: Warehouse) -> None:
    take_in(table("orders", [order("a")]))
    take_in(table("orders", [order("a")]), options=replace(OPTIONS, source_name="eu"))
    assert sorted(warehouse.scan("orders").collect()["source"]) == ["eu", "stub"]


def test_every_batch_is_on_record(take_in: Take, engine: Engine) -> None:
    take_in(table("orders", [order("a"), order("b", currency="XQQ")]))
    row = batches.history(engine).row(0, named=True)
    assert (row["source"], row["path"], row["status"]) == ("stub", "exports", "done")
    assert [row[name] for name in batches.COUNTS] == [2, 1, 0, 0, 1]


class BrokenSource(StubSource):
    """Gives its tables, then fails."""

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:  # noqa: ARG002
        yield from self.tables
        raise SourceError("orders.csv ends in the middle of a line; export it again.")


def test_a_failing_source_leaves_a_failed_batch_and_what_went_in_before(
    warehouse: Warehouse, engine: Engine
) -> None:
    source = BrokenSource([table("orders", [order("a")])])
    with pytest.raises(SourceError, match="ends in the middle"):
        import_path(
            source,
            Path("exports"),
            warehouse=warehouse,
            engine=engine,
            options=OPTIONS,
            now=NOW,
        )
    row = batches.history(engine).row(0, named=True)
    assert row["status"] == "failed"
    assert "ends in the middle" in row["message"]
    assert warehouse.scan("orders").collect().height == 1


def test_a_source_that_miscounts_is_stopped_before_it_writes(
    take_in: Take, warehouse: Warehouse
) -> None:
    miscounted = replace(table("orders", [order("a")]), read=5)
    with pytest.raises(RuntimeError, match="5 rows of orders read, but 1 given and 0 refused"):
        take_in(miscounted)
    assert not warehouse.exists("orders")


def test_progress_names_every_table(take_in: Take) -> None:
    told: list[tuple[str, float]] = []
    take_in(
        table("orders", [order("a")]),
        table("reviews", []),
        progress=lambda stage, share: told.append((stage, share)),
    )
    assert [stage for stage, share in told if share == 1.0] == ["orders", "reviews"]
    assert all(0 <= share <= 1 for _, share in told)


HOLDER = """
import sys
from pathlib import Path
from data_access.importing import IMPORT_LOCK
from data_access.warehouse.locking import exclusive
with exclusive(Path(sys.argv[1]) / IMPORT_LOCK):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_import_waits_and_says_for_whom(take_in: Take, warehouse: Warehouse) -> None:
    told: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(warehouse.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def waiting(who: str) -> None:
            told.append(who)
            assert not warehouse.exists("orders")
            holder.communicate("go\n")

        report = take_in(table("orders", [order("a")]), waiting=waiting)
    assert told == [f"process {holder.pid}"]
    assert counts(report) == (1, 1, 0, 0, 0)
