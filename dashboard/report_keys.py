"""What a figure of a report is called: the key that comments and decisions name it by. Pure.

A key is stable between issues and weeks: `kpis/contact_rate`, `changes/contact_rate/market`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dashboard.reports.document import ChangeBlock, DeckBlock, Document, TableBlock


def panel_key(section: str, kpi: str) -> str:
    """Of a KPI."""
    return f"{section}/{kpi}"


def change_key(section: str, kpi: str, by: str) -> str:
    """Of a change that was split."""
    return f"{section}/{kpi}/{by}"


def table_key(section: str, key: str) -> str:
    """Of a table."""
    return f"{section}/{key}"


def anchor(key: str) -> str:
    """Id of its place on the screen."""
    return "figure-" + re.sub(r"[^A-Za-z0-9_]+", "-", key)


def section_anchor(key: str) -> str:
    """Id of a section's title."""
    return f"part-{key}"


def keys(document: Document) -> Iterator[tuple[str, str, str | None]]:
    """Every figure that can be named: key, section, KPI (None: a table), in the order shown."""
    for part in document.sections:
        for block in part.blocks:
            match block:
                case DeckBlock():
                    for panel in block.panels:
                        yield panel_key(part.key, panel.kpi), part.key, panel.kpi
                case ChangeBlock():
                    yield change_key(part.key, block.kpi, block.by), part.key, block.kpi
                case TableBlock():
                    yield table_key(part.key, block.key), part.key, None
                case _:
                    pass
