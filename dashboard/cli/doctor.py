"""`afterwatch doctor`: is this home in order, and if not, what to do."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from dashboard.services import Services


class Finding(NamedTuple):
    """One thing looked at; `advice` is empty where all is well."""

    name: str
    found: str
    advice: str = ""


@click.command("doctor")
@click.option("--home", type=click.Path(path_type=Path), help="Folder that holds everything.")
def command(home: Path | None) -> None:
    """Look a home over; exit status 1 when something needs attention."""
    from rich.markup import escape

    from dashboard.cli.output import console
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    settings = load_settings(home=home)
    if not settings.home.is_dir():
        raise click.ClickException(
            f"There is no home at {settings.home}. Make one with: afterwatch init"
        )
    services = open_services(settings)
    findings = [finding for check in _CHECKS for finding in check(services)]
    services.engine.dispose()
    out = console()
    for finding in findings:
        mark = "[yellow]![/] " if finding.advice else "[green]ok[/]"
        out.print(f"{mark} {finding.name}: {escape(finding.found)}")
        if finding.advice:
            out.print(f"   {escape(finding.advice)}")
    if any(finding.advice for finding in findings):
        raise click.exceptions.Exit(1)


def _settings(services: Services) -> Iterator[Finding]:
    settings = services.settings
    yield Finding("home", str(settings.home))
    yield Finding("state", services.engine.url.render_as_string(hide_password=True))
    yield Finding("days", f"cut in {settings.time_zone}, money shown in {settings.currency}")


def _tables(services: Services) -> Iterator[Finding]:
    from data_access.contracts import TABLES

    filled = [name for name in TABLES if services.warehouse.exists(name)]
    yield Finding(
        "tables",
        f"{len(filled)} of {len(TABLES)} hold rows",
        "" if filled else "Bring rows in: afterwatch import SOURCE PATH, or look: afterwatch demo",
    )


def _freshness(services: Services) -> Iterator[Finding]:
    from dashboard import pulse
    from dashboard.today import data_to

    fresh = data_to(services)
    if fresh is None:
        return
    now, limit = services.clock(), services.settings.stale_after_minutes
    age = now - fresh
    late = pulse.is_stale(fresh, now, limit)
    yield Finding(
        "freshness",
        f"data to {fresh:%Y-%m-%d %H:%M} UTC",
        f"{age.days} days {age.seconds // 3600} h old: is the feed running?" if late else "",
    )


def _worker(services: Services) -> Iterator[Finding]:
    from alerts import heartbeat
    from dashboard import pulse

    found, advice = {
        "ok": ("running", ""),
        "watch": ("late with its heartbeat", "Look at its log if this stays."),
        "breach": ("stopped", "Start it: afterwatch worker"),
        "none": ("never ran here", "Start it: afterwatch worker"),
    }[pulse.worker(services.engine, services.clock())]
    yield Finding("worker", found, advice)
    beat = heartbeat.read(services.engine)
    detail = beat.detail if beat is not None else {}
    for fault in detail.get("faults") or ():
        yield Finding("worker's fault", fault, "Mend it; the worker looks again at its next tick.")
    for late in detail.get("overdue") or ():
        yield Finding("overdue", late, "Look at the worker's log if this stays.")
    dead = detail.get("dead_letters") or 0
    if dead:
        yield Finding(
            "messages",
            f"{dead:,} could not be delivered",
            "See why: afterwatch notify outbox --state dead",
        )


def _data_quality(services: Services) -> Iterator[Finding]:
    """Cases by the data-quality check they failed, most first."""
    import polars as pl

    from dashboard.wording.exclusions import check_advice, check_effect, check_name
    from data_access.marts.schemas import MARTS

    found = services.warehouse.scan("findings", namespace="marts", schema=MARTS["findings"].columns)
    keys = ("source", "case_id")
    by_check = (
        found.unique([*keys, "check"])
        .group_by("check")
        .agg(pl.len(), *(pl.col(key).sort_by(*keys).first() for key in keys))
        .sort("len", "check", descending=[True, False])
        .collect()
    )
    for check, cases, source, case_id in by_check.iter_rows():
        counted = f"{cases:,} case" + ("" if cases == 1 else "s")
        advice = (
            check_effect(check),
            check_advice(check),
            f"See: afterwatch explain {shlex.quote(case_id)} --source {shlex.quote(source)}",
        )
        yield Finding("data quality", f"{check_name(check)}: {counted}", " ".join(advice))


def _crises(services: Services) -> Iterator[Finding]:
    """Steps of crises that are late, and people whom playbooks need and do not find."""
    from alerts.crisis_room import listing
    from alerts.library import kind_of, store
    from alerts.library.surroundings import effects, holders
    from alerts.notify.current import Current

    open_ones = listing(services.engine, services.clock()).open
    for one in open_ones:
        if one.overdue:  # drills are not among them
            late = f"{one.overdue:,} step" + ("" if one.overdue == 1 else "s")
            yield Finding(
                "crisis",
                f"{one.crisis.title}: {late} overdue",
                f"See: afterwatch crisis show {one.crisis.id}",
            )
    roles = holders(Current(services.settings.home).config())
    if not roles and not open_ones:
        return  # nobody works with playbooks here
    with services.engine.connect() as connection:
        known = store.snapshot(connection, effects=effects(), holders=roles)
    told = [
        (name, finding)
        for name, playbook in known.models.get("playbook", {}).items()
        for finding in kind_of("playbook").lint(playbook, known)
    ]
    unheld = sorted(
        {fault.where.split(".")[1] for _, fault in told if fault.rule == "nobody_holds"}
    )
    if unheld:
        advice = "Give them to somebody in alerting.yaml; see: afterwatch playbook check"
        yield Finding("roles that nobody holds", ", ".join(unheld), advice)
    for name, fault in told:
        if fault.severity == "error" or fault.rule == "too_few_signers":
            yield Finding(f"playbook {name}", f"{fault.where}: {fault.what.en}", fault.advice.en)


def _reports(services: Services) -> Iterator[Finding]:
    """Reports that failed or wait, what is wrong with their plan, fonts that paper needs."""
    from alerts.notify.current import Current
    from dashboard.reports import schedule_checks, schedule_file, slots
    from dashboard.reports.template import TemplateError, templates
    from dashboard.wording import report_delivery as words

    settings = services.settings
    planned, faults = schedule_file.current(settings.home).now()
    for fault in faults:
        advice = "Mend it; until then the last good one is in force. docs/reports.md explains it."
        yield Finding("reports.yaml", fault, advice)
    try:
        known = {name: one.body.period for name, one in templates(settings.home).items()}
    except TemplateError as error:
        yield Finding("report template", str(error), "Mend it; no report can be made until then.")
    else:
        config = Current(settings.home).config()
        for found in schedule_checks.findings(planned, known, config):
            yield Finding("planned report", str(found), "See: afterwatch report schedule check")
    for one in slots.listed(services.engine):
        if one.schedule not in planned.body.schedules:
            continue  # nobody waits for a report that is planned no more
        name, slot = f"report {one.schedule} {one.slot.period.name}", one.slot
        why = words.slot_reason(slot.reason, settings.time_zone)
        if slot.state == "failed":
            advice = f"It is tried again (so far {slot.attempts:,} times); mend what is told."
            yield Finding(name, f"failed: {why}", advice)
        elif slot.state == "late":
            yield Finding(name, why, "Look why the feed stays away.")
        elif slot.reason.get("correction_error"):
            yield Finding(name, f"no correction yet: {why}", "Mend what is told.")
    yield from _fonts(services)


def _fonts(services: Services) -> Iterator[Finding]:
    """Whether the fonts of paper are there."""
    from dashboard.reports.fonts import FontError, typefaces

    try:
        typefaces(services.settings.home)
    except FontError as error:
        yield Finding("fonts of reports", str(error), "Without them no PDF can be made.")


_CHECKS: tuple[Callable[[Services], Iterator[Finding]], ...] = (
    _settings,
    _tables,
    _freshness,
    _worker,
    _crises,
    _reports,
    _data_quality,
)
