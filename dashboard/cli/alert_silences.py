"""`afterwatch alerts silence`: keep quiet what people know about."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output
from dashboard.cli.alert_texts import as_span, opened

if TYPE_CHECKING:
    from alerts.silences import Outcome

_home = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
_actor = click.option(
    "--as", "actor", default=getpass.getuser, show_default="your user name", help="Who acts."
)


@click.group("silence")
def silence() -> None:
    """Silences: no messages about what matches, until they end."""


@silence.command("add")
@click.argument("matchers", nargs=-1)
@click.option("--incident", type=int, help="This incident and all that lies inside it.")
@click.option("--for", "span", default="1h", show_default=True, help="How long: 30m, 4h, 2d.")
@click.option("--reason", required=True, help="Why; everybody who wonders reads it.")
@_actor
@_home
def add(
    matchers: tuple[str, ...],
    incident: int | None,
    span: str,
    reason: str,
    actor: str,
    home: Path | None,
) -> None:
    """Silence what matches all MATCHERS, such as market=PL or carrier!=DHL, or one incident."""
    from alerts import silences
    from alerts.muting import Matcher, MatcherError
    from dashboard.services import utc_now

    if (incident is None) == (not matchers):
        raise click.UsageError("Give matchers such as market=PL, or --incident NUMBER.")
    try:
        parsed = [Matcher.parse(text) for text in matchers]
    except MatcherError as error:
        raise click.ClickException(str(error)) from error
    now = utc_now()
    ends = now + as_span(span)
    engine = opened(home)
    if incident is not None:
        outcome = silences.silence_incident(
            engine, incident, ends=ends, actor=actor, reason=reason, token=None, now=now
        )
    else:
        outcome = silences.create(
            engine, parsed, ends=ends, author=actor, reason=reason, token=None, now=now
        )
    engine.dispose()
    _finish(outcome, f"Silence {outcome.silence_id} until {ends:%Y-%m-%d %H:%M} UTC.")


@silence.command("list")
@_home
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(home: Path | None, form: str) -> None:
    """List silences in force and those still to come, the first to end first."""
    import polars as pl

    from alerts import silences
    from dashboard.services import utc_now

    engine = opened(home)
    found = silences.active(engine, utc_now())
    engine.dispose()
    schema = {
        "silence_id": pl.Int64(),
        "matchers": pl.String(),
        "starts_at": pl.Datetime("us", "UTC"),
        "ends_at": pl.Datetime("us", "UTC"),
        "author": pl.String(),
        "reason": pl.String(),
    }
    rows = [
        (
            one.id,
            " ".join(str(matcher) for matcher in one.matchers),
            one.starts_at,
            one.ends_at,
            one.author,
            one.reason,
        )
        for one in found
    ]
    output.show_frame(pl.DataFrame(rows, schema=schema, orient="row"), form)


@silence.command("expire")
@click.argument("number", type=int)
@_actor
@_home
def expire(number: int, actor: str, home: Path | None) -> None:
    """End a silence now."""
    from alerts import silences
    from dashboard.services import utc_now

    engine = opened(home)
    outcome = silences.expire(engine, number, actor=actor, token=None, now=utc_now())
    engine.dispose()
    _finish(outcome, f"Silence {number} is over.")


def _finish(outcome: Outcome, done: str) -> None:
    """Say what came of it; refused: exit with 1."""
    from dashboard.wording.outcomes import silence_refusal

    if outcome.result == "refused":
        raise click.ClickException(silence_refusal(outcome.why))
    click.echo(done)
