"""Codes that many systems share, in the reader's words; what is not listed stays as recorded."""

from __future__ import annotations

from dashboard.languages import _


def channel_name(code: str) -> str:
    """How a request came in."""
    names = {
        "email": _("E-mail"),
        "chat": _("Chat"),
        "phone": _("Phone"),
        "web": _("Web form"),
        "marketplace": _("Marketplace"),
        "social": _("Social media"),
        "messenger": _("Messenger"),
        "in_person": _("In person"),
        "other": _("Other"),
    }
    return names.get(code, code)


def reason_name(code: str) -> str:
    """Why a customer asked for help."""
    names = {
        "change_order": _("Change or cancel order"),
        "customs_hold": _("Held by customs"),
        "damaged": _("Arrived damaged"),
        "defective": _("Defective"),
        "delivery_late": _("Delivery late"),
        "how_to_use": _("How to use"),
        "invoice_payment": _("Invoice or payment"),
        "not_received": _("Not received"),
        "refund_status": _("Refund status"),
        "return_request": _("Return request"),
        "safety_concern": _("Safety concern"),
        "wrong_item": _("Wrong item"),
    }
    return names.get(code, code)


def priority_name(code: str) -> str:
    """How urgent the source calls a case."""
    names = {
        "low": _("Low"),
        "normal": _("Normal"),
        "high": _("High"),
        "urgent": _("Urgent"),
    }
    return names.get(code, code)


def level_name(level: object) -> str:
    """`L3`."""
    return f"L{level}"
