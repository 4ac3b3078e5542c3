"""`afterwatch import`: files in, with an account of every row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.importing import BatchReport, Progress

_COUNTS = ("read", "new", "changed", "unchanged", "quarantined")


@click.command("import")
@click.argument("source")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Mapping file for `mapped`.")
@click.option("--source-name", help="Name of this feed, where one format has several.")
@click.option("--zone", help="IANA time zone of times that carry none.")
@click.option("--dry-run", is_flag=True, help="Count everything, write nothing.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(
    source: str,
    path: Path,
    *,
    home: Path | None,
    mapping: Path | None,
    source_name: str | None,
    zone: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """Import what SOURCE (a format) finds at PATH (a file or folder).

    Rows that cannot go in are kept with their reason: see `afterwatch quarantine`. Exit status: 0
    when every row is accounted for and at least one is in the warehouse (or nothing was there to
    read), 1 when no row could go in or the file is unusable, 2 on wrong usage.
    """
    from dashboard.services import open_services
    from dashboard.settings import load_settings
    from data_access.importing import import_path
    from data_access.sources.base import SourceError, SourceOptions
    from data_access.sources.registry import get
    from data_access.time_zones import known_zone

    try:
        reader = get(source)
    except SourceError as error:
        raise click.UsageError(error.message) from error
    if zone is not None and not known_zone(zone):
        raise click.UsageError(f"{zone!r} is no IANA time zone; use a name such as Europe/Berlin.")
    settings = load_settings(home=home)
    services = open_services(settings)
    now = services.clock()
    options = SourceOptions(
        zone=zone,
        mapping=mapping,
        source_name=source_name,
        hash_key=settings.hash_key(),
        now=now,
    )
    with _progress() as progress:
        report = import_path(
            reader,
            path,
            warehouse=services.warehouse,
            engine=services.engine,
            options=options,
            now=now,
            dry_run=dry_run,
            progress=progress,
            waiting=_say_waiting,
        )
        if not dry_run and _accepted(report):
            progress("numbers", 0.0)
            _refresh(services)
    if form == "json":
        click.echo(output.json_text(asdict(report)))
    else:
        _show(report, dry_run=dry_run)
    if any(t.read for t in report.tables) and not _accepted(report):
        raise click.ClickException(
            "No row could go in; the reasons are above and in `afterwatch quarantine list`."
        )


def _accepted(report: BatchReport) -> int:
    return sum(t.new + t.changed + t.unchanged for t in report.tables)


def _refresh(services: Services) -> None:
    from data_access.marts import refresh

    zone = services.settings.time_zone
    refresh(services.warehouse, services.engine, services.clock(), zone=zone)


def _say_waiting(holder: str) -> None:
    click.echo(f"Another import is running ({holder}); waiting for it to end.", err=True)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress bar on a terminal, nothing elsewhere."""
    screen = output.console(stderr=True)
    if not screen.is_terminal:
        yield lambda _stage, _share: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<16}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def _show(report: BatchReport, *, dry_run: bool) -> None:
    screen = output.console()
    what = "Dry run, nothing written" if dry_run else f"Import {report.batch_id}"
    columns = ("table", *_COUNTS, "top reasons")
    rows = [
        [
            t.table,
            *(getattr(t, name) for name in _COUNTS),
            "\n".join(f"{number:,} × {reason}" for reason, number in t.reasons),
        ]
        for t in report.tables
    ]
    title = f"{what}: {report.source} from {report.path}"
    screen.print(output.table(columns, rows, title=title, numeric=frozenset(_COUNTS)))
    for said in report.notes:
        screen.print(f"Note: {output.cell(said)}")
    if any(t.quarantined for t in report.tables) and not dry_run:
        screen.print("Quarantined rows: afterwatch quarantine list")
