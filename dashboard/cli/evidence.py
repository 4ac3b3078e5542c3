"""`afterwatch evidence`: what proves a crisis, packs of it, and checking them.

`verify` needs no home and no database: it is the verifier that lies in every pack.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output
from dashboard.cli.alert_texts import as_moment, opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.actions import Outcome
    from alerts.dossier import Completeness

_HOME = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
_AS = click.option("--as", "actor", required=True, help="Your name; it goes with what you do.")
_PATH = click.Path(path_type=Path, dir_okay=False)


@click.group("evidence")
def command() -> None:
    """What proves a crisis: list it, add to it, export a pack, check a pack."""


@command.command("list")
@click.argument("crisis", type=int)
@_HOME
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(crisis: int, home: Path | None, form: str) -> None:
    """What a complete pack of CRISIS holds, what is there, and what is missing."""
    from alerts import dossier

    engine, folder = _home(home)
    complete = _completeness(engine, crisis)
    filed = dossier.rows_of(engine, crisis)
    engine.dispose()
    if form != "table":
        output.show_frame(filed, form)
        return
    _print_checklist(complete)
    if filed.height:
        shown = filed.select("id", "kind", "item", "name", "size", "captured_at", "added_by")
        output.show_frame(shown, "table", title=f"Filed ({folder / 'evidence'})")
    else:
        click.echo("Nothing is filed yet; add something with: afterwatch evidence add")


@command.command("add")
@click.argument("crisis", type=int)
@click.argument("file", type=_PATH, required=False)
@click.option("--note", help="Text to keep, in place of a file.")
@click.option("--link", "address", help="Address of something that lies elsewhere.")
@click.option("--title", default="", help="What a note or link is called.")
@click.option("--item", help="Item of the checklist that it proves, as `list` shows it.")
@click.option("--source", default="", help="Where it comes from.")
@click.option("--captured", help="When it was captured: an ISO time, UTC without a zone.")
@_AS
@_HOME
def add(
    *,
    crisis: int,
    file: Path | None,
    note: str | None,
    address: str | None,
    title: str,
    item: str | None,
    source: str,
    captured: str | None,
    actor: str,
    home: Path | None,
) -> None:
    """Add a FILE, a note or a link to the evidence of CRISIS."""
    from alerts import dossier
    from dashboard.services import utc_now

    if sum(given is not None for given in (file, note, address)) != 1:
        raise click.UsageError("Give one of: a FILE, --note TEXT, --link ADDRESS.")
    at = as_moment(captured) if captured else None
    if file is not None:
        new = _file(file, source, at, item)
    elif note is not None:
        new = dossier.note(title or note[:60], note, item=item, source=source)
    else:
        new = dossier.link(title or address or "", address or "", at, item=item)
    engine, folder = _home(home)
    _completeness(engine, crisis, item)
    outcome = dossier.add(engine, crisis, new, home=folder, actor=actor, token=None, wall=utc_now())
    engine.dispose()
    _finish(outcome)
    data = outcome.data or {}
    click.echo(f"Filed as evidence {data['evidence']}, SHA-256 {data['sha256']}.")


@command.command("export")
@click.argument("crisis", type=int)
@click.option("--out", type=_PATH, required=True, help="Where to write the pack.")
@click.option("--as", "actor", default="command line", help="Your name; it goes into the log.")
@_HOME
def export(crisis: int, out: Path, actor: str, home: Path | None) -> None:
    """Build a pack of CRISIS as it stands and write it to a file."""
    from alerts import dossier
    from alerts.dossier import pack
    from dashboard.services import utc_now

    if out.exists():
        raise click.ClickException(f"{out} is there already; name another file.")
    engine, folder = _home(home)
    try:
        outcome = dossier.build(
            engine, crisis, home=folder, actor=actor, token=None, wall=utc_now()
        )
    except dossier.PackError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    _finish(outcome)
    data: dict[str, Any] = outcome.data or {}
    _copy(pack.path_of(folder, data["sha256"]), out)
    click.echo(f"Written to {out}: {data['files']} files, {data['entries']:,} log entries.")
    click.echo(f"SHA-256 {data['sha256']}")
    click.echo(f"Head of its log {data['head']}")
    if data["missing"]:
        click.echo(f"Not complete; missing: {', '.join(data['missing'])}.")


@command.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--head", help="A head of the log published earlier: SEQ:HASH or HASH.")
@click.option("--most-bytes", type=int, default=None, help="Unpack no more than this.")
def verify(file: Path, head: str | None, most_bytes: int | None) -> None:
    """Check a pack offline; exit with 1 if it does not hold, 2 if it cannot be checked."""
    from alerts.dossier import verifier

    try:
        most = verifier.MOST_BYTES if most_bytes is None else most_bytes
        result = verifier.verify(str(file), head, most)
    except verifier.Broken as broken:
        raise click.ClickException(f"Not intact. First broken link: {broken}") from broken
    except verifier.NoPack as none:
        click.echo(f"Cannot be checked. {none}", err=True)
        raise click.exceptions.Exit(2) from none
    for line in verifier.told(result):
        click.echo(line)


def _home(home: Path | None) -> tuple[Engine, Path]:
    from dashboard.settings import load_settings

    return opened(home), load_settings(home=home).home


def _completeness(engine: Engine, crisis: int, item: str | None = None) -> Completeness:
    """The checklists of a crisis.

    Raises:
        ClickException: there is no such crisis, or its checklists ask for no such item.
    """
    from alerts import dossier
    from alerts.crisis.clock import now_of
    from alerts.dossier.rows import crisis_row
    from dashboard.services import utc_now

    with engine.connect() as connection:
        row = crisis_row(connection, crisis)
        if row is None:
            raise click.ClickException(
                f"There is no crisis {crisis}; see `afterwatch crisis list`."
            )
        complete = dossier.completeness(connection, row, now_of(connection, crisis, utc_now()))
    known = [one.item for one in complete.items]
    if item is not None and item not in known:
        listed = ", ".join(known) or "none"
        raise click.ClickException(f"No checklist of crisis {crisis} asks for {item!r}: {listed}.")
    return complete


def _print_checklist(complete: Completeness) -> None:
    if not complete.items:
        click.echo("No checklist applies; run the worker once so that those that ship are known.")
        return
    lists = ", ".join(title.en for _name, title in complete.lists)
    click.echo(f"{complete.there} of {complete.required} items are there. Checklists: {lists}.")
    rows = [
        (
            one.item,
            one.state if one.required else f"{one.state} (optional)",
            "; ".join(f"{proof.kind} {proof.ref}" for proof in one.proofs)
            or f"{one.person or one.role} by {one.due_at:%Y-%m-%d %H:%M} UTC",
        )
        for one in complete.items
    ]
    output.console().print(output.table(["Item", "State", "Where, or who gets it"], rows))


def _file(file: Path, source: str, at: datetime | None, item: str | None) -> Any:
    import mimetypes

    from alerts import dossier
    from alerts.evidence_files import MOST_BYTES

    try:
        if file.stat().st_size > MOST_BYTES:
            raise click.ClickException(
                f"{file} is larger than {MOST_BYTES // 1024 // 1024} MB. Keep it where it lies and "
                "add a link to it."
            )
        content = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return dossier.file(
        file.name, content, media_type, source=source or file.name, captured_at=at, item=item
    )


def _copy(pack: Path, out: Path) -> None:
    from alerts.evidence_files import EvidenceFileError, written_beside

    try:
        with (
            written_beside(out.absolute().parent, lambda _file: out.name) as target,
            pack.open("rb") as source,
        ):
            shutil.copyfileobj(source, target)
    except (EvidenceFileError, OSError) as error:
        raise click.ClickException(f"The pack was built, but not written: {error}") from error


def _finish(outcome: Outcome) -> None:
    """Say why something was not done.

    Raises:
        ClickException: it was refused.
    """
    from dashboard.wording.evidence_outcomes import refusal

    if outcome.result != "done":
        raise click.ClickException(refusal(outcome, "UTC"))
