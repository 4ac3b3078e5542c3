"""What all figures share: named colours, even scales, an empty layout, the local configuration."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

ACCENT = "var(--aw-accent)"
BAND = "var(--aw-band)"
COMPARE = "var(--aw-compare)"
TARGET = "var(--aw-target)"
MARK = "var(--aw-mark)"
SMALL = "var(--aw-small)"
SMALL_LINE = "var(--aw-small-line)"
COAST = "var(--aw-coast)"
SEA = "var(--aw-sea)"
TEXT = "var(--aw-text)"
MUTED = "var(--aw-muted)"
LINE = "var(--aw-line)"
CANVAS = "var(--aw-canvas)"
DAY_FORMAT = "%Y-%m-%d"
"""Ticks of a time axis that Plotly sets itself: read alike in every language."""

SEQUENTIAL = [[i / 8, f"var(--aw-seq-{i})"] for i in range(9)]
"""Single hue, even in lightness; 0 is least."""

DIVERGING = [[i / 8, f"var(--aw-div-{i})"] for i in range(9)]
"""0 worst (orange), the middle at the target, 1 best (blue)."""


def graph_config() -> dict[str, Any]:
    """Configuration of every graph: nothing leaves the machine, no bar of buttons.

    The world map's shapes are named clientside, where the prefix of the address is known.
    """
    return {
        "displaylogo": False,
        "displayModeBar": False,
        "plotlyServerURL": "",
        "showSendToCloud": False,
        "scrollZoom": False,
        "responsive": True,
    }


def blank(**layout: Any) -> go.Figure:
    """A figure without a trace and without Python's 6 KB template; the browser adds the theme."""
    return go.Figure(
        layout={
            "template": "none",
            "showlegend": False,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            **layout,
        }
    )
