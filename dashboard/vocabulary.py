"""What readers call the things of the catalogue: ranges, comparisons, dimensions, values."""

from __future__ import annotations

from collections.abc import Callable

from dashboard import formats
from dashboard.languages import _
from dashboard.wording.recorded import (
    channel_name,
    cost_kind_name,
    level_name,
    priority_name,
    reason_name,
)
from data_access.metrics import CATALOGUE


def range_names() -> dict[str, str]:
    """Time range to its name."""
    return {
        "7d": _("Last 7 days"),
        "28d": _("Last 28 days"),
        "90d": _("Last 90 days"),
        "12m": _("Last 12 months"),
        "custom": _("Chosen days"),
    }


def comparison_names() -> dict[str, str]:
    """Comparison to its name."""
    return {
        "previous": _("Period before"),
        "year": _("Same period last year"),
        "none": _("No comparison"),
    }


def dimension_name(name: str) -> str:
    """What readers call a dimension."""
    names = {
        "market": _("Market"),
        "category": _("Category"),
        "channel": _("Channel"),
        "language": _("Language"),
        "carrier": _("Carrier"),
        "region": _("Region"),
        "lane": _("Lane"),
        "priority": _("Priority"),
        "team": _("Team"),
        "product": _("Product"),
        "lot": _("Lot"),
        "reason": _("Reason"),
        "term": _("Word"),
        "level": _("Level"),
        "cost_kind": _("Kind of cost"),
        "source": _("Source"),
        "continent": _("Continent"),
    }
    return names.get(name, name)


def value_name(dimension: str, value: str) -> str:
    """What readers call a value: countries and languages by name, everything else as recorded."""
    if value == "":
        return _("Unknown")
    named: dict[str, Callable[[str], str]] = {
        "market": formats.country,
        "language": formats.language_name,
        "continent": _,
        "channel": channel_name,
        "reason": reason_name,
        "priority": priority_name,
        "level": level_name,
        "cost_kind": cost_kind_name,
    }
    return named.get(dimension, str)(value)


def kpi_title(kpi: str) -> str:
    """Full name of a KPI in the reader's language."""
    return _(CATALOGUE[kpi].title)


def kpi_short(kpi: str) -> str:
    """Its name where there is little room."""
    return _(CATALOGUE[kpi].short)


def kpi_doc(kpi: str) -> str:
    """What it counts, in a sentence or two."""
    return _(CATALOGUE[kpi].doc)


def kpi_unit(kpi: str) -> str:
    """What stands small beside its value; empty where the value says it itself."""
    return formats.unit_name(CATALOGUE[kpi].unit)
