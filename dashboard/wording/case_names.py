"""What readers call roles, events of a case, states of a parcel and stages of a return."""

from __future__ import annotations

from dashboard.languages import _


def role_name(role: str | None) -> str:
    """Who did something: a role, never a name."""
    names = {
        "customer": _("Customer"),
        "agent": _("Agent"),
        "bot": _("Bot"),
        "system": _("System"),
    }
    return names.get(role or "", role or "")


def event_name(kind: str) -> str:
    """What readers call an event of a case."""
    names = {
        "created": _("Case created"),
        "customer_msg": _("Customer wrote"),
        "agent_msg": _("Agent wrote"),
        "bot_msg": _("Bot wrote"),
        "note": _("Internal note"),
        "status": _("Status"),
        "assign": _("Assigned"),
        "priority": _("Priority"),
        "level": _("Level"),
        "tag": _("Tag"),
        "schedule": _("Schedule"),
        "sla_applied": _("Service policy"),
        "escalated": _("Escalated"),
        "solution_proposed": _("Solution proposed"),
        "solved": _("Solved"),
        "reopened": _("Reopened"),
        "closed": _("Closed"),
        "merged": _("Merged into another case"),
        "no_reply_needed": _("No reply needed"),
    }
    return names.get(kind, kind)


def parcel_state(kind: str) -> str:
    """What readers call the state of a parcel."""
    names = {
        "created": _("Parcel created"),
        "handed_over": _("Handed to the carrier"),
        "in_transit": _("In transit"),
        "customs": _("In customs"),
        "out_for_delivery": _("Out for delivery"),
        "attempt_failed": _("Delivery attempt failed"),
        "pickup_ready": _("Ready for pick-up"),
        "delivered": _("Delivered"),
        "exception": _("Carrier reports a problem"),
        "returning": _("On the way back"),
        "returned": _("Returned to sender"),
        "stale": _("No scan for long"),
        "cancelled": _("Shipment cancelled"),
    }
    return names.get(kind, kind)


def return_stage(kind: str) -> str:
    """What readers call a stage of a return."""
    names = {
        "requested": _("Return requested"),
        "approved": _("Return approved"),
        "label": _("Return label made"),
        "first_scan": _("Return handed to the carrier"),
        "received": _("Return received"),
        "qc": _("Return inspected"),
        "closed": _("Return closed"),
    }
    return names.get(kind, kind)
