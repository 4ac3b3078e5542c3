"""Heads, sheets and readings of a report's tables (CSV and XLSX)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _

READINGS: Mapping[str, Callable[[], str]] = {
    "now": lambda: _("This period"),
    "before": lambda: _("The period before"),
    "prior": lambda: _("A year before"),
    "target": lambda: _("Target"),
    "maturity": lambda: _("Share that can be judged"),
    "tainted": lambda: _("Rows with doubtful data"),
    "limits_center": lambda: _("Process limits: mean"),
    "limits_low": lambda: _("Process limits: lower"),
    "limits_high": lambda: _("Process limits: upper"),
    "week": lambda: _("Week"),
    "week_prior": lambda: _("Week, a year before"),
    "month": lambda: _("Month"),
    "month_prior": lambda: _("Month, a year before"),
    "total": lambda: _("Whole change"),
    "rate": lambda: _("By rate"),
    "mix": lambda: _("By mix"),
    "new": lambda: _("By new segments"),
    "lost": lambda: _("By lost segments"),
    "says": lambda: _("In a sentence"),
}
"""Part of a figure's key to what it is called."""


def reading(name: str) -> str:
    """Which reading of a KPI; empty for cells of tables."""
    return READINGS[name]() if name in READINGS else ""


def opening() -> str:
    """The part above all sections."""
    return _("Headline")


def rest() -> str:
    """All segments beyond the largest ones."""
    return _("All others")


def heads() -> dict[str, str]:
    """Heads of columns by name."""
    return {
        "key": _("Key"),
        "section": _("Section"),
        "what": _("What"),
        "reading": _("Reading"),
        "segment": _("Segment"),
        "start": _("From"),
        "value": _("Value"),
        "unit": _("Unit"),
        "currency": _("Currency"),
        "n": "n",
        "low": _("95% from"),
        "high": _("95% to"),
        "standing": _("Against the target"),
        "signals": _("Stands out because"),
        "measure": _("Measure"),
        "kind": _("Row"),
    }


def sheets() -> dict[str, str]:
    """Names of the sheets that every workbook has."""
    return {
        "summary": _("Summary"),
        "measures": _("Measures"),
        "weeks": _("Weeks"),
        "months": _("Months"),
        "changes": _("Changes"),
        "figures": _("All figures"),
    }


def series(*, prior: bool) -> str:
    """Which line of a KPI's series."""
    return _("a year before") if prior else _("value")


def incomplete() -> str:
    """Above what was late."""
    return _("Incomplete")
