"""The warehouse: Iceberg tables in the catalogue of the state database, read by Polars."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import polars as pl
from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from data_access.contracts import TABLES, Contract
from data_access.state.engine import migrate, open_state
from data_access.warehouse import housekeeping
from data_access.warehouse.data_files import files_of
from data_access.warehouse.housekeeping import HousekeepReport
from data_access.warehouse.locking import exclusive
from data_access.warehouse.merging import MergeCounts, MergePlan, plan_merge
from data_access.warehouse.storage import PART, local_path, month_part, stored
from data_access.warehouse.writing import ensure_table, overwrite_parts

CATALOGUE = "afterwatch"
FACTS = "facts"
WRITER_LOCK = ".writer.lock"
DERIVED = ("marts", "rollups")


class TableMissingError(LookupError):
    """A derived table was read before it was first written."""


class WarehouseMovedError(LookupError):
    """The files of a table are not where they were written; the message says what to do."""

    def __init__(self, place: str, root: Path) -> None:
        path = local_path(place)
        told = (
            f"The warehouse file {path} is gone. Restore the warehouse folder from a backup."
            if path.is_relative_to(root)
            else f"The warehouse was made elsewhere: {path} is not there. Its tables name their "
            f"files by full path, so move the home back, or make its old place a link to {root}'s "
            "new one."
        )
        super().__init__(told)


class SnapshotMissingError(LookupError):
    """A snapshot was asked for that has expired; the message says what to do."""

    def __init__(self, namespace: str, table: str, snapshot_id: int) -> None:
        super().__init__(
            f"Snapshot {snapshot_id} of {namespace}.{table} is gone: housekeeping removed it, or "
            "the table was made anew. Restore the warehouse folder and the state database from a "
            "backup of that time."
        )


def open_warehouse(state_url: str, root: Path) -> Warehouse:
    """Open the warehouse, made when missing.

    Args:
        state_url: address of the state database, which also holds the Iceberg catalogue.
        root: folder of the data files.
    """
    engine = open_state(state_url)
    migrate(engine)
    root = root.absolute()
    root.mkdir(parents=True, exist_ok=True)
    address = engine.url.render_as_string(hide_password=False)
    catalog = SqlCatalog(CATALOGUE, uri=address, warehouse=root.as_uri())
    # PyIceberg knows nothing of busy timeouts and write-ahead logs: give it our engine.
    catalog.engine.dispose()
    catalog.engine = engine
    for namespace in (FACTS, *DERIVED):
        try:
            catalog.create_namespace_if_not_exists(namespace)
        except (NamespaceAlreadyExistsError, IntegrityError):
            continue  # another process was faster
    return Warehouse(catalog, engine, root)


class Warehouse:
    """Iceberg tables by namespace (`facts`, `marts`, `rollups`) and name."""

    def __init__(self, catalog: SqlCatalog, engine: Engine, root: Path) -> None:
        self._catalog = catalog
        self._engine = engine
        self.root = root
        self._loaded: dict[tuple[str, str], tuple[str, IcebergTable]] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Give back the database connections."""
        self._engine.dispose()

    # Reading

    def scan(
        self,
        table: str,
        *,
        namespace: str = FACTS,
        snapshot_id: int | None = None,
        schema: Mapping[str, pl.DataType] | None = None,
    ) -> pl.LazyFrame:
        """Read a table lazily, as it is now or was in a snapshot.

        Args:
            table: its name.
            namespace: `facts`, `marts` or `rollups`.
            snapshot_id: an older snapshot; None for the newest.
            schema: columns to give where the table was never written or lacks some; facts know
                theirs from the contract.

        Raises:
            TableMissingError: if it was never written and no schema is known.
        """
        if schema is None and namespace == FACTS:
            schema = TABLES[table].stored_dtypes()
        found = self._load(table, namespace)
        if found is None or found.current_snapshot() is None:
            if schema is None:
                raise TableMissingError(f"{namespace}.{table} was never written")
            return pl.LazyFrame(schema=dict(schema))
        frame = pl.scan_iceberg(found, snapshot_id=snapshot_id)
        if schema is None:
            return frame
        present = set(_schema_of(found, snapshot_id).column_names)
        return frame.select(
            pl.col(name) if name in present else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in schema.items()
        )

    def exists(self, table: str, namespace: str = FACTS) -> bool:
        """Whether the table was ever written."""
        return self.snapshot_id(table, namespace) is not None

    def snapshot_id(self, table: str, namespace: str = FACTS) -> int | None:
        """The newest snapshot, None if the table was never written."""
        found = self._load(table, namespace)
        snapshot = found.current_snapshot() if found is not None else None
        return snapshot.snapshot_id if snapshot is not None else None

    def replaced(self, table: str, since: int | None, until: int | None) -> pl.LazyFrame | None:
        """Facts as they were in snapshot `since`, of the files that `until` does not hold any more.

        Every row that was changed between the two is among them, and rows that were only moved.
        None where the older snapshot has expired: nobody knows then.
        """
        schema = TABLES[table].stored_dtypes()
        nothing = pl.LazyFrame(schema=schema)
        found = self._load(table, FACTS)
        if found is None or since is None or since == until:
            return nothing
        if found.snapshot_by_id(since) is None:
            return None
        gone = files_of(found, since) - files_of(found, until)
        if not gone:
            return nothing
        rows = pl.scan_parquet(sorted(gone), missing_columns="insert", extra_columns="ignore")
        present = rows.collect_schema()
        return rows.select(
            (pl.col(name) if name in present else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in schema.items()
        )

    def version(self) -> str:
        """A short text that changes whenever a mart or a rollup changes."""
        statement = (
            select(IcebergTables.metadata_location)
            .where(
                IcebergTables.catalog_name == CATALOGUE,
                IcebergTables.table_namespace.in_(DERIVED),
            )
            .order_by(IcebergTables.table_namespace, IcebergTables.table_name)
        )
        with self._engine.connect() as connection:
            places = connection.execute(statement).scalars().all()
        return hashlib.blake2b("\n".join(map(str, places)).encode(), digest_size=8).hexdigest()

    # Writing

    def merge(
        self, contract: Contract, rows: pl.DataFrame, *, batch_id: int, now: datetime
    ) -> MergeCounts:
        """Merge rows by natural key in one commit; none when nothing changed.

        Args:
            contract: the table's contract.
            rows: contract columns and `source`, each natural key at most once.
            batch_id: number of the import.
            now: when the rows were taken in.
        """
        with self._writer():
            plan = self.plan_merge(contract, rows, batch_id=batch_id, now=now)
            if plan.write.height:
                self._write(contract, plan)
        return plan.counts

    def plan_merge(
        self,
        contract: Contract,
        rows: pl.DataFrame,
        *,
        batch_id: int,
        now: datetime,
        pending: pl.DataFrame | None = None,
    ) -> MergePlan:
        """What `merge` would do, without doing it.

        `pending` are rows a dry run would have written before, in stored dtypes.
        """
        prepared = stored(
            rows.with_columns(
                pl.lit(batch_id, dtype=pl.Int64).alias("batch_id"),
                pl.lit(now, dtype=pl.Datetime("us", "UTC")).alias("ingested_at"),
                month_part(contract.partition_time),
            ).select(contract.stored_dtypes().keys())
        )
        there = self.scan(contract.name)
        if pending is not None and pending.height:
            key = ["source", *contract.key]
            there = pl.concat([there.join(pending.lazy(), on=key, how="anti"), pending.lazy()])
        return plan_merge(contract, prepared, there)

    def replace_parts(
        self, table: str, namespace: str, rows: pl.DataFrame, parts: Collection[int]
    ) -> None:
        """Replace whole partitions in one commit; other partitions stay.

        Args:
            table: name of the derived table, made when missing; new columns are added to it.
            namespace: `marts` or `rollups`.
            rows: all rows of `parts`, with the column `part` (Int32).
            parts: the partitions to replace; one without rows becomes empty.
        """
        outside = set(rows[PART].unique().to_list()) - set(parts)
        if outside:
            raise ValueError(f"{namespace}.{table}: rows outside the parts to replace: {outside}")
        rows = stored(rows)
        with self._writer():
            target = ensure_table(self._catalog, (namespace, table), rows.schema, {})
            overwrite_parts(target, rows, parts)

    def drop(self, table: str, namespace: str) -> None:
        """Forget a derived table; its files go with the next housekeeping."""
        if namespace == FACTS:
            raise ValueError("Facts are never dropped")
        try:
            self._catalog.drop_table((namespace, table))
        except NoSuchTableError:
            return
        finally:
            self._loaded.pop((namespace, table), None)

    def tag(
        self, table: str, name: str, namespace: str = FACTS, snapshot_id: int | None = None
    ) -> int:
        """Keep a snapshot under a name; housekeeping leaves it. Twice the same is once.

        Args:
            table: its name.
            name: of the tag.
            namespace: `facts`, `marts` or `rollups`.
            snapshot_id: which snapshot; None: the newest.

        Returns:
            The snapshot's id.

        Raises:
            TableMissingError: if the table was never written.
            SnapshotMissingError: if that snapshot has expired already.
        """
        with self._writer():
            found = self._load(table, namespace)
            newest = found.current_snapshot() if found is not None else None
            if found is None or newest is None:
                raise TableMissingError(f"{namespace}.{table} was never written")
            chosen = newest.snapshot_id if snapshot_id is None else snapshot_id
            if found.snapshot_by_id(chosen) is None:
                raise SnapshotMissingError(namespace, table, chosen)
            there = found.metadata.refs.get(name)
            if there is None or there.snapshot_id != chosen:
                # A handle of its own: a commit changes the handle, and readers share the other.
                fresh = self._catalog.load_table((namespace, table))
                fresh.manage_snapshots().create_tag(chosen, name).commit()
        return chosen

    def columns(
        self, table: str, namespace: str = FACTS, snapshot_id: int | None = None
    ) -> tuple[str, ...]:
        """The columns that a table has, or had in a snapshot.

        Raises:
            TableMissingError: if it was never written.
            SnapshotMissingError: if that snapshot has expired.
        """
        found = self._load(table, namespace)
        if found is None:
            raise TableMissingError(f"{namespace}.{table} was never written")
        if snapshot_id is not None and found.snapshot_by_id(snapshot_id) is None:
            raise SnapshotMissingError(namespace, table, snapshot_id)
        return tuple(_schema_of(found, snapshot_id).column_names)

    def housekeep(
        self, *, now: datetime, keep: timedelta, orphan_age: timedelta = timedelta(days=1)
    ) -> HousekeepReport:
        """Expire snapshots, compact small files, remove orphan files.

        Args:
            now: the time to count from.
            keep: snapshots replaced less than this ago stay, and so does every tagged one.
            orphan_age: files that no snapshot names are removed when older than this; younger ones
                may belong to a commit in flight.
        """
        with self._writer():
            return housekeeping.housekeep(
                self._catalog, self.root, now=now, keep=keep, orphan_age=orphan_age
            )

    # Tables

    def _writer(self) -> AbstractContextManager[None]:
        """Readers never wait; two writers of one partition would throw away each other's work."""
        return exclusive(self.root / WRITER_LOCK)

    def _load(self, table: str, namespace: str) -> IcebergTable | None:
        """The table at its newest metadata, read from disk only when that changed."""
        statement = select(IcebergTables.metadata_location).where(
            IcebergTables.catalog_name == CATALOGUE,
            IcebergTables.table_namespace == namespace,
            IcebergTables.table_name == table,
        )
        with self._engine.connect() as connection:
            place = connection.execute(statement).scalar_one_or_none()
        if place is None:
            return None
        cached = self._loaded.get((namespace, table))
        if cached is not None and cached[0] == place:
            return cached[1]
        try:
            found = self._catalog.load_table((namespace, table))
        except NoSuchTableError:
            return None
        except FileNotFoundError as error:
            raise WarehouseMovedError(place, self.root) from error
        with self._lock:
            self._loaded[namespace, table] = (found.metadata_location, found)
        return found

    def _write(self, contract: Contract, plan: MergePlan) -> None:
        docs = {name: info.doc for name, info in contract.columns.items()}
        name = (FACTS, contract.name)
        target = ensure_table(self._catalog, name, contract.stored_dtypes(), docs)
        rows = pl.concat([plan.keep, plan.write]) if plan.keep.height else plan.write
        # Sorted by time inside a partition, so that a filter on days skips row groups.
        order = [PART, contract.partition_time] if contract.partition_time else [PART]
        if not all(rows[name].is_sorted() for name in order):
            rows = rows.sort(order, maintain_order=True)
        overwrite_parts(target, rows, plan.rewrite)


def _schema_of(table: IcebergTable, snapshot_id: int | None) -> Schema:
    """The schema of a snapshot: an older one lacks the columns that the table got since."""
    snapshot = None if snapshot_id is None else table.snapshot_by_id(snapshot_id)
    if snapshot is None or snapshot.schema_id is None:
        return table.schema()
    return table.schemas()[snapshot.schema_id]
