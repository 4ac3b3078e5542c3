"""`afterwatch notify`: check alerting.yaml, explain routes, test channels, look into the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import Engine

    from alerts.notify.config import Config
    from dashboard.settings import Settings

STATES = ("pending", "sending", "sent", "dead", "dropped")

home_option = click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch."
)
format_option = click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")


@click.group("notify")
def command() -> None:
    """Messages: who is told what, when and how."""


@command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@home_option
@click.option("--days", type=click.IntRange(1, 3660), default=400, help="How far to check rotas.")
def check(file: Path | None, home: Path | None, days: int) -> None:
    """Check alerting.yaml of the home, or FILE: the file, templates, secrets and rotas.

    Exit status 1 where something is wrong. Without a file everything goes to the worker's log.
    """
    from alerts import overrides, roster
    from alerts.notify.channels import build, building
    from dashboard.services import utc_now

    settings = _settings(home)
    config = _config(settings, file)
    faults = [*config.texts.faults, *building.faults(build(config, utc_now))]
    kept = {}
    if config.body.rotas:
        with _database(settings) as engine:
            kept = overrides.active(engine, utc_now())
    for rota, finding in roster.findings(config, kept, utc_now(), days=days):
        at = f" {finding.starts_at:%Y-%m-%d %H:%M} UTC" if finding.starts_at else ""
        told = f"rota {rota}: {finding.kind.replace('_', ' ')}{at} {finding.what or ''}".rstrip()
        if finding.kind in {"gap", "unknown_person"}:
            faults.append(told)
        else:
            click.echo(told)
    if faults:
        raise click.ClickException("\n".join(faults))
    body = config.body
    click.echo(
        f"{config.where or 'no alerting.yaml'}: good. {len(body.people)} people, "
        f"{len(body.channels)} channels, {len(list(body.route.walk()))} routes, "
        f"{len(body.rotas)} rotas, {len(body.escalations)} escalations; "
        f"version {config.sha256[:12]}."
    )


@command.command("route")
@click.argument("labels", nargs=-1, required=True)
@home_option
@format_option
def route(labels: tuple[str, ...], home: Path | None, form: str) -> None:
    """Explain who is told of an incident with LABELS (name=value …), and by which route.

    `rule`, `topic` and `severity` are labels too.
    """
    import polars as pl

    from alerts.notify import recipients, routing
    from alerts.notify.duty import Duty
    from dashboard.services import utc_now

    given = _labels(labels)
    settings = _settings(home)
    config, now = _config(settings), utc_now()
    rows: list[dict[str, str]] = []
    with _database(settings) as engine, engine.connect() as connection:
        oncall = Duty(connection, config, now)
        for one in routing.route(config, given):
            kind, name = one.receiver.kind, one.receiver.name
            behind = recipients.of(config, kind, name, oncall=oncall, now=now, locale=one.locale)
            told = ", ".join(f"{who.recipient} via {who.channel} ({who.locale})" for who in behind)
            rows.append(
                {
                    "receiver": str(one.receiver),
                    "told now": told or _nobody(kind),
                    "route": " > ".join(one.path),
                    "because": ", ".join(one.because) or "takes everything",
                    "waits": _length(one.group_wait)
                    if one.group_wait is not None
                    else "by severity",
                    "news after": _length(one.group_interval),
                    "repeats after": _length(one.repeat_interval),
                }
            )
    output.show_frame(pl.DataFrame(rows), form)


@command.command("test")
@click.argument("channel")
@click.option("--to", "person", help="A person of alerting.yaml. Default: the channel itself.")
@home_option
def test(channel: str, person: str | None, home: Path | None) -> None:
    """Send a test message over CHANNEL now, and say what became of it."""
    from alerts.notify.addresses import outgoing
    from alerts.notify.channels import Delivery, build
    from alerts.notify.trial import TrialError, trial
    from dashboard.services import utc_now

    settings = _settings(home)
    config = _config(settings)
    try:
        message = trial(config, channel, person, utc_now())
    except TrialError as error:
        raise click.ClickException(str(error)) from error
    made = outgoing(config, message)
    if isinstance(made, Delivery):
        raise click.ClickException(made.detail)
    delivery = build(config, utc_now)[channel].send(made)
    told = f"{delivery.outcome}: {delivery.detail or delivery.http_status or 'sent'}"
    if delivery.outcome != "ok":
        raise click.ClickException(f"{channel}: {told}")
    click.echo(f"{channel}: {told} (message {message.short_id} to {message.recipient})")


@command.command("outbox")
@click.option("--state", type=click.Choice(STATES), help="Only messages in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
@home_option
@format_option
def outbox(state: str | None, limit: int, home: Path | None, form: str) -> None:
    """List messages, the newest first; `--state dead` lists those that could not be delivered."""
    from alerts.notify import OutboxFilter, outbox_rows

    with _database(_settings(home)) as engine:
        rows = outbox_rows(engine, OutboxFilter(state=state, limit=limit))
    output.show_frame(_listed(rows) if form == "table" else rows, form)


@command.command("resend")
@click.argument("number", type=int)
@click.option("--by", "actor", required=True, help="Who asks for it; the log keeps the name.")
@home_option
def resend(number: int, actor: str, home: Path | None) -> None:
    """Send message NUMBER again, as a new one; the worker takes it from the outbox."""
    from alerts.notify import ResendError
    from alerts.notify import resend as send_again
    from dashboard.services import utc_now

    with _database(_settings(home)) as engine:
        try:
            made = send_again(engine, number, actor=actor, now=utc_now())
        except ResendError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"Message {number} goes out again as message {made}.")


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    columns = ("id", "state", "created_at", "severity", "reason", "channel", "recipient", "subject")
    return rows.select(*columns, "attempts", "state_reason")


def _labels(given: tuple[str, ...]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{text!r} is no label; write name=value, such as market=PL")
        labels[name.strip()] = value.strip()
    return {"severity": "warning", **labels, "topic": labels.get("topic", labels.get("rule", ""))}


def _nobody(kind: str) -> str:
    if kind == "escalation":
        return "step by step"
    return "nobody on call: the first route's receivers" if kind == "rota" else "nobody"


def _length(given: timedelta) -> str:
    minutes = int(given.total_seconds() // 60)
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60} h"
    return f"{minutes} min"


def _settings(home: Path | None) -> Settings:
    from dashboard.settings import load_settings

    return load_settings(home=home)


def _config(settings: Settings, file: Path | None = None) -> Config:
    """The file as it is: what the worker would fall back to is not what somebody checks."""
    from alerts.notify import config as configs
    from alerts.notify import texts

    path = file or settings.home / configs.FILE_NAME
    try:
        found = configs.load(path) if file or path.exists() else configs.default()
    except configs.ConfigError as error:
        raise click.ClickException(str(error)) from error
    own = texts.load_own(settings.home / texts.OWN_FOLDER)
    return replace(found, public_url=settings.public_url, texts=own, home=settings.home)


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    from data_access.state.engine import migrate, open_state

    engine = open_state(settings.database_url)
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()
