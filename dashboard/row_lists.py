"""The lists behind numbers: how an address names them, what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from dashboard.cases import clean_text, known_sort, own_keys
from dashboard.url_filter import decode, encode, link, spanning
from data_access.browse import ROW_KINDS
from data_access.metrics import Filter

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(kind.views) for name, kind in ROW_KINDS.items()}
)
"""List to its views; the first is the default."""

BLOCK = 100
"""Rows that the grid asks for at a time."""

PATH = "/rows/<kind>"
DOWNLOAD = "/download/rows/<kind>.csv"

_A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class RowListing:
    """Which rows in which order, as the screen and its CSV file both understand it."""

    kind: str
    view: str
    text: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    """Column and whether descending, strongest first."""


def row_listing(
    kind: str, view: str | None, text: str | None, sort: Iterable[tuple[str, bool]]
) -> RowListing:
    """A listing from what a browser sent; unknown views and columns are left out.

    Raises:
        KeyError: there is no such list.
    """
    return RowListing(
        kind, known_view(kind, view), clean_text(text), known_sort(sort, ROW_KINDS[kind].columns)
    )


def known_view(kind: str, view: str | None) -> str:
    """The view that an address names; the default of the list for anything else."""
    return view if view is not None and view in ROW_KINDS[kind].every else KINDS[kind][0]


def list_of(measure: str) -> tuple[str, str] | None:
    """List and view that show exactly the rows that a `cohort.measure` counts."""
    cohort, _, name = measure.partition(".")
    for kind, known in ROW_KINDS.items():
        for view, shown in known.views.items():
            if (shown.cohort, shown.counted, shown.without) == (cohort, name, None):
                return kind, view
    return None


def rows_link(kind: str, view: str, query: str) -> str:
    """Address of a list with the filter kept."""
    return link(PATH.replace("<kind>", kind), query, {"view": view})


def download_link(shown: RowListing, query: str) -> str:
    """Address of the CSV file of what is shown."""
    path = DOWNLOAD.replace("<kind>", shown.kind)
    return link(path, query, own_keys(shown.view, shown.text, shown.sort))


def cases_of(subject: str | None, day: date, last: date, query: str) -> str:
    """The cases about an order or with a number; empty where the row names none.

    Cases come before and after a parcel, a return or an answer, and have other dimensions: only
    zone, currency and comparison are kept, and the days reach from a year before `day` to `last`.
    """
    if not subject:
        return ""
    view = replace(decode(query)[0], filter=Filter(), range="28d")
    return link("/cases", spanning(encode(view), day - _A_YEAR, max(day, last)), {"q": subject})
