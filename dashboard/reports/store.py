"""Reports as they are stored: loaded by number, found by words, the newest issue of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, Select, func, select

from dashboard.reports.document import Document, Say, Tone
from dashboard.reports.inputs import Inputs, ReportError
from data_access.state.schema import report

_UTC = pl.Datetime("us", "UTC")

LISTED = {
    "id": pl.Int64(),
    "template": pl.String(),
    "period": pl.String(),
    "n": pl.Int64(),
    "first_day": pl.Date(),
    "last_day": pl.Date(),
    "as_of": _UTC,
    "status": pl.String(),
    "headline": pl.String(),
    "tone": pl.String(),
    "note": pl.String(),
    "created_at": _UTC,
    "created_by": pl.String(),
    "newest": pl.Boolean(),
}
"""Columns of `listed`: `headline` is a `Say` as JSON; `newest` tells the last issue of a period."""


class UnknownReportError(LookupError):
    """There is no report of that number."""


@dataclass(frozen=True)
class Report:
    """One issue, as stored."""

    id: int
    template: str
    period: str
    n: int
    first: date
    last: date
    as_of: datetime
    status: str
    """`ready` or `incomplete`."""
    headline: Say
    tone: Tone
    document_json: str
    document_sha256: str
    inputs_json: str
    inputs_sha256: str
    note: str | None
    created_at: datetime
    created_by: str


def load(engine: Engine, report_id: int) -> Report:
    """A report by its number.

    Raises:
        UnknownReportError: there is none.
    """
    with engine.connect() as connection:
        row = connection.execute(select(report).where(report.c.id == report_id)).one_or_none()
    if row is None:
        raise UnknownReportError(
            f"There is no report {report_id}. List them with: afterwatch report list."
        )
    return _read(row)


def newest(engine: Engine, template: str, period: str) -> Report | None:
    """The last issue of a period; None: it was never issued."""
    with engine.connect() as connection:
        return newest_in(connection, template, period)


def newest_in(connection: Connection, template: str, period: str) -> Report | None:
    """The same inside a transaction."""
    return _one(connection, _of_period(template, period))


def issue(connection: Connection, template: str, period: str, n: int) -> Report | None:
    """The n-th issue of a period."""
    return _one(connection, _of_period(template, period).where(report.c.n == n))


def before(engine: Engine, one: Report) -> Report | None:
    """The issue before this one, of the same period."""
    with engine.connect() as connection:
        return issue(connection, one.template, one.period, one.n - 1)


def listed(
    engine: Engine, *, search: str = "", template: str | None = None, most: int | None = None
) -> pl.DataFrame:
    """Reports, the newest period and issue first; columns `LISTED`.

    Args:
        engine: state database.
        search: words in either language; all of them must stand in the report. A period name
            (2026-W47) is such a word.
        template: only reports of this kind.
        most: how many rows to give.
    """
    last = func.max(report.c.n).over(partition_by=[report.c.template, report.c.period])
    told = select(
        *(report.c[name] for name in LISTED if name in report.c),
        report.c.headline_json,
        (report.c.n == last).label("newest"),
        report.c.search_text,
    ).subquery()
    statement = select(*(column for column in told.c if column.name != "search_text"))
    for word in search.casefold().split():
        statement = statement.where(told.c.search_text.contains(word, autoescape=True))
    if template is not None:
        statement = statement.where(told.c.template == template)
    statement = statement.order_by(
        told.c.last_day.desc(), told.c.template, told.c.period, told.c.n.desc()
    ).limit(most)
    with engine.connect() as connection:
        rows = [_listed(dict(row)) for row in connection.execute(statement).mappings()]
    return pl.DataFrame(rows, schema=LISTED)


def document(one: Report) -> Document:
    """What it says.

    Raises:
        ReportError: the row was damaged.
    """
    try:
        return Document.model_validate_json(one.document_json)
    except ValidationError as error:
        raise _damaged(one, "document") from error


def inputs(one: Report) -> Inputs:
    """What it was made from.

    Raises:
        ReportError: the row was damaged.
    """
    try:
        return Inputs.model_validate_json(one.inputs_json)
    except ValidationError as error:
        raise _damaged(one, "inputs") from error


def _damaged(one: Report, what: str) -> ReportError:
    return ReportError(
        f"The stored {what} of report {one.id} cannot be read: changed after it was made, or "
        "written by a newer Afterwatch. Restore the state database from a backup."
    )


def _of_period(template: str, period: str) -> Select[Any]:
    named = (report.c.template == template, report.c.period == period)
    return select(report).where(*named).order_by(report.c.n.desc()).limit(1)


def _one(connection: Connection, statement: Select[Any]) -> Report | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else _read(row)


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    headline = row.pop("headline_json")
    say = Say.model_validate(headline["say"])
    return {
        **row,
        "headline": say.model_dump_json(),
        "tone": headline["tone"],
        "newest": bool(row["newest"]),
    }


def _read(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        template=row.template,
        period=row.period,
        n=row.n,
        first=row.first_day,
        last=row.last_day,
        as_of=row.as_of,
        status=row.status,
        headline=Say.model_validate(row.headline_json["say"]),
        tone=row.headline_json["tone"],
        document_json=row.document_json,
        document_sha256=row.document_sha256,
        inputs_json=row.inputs_json,
        inputs_sha256=row.inputs_sha256,
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
    )
