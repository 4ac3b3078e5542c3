"""Words of the case list: what is searched for and what a case is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.browse import CaseView, cases
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCHEMA = MARTS["cases"].columns


def case(case_id: str, **given: Any) -> dict[str, Any]:
    base = {"case_id": case_id, "source": "desk", "part": 202603, "created_at": NOW}
    return {**dict.fromkeys(SCHEMA), **base, "is_spam": False, **given}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    rows = [
        case("size", subject="Falsche Größe", status="closed"),
        case("street", subject="STRASSE", status="solved"),
        case("timed", subject="Refund", status="closed", first_solved_at=NOW),
    ]
    warehouse.replace_parts(
        "cases", "marts", pl.DataFrame(rows, schema=SCHEMA, orient="row"), [202603]
    )
    yield warehouse
    warehouse.close()


def listed(desk: Warehouse, text: str) -> pl.DataFrame:
    page, total = cases(
        desk, Filter(), view=CaseView.ALL, sort=[], offset=0, limit=9, as_of=NOW, text=text
    )
    assert page.height == total
    return page


@pytest.mark.parametrize(
    ("text", "found"), [("größe", "size"), ("GRÖßE", "size"), ("strasse", "street")]
)
def test_a_text_is_found_whatever_its_letters(desk: Warehouse, text: str, found: str) -> None:
    assert listed(desk, text)["case_id"].to_list() == [found]


def test_a_closed_case_of_which_nobody_knows_when_is_closed(desk: Warehouse) -> None:
    status = dict(listed(desk, "").select("case_id", "status").iter_rows())
    assert status == {"size": "closed", "street": "solved", "timed": "solved"}
