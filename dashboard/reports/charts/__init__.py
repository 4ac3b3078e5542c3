"""Charts of reports as SVG text: pure functions of a block, a palette and the language.

Text stays text, every figure is written in full precision of its kind, and the same block gives the
same bytes. There is never an empty chart: where nothing is known, it says so.
"""

from __future__ import annotations

from dashboard.reports.charts.grid import heat
from dashboard.reports.charts.legend import legend
from dashboard.reports.charts.palette import PRINT, SCREEN, Palette
from dashboard.reports.charts.tiles import sla_map
from dashboard.reports.charts.waterfall import change
from dashboard.reports.charts.weeks import panel

__all__ = ["PRINT", "SCREEN", "Palette", "change", "heat", "legend", "panel", "sla_map"]
