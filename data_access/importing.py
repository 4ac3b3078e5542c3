"""Taking a source's rows in: privacy, validation, merge, quarantine, accounts.

For every import and table: read = new + changed + unchanged + quarantined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from data_access import personal_data, privacy, quarantine
from data_access.contracts import TABLES, Contract
from data_access.contracts.validation import ROW_INDEX, Verdict, validate
from data_access.duplicates import settle_duplicates
from data_access.sources.base import Source, SourceError, SourceOptions, Table, refused
from data_access.state import batches
from data_access.state.engine import writing
from data_access.warehouse import MergeCounts, Warehouse
from data_access.warehouse.locking import exclusive

IMPORT_LOCK = ".import.lock"
TOP_REASONS = 5
Progress = Callable[[str, float], None]
_COLUMNS_FOUND = re.compile(r" Found: | There are: | Did you mean '| Is '")


@dataclass(frozen=True)
class TableReport:
    """What became of the rows of one table."""

    table: str
    read: int
    new: int
    changed: int
    unchanged: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...]
    """The most frequent reasons of quarantine with their number of rows."""


@dataclass(frozen=True)
class BatchReport:
    """What became of an import; `batch_id` is None for a dry run."""

    batch_id: int | None
    source: str
    path: str
    tables: tuple[TableReport, ...]
    notes: tuple[str, ...]


@dataclass
class _Account:
    """Counts of one table while the import runs."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    pending: pl.DataFrame | None = None

    def report(self, table: str) -> TableReport:
        top = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))[:TOP_REASONS]
        return TableReport(
            table,
            self.read,
            self.new,
            self.changed,
            self.unchanged,
            self.quarantined,
            tuple(top),
        )


@dataclass(frozen=True)
class _Outcome:
    """One yield of a source after it was taken in."""

    counts: dict[str, int]
    refused: pl.DataFrame


def _quiet(_stage: str, _share: float) -> None:
    return None


def import_path(
    source: Source,
    path: Path,
    *,
    warehouse: Warehouse,
    engine: Engine,
    options: SourceOptions,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    waiting: Callable[[str], None] | None = None,
) -> BatchReport:
    """Import what `source` finds at `path`.

    Args:
        source: reader of the format.
        path: file or folder.
        warehouse: where the facts go.
        engine: the state database, for batches and quarantine.
        options: what the person said about the files; its `hash_key` keys customer hashes.
        now: time of the import.
        dry_run: count the same, write nothing.
        progress: called with a stage and the share of the current table that is done (0 to 1).
        waiting: called with the holder's name when another import runs; the import then waits.

    Raises:
        SourceError: if nothing can be read at `path`; the batch is recorded as failed.
    """
    run = _Run(source, path, warehouse, engine, options, now, progress or _quiet)
    if dry_run:
        return run.report(None)
    with exclusive(warehouse.root / IMPORT_LOCK, busy=waiting):
        batch_id = batches.begin(engine, source=run.feed, path=str(path), now=now)
        try:
            report = run.report(batch_id)
        except SourceError as error:
            message = _for_the_record(error)
            batches.end(engine, batch_id, status="failed", now=now, message=message)
            raise
        except BaseException as error:
            # What a library says of its failure may quote the row.
            message = f"The import stopped with {type(error).__name__}."
            batches.end(engine, batch_id, status="failed", now=now, message=message)
            raise
        batches.end(engine, batch_id, status="done", now=now)
    return report


def _for_the_record(error: SourceError) -> str:
    """What was wrong, without the list of columns: of a file without a header it is a customer."""
    return privacy.redact_text(_COLUMNS_FOUND.split(error.message, maxsplit=1)[0])


@dataclass(frozen=True)
class _Run:
    source: Source
    path: Path
    warehouse: Warehouse
    engine: Engine
    options: SourceOptions
    now: datetime
    progress: Progress

    @property
    def feed(self) -> str:
        """Value of the lineage column `source`."""
        return self.options.source_name or self.source.name

    def report(self, batch_id: int | None) -> BatchReport:
        """Take every table in and add up; `batch_id` None counts only."""
        accounts: dict[str, _Account] = {}
        notes: list[str] = []
        self.progress("reading", 0.0)
        for table in self.source.read(self.path, self.options):
            account = accounts.setdefault(table.name, _Account())
            outcome = self._take_in(table, account, batch_id)
            for name, number in outcome.counts.items():
                setattr(account, name, getattr(account, name) + number)
            account.reasons.update(_rows_per_reason(outcome.refused))
            notes += _notes(table)
            self.progress(table.name, 1.0)
        ordered = [name for name in TABLES if name in accounts]
        return BatchReport(
            batch_id,
            self.feed,
            str(self.path),
            tuple(accounts[name].report(name) for name in ordered),
            tuple(dict.fromkeys(notes)),
        )

    def _take_in(self, table: Table, account: _Account, batch_id: int | None) -> _Outcome:
        contract = TABLES[table.name]
        if table.read != table.frame.height + refused(table.problems):
            raise RuntimeError(
                f"{self.source.name}: {table.read} rows of {table.name} read, but "
                f"{table.frame.height} given and {refused(table.problems)} refused"
            )
        self.progress(table.name, 0.0)
        key = self.options.hash_key
        verdict = validate(contract, personal_data.protect(contract, table.frame, key), self.now)
        self.progress(table.name, 0.3)
        settled = settle_duplicates(contract, verdict.good)
        rows = settled.rows.drop("_file", "_row").with_columns(pl.lit(self.feed).alias("source"))
        rejected = pl.concat(
            [
                quarantine.redacted(_from_source(table.problems), key),
                # These were protected above; a person may still sit in a column of another kind.
                pl.concat([_from_verdict(contract, verdict), settled.refused]).with_columns(
                    privacy.redact(pl.col("value", "raw"))
                ),
            ]
        )
        merged = self._merge(contract, rows, account, batch_id)
        self.progress(table.name, 0.9)
        counts = {
            "read": table.read,
            "new": merged.new,
            "changed": merged.changed,
            "unchanged": merged.unchanged + settled.repeated,
            "quarantined": refused(table.problems)
            + verdict.refused.height
            + settled.refused.height,
        }
        if batch_id is not None:
            with writing(self.engine) as connection:
                quarantine.record(
                    connection,
                    rejected,
                    source=self.feed,
                    table=table.name,
                    batch_id=batch_id,
                    now=self.now,
                )
                batches.count(connection, batch_id, table.name, counts)
        return _Outcome(counts, rejected)

    def _merge(
        self, contract: Contract, rows: pl.DataFrame, account: _Account, batch_id: int | None
    ) -> MergeCounts:
        if batch_id is not None:
            return self.warehouse.merge(contract, rows, batch_id=batch_id, now=self.now)
        plan = self.warehouse.plan_merge(
            contract, rows, batch_id=0, now=self.now, pending=account.pending
        )
        key = ["source", *contract.key]
        before = account.pending
        account.pending = (
            plan.write
            if before is None
            else pl.concat([before.join(plan.write, on=key, how="anti"), plan.write])
        )
        return plan.counts


def _from_source(problems: pl.DataFrame) -> pl.DataFrame:
    """Rows that the source itself refused, as `quarantine.REFUSED_DTYPES`."""
    rows = problems.filter(pl.col("_row").is_not_null())
    named = rows.rename({"_file": "file", "_row": "row"})
    return named.select(*quarantine.REFUSED_DTYPES).cast(quarantine.REFUSED_DTYPES)  # type: ignore[arg-type]


def _from_verdict(contract: Contract, verdict: Verdict) -> pl.DataFrame:
    """Rows that the contract refused; their `raw` is the canonical row, personal data protected."""
    if verdict.reasons.is_empty():
        return pl.DataFrame(schema=quarantine.REFUSED_DTYPES)
    own = [name for name in contract.columns if name in verdict.refused.columns]
    rows = verdict.refused.select(
        ROW_INDEX,
        pl.col("_file").alias("file"),
        pl.col("_row").cast(pl.Int64).alias("row"),
        pl.struct(own).struct.json_encode().alias("raw"),
    )
    joined = verdict.reasons.join(rows, on=ROW_INDEX, how="left", maintain_order="left")
    return joined.select(*quarantine.REFUSED_DTYPES)


def _rows_per_reason(rejected: pl.DataFrame) -> dict[str, int]:
    counted = rejected.select("file", "row", "reason").group_by("reason").len()
    return {reason: int(number) for reason, number in counted.iter_rows()}


def _notes(table: Table) -> list[str]:
    notes = table.problems.filter(pl.col("_row").is_null())
    return [
        ". ".join(part for part in (f"{row['_file']}: {row['reason']}", row["advice"]) if part)
        for row in notes.iter_rows(named=True)
    ]
