"""`afterwatch playbook run`: start and lead runs of playbooks in crises."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output
from dashboard.cli.alert_texts import opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.actions import Outcome
    from alerts.notify.config import Config
    from alerts.runs import RunView, StepView

DOES = ("start", "done", "skip", "retry", "answer", "assign", "comment", "approve", "reject")
home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
actor_option = click.option(
    "--as", "actor", default=getpass.getuser, show_default="your user name", help="Who acts."
)
form_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)


@click.group("run")
def command() -> None:
    """Playbooks at work in crises: start, look, do steps, cancel, take up again."""


@command.command("start")
@click.argument("crisis", type=int)
@click.argument("playbook")
@click.option("--set", "given", multiple=True, help="A variable that is known: NAME=VALUE.")
@actor_option
@home_option
def start(
    *,
    crisis: int,
    playbook: str,
    given: tuple[str, ...],
    actor: str,
    home: Path | None,
) -> None:
    """Start PLAYBOOK in CRISIS by the version in force, unless it began there before."""
    from alerts import library
    from alerts.crisis import rows as crises
    from alerts.crisis.acting import act as act_on_crisis
    from alerts.crisis.model import Action, Do
    from alerts.runs.values import VariableError, typed
    from dashboard.services import utc_now

    engine = opened(home)
    with engine.connect() as connection:
        known = crises.look(connection, crisis) is not None
        document = library.current(connection, "playbook", playbook)
    if not known or document is None:
        raise click.ClickException(_missing(crisis, playbook, not known))
    try:
        variables = typed(document.model, dict(_pair(one) for one in given))
    except VariableError as error:
        raise click.ClickException(str(error)) from error
    outcome = act_on_crisis(
        engine,
        crisis,
        Action(Do.START_PLAYBOOK, playbooks=(playbook,), variables=variables),
        config=_config(home),
        actor=actor,
        version=None,
        token=None,
        wall=utc_now(),
    )
    engine.dispose()
    _finish(outcome, "start_playbook")
    for run_id in (outcome.data or {}).get("runs", ()):
        click.echo(f"Run {run_id}")


@command.command("list")
@click.argument("crisis", type=int)
@home_option
@form_option
def list_(crisis: int, home: Path | None, form: str) -> None:
    """List the runs of CRISIS."""
    found = _board(home, crisis)
    output.show_frame(pl.DataFrame([_run_row(run) for run in found], schema=_RUN), form)


@command.command("show")
@click.argument("crisis", type=int)
@click.option("--run", "run_id", type=int, help="Only this run.")
@click.option("--mine", "name", help="Only what waits for this person.")
@home_option
@form_option
def show(crisis: int, run_id: int | None, name: str | None, home: Path | None, form: str) -> None:
    """Show the steps of the runs of CRISIS: state, due, whom each waits for."""
    steps = [
        one
        for run in _board(home, crisis)
        for one in run.steps
        if run_id in (None, run.id) and (name is None or one.mine(name))
    ]
    output.show_frame(pl.DataFrame([_step_row(one) for one in steps], schema=_STEP), form)


@command.command("act")
@click.argument("run_id", metavar="RUN", type=int)
@click.argument("step")
@click.argument("what", type=click.Choice(DOES))
@click.option("--note", default="", help="A reason, a comment, the proof of an answer.")
@click.option("--set", "given", multiple=True, help="A field of the result: NAME=VALUE.")
@click.option("--evidence", multiple=True, help="What proves it; may be repeated.")
@click.option("--happened/--did-not-happen", default=None, help="Of answer.")
@click.option("--to", "assignee", default="", help="Of assign: the person; left out: nobody.")
@click.option("--role", default="", help="Of approve and reject: in which role.")
@actor_option
@home_option
def act(
    *,
    run_id: int,
    step: str,
    what: str,
    note: str,
    given: tuple[str, ...],
    evidence: tuple[str, ...],
    happened: bool | None,
    assignee: str,
    role: str,
    actor: str,
    home: Path | None,
) -> None:
    """Do WHAT to STEP of RUN."""
    from alerts import runs
    from alerts.runs.values import VariableError, typed
    from dashboard.services import utc_now

    engine = opened(home)
    playbook = _playbook(engine, run_id)
    try:
        result = typed(playbook, dict(_pair(one) for one in given), strict=False)
    except VariableError as error:
        raise click.ClickException(str(error)) from error
    outcome = runs.act(
        engine,
        run_id,
        step,
        runs.Action(
            runs.Do(what),
            result=result,
            note=note,
            evidence=evidence,
            happened=happened,
            assignee=assignee,
            role=role,
        ),
        config=_config(home),
        actor=actor,
        version=None,
        token=None,
        wall=utc_now(),
    )
    engine.dispose()
    _finish(outcome, "step_comment" if what == "comment" else what)


@command.command("cancel")
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--reason", required=True, help="Why; it is kept on record.")
@actor_option
@home_option
def cancel(run_id: int, reason: str, actor: str, home: Path | None) -> None:
    """End RUN before its time; nothing can be changed in it afterwards."""
    from alerts import runs

    _on_run(
        home,
        lambda engine, given: runs.cancel(engine, run_id, reason, version=None, **given),
        actor,
    )


@command.command("continue")
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--reason", required=True, help="Why; it is kept on record.")
@click.option("--again", multiple=True, help="A step to be done anew; may be repeated.")
@actor_option
@home_option
def continue_(
    run_id: int, reason: str, again: tuple[str, ...], actor: str, home: Path | None
) -> None:
    """Take up RUN, which is over, in a new run that is linked to it."""
    from alerts import runs

    outcome = _on_run(
        home,
        lambda engine, given: runs.continue_(engine, run_id, reason, again=again, **given),
        actor,
    )
    click.echo(f"Run {(outcome.data or {}).get('run')}")


@command.command("update-sent")
@click.argument("run_id", metavar="RUN", type=int)
@click.argument("audience")
@click.option("--note", default="", help="What was said, or where.")
@actor_option
@home_option
def update_sent(run_id: int, audience: str, note: str, actor: str, home: Path | None) -> None:
    """Note that AUDIENCE was told; its next update is due an interval later."""
    from alerts import runs

    _on_run(
        home,
        lambda engine, given: runs.update_sent(
            engine, run_id, audience, version=None, note=note, **given
        ),
        actor,
    )


_RUN: dict[str, Any] = {
    "run": pl.Int64,
    "playbook": pl.String,
    "status": pl.String,
    "level": pl.Int64,
    "steps": pl.Int64,
    "open": pl.Int64,
    "started_at": pl.Datetime("us", "UTC"),
    "finished_at": pl.Datetime("us", "UTC"),
    "continues": pl.Int64,
}
_STEP: dict[str, Any] = {
    "run": pl.Int64,
    "step": pl.String,
    "kind": pl.String,
    "state": pl.String,
    "waits_for": pl.String,
    "who": pl.String,
    "due_at": pl.Datetime("us", "UTC"),
    "note": pl.String,
}


def _run_row(run: RunView) -> dict[str, Any]:
    return {
        "run": run.id,
        "playbook": run.playbook,
        "status": str(run.status),
        "level": run.level,
        "steps": len(run.steps),
        "open": sum(bool(one.waits_for) for one in run.steps),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "continues": run.continues_id,
    }


def _step_row(one: StepView) -> dict[str, Any]:
    waits = ", ".join(one.needs) if one.waits_for == "needs" else one.waits_for
    return {
        "run": one.run_id,
        "step": one.key,
        "kind": one.kind,
        "state": str(one.state),
        "waits_for": waits,
        "who": one.owner or ", ".join(one.people) or one.role or "",
        "due_at": one.due_at,
        "note": one.note or "",
    }


def _board(home: Path | None, crisis: int) -> tuple[RunView, ...]:
    from alerts.crisis import rows as crises
    from alerts.runs import board
    from dashboard.services import utc_now

    engine = opened(home)
    with engine.connect() as connection:
        known = crises.look(connection, crisis) is not None
    found = board(engine, crisis, _config(home), utc_now()) if known else None
    engine.dispose()
    if found is None:
        raise click.ClickException(f"There is no crisis {crisis}; see `afterwatch crisis list`.")
    return found.runs


def _playbook(engine: Engine, run_id: int) -> Any:
    from alerts.runs import rows

    with engine.connect() as connection:
        stored = rows.look(connection, run_id)
    if stored is None:
        engine.dispose()
        raise click.ClickException(
            f"There is no run {run_id}; see `afterwatch playbook run list CRISIS`."
        )
    return stored.playbook


def _on_run(
    home: Path | None, work: Callable[[Engine, dict[str, Any]], Outcome], actor: str
) -> Outcome:
    from dashboard.services import utc_now

    engine = opened(home)
    given = {"config": _config(home), "actor": actor, "token": None, "wall": utc_now()}
    outcome = work(engine, given)
    engine.dispose()
    _finish(outcome, "run")
    return outcome


def _finish(outcome: Outcome, action: str) -> None:
    from dashboard.wording.crisis_outcomes import told

    said = told(outcome, action, "UTC")
    if outcome.result in {"refused", "stale"}:
        raise click.ClickException(said.text)
    click.echo(said.text)


def _config(home: Path | None) -> Config:
    from alerts.notify.current import Current
    from dashboard.settings import load_settings

    return Current(load_settings(home=home).home).config()


def _missing(crisis: int, playbook: str, no_crisis: bool) -> str:
    if no_crisis:
        return f"There is no crisis {crisis}; see `afterwatch crisis list`."
    return f"There is no playbook {playbook!r}; see `afterwatch playbook list`."


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise click.BadParameter(f"“{text}” is no value; write NAME=VALUE, such as units=400.")
    return name, value
