"""`afterwatch serve`: the web application on this machine."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

import click


@click.command("serve")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def command(home: Path | None, host: str | None, port: int | None, threads: int) -> None:
    """Serve the screens until stopped with Ctrl-C.

    The numbers are refreshed by `afterwatch worker`, which runs beside this.
    """
    from waitress.server import create_server  # type: ignore[import-untyped]

    from dashboard.app import create_app
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # A browser opens six connections at once; that is no news.
    for noisy in ("waitress.queue", "pyiceberg", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    services = open_services(load_settings(home=home, host=host, port=port))
    settings = services.settings
    try:
        application = create_app(services).server
        server = create_server(
            application, host=settings.host, port=settings.port, threads=threads, ident=None
        )
    except OSError as error:
        services.engine.dispose()
        raise click.ClickException(_why(error, settings.host, settings.port)) from error
    click.echo(f"Afterwatch is at http://{settings.host}:{server.effective_port} (Ctrl-C stops it)")
    try:
        server.run()
    finally:
        server.close()
        services.engine.dispose()


def _why(error: OSError, host: str, port: int) -> str:
    """What keeps the server from listening, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Choose another with --port, or 0 for a free one."
    if error.errno == errno.EACCES:
        return f"Port {port} needs the rights of an administrator. Choose one above 1023."
    return f"Cannot listen on {host}:{port}: {error.strerror or error}."
