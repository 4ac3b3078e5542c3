"""What the Overview shows, as declarations: which tiles, which movers, which horizons."""

from __future__ import annotations

TILES = (
    "contact_rate",
    "first_response_within_target",
    "resolution_within_target",
    "backlog",
    "on_time_delivery",
    "return_rate_value",
    "csat",
    "nps",
    "low_review_share",
)

MOVER_KPIS = (
    "contact_rate",
    "first_response_within_target",
    "resolution_within_target",
    "on_time_delivery",
    "return_rate_value",
    "low_review_share",
)

MOVER_DIMENSIONS = ("category", "market", "carrier", "channel", "language")

ALERTS_SHOWN = 5
"""Incidents on the Overview; the inbox has all."""

DUE_HORIZONS = (15, 60, 240)
"""Minutes."""

DUE_SHOWN = 12

MAP_KPI = "first_response_within_target"
