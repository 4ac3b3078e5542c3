"""`afterwatch worker`: refresh numbers, evaluate rules, make reports, keep house."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click


@click.command("worker")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--once", is_flag=True, help="Work once and end.")
def command(home: Path | None, once: bool) -> None:
    """Refresh the numbers, evaluate the rules, make and send reports, until stopped.

    Further workers on the same home stand by and take over when the first one ends.
    """
    from alerts.worker import run, run_once
    from dashboard.reports.job import extra_job
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("apscheduler", "pyiceberg", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    services = open_services(load_settings(home=home))
    jobs = [extra_job(services)]
    try:
        if not once:
            sys.exit(run(services, jobs))
        report = run_once(services, jobs)
    finally:
        services.engine.dispose()
    if report is None:
        raise click.ClickException(
            "Another worker is at work on this home. Stop it first, or leave the work to it."
        )
    click.echo(f"{report.slots} rule days evaluated.")
    if report.faults:
        raise click.ClickException("\n".join(report.faults))
