"""`afterwatch compensation`: who is owed what, batches, their file, and what leaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output
from dashboard.cli.alert_texts import as_moment

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from alerts.actions import Outcome
    from alerts.compensation.drafting import Prepared
    from alerts.compensation.machine import Action
    from dashboard.services import Services

_Function = Callable[..., Any]


@click.group()
def command() -> None:
    """Who is owed what, what was promised, and whether it fits the budget.

    Afterwatch decides and exports; others pay. docs/compensation.md explains it.
    """


def _home(function: _Function) -> _Function:
    option = click.option(
        "--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch."
    )
    return option(function)


def _form(function: _Function) -> _Function:
    option = click.option(
        "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
    )
    return option(function)


def _asked(function: _Function) -> _Function:
    """Options that say who is looked for."""
    for option in reversed(
        (
            click.option("--cause", required=True, help="Key of a cause of the policy: late_72h …"),
            click.option("--market", multiple=True, help="Country of the customer; repeatable."),
            click.option("--carrier", multiple=True, help="Carrier; repeatable."),
            click.option("--category", multiple=True, help="Category; repeatable."),
            click.option("--lot", multiple=True, help="Production lot; repeatable."),
            click.option("--order", "orders", multiple=True, help="Order number; repeatable."),
            click.option("--since", help="Only who became entitled from then on (ISO)."),
            click.option("--as-of", "as_of", help="Nothing later is known; the last refresh."),
        )
    ):
        function = option(function)
    return function


@command.command()
@_asked
@click.option("--all", "everybody", is_flag=True, help="Also those that are left out, and why.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@_form
@_home
def candidates(
    everybody: bool, out: Path | None, form: str, home: Path | None, **asked: Any
) -> None:
    """Show who is owed what; writes nothing."""
    services = _services(home)
    found = _prepared(services, asked)
    shown = found.found.rows if everybody else found.found.proposed
    output.show_frame(shown.drop("why") if form == "table" else shown, form, out=out)
    _say(found)


@command.command()
@_asked
@click.option("--title", default="", help="What the batch is called.")
@click.option("--by", "actor", required=True, help="Your name; you cannot approve it then.")
@_home
def propose(title: str, actor: str, home: Path | None, **asked: Any) -> None:
    """Make a batch of everybody who is owed something."""
    from alerts.compensation import batches

    services = _services(home)
    found = _prepared(services, asked)
    _say(found)
    outcome = batches.propose(
        services.engine, found.draft(title), actor=actor, token=None, wall=services.clock()
    )
    _finish(outcome, "create", services)
    click.echo(f"Batch {(outcome.data or {}).get('batch')}")


@command.command("list")
@click.option("--for", "actor", default="", help="Mark what waits for this person.")
@_form
@_home
def list_(actor: str, form: str, home: Path | None) -> None:
    """List batches, the newest first."""
    import polars as pl

    from alerts.compensation import reading
    from alerts.notify.current import Current

    services = _services(home)
    config = Current(services.settings.home).config()
    found = reading.listed(services.engine, config, actor).with_columns(
        roles=pl.col("roles").list.join(", ")
    )
    output.show_frame(_in_units(found, "worth") if form == "table" else found, form)


@command.command()
@click.argument("batch", type=int)
@_form
@_home
def show(batch: int, form: str, home: Path | None) -> None:
    """Show one batch: state, signatures, items."""
    from alerts.compensation import reading
    from dashboard.wording import compensation_batch as words
    from dashboard.wording.compensation_names import role_name, state_name

    services = _services(home)
    page = reading.page(services.engine, batch)
    if page is None:
        raise click.ClickException(
            f"There is no batch {batch}; see `afterwatch compensation list`."
        )
    if form != "table":
        output.show_frame(page.standing.items, form)
        return
    stored = page.standing.stored
    click.echo(words.answer(page))
    click.echo(f"State: {state_name(stored.batch.state)}   content: {stored.sha256}")
    for one in page.signatures:
        void = "" if one.counts else " (does not count)"
        when = f"{one.at:%Y-%m-%d %H:%M}"
        click.echo(f"{one.decision} as {role_name(one.role)} by {one.by} at {when}{void}")
    items = page.standing.items.select(
        "n", "order_id", "market", "level", "amount_minor", "currency", "state", "excluded_because"
    )
    output.show_frame(_in_units(items, "amount_minor"), form)


@command.command()
@click.argument("batch", type=int)
@click.option("--by", "actor", required=True, help="Your name.")
@_home
def submit(batch: int, actor: str, home: Path | None) -> None:
    """Submit a draft for approval."""
    from alerts.compensation.machine import Action, Do

    _act(home, batch, Action(Do.SUBMIT), actor)


@command.command()
@click.argument("batch", type=int)
@click.option("--by", "actor", required=True, help="Your name; alerting.yaml says your roles.")
@click.option("--role", default="", help="The role you sign in; the lowest fitting one.")
@click.option("--note", default="", help="What you add.")
@_home
def approve(batch: int, actor: str, role: str, note: str, home: Path | None) -> None:
    """Approve a batch that somebody else has made."""
    from alerts.compensation.machine import Action, Do

    _act(home, batch, Action(Do.APPROVE, role=role, note=note), actor)


@command.command()
@click.argument("batch", type=int)
@click.option("--by", "actor", required=True, help="Your name.")
@click.option("--note", required=True, help="Why.")
@_home
def reject(batch: int, actor: str, note: str, home: Path | None) -> None:
    """Reject a batch; whoever made it can mend it."""
    from alerts.compensation.machine import Action, Do

    _act(home, batch, Action(Do.REJECT, note=note), actor)


@command.command()
@click.argument("batch", type=int)
@click.option("--by", "actor", required=True, help="Your name.")
@click.option("--channel", default="", help="Webhook channel; a file where it is left out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--no-mark", is_flag=True, help="Leave the byte order mark of the file out.")
@_home
def export(
    batch: int, actor: str, channel: str, out: Path | None, no_mark: bool, home: Path | None
) -> None:
    """Export an approved batch as CSV or over a webhook; again it is the same, and logged."""
    from alerts.compensation import exporting, reading
    from alerts.compensation.machine import Action, Do

    services = _act(home, batch, Action(Do.EXPORT, channel=channel), actor)
    if channel:
        return
    page = reading.page(services.engine, batch)
    assert page is not None  # it was exported just now
    standing = page.standing
    rows = exporting.rows_of(standing.stored, standing.policy, standing.items)
    target = out or Path(f"compensation-{batch}.csv")
    try:
        target.write_text(exporting.csv_text(rows, mark=not no_mark), encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"Cannot write {target}: {error.strerror}.") from error
    click.echo(f"{len(rows)} rows in {target}, SHA-256 {exporting.sha256_of(rows)}")


@command.command()
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True)
@click.option("--kind", help="List the orders of one kind: duplicate, omission, over, under …")
@click.option("--budget", is_flag=True, help="Show the budgets of this month instead.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@_form
@_home
def leakage(
    days: int, kind: str | None, budget: bool, out: Path | None, form: str, home: Path | None
) -> None:
    """Report what was given twice, never, too much, too little, or without a cause."""
    import polars as pl

    from alerts.compensation import leakage as report
    from alerts.compensation import reading
    from alerts.compensation.machine import Refused

    if kind is not None and kind not in report.KINDS:
        raise click.BadParameter(f"no such kind; one of: {', '.join(report.KINDS)}.")
    services = _services(home)
    zone = services.settings.time_zone
    try:
        money = reading.money(
            services.engine,
            services.warehouse,
            as_of=services.metrics.as_of(),
            zone=zone,
            days=days,
        )
    except Refused as refused:
        raise click.ClickException(_no_policy()) from refused
    if budget:
        output.show_frame(money.pace, form, out=out)
        return
    if kind is not None:
        output.show_frame(money.leakage.leaks.filter(pl.col("kind") == kind), form, out=out)
        return
    summary = money.leakage.summary().with_columns(currency=pl.lit(money.leakage.currency))
    output.show_frame(_in_units(summary, "worth") if form == "table" else summary, form, out=out)
    if form == "table" and out is None:
        click.echo(
            f"{money.leakage.given} given and {money.leakage.entitled} entitled since "
            f"{money.leakage.first:%Y-%m-%d}, against policy {money.document.name} version "
            f"{money.document.n}."
        )


def _services(home: Path | None) -> Services:
    from alerts import library
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    settings = load_settings(home=home)
    if not settings.home.is_dir():
        raise click.ClickException(
            f"There is no home at {settings.home}. Make one with: afterwatch init"
        )
    services = open_services(settings)
    library.register(services.engine, settings.home, services.clock())
    return services


def _prepared(services: Services, asked: dict[str, Any]) -> Prepared:
    from alerts.compensation import drafting
    from alerts.compensation.criteria import Criteria
    from alerts.compensation.machine import Refused

    as_of = as_moment(asked["as_of"]) if asked["as_of"] else services.metrics.as_of()
    since: datetime | None = as_moment(asked["since"]) if asked["since"] else None
    criteria = Criteria(
        asked["cause"],
        as_of,
        since,
        market=tuple(asked["market"]),
        carrier=tuple(asked["carrier"]),
        category=tuple(asked["category"]),
        lot=tuple(asked["lot"]),
        orders=tuple(asked["orders"]),
    )
    try:
        return drafting.prepare(services.engine, services.warehouse, criteria)
    except Refused as refused:
        message = refused.data.get("message") or _no_policy()
        raise click.ClickException(str(message)) from refused


def _no_policy() -> str:
    return "No compensation policy is in force; put one into HOME/crisis/compensation."


def _say(found: Prepared) -> None:
    """What a batch would come to and who would sign it, beside the data."""
    import polars as pl

    from dashboard.wording.compensation import amounts, excluded_words, worth
    from dashboard.wording.compensation_names import roles

    proposed = found.found.proposed
    excluded = found.found.rows.filter(pl.col("excluded_because").is_not_null())
    click.echo(f"{proposed.height} orders, together {worth(found)} ({amounts(proposed)})", err=True)
    if excluded.height:
        click.echo(f"Left out: {excluded_words(excluded)}", err=True)
    if found.found.orders_unknown:
        click.echo(f"Orders nobody knows: {found.found.orders_unknown}", err=True)
    click.echo(f"Signatures: {found.needed.people}, by {roles(found.needed.roles)}", err=True)


def _act(home: Path | None, batch: int, action: Action, actor: str) -> Services:
    from alerts.compensation import batches
    from alerts.notify.current import Current

    services = _services(home)
    outcome = batches.act(
        services.engine,
        batch,
        action,
        config=Current(services.settings.home).config(),
        actor=actor,
        version=None,
        token=None,
        wall=services.clock(),
    )
    _finish(outcome, str(action.do), services)
    return services


def _finish(outcome: Outcome, action: str, services: Services) -> None:
    """Say what came of it; refused: exit with 1."""
    from dashboard.wording.compensation_outcomes import told

    said = told(outcome, action, services.settings.time_zone).text
    if outcome.result == "refused":
        raise click.ClickException(said)
    click.echo(said)


def _in_units(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Minor units as amounts, for a table."""
    import polars as pl

    from data_access.money import from_minor

    return frame.with_columns(from_minor(pl.col(column), pl.col("currency")).alias(column))
