"""The data page and the templates say what the contracts say."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.contracts import TABLES, documentation


def test_committed_files_are_current() -> None:
    assert documentation.stale(documentation.ROOT) == []


def test_page_names_every_table_and_column() -> None:
    page = documentation.page()
    for name, contract in TABLES.items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for column in contract.columns:
            assert f"| `{column}` |" in section


def test_template_is_the_header(tmp_path: Path) -> None:
    assert documentation.template(TABLES["fx_rates"]) == "date,base,quote,rate,provider\n"


def test_drift_is_found_and_repaired(tmp_path: Path) -> None:
    documentation.write(tmp_path)
    assert documentation.stale(tmp_path) == []
    (tmp_path / "docs/templates/orders.csv").write_text("order_id\n")
    (tmp_path / "docs/templates/gone.csv").write_text("x\n")
    (tmp_path / "docs/data.md").unlink()
    assert [path.name for path in documentation.stale(tmp_path)] == [
        "data.md",
        "gone.csv",
        "orders.csv",
    ]
    documentation.write(tmp_path)
    assert documentation.stale(tmp_path) == []
    assert not (tmp_path / "docs/templates/gone.csv").exists()


def test_command_reports_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documentation, "ROOT", tmp_path)
    assert documentation.main(["--check"]) == 1
    assert "docs/data.md is not what the contracts say" in capsys.readouterr().err
    assert documentation.main(["--write"]) == 0
    assert documentation.main(["--check"]) == 0
