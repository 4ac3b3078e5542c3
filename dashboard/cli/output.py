"""What commands print: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson
import polars as pl
from rich.console import Console
from rich.table import Table

FORMATS = ("table", "json", "csv")
PIPE_WIDTH = 200
"""Width of tables that go into a pipe or a file, where there is no terminal to fit."""


def console(*, stderr: bool = False) -> Console:
    """A console that wraps at the terminal's width, or at `PIPE_WIDTH` where there is none."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False)


def json_text(value: Any) -> str:
    """JSON with times in ISO 8601, indented."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(value, option=option).decode()


def frame_text(frame: pl.DataFrame, form: str) -> str:
    """A frame as JSON rows or CSV."""
    if form == "json":
        return json_text(frame.to_dicts()) + "\n"
    zoned = [n for n, d in frame.schema.items() if isinstance(d, pl.Datetime) and d.time_zone]
    return frame.with_columns(
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in zoned
    ).write_csv()


def show_frame(frame: pl.DataFrame, form: str, *, title: str = "", out: Path | None = None) -> None:
    """Print a frame, or write it to a file, in one of `FORMATS`.

    Raises:
        click.ClickException: if the file cannot be written.
    """
    if form == "table":
        rows = (tuple(row.values()) for row in frame.iter_rows(named=True))
        numeric = {n for n, d in frame.schema.items() if d.is_numeric()}
        rendered = table(frame.columns, list(rows), title=title, numeric=numeric)
        if out is None:
            console().print(rendered)
            return
        try:
            with out.open("w", encoding="utf-8") as file:
                Console(file=file, width=PIPE_WIDTH, highlight=False).print(rendered)
        except OSError as error:
            raise click.ClickException(f"Cannot write {out}: {error.strerror}.") from error
        return
    text = frame_text(frame, form)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        # Excel reads UTF-8 in CSV only when the file starts with a byte order mark.
        out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write {out}: {error.strerror}.") from error


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    title: str = "",
    numeric: set[str] | frozenset[str] = frozenset(),
) -> Table:
    """A table for a terminal; numbers are right-aligned with thousands separated."""
    made = Table(title=title or None, title_justify="left")
    for name in columns:
        made.add_column(name, justify="right" if name in numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell(value) for value in row))
    return made


def cell(value: Any) -> str:
    """One value as people read it; brackets are not rich's markup."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
        case datetime():
            text = value.strftime("%Y-%m-%d %H:%M")
        case _:
            text = str(value).replace("[", "\\[")
    return text
