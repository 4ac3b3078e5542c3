"""The headline page: what of a report stands on the one page that everybody reads.

The numbers as one table, then what changed, what it costs, what is to be decided and what is not
known yet, each shortened to fit; the pages behind it tell the rest. Pure.
"""

from __future__ import annotations

from typing import Any

from dashboard.reports.forms.column_widths import CARD, below, fits, widths

Json = dict[str, Any]

FIRST = ("changes", "decisions", "cost", "not_yet_known")
"""Sections that are always on the front page: what changed, what to decide, what it costs, what is
open. The others follow as far as there is room, in the order of the template."""
COLUMNS = 4
"""As many columns of a table fit into half a page."""
_URGENCY = {"bad": 0, "unknown": 1}
"""Rows of a shortened table by their tone; all others keep their order behind them."""


def front(sections: list[Json]) -> Json | None:
    """What the front page shows; None for a report without KPIs, which starts right away."""
    panels = [
        panel
        for section in sections
        for block in section["blocks"]
        if block["block"] == "deck"
        for panel in block["panels"]
    ]
    if not panels:
        return None
    cards = [card(section) for section in sections if not _only_numbers(section)]
    rank = {key: place for place, key in enumerate(FIRST)}
    return {
        "panels": panels,
        "first": sorted(
            (one for one in cards if one["key"] in rank), key=lambda one: rank[one["key"]]
        ),
        "others": [one for one in cards if one["key"] not in rank],
    }


def _only_numbers(section: Json) -> bool:
    return all(block["block"] == "deck" for block in section["blocks"])


def card(section: Json) -> Json:
    """A section in short: its sentences, the first of its tables, the first of its charts."""
    says: list[str] = []
    table: Json | None = None
    chart: Json | None = None
    for block in section["blocks"]:
        if block["block"] == "nothing":
            says.append(block["say"])
        elif block["block"] in {"say", "change"}:
            says += block["says"]
        elif block.get("lead"):
            says.append(block["lead"])
        if block["block"] == "table" and table is None:
            table = _narrow(block["table"])
        if block["block"] == "chart" and chart is None:
            chart = {"svg": block["chart"], "alt": block["alt"]}
    return {
        "key": section["key"],
        "title": section["title"],
        "says": says,
        "table": table,
        "chart": chart,
    }


def _narrow(table: Json) -> Json:
    """The first columns of a table; rows that need attention stand first."""
    cut = slice(0, COLUMNS)
    lines = list(zip(table["tones"], table["rows"], strict=True))
    ranked = sorted(lines, key=lambda line: _URGENCY.get(line[0], len(_URGENCY)))
    heads, rows = table["heads"][cut], [row[cut] for _tone, row in ranked]
    numeric = table["numeric"][cut]
    if not fits([heads, *rows], numeric, CARD):
        rows = [below(row, numeric) for row in rows]
    laid = {"heads": heads, "rows": rows, "numeric": numeric}
    laid["tones"] = [tone for tone, _row in ranked]
    return {**table, **laid, "widths": widths([heads, *rows], numeric, CARD)}
