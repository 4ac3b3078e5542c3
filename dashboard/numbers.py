"""The page that explains a number, as declarations: its address, which numbers there are."""

from __future__ import annotations

from urllib.parse import quote

from dashboard.url_filter import link
from data_access.metrics import CATALOGUE

PATH = "/numbers/<kpi>"
KPIS = tuple(CATALOGUE)
WEEKS = 8
"""How far back the trend of the page goes."""

MATURE = 0.95
"""A number of which a larger part is still too young to be judged is called immature."""

BY_PRESET = {
    "first_response_within_target": "first_response",
    "next_response_within_target": "next_response",
    "resolution_within_target": "first_resolution",
    "first_response_p50": "first_response",
    "first_response_p90": "first_response",
    "resolution_p50": "first_resolution",
    "resolution_p90": "first_resolution",
}
"""KPI to the clock under which other tools' definitions are compared on `/reconcile`."""


def number_link(kpi: str, query: str) -> str:
    """The page that says how a number is counted, with the filter kept."""
    return link(f"/numbers/{quote(kpi)}", query)
