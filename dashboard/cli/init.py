"""`afterwatch init`: make a home and say what is where."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.option("--home", type=click.Path(path_type=Path), help="Folder that holds everything.")
def command(home: Path | None) -> None:
    """Make a home (state database, warehouse, customer key); an existing one is left as it is."""
    from dashboard.services import open_services
    from dashboard.settings import CONFIG_NAME, load_settings

    settings = load_settings(home=home)
    settings.hash_key()
    services = open_services(settings)
    services.engine.dispose()
    click.echo(f"Home ready: {settings.home}")
    click.echo(f"  settings   {settings.home / CONFIG_NAME} (optional)")
    click.echo(f"  warehouse  {settings.warehouse_root}")
    click.echo("Next: afterwatch import SOURCE PATH, then afterwatch serve.")
