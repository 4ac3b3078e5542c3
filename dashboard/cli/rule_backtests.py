"""`afterwatch rules backtest`: run one, keep it, print it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output
from dashboard.cli.rules import chosen

if TYPE_CHECKING:
    from alerts.backtest import Backtest, Difference
    from alerts.backtest.walking import Found
    from alerts.rule_store import StoredRule
    from alerts.rules import RuleVersion
    from dashboard.services import Services


def show(
    rule: str, *, days: int, n: int | None, against: str | None, home: Path | None, form: str
) -> None:
    """Backtest an id or a file and print what was found.

    Raises:
        click.ClickException: no such rule, a file with faults, or no numbers yet.
    """
    from alerts.backtest import compare
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    services = open_services(load_settings(home=home))
    version, stored = _version(services, rule, n)
    made = _run(services, version, days)
    _keep(services, stored, made)
    difference = None
    if against:
        live = _live(services, version.rule.id)
        if live.version.sha256 == version.sha256:
            raise click.ClickException(
                f"{version.rule.id} version {live.n} is the live one; there is nothing to compare."
            )
        difference = compare(_run(services, live.version, days), made)
    services.engine.dispose()
    if form == "json":
        click.echo(output.json_text(_record(made, difference)))
        return
    _print(made, difference)
    if stored is None:
        click.echo("Not kept: this home does not know this version.")


def _version(services: Services, rule: str, n: int | None) -> tuple[RuleVersion, StoredRule | None]:
    """What is to be backtested, and its row if the home has one."""
    from alerts import evaluation
    from alerts.rule_store import versions_of
    from alerts.rules import RuleError, load

    path = Path(rule)
    if path.suffix in {".yaml", ".yml"}:
        try:
            version = load(path)
            evaluation.check(version)
        except RuleError as error:
            raise click.ClickException(str(error)) from error
        same = [
            one
            for one in versions_of(services.engine, version.rule.id)
            if one.version.sha256 == version.sha256
        ]
        return version, same[0] if same else None
    stored = chosen(services.engine, rule, n)
    return stored.version, stored


def _run(services: Services, version: RuleVersion, days: int) -> Backtest:
    from alerts import backtest
    from alerts.judging.model import JudgeError

    zone = services.settings.time_zone
    last = backtest.last_day(services.metrics, services.clock(), zone)
    if last is None:
        raise click.ClickException(
            "There are no numbers yet; import something and run `afterwatch worker --once`."
        )
    try:
        return backtest.run(
            version,
            services.metrics,
            services.engine,
            first=last - timedelta(days=days - 1),
            last=last,
            zone=zone,
            tables=services.warehouse,
        )
    except JudgeError as error:
        raise click.ClickException(str(error)) from error


def _keep(services: Services, stored: StoredRule | None, made: Backtest) -> None:
    from alerts.backtest.stored import save
    from data_access.state.engine import writing

    if stored is not None:
        with writing(services.engine) as connection:
            save(connection, stored.version_id, made, services.clock())


def _live(services: Services, rule_id: str) -> StoredRule:
    from alerts.rule_store import versions_of

    for one in versions_of(services.engine, rule_id):
        if one.stage == "live":
            return one
    raise click.ClickException(f"{rule_id} has no live version to compare with.")


def _record(made: Backtest, difference: Difference | None) -> dict[str, Any]:
    import json

    record: dict[str, Any] = json.loads(made.to_json())
    record["episodes_per_week"] = made.episodes_per_week
    record["per_manager_day"] = made.per_manager_day
    record["by_weekday"] = made.by_weekday
    if difference is not None:
        record["against_live"] = {
            "first": difference.first,
            "last": difference.last,
            "only_live": [_facts(one) for one in difference.only_old],
            "only_this": [_facts(one) for one in difference.only_new],
            "both": len(difference.both),
        }
    return record


def _facts(one: Found) -> dict[str, Any]:
    return {"labels": dict(one.labels), "opened": one.opened, "closed": one.closed}


def _print(made: Backtest, difference: Difference | None) -> None:
    click.echo(
        f"{made.rule_id} from {made.first} to {made.last}: {made.days} of {len(made.daily)} days "
        f"could be judged, up to {made.segments} segments, {made.seconds:.1f} s."
    )
    per_week = made.episodes_per_week
    if per_week is None:
        click.echo("No day could be judged: the history is too short, or there are no numbers.")
        return
    click.echo(
        f"{len(made.episodes)} episodes, {per_week:.2f} a week; {made.flaps} relapses, "
        f"{made.near_misses} near misses. With nobody acting: {made.notices.total} messages to "
        f"{made.notices.managers} recipients, at most {made.per_manager_day:.2f} a day to one "
        "(reminders left out)."
    )
    _print_detections(made)
    if made.verdicts.by_verdict:
        told = ", ".join(f"{name} {count}" for name, count in made.verdicts.by_verdict.items())
        click.echo(f"Verdicts on {sum(made.verdicts.by_verdict.values())} of them: {told}.")
    if made.episodes:
        output.show_frame(_episodes(made.episodes), "table", title="Episodes")
    if difference is not None:
        click.echo(
            f"Against the live version, {difference.first} to {difference.last}: "
            f"{len(difference.both)} in both, {len(difference.only_old)} only in the live one, "
            f"{len(difference.only_new)} only in this one."
        )
        for title, ones in (
            ("Only in the live version", difference.only_old),
            ("Only in this version", difference.only_new),
        ):
            if ones:
                output.show_frame(_episodes(ones), "table", title=title)


def _print_detections(made: Backtest) -> None:
    for one in made.detections:
        if one.detected is None:
            click.echo(f"Missed: {one.title} (began {one.began}).")
        else:
            click.echo(f"Found after {one.delay_days} days: {one.title} (began {one.began}).")


def _episodes(episodes: tuple[Found, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "opened": one.opened,
                "closed": one.closed,
                "segment": " · ".join(value or "unknown" for value in one.labels.values()) or "all",
                "y": one.y,
                "expected": one.mu,
                "relapses": one.flaps,
                "reason": one.reason,
            }
            for one in episodes
        ],
        schema={
            "opened": pl.Date,
            "closed": pl.Date,
            "segment": pl.String,
            "y": pl.Float64,
            "expected": pl.Float64,
            "relapses": pl.Int64,
            "reason": pl.String,
        },
    )
