"""`afterwatch quarantine`: rows that could not go in, with where, why and what to do."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from dashboard.cli import output

_SHOWN = ["table", "file", "row", "column", "value", "reason", "advice", "last_seen"]


@click.group("quarantine")
def command() -> None:
    """Rows that could not go in."""


def _home_option(function: click.decorators.FC) -> click.decorators.FC:
    return click.option(
        "--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch."
    )(function)


def _filter_options(function: click.decorators.FC) -> click.decorators.FC:
    by_table = click.option("--table", "table", help="Only rows of this canonical table.")
    by_batch = click.option("--batch", type=int, help="Only rows this import met last.")
    return by_table(by_batch(function))


@command.command("list")
@_home_option
@_filter_options
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(home: Path | None, table: str | None, batch: int | None, limit: int, form: str) -> None:
    """Show quarantined rows, newest first."""
    rows = _rows(home, table, batch, limit)
    output.show_frame(rows.select(_SHOWN) if form == "table" else rows, form)


@command.command("export")
@_home_option
@_filter_options
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="csv")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def export(
    home: Path | None, table: str | None, batch: int | None, form: str, out: Path | None
) -> None:
    """Write all quarantined rows, with the source row as JSON, to a file or the screen."""
    output.show_frame(_rows(home, table, batch, None), form, out=out)


def _rows(
    home: Path | None, table: str | None, batch: int | None, limit: int | None
) -> pl.DataFrame:
    from dashboard.settings import load_settings
    from data_access.contracts import TABLES
    from data_access.quarantine import listing
    from data_access.state.engine import migrate, open_state

    if table is not None and table not in TABLES:
        raise click.UsageError(f"There is no table {table!r}. Tables: {', '.join(TABLES)}.")
    engine = open_state(load_settings(home=home).database_url)
    migrate(engine)
    rows = listing(engine, table=table, batch=batch, limit=limit)
    engine.dispose()
    return rows
