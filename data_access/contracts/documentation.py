"""Writes `docs/data.md` and the CSV templates from the contracts, or checks that they are current.

python -m data_access.contracts.documentation --write
python -m data_access.contracts.documentation --check
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from data_access.contracts.contract import TABLES, ColumnInfo, Contract

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/data.md")
TEMPLATES = Path("docs/templates")

_INTRODUCTION = """# The canonical tables

This page and the files in [`templates/`](templates) are written from the contracts in
`data_access/contracts`; `make docs` writes them anew.

Every source is turned into rows of these tables. To import a folder of files that already look
like this, name each file after its table (`orders.csv`, `cases.parquet`) and run
`afterwatch import template FOLDER`. Columns that are empty everywhere may be left out.

- **Times** are ISO 8601 with an offset or `Z` (`2026-03-01T09:30:00+08:00`) and are stored in UTC.
  A time that is no plan must lie between 1990 and one day after the import.
- **Dates** (`2026-03-01`) belong to no zone.
- **Money** is in whole minor units of the row's `currency`: 1999 for EUR 19.99 and for JPY 1,999.
- **Required** columns are never empty. **Key** columns, together with `source`, name the row: a row
  with a known key replaces the older version if its content differs.
- **Personal keys** are stored as keyed hashes; **free text** is stored without e-mail addresses,
  phone and payment card numbers. Names, addresses and contact data have no column.
- A row that breaks a rule goes to the quarantine with its reason; the others go in.

Besides its own columns every stored row has `source` (the feed it came from), `batch_id` (the
import that wrote this version), `ingested_at` and `part` (`yyyymm` of its partition time, 0 for
none).
"""

_TYPES: Mapping[str, str] = {
    "instant": "time",
    "date": "date",
    "money": "money",
    "count": "whole number",
    "number": "number",
    "flag": "true/false",
    "currency": "currency",
    "country": "country",
    "language": "language",
    "zone": "time zone",
    "id": "id",
    "actor": "id",
    "personal_key": "personal key",
    "free_text": "free text",
    "choice": "one of",
    "text": "text",
}


def page() -> str:
    """The text of `docs/data.md`."""
    listed = "\n".join(f"- [`{name}`](#{name}): {made.doc}" for name, made in TABLES.items())
    sections = "\n".join(_section(contract) for contract in TABLES.values())
    return f"{_INTRODUCTION}\n{listed}\n\n{sections}"


def _section(contract: Contract) -> str:
    when = (
        f"Partitioned by the month of `{contract.partition_time}`."
        if contract.partition_time
        else "Kept in one piece."
    )
    key = ", ".join(f"`{name}`" for name in contract.key)
    lines = [
        f"## {contract.name}",
        "",
        f"{contract.doc} Key: {key}. {when}",
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
        *(_line(info) for info in contract.columns.values()),
        "",
    ]
    return "\n".join(lines)


def _line(info: ColumnInfo) -> str:
    kind = _TYPES[info.kind]
    unit = f", {info.unit}" if info.kind == "number" and info.unit else ""
    meaning = info.doc
    if info.allowed:
        meaning += ": " + ", ".join(f"`{value}`" for value in info.allowed)
    required = "" if info.nullable else "yes"
    return f"| `{info.name}` | {kind}{unit} | {required} | {meaning} |"


def template(contract: Contract) -> str:
    """The header line of a table's CSV template."""
    header = pl.DataFrame(schema=dict.fromkeys(contract.columns, pl.String()))
    return header.write_csv()


def files() -> dict[Path, str]:
    """Every generated file, relative to the root of the project, with its text."""
    templates = {TEMPLATES / f"{name}.csv": template(made) for name, made in TABLES.items()}
    return {PAGE: page(), **templates}


def stale(root: Path) -> list[Path]:
    """Generated files that are missing, differ, or belong to no table."""
    wanted = files()
    odd = [
        path
        for path, text in wanted.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    there = {path.relative_to(root) for path in (root / TEMPLATES).glob("*.csv")}
    return sorted([*odd, *(there - set(wanted))])


def write(root: Path) -> None:
    """Write what is stale and remove templates of tables that are gone."""
    wanted = files()
    for path in stale(root):
        if path not in wanted:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write the files")
    action.add_argument("--check", action="store_true", help="fail if a file is not current")
    chosen = parser.parse_args(arguments)
    if chosen.write:
        write(ROOT)
        return 0
    odd = stale(ROOT)
    for path in odd:
        sys.stderr.write(f"{path} is not what the contracts say; run `make docs`.\n")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
