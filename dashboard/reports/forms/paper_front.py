"""The headline page: what of a report stands on the one page that everybody reads.

The numbers as one table, then what changed, what it costs, what is to be decided and what is not
known yet, each shortened to fit; the pages behind it tell the rest. Pure.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LEFT = ("changes", "cost", "incidents")
RIGHT = ("decisions", "not_yet_known")
"""Sections that are shortened on the front page, in the columns that they stand in."""


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
    """A section as a few lines: sentences first, then the rows of its first table."""
    lines: list[Json] = []
    for block in section["blocks"]:
        lines.extend(_lines(block))
    return {"key": section["key"], "title": section["title"], "lines": lines}


def _lines(block: Json) -> list[Json]:
    kind = block["block"]
    if kind == "say" or kind == "change":
        return [{"text": text, "kind": "say"} for text in block["says"]]
    if kind == "nothing":
        return [{"text": block["say"], "kind": "nothing"}]
    if kind == "table":
        lead = [{"text": block["lead"], "kind": "say"}] if block["lead"] else []
        table = block["table"]
        return lead + [
            {"text": row[0], "kind": "row", "rest": [cell for cell in row[1:] if cell.strip("–")]}
            for row in table["rows"]
        ]
    return [{"text": block["lead"], "kind": "say"}] if block.get("lead") else []
