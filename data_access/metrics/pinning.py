"""Answering from the snapshots of one refresh for ever, whatever was declared or written since."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import polars as pl

from data_access.metrics.filters import QueryError
from data_access.warehouse import Warehouse
from data_access.warehouse.catalog import SnapshotMissingError, TableMissingError


class PinnedError(QueryError):
    """A pinned snapshot cannot answer; the message names table and snapshot and says what to do."""


def present(
    warehouse: Warehouse, namespace: str, table: str, snapshot_id: int, wanted: Collection[str]
) -> tuple[str, ...]:
    """Those of the wanted columns that the table had in a snapshot, in their order.

    Raises:
        PinnedError: the snapshot is gone.
    """
    try:
        held = set(warehouse.columns(table, namespace, snapshot_id))
    except TableMissingError as error:
        raise PinnedError(str(SnapshotMissingError(namespace, table, snapshot_id))) from error
    except SnapshotMissingError as error:
        raise PinnedError(str(error)) from error
    return tuple(name for name in wanted if name in held)


def unknown_table(namespace: str, table: str, as_of: object) -> PinnedError:
    """For a table that was declared after the refresh."""
    return PinnedError(
        f"{namespace}.{table} did not exist at the refresh of {as_of}: what it holds was declared "
        "later. Import something or start the worker (afterwatch worker), which works the numbers "
        "out again; then issue the report anew."
    )


@contextmanager
def naming_tables(lacking: Collection[tuple[str, str, int, tuple[str, ...]]]) -> Iterator[None]:
    """Turn a column that is not there into a message that names table and snapshot.

    Args:
        lacking: namespace, table, snapshot and the columns declared since, as they are found out
            inside the block.
    """
    try:
        yield
    except pl.exceptions.ColumnNotFoundError as error:
        if not lacking:
            raise
        tables = "; ".join(
            f"{namespace}.{table} of snapshot {snapshot} has no {', '.join(columns)}"
            for namespace, table, snapshot, columns in sorted(lacking)
        )
        raise PinnedError(
            f"The pinned numbers cannot answer this: {tables}. The columns were declared "
            "after that refresh. Issue the report anew, or rebuild it with the version it was "
            "made with."
        ) from error
