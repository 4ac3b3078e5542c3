"""What readers call the clocks of a case."""

from __future__ import annotations

from dashboard.languages import _


def clock_name(clock: str) -> str:
    """The name of a clock; the code itself if nobody knows it."""
    names = {
        "first_response": _("First response"),
        "next_response": _("Next response"),
        "vip_response": _("VIP response"),
        "marketplace_response": _("Marketplace, own promise"),
        "marketplace_platform": _("Marketplace, platform rule"),
        "resolution": _("Resolution"),
        "full_resolution": _("Full resolution"),
        "solution": _("Solution after escalation"),
        "requester_wait": _("Waiting customer"),
        "agent_work": _("Agent at work"),
        "on_hold": _("Held"),
    }
    return names.get(clock, clock)
