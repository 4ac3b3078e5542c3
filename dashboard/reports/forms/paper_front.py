"""The headline page: what of a report stands on the one page that everybody reads.

The numbers as one table, then what changed, what it costs, what is to be decided and what is not
known yet, each shortened to fit; the pages behind it tell the rest. Pure.
"""

from __future__ import annotations

from typing import Any

from dashboard.reports.forms.column_widths import CARD, widths

Json = dict[str, Any]

LEFT = ("changes", "cost", "incidents")
RIGHT = ("decisions", "not_yet_known")
"""Sections that are shortened on the front page, in the columns that they stand in."""
COLUMNS = 4
"""As many columns of a table fit into half a page."""


def front(sections: list[Json]) -> Json | None:
    """What the front page shows; None for a report without KPIs, which starts right away."""
    panels = [
        panel
        for section in sections
        for block in section["blocks"]
        if block["block"] == "deck"
        for panel in block["panels"]
    ]
    by_key = {section["key"]: section for section in sections}
    if not panels:
        return None
    return {
        "panels": panels,
        "left": [card(by_key[key]) for key in LEFT if key in by_key],
        "right": [card(by_key[key]) for key in RIGHT if key in by_key],
    }


def card(section: Json) -> Json:
    """A section in short: its sentences, and the first of its tables."""
    says: list[str] = []
    table: Json | None = None
    for block in section["blocks"]:
        if block["block"] == "nothing":
            says.append(block["say"])
        elif block["block"] in {"say", "change"}:
            says += block["says"]
        elif block.get("lead"):
            says.append(block["lead"])
        if block["block"] == "table" and table is None:
            table = _narrow(block["table"])
    return {"key": section["key"], "title": section["title"], "says": says, "table": table}


def _narrow(table: Json) -> Json:
    """The first columns of a table."""
    cut = slice(0, COLUMNS)
    heads, rows = table["heads"][cut], [row[cut] for row in table["rows"]]
    numeric = table["numeric"][cut]
    laid = {"heads": heads, "rows": rows, "numeric": numeric}
    return {**table, **laid, "widths": widths([heads, *rows], numeric, CARD)}
