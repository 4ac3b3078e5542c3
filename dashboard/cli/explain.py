"""`afterwatch explain`: why the clocks of one case show what they show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from data_access.browse.case_clocks import CaseClocks
    from data_access.warehouse import Warehouse

FORMATS = ("table", "json")

CLOCK_OF_KPI = {
    "first_response_within_target": "first_response",
    "resolution_within_target": "resolution",
    "next_response_within_target": "next_response",
    "vip_live_within_target": "vip_response",
    "marketplace_within_2h": "marketplace_response",
    "marketplace_within_24h": "marketplace_platform",
    "solution_within_target": "solution",
}
"""KPI to the clock that decides whether a case is in its numerator."""


@click.command("explain")
@click.argument("case_id")
@click.option("--source", help="Which source, where several know a case of this number.")
@click.option("--clock", "wanted", help="Only this clock, for example first_response.")
@click.option("--kpi", help="Only the clock behind this KPI.")
@click.option("--as-of", help="What was known then: 2026-03-02 (its end) or 2026-03-02T09:00.")
@click.option("--zone", help="IANA zone that times are shown in; default: the reporting zone.")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def command(
    case_id: str,
    *,
    source: str | None,
    wanted: str | None,
    kpi: str | None,
    as_of: str | None,
    zone: str | None,
    home: Path | None,
    form: str,
) -> None:
    """Explain the clocks of CASE_ID: every stretch that counted or did not, and why."""
    from dashboard.cli.questions import instant, known_zone_or_none
    from dashboard.services import open_services
    from dashboard.settings import load_settings
    from data_access.browse.case_clocks import case_clocks

    chosen = _clock(wanted, kpi)
    settings = load_settings(home=home)
    used = known_zone_or_none(zone) or settings.time_zone
    services = open_services(settings)
    asked = services.metrics.as_of() if as_of is None else instant(as_of, used)
    named = _source(services.warehouse, case_id, source)
    told = case_clocks(services.warehouse, case_id, named, as_of=asked)
    services.engine.dispose()
    if told is None:
        raise click.ClickException(
            f"Case {case_id} of {named} did not exist yet at {asked:%Y-%m-%d %H:%M} UTC."
        )
    if form == "json":
        click.echo(output.json_text(_document(told, chosen, used)))
    else:
        _print(told, chosen, used)


def _clock(wanted: str | None, kpi: str | None) -> str | None:
    from data_access.clocks import CLOCKS

    if kpi is not None and kpi not in CLOCK_OF_KPI:
        raise click.UsageError(
            f"--kpi {kpi!r}: no clock of a case decides it. These have one: "
            f"{', '.join(CLOCK_OF_KPI)}."
        )
    if wanted is not None and wanted not in CLOCKS:
        raise click.UsageError(f"There is no clock {wanted!r}. Known: {', '.join(CLOCKS)}.")
    if wanted is not None and kpi is not None and CLOCK_OF_KPI[kpi] != wanted:
        raise click.UsageError(f"--kpi {kpi} is decided by {CLOCK_OF_KPI[kpi]}, not by {wanted}.")
    return wanted if kpi is None else CLOCK_OF_KPI[kpi]


def _source(warehouse: Warehouse, case_id: str, source: str | None) -> str:
    """The one source meant.

    Raises:
        click.ClickException: nobody knows the case.
        click.UsageError: several sources do and none is named.
    """
    from data_access.browse.case_clocks import sources_of

    known = sources_of(warehouse, case_id)
    if not known:
        raise click.ClickException(
            f"There is no case {case_id!r}. Check the number, or import the export that holds it."
        )
    if source is not None and source not in known:
        raise click.ClickException(
            f"Source {source!r} has no case {case_id!r}; known from: {', '.join(known)}."
        )
    if source is None and len(known) > 1:
        raise click.UsageError(
            f"{len(known)} sources know a case {case_id!r}: {', '.join(known)}. "
            f"Say which one: --source {known[0]}"
        )
    return source or known[0]


def _shown(told: CaseClocks, chosen: str | None) -> list[str]:
    from dashboard.wording.case_clocks import shown_clocks

    there = shown_clocks(told)
    if chosen is None:
        return there
    return [chosen] if told.instances["clock"].eq(chosen).any() else []


def _print(told: CaseClocks, chosen: str | None, zone: str) -> None:
    out = output.console()
    case = told.case
    out.print(
        f"Case {output.cell(case['case_id'])} of {output.cell(case['source'])}, as of "
        f"{_local(told.as_of, zone)}; times in {zone}."
    )
    shown = _shown(told, chosen)
    if not shown:
        missing = "No clock ran in this case." if chosen is None else f"{chosen} never ran in it."
        out.print(missing)
    for clock in shown:
        _print_clock(told, clock, zone)
    _print_vendor(told, chosen)
    _print_findings(told, zone)


def _print_clock(told: CaseClocks, clock: str, zone: str) -> None:
    from dashboard.wording import case_clocks as words

    out = output.console()
    runs = words.runs(told, clock)
    lines = words.lines(told, clock)
    for run in runs:
        own = [line for line in lines if line.instance == run["instance"]]
        out.print()
        out.print(words.verdict(run, zone, turn=len(runs) > 1), style="bold", markup=False)
        out.print(words.in_force(own, run), markup=False)
        rows = [
            (
                _local(line.starts_at, zone),
                _local(line.ends_at, zone),
                words.exact(line.seconds) if line.counted else "",
                "" if line.counted else words.exact(line.seconds),
                line.why,
                line.calendar,
                line.policy,
            )
            for line in own
        ]
        counted, left_out, whole = words.sums(own)
        rest = words.exact(sum(left_out.values()))
        rows.append(("sum", words.exact(whole), words.exact(counted), rest, "", "", ""))
        columns = ("from", "to", "counted", "not counted", "why", "calendar", "policy")
        out.print(output.table(columns, rows, numeric={"counted", "not counted"}))
        for code in left_out:
            out.print(f"  {words.why_not(code)}", markup=False)


def _print_vendor(told: CaseClocks, chosen: str | None) -> None:
    from dashboard.wording import case_clocks as words

    out = output.console()
    rows = [
        words.vendor_line(row)
        for row in told.vendor.iter_rows(named=True)
        if chosen in {None, row["clock"]}
    ]
    if rows:
        out.print()
        out.print(
            output.table(
                ("clock", "source's figure", "from events", "difference"),
                rows,
                title="The source's own figures",
            )
        )
    if flag := words.vendor_flag(told):
        out.print(flag, markup=False)


def _print_findings(told: CaseClocks, zone: str) -> None:
    from dashboard.wording import case_clocks as words

    out = output.console()
    if told.findings.is_empty():
        return
    out.print()
    out.print("Data quality", style="bold")
    for row in told.findings.iter_rows(named=True):
        what, at, effect, advice = words.finding(row, zone)
        out.print(f"! {at}: {what}. {effect} {advice}", markup=False)


def _document(told: CaseClocks, chosen: str | None, zone: str) -> dict[str, Any]:
    """What `--format json` prints; its names are stable."""
    return {
        "case_id": told.case["case_id"],
        "source": told.case["source"],
        "as_of": told.as_of,
        "zone": zone,
        "clocks": [
            _run(told, run, zone, len(runs) > 1)
            for clock in _shown(told, chosen)
            for runs in [_runs(told, clock)]
            for run in runs
        ],
        "vendor": [row for row in told.vendor.to_dicts() if chosen in {None, row["clock"]}],
        "vendor_sla_met": told.case["vendor_sla_met"],
        "findings": told.findings.select("check", "at", "detail").to_dicts(),
    }


def _runs(told: CaseClocks, clock: str) -> list[dict[str, Any]]:
    from dashboard.wording import case_clocks as words

    return words.runs(told, clock)


def _run(told: CaseClocks, run: dict[str, Any], zone: str, turn: bool) -> dict[str, Any]:
    import polars as pl

    from dashboard.wording import case_clocks as words

    mine = (pl.col("clock") == run["clock"]) & (pl.col("instance") == run["instance"])
    intervals = told.intervals.filter(mine).drop("source", "case_id", "clock", "instance")
    own = [line for line in words.lines(told, run["clock"]) if line.instance == run["instance"]]
    counted, left_out, whole = words.sums(own)
    return {
        **{name: value for name, value in run.items() if name not in {"source", "case_id"}},
        "verdict": words.verdict(run, zone, turn=turn),
        "sums": {"whole_s": whole, "counted_s": counted, "not_counted_s": left_out},
        "intervals": intervals.to_dicts(),
    }


def _local(instant: datetime, zone: str) -> str:
    from dashboard.formats import as_zone

    return f"{as_zone(instant, zone):%Y-%m-%d %H:%M:%S}"
