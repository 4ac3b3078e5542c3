"""`afterwatch alerts log`: the event log, and whether its chain of hashes holds."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli.alert_texts import opened


@click.group("log")
def log() -> None:
    """The append-only log of what signals, people and messages did."""


@log.command("verify")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
@click.option(
    "--head", "kept", help="A head noted earlier, HASH or SEQ:HASH as the daily digest prints it."
)
def verify(home: Path | None, kept: str | None) -> None:
    """Check that no row of the log was changed or removed; exit with 1 if one was."""
    from sqlalchemy import func, select

    from alerts import event_log
    from data_access.state import schema

    seq, hash_ = _head(kept)
    engine = opened(home)
    broken = event_log.verify(engine)
    table = schema.event_log
    with engine.connect() as connection:
        rows: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        head = event_log.head(connection)
        known = connection.execute(select(table.c.seq).where(table.c.hash == hash_)).scalar()
    engine.dispose()
    if broken is not None:
        raise click.ClickException(broken)
    if kept is not None and (known is None or seq not in (None, known)):
        raise click.ClickException(
            f"No row of the log has the hash {kept}: rows were cut off its end, or it was rebuilt."
        )
    click.echo(f"The log holds: {rows:,} rows, head {head}.")
    click.echo(
        "Keep the head elsewhere: who may write to the database can rebuild all of the chain."
    )


def _head(kept: str | None) -> tuple[int | None, str]:
    """Sequence number, where it was given, and hash.

    Raises:
        BadParameter: it is neither.
    """
    seq, colon, hash_ = (kept or "").strip().rpartition(":")
    if colon and not seq.isdigit():
        raise click.BadParameter(f"{kept!r} is no head; write HASH or SEQ:HASH.")
    return int(seq) if seq else None, hash_.lower()
