"""Files a reader takes along: lists as CSV, exactly the rows the screen shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import flask
import polars as pl

from dashboard.cases import DOWNLOAD, known_at, listing, sort_of_text
from dashboard.row_lists import DOWNLOAD as ROWS_DOWNLOAD
from dashboard.row_lists import KINDS, row_listing
from dashboard.service import DOWNLOAD as DUE_DOWNLOAD
from dashboard.service import MOST_DUE, chosen_clock, chosen_horizon
from dashboard.service_outlook import of_clock
from dashboard.today import today
from dashboard.url_filter import decode, period
from data_access.browse import due_soon, export_cases, export_rows

if TYPE_CHECKING:
    from dashboard.services import Services

ROWS_AT_A_TIME = 20_000
_BYTE_ORDER_MARK = "\ufeff"
_OWN = {"view": "view", "text": "q", "sort": "sort"}
_FORMULA = r"^[=+\-@\t\r]"


def install_downloads(server: flask.Flask, services: Services) -> None:
    """Answer the addresses of files."""

    @server.get(DOWNLOAD)
    def cases_csv() -> flask.Response:
        query, asked = _asked()
        return _file("cases", services, shown_cases(services, query, **asked))

    @server.get(DUE_DOWNLOAD)
    def due_csv() -> flask.Response:
        query, _asked_for = _asked()
        within, clock = (flask.request.args.get(key, "") for key in ("within", "clock"))
        return _file("due", services, shown_due(services, query, within=within, clock=clock))

    @server.get(ROWS_DOWNLOAD)
    def rows_csv(kind: str) -> flask.Response:
        if kind not in KINDS:
            flask.abort(404)
        query, asked = _asked()
        return _file(kind, services, shown_rows(services, query, kind=kind, **asked))


def _asked() -> tuple[str, dict[str, str]]:
    """The query string of the request, and in it what belongs to the list itself."""
    given = flask.request.args
    own = {name: given.get(key, "") for name, key in _OWN.items()}
    return flask.request.query_string.decode("utf-8", "replace"), own


def _file(what: str, services: Services, frame: pl.DataFrame) -> flask.Response:
    name = f"{what}-{services.metrics.as_of():%Y%m%d-%H%M}.csv"
    return flask.Response(
        csv(frame),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def shown_cases(
    services: Services, query: str, *, view: str | None, text: str | None, sort: str
) -> pl.DataFrame:
    """Every row of the list that an address names, in its order."""
    seen, _ignored = decode(query)
    shown = listing(view, text, sort_of_text(sort))
    return export_cases(
        services.warehouse,
        period(seen, today(services, seen)).now,
        view=shown.view,
        sort=shown.sort,
        as_of=known_at(services, shown.view),
        zone=seen.zone or services.settings.time_zone,
        text=shown.text,
    )


def shown_due(services: Services, query: str, *, within: str, clock: str) -> pl.DataFrame:
    """Every running clock of the queue that an address names, the next deadline first."""
    seen, _ignored = decode(query)
    horizon = timedelta(minutes=chosen_horizon(within))
    where, now = seen.filter, services.clock()
    due = due_soon(services.warehouse, where, as_of=now, horizon=horizon, limit=MOST_DUE)
    return of_clock(due, chosen_clock(clock))


def shown_rows(
    services: Services, query: str, *, kind: str, view: str, text: str, sort: str
) -> pl.DataFrame:
    """The same for a list of parcels, returns, reviews or survey answers."""
    seen, _ignored = decode(query)
    shown = row_listing(kind, view, text, sort_of_text(sort))
    return export_rows(
        services.warehouse,
        period(seen, today(services, seen)).now,
        kind=kind,
        view=shown.view,
        sort=shown.sort,
        as_of=services.metrics.as_of(),
        zone=seen.zone or services.settings.time_zone,
        text=shown.text,
    )


def csv(frame: pl.DataFrame) -> Iterator[str]:
    """The rows as CSV, piece by piece; times in UTC, ISO 8601.

    It begins with a byte order mark, without which spreadsheets misread everything beyond ASCII. A
    text that a spreadsheet would run as a formula is prefixed by an apostrophe (OWASP, "CSV
    injection").
    """
    texts = pl.col(pl.String)
    safe = pl.when(texts.str.contains(_FORMULA)).then("'" + texts).otherwise(texts).name.keep()
    yield _BYTE_ORDER_MARK
    for start in range(0, max(frame.height, 1), ROWS_AT_A_TIME):
        part = frame.slice(start, ROWS_AT_A_TIME).with_columns(safe)
        yield part.write_csv(
            include_header=start == 0, datetime_format="%Y-%m-%dT%H:%M:%SZ", float_precision=2
        )
