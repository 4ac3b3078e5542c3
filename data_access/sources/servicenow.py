"""ServiceNow's incident event log: one row per change of an incident become cases and events.

A case is the last row of its number. `resolved_at` and `closed_at` stand on every row of the
export, also on those from before they happened; they are read from the last row alone, and each
becomes one event, so that nothing is known before its time. There are no messages in the log: the
first row whose state is not New stands in for the first answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import assemble, finish, made, parse
from data_access.sources.base import SourceOptions, Table, chosen_zone, note
from data_access.sources.delimited import Layout
from data_access.sources.folders import need_columns, only_file
from data_access.sources.reading import Form, read_records
from data_access.sources.records import Records
from data_access.sources.servicenow_events import events_of

FORMATS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
UNKNOWN_STATE = "-100"

_ALSO_CALLED = {
    "incident_state": ("ident_state",),
    "subcategory": ("category_duplicated_0", "category_1"),
}
"""Names under which copies of the export circulate; the original has `category` twice."""

_NEEDED = (
    "number",
    "incident_state",
    "reassignment_count",
    "reopen_count",
    "sys_mod_count",
    "made_sla",
    "caller_id",
    "opened_at",
    "sys_updated_by",
    "sys_updated_at",
    "contact_type",
    "category",
    "subcategory",
    "priority",
    "assignment_group",
    "resolved_at",
    "closed_at",
)
_CHANNELS = {
    "phone": "phone",
    "email": "email",
    "self service": "web",
    "ivr": "phone",
    "direct opening": "other",
}
_STATUS = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Evidence": "pending",
    "Awaiting Vendor": "on_hold",
    "Awaiting Problem": "on_hold",
    "Resolved": "solved",
    "Closed": "closed",
}


@dataclass(frozen=True)
class ServiceNow:
    """The source `servicenow`: the event log as CSV, gzipped or in its zip."""

    name: str = "servicenow"
    doc: str = "ServiceNow incident event log (CSV or zip), one row per change of an incident"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give cases and case_events; naive times are UTC unless a zone is given."""
        form = Form(layout=Layout(null=("?",)))
        records = _renamed(read_records(only_file(path, "incident"), form))
        need_columns(records, _NEEDED, self.name)
        zone = chosen_zone(options) or "UTC"
        log, problems = parse(
            records,
            [
                f.instant("opened", "opened_at", zone, FORMATS),
                f.instant("updated", "sys_updated_at", zone, FORMATS),
                f.instant("resolved", "resolved_at", zone, FORMATS),
                f.instant("closed", "closed_at", zone, FORMATS),
                f.count("change", "sys_mod_count"),
                f.count("reopened", "reopen_count"),
                f.computed("state", _state()),
            ],
        )
        log = log.sort("number", made("change"), "_row")
        yield _cases(records, log)
        events = events_of(log).with_columns(pl.lit(records.file).alias("_file"))
        yield finish(
            "case_events",
            events,
            problems,
            notes=[note("case_events", records.file, text) for text in _remarks(log, events)],
            unreadable=records.problems,
        )


SOURCE = ServiceNow()


def _renamed(records: Records) -> Records:
    names = {
        alias: name
        for name, aliases in _ALSO_CALLED.items()
        for alias in aliases
        if alias in records.columns and name not in records.columns
    }
    return replace(records, frame=records.frame.rename(names))


def _state() -> pl.Expr:
    state = pl.col("incident_state")
    return pl.when(state != UNKNOWN_STATE).then(state)


def _cases(records: Records, log: pl.DataFrame) -> Table:
    last = log.unique("number", keep="last", maintain_order=True).select(
        pl.exclude("^=.*$"),
        pl.col(made("opened")).alias("#opened"),
        # A state that is no state says nothing: the one before it holds.
        pl.col(made("state")).alias("#state"),
    )
    text = f"{log.height} rows made {last.height} cases: the last row of each number"
    status = pl.col("#state").replace_strict(_STATUS, default=None, return_dtype=pl.String)
    return assemble(
        "cases",
        Records(records.file, last.sort("_row")),
        [
            f.text("case_id", "number"),
            f.text("customer_key", "caller_id"),
            f.choice("channel", "contact_type", tuple(set(_CHANNELS.values())), _CHANNELS, "other"),
            f.text("category", "category"),
            f.text("reason", "subcategory"),
            f.text("priority", "priority"),
            f.text("team", "assignment_group"),
            f.computed("created_at", pl.col("#opened")),
            f.computed("status", status),
            f.flag("vendor_sla_met", "made_sla"),
        ],
        notes=[note("cases", records.file, text)],
    )


def _remarks(log: pl.DataFrame, events: pl.DataFrame) -> Iterator[str]:
    silent = (
        log.height - events.filter(pl.col("_row").is_in(log["_row"].implode()))["_row"].n_unique()
    )
    yield (
        f"{log.height} rows made {events.height} events; {silent} rows changed nothing that an"
        " event is made of (state, team, priority, reopening)"
    )
    yield (
        "agent_msg is a proxy: the log holds no messages, and the first row whose state is not New"
        " stands in for the first answer"
    )
    unknown = log.filter(pl.col("incident_state") == UNKNOWN_STATE).height
    if unknown:
        yield f"{unknown} rows with the state {UNKNOWN_STATE}: the state before them is kept"
    early = log.filter(pl.col(made("updated")) < pl.col(made("opened"))).height
    if early:
        yield f"{early} rows were updated before their case was opened: kept as they are"
