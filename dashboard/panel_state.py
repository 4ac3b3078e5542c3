"""Which state a panel shows; the same names stand in assets/40-components.css."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import no_update

log = logging.getLogger(__name__)

READY = "aw-panel"
EMPTY = "aw-panel is-empty"
STALE = "aw-panel is-stale"
ERROR = "aw-panel is-error"


def of(rows: int, *, stale: bool = False) -> str:
    """The class of a panel that has `rows` rows to show."""
    if rows == 0:
        return EMPTY
    return STALE if stale else READY


def show_errors(error: Exception) -> Any:
    """Answer of a callback that raised: its panels say so, everything else stays as it was.

    Dash calls this (`on_error`) with the failed callback's context; a panel is an output
    `className` of an id that ends in `-panel`.
    """
    log.error("A callback failed: %s", dash.ctx.triggered_id, exc_info=error)
    wanted = dash.ctx.outputs_list
    if isinstance(wanted, dict):
        return _answer(wanted)
    return [_answer(output) for output in wanted or []]


def _answer(output: Any) -> Any:
    if isinstance(output, list):
        return [_answer(part) for part in output]
    is_panel = str(output["id"]).endswith("-panel") and output["property"] == "className"
    return ERROR if is_panel else no_update
