"""Keeping the warehouse small: old snapshots, small files, files that nothing names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table as IcebergTable

from data_access.warehouse.data_files import files_per_part
from data_access.warehouse.storage import PART, local_path
from data_access.warehouse.writing import overwrite_parts

SMALL_FILES = 8
"""A partition with more data files than this is compacted."""


@dataclass(frozen=True)
class HousekeepReport:
    """What was tidied away."""

    snapshots_expired: int = 0
    parts_compacted: int = 0
    files_removed: int = 0
    bytes_removed: int = 0


def housekeep(
    catalog: Catalog, root: Path, *, now: datetime, keep: timedelta, orphan_age: timedelta
) -> HousekeepReport:
    """Compact, expire, remove orphans; see `Warehouse.housekeep`."""
    expired = compacted = 0
    for table in _tables(catalog):
        compacted += _compact(table)
        expired += _expire(table, now - keep)
    files, size = _remove_orphans(catalog, root, now - orphan_age)
    return HousekeepReport(expired, compacted, files, size)


def _tables(catalog: Catalog) -> list[IcebergTable]:
    names = [name for space in catalog.list_namespaces() for name in catalog.list_tables(space)]
    found = []
    for name in sorted(names):
        try:
            found.append(catalog.load_table(name))
        except NoSuchTableError:
            continue  # dropped meanwhile
    return found


def _compact(table: IcebergTable) -> int:
    """Rewrite partitions of many files as one; returns how many."""
    crowded = {part for part, files in files_per_part(table).items() if files > SMALL_FILES}
    if not crowded:
        return 0
    rows = (
        pl.scan_iceberg(table)
        .filter(pl.col(PART).is_in(sorted(crowded)))
        .select(table.schema().column_names)
        .collect()
    )
    overwrite_parts(table, rows.sort(PART, maintain_order=True), crowded)
    return len(crowded)


def _expire(table: IcebergTable, before: datetime) -> int:
    """Expire what was replaced before then; how long it had been current does not matter."""
    made = sorted(table.metadata.snapshots, key=lambda snapshot: snapshot.timestamp_ms)
    limit = before.timestamp() * 1000
    tagged = {ref.snapshot_id for ref in table.metadata.refs.values()}
    old = [s.snapshot_id for s, after in pairwise(made) if after.timestamp_ms < limit]
    old = [snapshot for snapshot in old if snapshot not in tagged]
    if not old:
        return 0
    table.maintenance.expire_snapshots().by_ids(old).commit()
    return len(old)


def _remove_orphans(catalog: Catalog, root: Path, before: datetime) -> tuple[int, int]:
    # Listed before the catalogue is read: a file that appears later is not in the list, and one
    # that is committed meanwhile is in the catalogue.
    candidates = [
        path
        for path in root.rglob("*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    named: set[Path] = set()
    for table in _tables(catalog):
        named |= _named_files(table)
    removed = size = 0
    for path in candidates:
        if path in named or path.parent == root:
            continue
        size += path.stat().st_size
        path.unlink()
        removed += 1
    return removed, size


def _named_files(table: IcebergTable) -> set[Path]:
    """Metadata, manifest lists, manifests and data files of every snapshot."""
    names = {table.metadata_location, *(e.metadata_file for e in table.metadata.metadata_log)}
    for snapshot in table.metadata.snapshots:
        names.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            names.add(manifest.manifest_path)
            names |= {
                entry.data_file.file_path
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
            }
    return {local_path(name) for name in names}
