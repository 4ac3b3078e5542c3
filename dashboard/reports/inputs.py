"""Everything a report is made from, as data: what makes the same document again for ever.

Numbers come from the snapshots of one refresh, which are tagged before anything is read, so that
housekeeping leaves them; what people recorded is kept in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import polars as pl

from alerts.notify.current import Current
from dashboard.reports.code import Code as CodeVersion
from dashboard.reports.code import code
from dashboard.reports.context import Context
from dashboard.reports.definitions import ROWS, Definition, changed, cohorts_of, definitions
from dashboard.reports.document import Say
from dashboard.reports.periods import Period
from dashboard.reports.periods import parse as parse_period
from dashboard.reports.record import Record
from dashboard.reports.recording import record
from dashboard.reports.template import Template
from dashboard.reports.template import parse as parse_template
from dashboard.reports.values import Float, Part
from dashboard.services import Services
from data_access.marts.state import RefreshState, as_json, from_json, read_state
from data_access.metrics import CATALOGUE
from data_access.metrics.currency import WITHIN_DAYS, published
from data_access.warehouse import Warehouse
from data_access.warehouse.catalog import SnapshotMissingError, WarehouseMovedError

SETTLING = timedelta(hours=24)
"""How long after its end a period is watched: a later report still says what was known then."""

TAG = "report"
"""Tags of snapshots begin with it."""

_ATTEMPTS = 3


class ReportError(Exception):
    """A report cannot be made; the message says why and what to do."""


class TemplateText(Part):
    """The template as it was read."""

    id: str
    sha256: str
    text: str


class Rate(Part):
    """Units of a currency for one unit of the report's currency."""

    currency: str
    day: date
    """Of its publication."""
    rate: Float


class Rates(Part):
    """The exchange rates behind the report."""

    snapshot: int | None
    """Of `facts.fx_rates`; all its rates may be used, each on its day."""
    sha256: str
    """Of all rates published by the cut."""
    last: tuple[Rate, ...]
    """Those in force on the last day of the period."""


class Inputs(Part):
    """What a report is made from; its canonical JSON is stored with every issue."""

    schema_version: Literal[1] = 1
    template: TemplateText
    period: str
    as_of: datetime
    zone: str
    currency: str
    company: str
    targets: dict[str, Float]
    state: dict[str, Any]
    """The refresh: snapshots by table, newest import, zone, as of when the rollups hold."""
    catalogue: dict[str, Definition]
    rates: Rates
    code: CodeVersion
    record: dict[str, Any]
    missing: tuple[Say, ...] = ()


def take(
    services: Services,
    template: Template,
    period: Period,
    *,
    now: datetime,
    as_of: datetime | None = None,
    missing: tuple[Say, ...] = (),
) -> Inputs:
    """Gather the inputs of a report, and keep the snapshots they name.

    Args:
        services: where from.
        template: what kind of report.
        period: about which days.
        now: the clock.
        as_of: what was known then; None: at the last refresh, but no later than a day after the
            period's end.
        missing: feeds that are late, as sentences.

    Raises:
        ReportError: nothing was imported yet, the period is not over, or `as_of` cannot be had.
    """
    settings = services.settings
    zone, currency = settings.time_zone, settings.currency
    state = _kept_state(services)
    cut = _cut(state, period, zone, now, as_of)
    targets = {name: kpi.target for name, kpi in CATALOGUE.items() if kpi.target is not None}
    config = Current(settings.home, public_url=settings.public_url).config()
    return Inputs(
        template=TemplateText(id=template.id, sha256=template.sha256, text=template.text),
        period=period.name,
        as_of=cut,
        zone=zone,
        currency=currency,
        company=settings.company,
        targets=targets | settings.targets,
        state={**as_json(state), "writing": False},
        catalogue=dict(definitions()),
        rates=_rates(services.warehouse, state, currency, period.last, cut),
        code=code(),
        record=dict(record(services.engine, config, period, zone, cut).parts),
        missing=missing,
    )


def context_of(inputs: Inputs, services: Services, *, from_rows: Collection[str] = ()) -> Context:
    """What the sections are built from; the same inputs give the same context for ever.

    Args:
        inputs: as taken or stored.
        services: warehouse and state.
        from_rows: cohorts to sum from rows although their rollups hold; those that are summed by
            another definition now are in any case.

    Raises:
        TemplateError: the template's text is not understood any more.
    """
    template = parse_template(inputs.template.text, "stored")
    otherwise = [name for name, fields in changed(inputs.catalogue).items() if ROWS in fields]
    metrics = services.metrics.pinned(
        from_json(inputs.state),
        zone=inputs.zone,
        currency=inputs.currency,
        from_rows={*from_rows, *(cohort for name in otherwise for cohort in cohorts_of(name))},
    )
    return Context(
        template=template,
        period=parse_period(inputs.period, template.body.period),
        metrics=metrics,
        as_of=inputs.as_of,
        zone=inputs.zone,
        currency=inputs.currency,
        targets=inputs.targets,
        record=Record(inputs.record),
        missing=inputs.missing,
    )


def batch_of(inputs: Inputs) -> int:
    """The newest import whose facts are in it."""
    return int(inputs.state["batch_id"])


def _kept_state(services: Services) -> RefreshState:
    """The last finished refresh, its snapshots tagged."""
    for _ in range(_ATTEMPTS):
        state = read_state(services.engine)
        if state is None:
            break
        try:
            keep(services.warehouse, state)
        except SnapshotMissingError:
            continue  # a newer refresh came, and housekeeping after it
        except WarehouseMovedError as error:
            raise ReportError(str(error)) from error
        return state
    else:
        raise ReportError(
            "The snapshots of the last refresh are gone. Import something, or wait for the worker "
            "to refresh, and try again."
        )
    raise ReportError(
        "There are no numbers yet: nothing was imported and refreshed. Import something first "
        "(afterwatch import)."
    )


def keep(warehouse: Warehouse, state: RefreshState) -> None:
    """Tag all snapshots of a refresh, so that housekeeping leaves them.

    Raises:
        SnapshotMissingError: one of them is gone.
    """
    for namespace, snapshots in (
        ("marts", state.marts),
        ("rollups", state.rollups),
        ("facts", state.facts),
    ):
        for table, snapshot in snapshots.items():
            if snapshot is not None:
                warehouse.tag(table, f"{TAG}-{snapshot}", namespace, snapshot)


def _cut(
    state: RefreshState, period: Period, zone: str, now: datetime, as_of: datetime | None
) -> datetime:
    ends = period.ends_at(zone)
    if ends > now:
        begun = f"It runs until {period.last} ({zone})"
        raise ReportError(
            f"The {period.grain} {period.name} is not over. {begun}; take an earlier one such as "
            f"{period.before().name}, or wait."
        )
    if as_of is not None and as_of.tzinfo is None:
        raise ReportError("as_of needs a time zone, for example 2026-11-23T09:00:00Z.")
    if as_of is not None and as_of < ends:
        raise ReportError(
            f"As of {as_of.isoformat()} the {period.grain} {period.name} was not over; it ended at "
            f"{ends.isoformat()}. Give a later --as-of."
        )
    if as_of is not None and as_of > state.as_of:
        raise ReportError(
            f"Nothing is known as of {as_of.isoformat()}: the last refresh was at "
            f"{state.as_of.isoformat()}. Give an earlier --as-of, or refresh first."
        )
    if state.as_of < ends:
        raise ReportError(
            f"The last refresh, at {state.as_of.isoformat()}, was before the end of {period.name} "
            f"({ends.isoformat()}). Import what came since, or start the worker, which refreshes; "
            "then try again."
        )
    return (as_of or min(state.as_of, ends + SETTLING)).astimezone(UTC)


def _rates(
    warehouse: Warehouse, state: RefreshState, currency: str, last: date, cut: datetime
) -> Rates:
    snapshot = state.facts.get("fx_rates")
    rows: pl.DataFrame = pl.DataFrame(schema={"date": pl.Date, "currency": pl.String})
    if snapshot is not None:
        scanned = warehouse.scan("fx_rates", snapshot_id=snapshot)
        rows = published(scanned.select("date", "base", "quote", "rate").sort(pl.all()).collect())
    known = rows.filter(pl.col("date") <= cut.date()).sort("currency", "date")
    in_force = known.filter(
        pl.col("date") <= last, pl.col("date") >= last - timedelta(days=WITHIN_DAYS)
    )
    newest = {row["currency"]: row for row in in_force.iter_rows(named=True)}
    base: Mapping[str, Any] | None = newest.get(currency)
    told = (
        ()
        if base is None
        else tuple(
            Rate(currency=name, day=row["date"], rate=row["per_base"] / base["per_base"])
            for name, row in sorted(newest.items())
            if name != currency
        )
    )
    digest = hashlib.sha256(known.write_csv().encode()).hexdigest()
    return Rates(snapshot=snapshot, sha256=digest, last=told)
