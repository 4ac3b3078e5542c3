"""`afterwatch review`: what was learned from crises, and whether it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.services import Services

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
form_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)


@click.group("review")
def command() -> None:
    """Reviews of crises, root causes, corrective actions."""


@contextmanager
def _opened(home: Path | None) -> Iterator[Services]:
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    services = open_services(load_settings(**({"home": home} if home else {})))
    try:
        yield services
    finally:
        services.engine.dispose()


@command.command("list")
@home_option
@form_option
def list_(home: Path | None, form: str) -> None:
    """List reviews, those to be written first."""
    from alerts.reviews.tracker import tracker

    with _opened(home) as services:
        found = tracker(services.engine, services.clock())
    rows = [
        {
            "crisis": one.crisis_id,
            "title": one.title,
            "level": one.level,
            "status": one.status,
            "due": one.due_at.isoformat(timespec="minutes"),
            "owner": one.owner or "",
            "summary": one.summary,
        }
        for one in found.reviews
    ]
    output.show_frame(pl.DataFrame(rows, infer_schema_length=None), form)


@command.command("actions")
@home_option
@form_option
def actions(home: Path | None, form: str) -> None:
    """List corrective actions, what is overdue or to be checked first."""
    from alerts.reviews.tracker import tracker

    with _opened(home) as services:
        found = tracker(services.engine, services.clock())
    rows = [
        {
            "action": one.id,
            "cause": cause.id,
            "code": cause.cause.cause_code or "",
            "text": one.text,
            "owner": one.state.owner,
            "due": one.state.due_on.isoformat(),
            "check": one.state.check_on.isoformat(),
            "status": str(one.state.status),
        }
        for one, cause in found.actions
    ]
    output.show_frame(pl.DataFrame(rows, infer_schema_length=None), form)


@command.command("causes")
@home_option
@form_option
def causes(home: Path | None, form: str) -> None:
    """List root causes that are not closed: questions of low scores by reason and market."""
    from alerts.reviews.tracker import tracker

    with _opened(home) as services:
        found = tracker(services.engine, services.clock())
    rows = [
        {
            "reason": one.reason,
            "market": one.market,
            "status": one.status,
            "answers": len(one.ids),
            "lowest": one.worst,
            "first_due": one.oldest_due.isoformat(timespec="minutes"),
        }
        for one in found.groups
    ]
    output.show_frame(pl.DataFrame(rows, infer_schema_length=None), form)


@command.command("export")
@click.argument("crisis", type=int)
@click.option("--language", type=click.Choice(("en", "zh")), default="en", show_default=True)
@click.option("--form", type=click.Choice(("txt", "html")), default="txt", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; default: the screen.")
@home_option
def export(crisis: int, language: str, form: str, out: Path | None, home: Path | None) -> None:
    """Write the published summary of the review of CRISIS."""
    from alerts.reviews import review_rows, summary
    from alerts.reviews.review_machine import Summary

    with _opened(home) as services, services.engine.connect() as connection:
        stored = review_rows.load(connection, crisis)
    if stored is None:
        raise click.ClickException(f"Crisis {crisis} has no review.")
    if stored.review.summary is not Summary.PUBLIC or stored.public_at is None:
        raise click.ClickException(
            f"The summary of crisis {crisis} is not published; confirm and publish it under "
            f"/reviews/{crisis}."
        )
    write = summary.as_html if form == "html" else summary.as_text
    text = write(
        language,
        stored.redacted[language],
        published=f"{stored.public_at:%Y-%m-%d}",
        sha256=stored.review.sha256,
    )
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror}).") from error
    click.echo(f"Wrote {out}.")
