"""`afterwatch alerts`: what is open, and everything about one alert."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from sqlalchemy import Engine

_SHOWN = ("alert_id", "severity", "title_en", "since", "day", "y", "mu", "increase", "p")


@click.group("alerts")
def command() -> None:
    """Alerts."""


@command.command("list")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(home: Path | None, form: str) -> None:
    """List open alerts, the most severe and newest first."""
    from alerts.store import open_alerts

    engine = _open(home)
    alerts = open_alerts(engine)
    engine.dispose()
    output.show_frame(alerts.select(_SHOWN) if form == "table" else alerts, form)


@command.command("show")
@click.argument("alert_id", type=int)
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table")
def show(alert_id: int, home: Path | None, form: str) -> None:
    """Show one alert: its numbers, what drives it, sample cases and what happened so far."""
    from alerts.store import alert_events, find_alert

    engine = _open(home)
    alert = find_alert(engine, alert_id)
    if alert is None:
        raise click.ClickException(f"There is no alert {alert_id}; see `afterwatch alerts list`.")
    events = alert_events(engine, alert.fingerprint)
    engine.dispose()
    evidence = dict(alert.evidence or {})
    if form == "json":
        record = {
            "alert_id": alert.id,
            "rule_id": alert.rule_id,
            "fingerprint": alert.fingerprint,
            "labels": alert.labels,
            "signal": alert.state.signal,
            "since": alert.state.opened_at,
            "evidence": evidence,
            "events": events.to_dicts(),
        }
        click.echo(output.json_text(record))
        return
    texts = evidence.get("texts", {})
    for field in ("title", "summary", "action"):
        click.echo(texts.get(field, {}).get("en", ""))
    click.echo(f"\nSignal: {alert.state.signal} since {alert.state.opened_at:%Y-%m-%d %H:%M} UTC")
    numbers = evidence.get("numbers", {})
    output.console().print(output.table(list(numbers), [list(numbers.values())], title="Numbers"))
    drivers = evidence.get("drivers", [])
    if drivers:
        rows = [list(driver.values()) for driver in drivers]
        output.console().print(output.table(list(drivers[0]), rows, title="What drives it"))
    if evidence.get("samples"):
        click.echo(f"Cases: {', '.join(evidence['samples'])}")
    output.show_frame(events, "table", title="What happened")


def _open(home: Path | None) -> Engine:
    from dashboard.settings import load_settings
    from data_access.state.engine import migrate, open_state

    engine = open_state(load_settings(home=home).database_url)
    migrate(engine)
    return engine
