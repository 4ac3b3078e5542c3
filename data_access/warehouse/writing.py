"""Making Iceberg tables and replacing their partitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError
from pyiceberg.table import Table as IcebergTable

from data_access.warehouse.data_files import files_per_part, write_files
from data_access.warehouse.storage import (
    TABLE_PROPERTIES,
    iceberg_schema,
    in_parts,
    partition_spec,
    stored_dtype,
)


def ensure_table(
    catalog: Catalog,
    name: tuple[str, str],
    dtypes: Mapping[str, pl.DataType],
    docs: Mapping[str, str],
) -> IcebergTable:
    """A fresh handle to write through: made when missing, widened where columns are new.

    Args:
        catalog: where the table is listed.
        name: namespace and table.
        dtypes: columns the table must have, `part` among them.
        docs: what the columns mean.
    """
    schema = iceberg_schema({n: stored_dtype(d) for n, d in dtypes.items()}, docs)
    try:
        found = catalog.load_table(name)
    except NoSuchTableError:
        try:
            return catalog.create_table(
                name,
                schema,
                partition_spec=partition_spec(schema),
                properties=dict(TABLE_PROPERTIES),
            )
        except TableAlreadyExistsError:
            found = catalog.load_table(name)
    if set(schema.column_names) - set(found.schema().column_names):
        with found.update_schema() as update:
            update.union_by_name(schema)
    return found


def overwrite_parts(target: IcebergTable, rows: pl.DataFrame, parts: Collection[int]) -> None:
    """Empty `parts` and add `rows`, in one commit; none when there is nothing to do.

    Rows of other partitions are added to what is there.
    """
    doomed = files_per_part(target).keys() & set(parts) if parts else set()
    if not doomed and rows.is_empty():
        return
    files = write_files(target, rows)
    with target.transaction() as change:
        if doomed:
            change.delete(in_parts(doomed))
        with change.update_snapshot().merge_append() as added:
            for file in files:
                added.append_data_file(file)
