"""The file of an exported batch, as it was exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from alerts.compensation import exporting, reading
from alerts.compensation.machine import BatchState
from dashboard.compensation import DOWNLOAD

if TYPE_CHECKING:
    from dashboard.services import Services


def install_compensation_download(server: flask.Flask, services: Services) -> None:
    """Answer the address of a batch's file; 404 before it was exported."""

    @server.get(DOWNLOAD)
    def compensation_csv(batch_id: int) -> flask.Response:
        page = reading.page(services.engine, batch_id)
        if page is None or page.standing.stored.batch.state is not BatchState.EXPORTED:
            flask.abort(404)
        standing = page.standing
        rows = exporting.rows_of(standing.stored, standing.policy, standing.items)
        drill = "drill-" if standing.stored.batch.drill else ""
        name = f"{drill}compensation-{batch_id}.csv"
        return flask.Response(
            exporting.csv_text(rows),
            mimetype="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
