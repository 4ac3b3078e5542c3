"""What the Overview does: four questions, each asked again only when view or version changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output

from dashboard.ids import Overview, Shell, TilePart, tile_part

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
