"""The command line: `afterwatch COMMAND`; each command is one module, loaded when it runs."""

from __future__ import annotations

import sys
from importlib import import_module, metadata

import click

COMMANDS = {
    "init": "init",
    "demo": "demo",
    "import": "import_",
    "quarantine": "quarantine",
    "kpi": "kpi",
    "explain": "explain",
    "reconcile": "reconcile",
    "serve": "serve",
    "worker": "worker",
    "rules": "rules",
    "alerts": "alerts",
    "oncall": "oncall",
    "notify": "notify",
    "crisis": "crisis",
    "playbook": "playbook",
    "compensation": "compensation",
    "evidence": "evidence",
    "review": "review",
    "report": "report",
    "doctor": "doctor",
}
"""Command name to module in this package; each module has a click command named `command`."""


class _LazyGroup(click.Group):
    """Loads a command's module only when it runs, so that `--help` need not import Polars."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"dashboard.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version("afterwatch"), prog_name="afterwatch")
def group() -> None:
    """Control tower for cross-border after-sales.

    Exit status: 0 done, 1 the data or the result is bad (the message says why), 2 wrong usage.
    """


def main() -> None:
    """Entry point. Turns every expected failure into one message and an exit status."""
    try:
        # Within its own group click hands the status of an Exit back instead of raising it.
        status = group(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.UsageError as wrong:
        wrong.show()
        sys.exit(2)
    except click.ClickException as bad:
        bad.show()
        sys.exit(1)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except Exception as bad:
        from dashboard.cli.failures import message_of

        message = message_of(bad)
        if message is None:
            raise
        click.echo(f"Error: {message}", err=True)
        sys.exit(1)
