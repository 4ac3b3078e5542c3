"""Pages of the case list, put together, are the list; what is kept in memory changes no answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data_access.browse import COLUMNS, CaseView, cases, due_soon, export_cases
from data_access.browse import open_cases as kept
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SINCE_FEBRUARY = Filter(start=date(2026, 2, 1), end=date(2026, 3, 31))
CASES = 120


def rows_of_two_months() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cases with many ties and missing values, and their spells; a third is still open."""
    rng = np.random.default_rng(3)
    start = datetime(2026, 2, 10, tzinfo=UTC)
    created = [start + timedelta(hours=int(h)) for h in rng.integers(0, 38 * 24, CASES) // 6 * 6]
    solved = [None if n % 3 == 0 else at + timedelta(hours=1 + n) for n, at in enumerate(created)]
    rows = pl.DataFrame(
        {
            "case_id": [f"c{n:03}" for n in rng.permutation(CASES)],
            "source": ["a" if n % 2 else "b" for n in range(CASES)],
            "part": [at.year * 100 + at.month for at in created],
            "created_at": created,
            "market": [("DE", "FR", None)[n % 3] for n in range(CASES)],
            "status": ["open" if at is None else "solved" for at in solved],
            "is_spam": [n % 20 == 0 for n in range(CASES)],
            "fr_started_at": created,
            "fr_due_at": [at + timedelta(hours=4) for at in created],
            "res_due_at": [at + timedelta(hours=48) for at in created],
            "first_response_at": [
                None if n % 5 == 0 else at + timedelta(hours=n % 9) for n, at in enumerate(created)
            ],
            "first_solved_at": solved,
            "open_from": created,
            "open_to": solved,
        }
    )
    held = {
        name: [
            (pl.col(column) if column in rows.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in MARTS[name].columns.items()
        ]
        for name in ("cases", "open_spells")
    }
    return rows.select(held["cases"]), rows.select(held["open_spells"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("desk")
    warehouse = open_warehouse(f"sqlite:///{folder / 'state.db'}", folder / "warehouse")
    for name, frame in zip(("cases", "open_spells"), rows_of_two_months(), strict=True):
        warehouse.replace_parts(name, "marts", frame, [202602, 202603])
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_put_together_are_the_list(desk: Warehouse, column: str, descending: bool) -> None:
    sort = [(column, descending)]
    for view in (CaseView.ALL, CaseView.OPEN):
        whole = export_cases(desk, SINCE_FEBRUARY, view=view, sort=sort, as_of=NOW)
        assert 30 < whole.height < CASES
        pages = []
        for offset in range(0, whole.height + 17, 17):
            page, total = cases(
                desk, SINCE_FEBRUARY, view=view, sort=sort, offset=offset, limit=17, as_of=NOW
            )
            assert total == whole.height
            pages.append(page)
        assert pl.concat(pages).equals(whole)


def test_what_is_kept_gives_the_same_answers_as_the_files(
    desk: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    instants = [NOW + timedelta(hours=hours) for hours in (0, 6, -12, -72, 300)]

    def answers() -> list[pl.DataFrame]:
        return [
            answer
            for at in instants
            for answer in (
                due_soon(desk, Filter(), as_of=at, horizon=timedelta(days=2), limit=50),
                export_cases(desk, SINCE_FEBRUARY, view=CaseView.OPEN, sort=[], as_of=at),
            )
        ]

    found = answers()
    assert all(frame.height for frame in found[:2])
    monkeypatch.setattr(kept, "_spells", lambda *_arguments: None)
    assert all(one.equals(other) for one, other in zip(found, answers(), strict=True))


def test_a_refresh_is_seen(desk: Warehouse) -> None:
    def open_now() -> int:
        return cases(desk, Filter(), view=CaseView.OPEN, sort=[], offset=0, limit=1, as_of=NOW)[1]

    before = open_now()
    assert before
    _cases, spells = rows_of_two_months()
    ended = spells.with_columns(open_to=pl.coalesce("open_to", pl.lit(NOW - timedelta(hours=1))))
    desk.replace_parts("open_spells", "marts", ended, [202602, 202603])
    assert open_now() < before
