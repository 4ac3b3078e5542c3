"""`afterwatch demo`: a sample company, the worker and the web application in one command."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

DEFAULT_ORDERS = 125_000


@click.command("demo")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    help="Folder of the demo; ~/.afterwatch-demo unless set.",
)
@click.option(
    "--orders",
    type=click.IntRange(200, 2_000_000),
    default=DEFAULT_ORDERS,
    show_default=True,
    help="Orders of the past two years, when the sample company is made.",
)
def command(port: int | None, home: Path | None, orders: int) -> None:
    """Show Afterwatch with a sample company that goes on living.

    The first start invents the company and imports its exports; later starts go on where the
    clock is.
    """
    from dashboard.demo.run import run
    from dashboard.demo.story import DemoError, story_of
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    logging.basicConfig(level=logging.WARNING)
    given = home or (None if "AFTERWATCH_HOME" in os.environ else Path.home() / ".afterwatch-demo")
    settings = load_settings(home=given, port=port)
    place = settings.home.resolve()
    try:
        own = story_of(place)
        click.echo(f"Sample company in {place}")
        services = open_services(settings)
        try:
            run(services, own, orders, click.echo)
        finally:
            services.engine.dispose()
    except DemoError as error:
        raise click.ClickException(str(error)) from error
