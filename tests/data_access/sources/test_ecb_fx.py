from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data_access.sources.base import SourceError
from data_access.sources.ecb_fx import SOURCE
from tests.data_access.sources.reading_aid import notes, problems, read, write

FILE = "Date,USD,JPY,CYP,\n2026-01-02,1.1,180,N/A,\n2026-01-01,1.2,x,0.58,\n2025-13-01,1,,,\n"


def test_wide_to_long(tmp_path: Path) -> None:
    table = read(SOURCE, write(tmp_path, "eurofxref-hist.csv", FILE))["fx_rates"]
    assert table.frame.select("date", "base", "quote", "rate", "provider", "_row").rows() == [
        (date(2026, 1, 2), "EUR", "JPY", 180.0, "ECB", 2),
        (date(2026, 1, 2), "EUR", "USD", 1.1, "ECB", 2),
        (date(2026, 1, 1), "EUR", "CYP", 0.58, "ECB", 3),
        (date(2026, 1, 1), "EUR", "USD", 1.2, "ECB", 3),
    ]
    assert problems(table) == [(3, "rate", "x"), (4, "Date", "2025-13-01")]
    assert notes(table) == [
        "3 days with 3 currencies: 6 rates, 3 cells without a published rate skipped"
    ]


def test_other_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no column Date, USD"):
        read(SOURCE, write(tmp_path, "eurofxref.csv", "day,rate\n1,2\n"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="expected a file named eurofxref"):
        read(SOURCE, tmp_path / "empty")
