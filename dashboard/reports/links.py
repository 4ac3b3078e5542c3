"""Where in the application the rows behind a figure stand."""

from __future__ import annotations

from datetime import date

from dashboard.url_filter import link, narrow, spanning
from dashboard.wording.tiles import BEHIND


def behind(kpi: str, first: date, last: date, **where: str) -> str:
    """Path and query of the rows behind a KPI over some days, both included.

    Args:
        kpi: its name.
        first: first day.
        last: last day.
        where: dimension to the one value that the rows have.
    """
    path, own = BEHIND.get(kpi, ("/cases", {}))
    return link(path, narrow(spanning("", first, last), **where), own)
