"""What the case list shows, as declarations: its views, its columns, how an address names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dashboard.url_filter import link
from data_access.browse import COLUMNS, HORIZONS, CaseView

if TYPE_CHECKING:
    from dashboard.services import Services

VIEWS = tuple(str(view) for view in CaseView)
DEFAULT_VIEW = str(CaseView.ALL)

BLOCK = 100
"""Rows that the grid asks for at a time."""

DOWNLOAD = "/download/cases.csv"
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Listing:
    """Which cases in which order, as the screen and its CSV file both understand it."""

    view: CaseView = CaseView.ALL
    text: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    """Column and whether descending, strongest first."""


def listing(view: str | None, text: str | None, sort: Iterable[tuple[str, bool]]) -> Listing:
    """A listing from what a browser sent; unknown views and columns are left out."""
    return Listing(
        CaseView(view) if view in VIEWS else CaseView.ALL,
        clean_text(text),
        known_sort(sort, COLUMNS),
    )


def known_at(services: Services, view: CaseView) -> datetime:
    """The instant a list holds for: that of the numbers, but what is due soon is due from now."""
    return services.clock() if view in HORIZONS else services.metrics.as_of()


def clean_text(text: str | None) -> str:
    """A search text in one line, of bounded length."""
    return " ".join((text or "").split())[:_LONGEST_TEXT]


def known_sort(
    sort: Iterable[tuple[str, bool]], columns: Collection[str]
) -> tuple[tuple[str, bool], ...]:
    """The sort without columns that the list does not have; the last direction of each counts."""
    downs = {name: down for name, down in sort if name in columns}
    return tuple(downs.items())


def sort_of_grid(model: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, bool], ...]:
    """The grid's sort model as column and whether descending."""
    return tuple((str(part.get("colId")), part.get("sort") == "desc") for part in model or ())


def sort_of_text(text: str) -> tuple[tuple[str, bool], ...]:
    """`-created_at,market` as column and whether descending."""
    parts = [part for part in text.split(",") if part]
    return tuple((part.removeprefix("-"), part.startswith("-")) for part in parts)


def download_link(shown: Listing, query: str) -> str:
    """Address of the CSV file of what is shown."""
    return link(DOWNLOAD, query, own_keys(str(shown.view), shown.text, shown.sort))


def own_keys(view: str, text: str, sort: Iterable[tuple[str, bool]]) -> dict[str, str]:
    """The keys that a list adds to an address: `view`, `q`, `sort` where it has any."""
    order = ",".join(f"-{name}" if down else name for name, down in sort)
    own = {"view": view, "q": text, "sort": order}
    return {name: value for name, value in own.items() if value}
