"""Where in the application the rows behind a number of a report stand. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.numbers import number_link
from dashboard.url_filter import View, encode, link
from dashboard.wording.tiles import BEHIND
from data_access.metrics import Filter


def rows_behind(kpi: str, first: date, last: date, **where: Any) -> str:
    """The screen with the rows of a KPI over some days, else the page that explains the number."""
    view = View(range="custom", filter=Filter(start=first, end=last, **where))
    query = encode(view)
    if kpi not in BEHIND:
        return number_link(kpi, query)
    path, own = BEHIND[kpi]
    return link(path, query, own)
