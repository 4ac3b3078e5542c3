"""What readers call the clocks that run inside a case."""

from __future__ import annotations

from dashboard.languages import _

CLOCK_ORDER = (
    "first_response",
    "next_response",
    "vip_response",
    "marketplace_response",
    "marketplace_platform",
    "resolution",
    "solution",
    "full_resolution",
    "requester_wait",
    "agent_work",
    "on_hold",
)
"""The clocks in the order in which they are shown: promises first."""


def clock_name(clock: str) -> str:
    """Name of a clock."""
    names = {
        "first_response": _("First response"),
        "next_response": _("Next response"),
        "vip_response": _("VIP live response"),
        "marketplace_response": _("Marketplace response"),
        "marketplace_platform": _("Marketplace platform"),
        "resolution": _("Resolution"),
        "full_resolution": _("Full resolution"),
        "solution": _("Solution after escalation"),
        "requester_wait": _("Requester wait"),
        "agent_work": _("Agent work"),
        "on_hold": _("Waiting for others"),
    }
    return names.get(clock, clock)
