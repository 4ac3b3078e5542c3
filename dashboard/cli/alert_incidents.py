"""`afterwatch alerts show`: one incident in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output
from dashboard.cli.alert_texts import opened

if TYPE_CHECKING:
    from alerts.inbox import IncidentPage


def show_incident(number: int, home: Path | None, form: str) -> None:
    """Print one incident, as tables or as JSON."""
    from alerts import inbox
    from dashboard.services import utc_now

    now = utc_now()
    engine = opened(home)
    page = inbox.incident(engine, number, now)
    engine.dispose()
    if page is None:
        raise click.ClickException(
            f"There is no incident {number}; see `afterwatch alerts list --view open`."
        )
    if form == "json":
        click.echo(output.json_text(_record(page)))
        return
    _print(page, now)


def _record(page: IncidentPage) -> dict[str, Any]:
    row = {name: value for name, value in page.row.items() if not name.startswith("spark")}
    return {
        **row,
        "labels": dict(page.labels),
        "evidence": dict(page.evidence),
        "members": [
            {
                "alert_id": member.alert_id,
                "rule_id": member.rule_id,
                "labels": dict(member.labels),
                "signal": member.signal,
                "episode": member.episode,
                "joined_at": member.joined_at,
                "resolved_at": member.resolved_at,
            }
            for member in page.members
        ],
        "messages": page.deliveries.to_dicts(),
        "timeline": page.timeline.to_dicts(),
    }


def _print(page: IncidentPage, now: Any) -> None:
    from dashboard.wording import incident as words
    from dashboard.wording.incident_messages import next_message
    from dashboard.wording.incident_names import against, severity_name, slice_words
    from dashboard.wording.incident_timeline import moments

    row = page.row
    click.echo(words.answer(page))
    for text in (words.summary(page), words.first_steps(page)):
        if text:
            click.echo(text)
    click.echo("")
    click.echo(f"Severity: {severity_name(row['severity'])}")
    click.echo(f"Slice: {slice_words(page.labels)}")
    click.echo(f"Number: {against(row)}")
    click.echo(f"Messages: {next_message(page, 'UTC', now)}")
    drivers = page.evidence.get("drivers", [])
    if drivers:
        lines = [list(driver.values()) for driver in drivers]
        output.console().print(output.table(list(drivers[0]), lines, title="What drives it"))
    if page.evidence.get("samples"):
        click.echo(f"Cases: {', '.join(page.evidence['samples'])}")
    happened = [
        [f"{entry.at:%Y-%m-%d %H:%M}", entry.head, entry.note, entry.text]
        for entry in moments(page.timeline, "UTC")
    ]
    columns = ["at (UTC)", "what", "", "words"]
    output.console().print(output.table(columns, happened, title="What happened"))
