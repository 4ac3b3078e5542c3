"""What the crisis screens are made of, as declarations."""

from __future__ import annotations

from dashboard.languages import _

TICK_SECONDS = 4
"""How often an open room asks whether anything changed; the answer is empty unless it did."""
PAGE = 40
"""Entries of the timeline in one page."""


def timeline_names() -> dict[str, str]:
    """What of the timeline is shown: key to what readers call it."""
    return {
        "all": _("Everything"),
        "people": _("By people"),
        "decisions": _("Decisions"),
        "comments": _("Comments"),
    }
