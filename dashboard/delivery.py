"""What the screen Messages and duty shows: its views, their names, the messages of each."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl
from sqlalchemy import Engine

from alerts.notify import reading
from alerts.notify.reading import OutboxFilter
from dashboard.languages import _

View = Literal["waiting", "dead", "sent", "dropped", "muted"]
VIEWS: tuple[View, ...] = get_args(View)
FIRST_VIEW: View = "waiting"


def view_names() -> dict[str, str]:
    """Views and what readers call them."""
    return {
        "waiting": _("Waiting"),
        "dead": _("Not delivered"),
        "sent": _("Sent"),
        "dropped": _("Left out"),
        "muted": _("Muted"),
    }


def listed(engine: Engine, view: View, most: int) -> pl.DataFrame:
    """Messages of a view, the newest first; see `alerts.notify.reading`."""
    if view == "dead":
        return reading.dead_letters(engine).head(most)
    states = ("pending", "sending") if view == "waiting" else (view,)
    found = [reading.outbox_rows(engine, OutboxFilter(state, limit=most)) for state in states]
    return pl.concat(found).sort("id", descending=True).head(most)
