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
        "late_72h": _("Over 72 hours late"),
        "refund_late": _("Refund late"),
        "size_fit": _("Size or fit"),
        "colour_style": _("Colour or style"),
        "not_as_described": _("Not as described"),
        "damaged_in_transit": _("Damaged in transit"),
        "missing_part": _("Part missing"),
        "late": _("Came too late"),
        "changed_mind": _("Changed their mind"),
        "refused_customs": _("Refused at customs"),
        "legal_compliance": _("Legal reason"),
        "other": _("Other"),
    }
    return names.get(code, code)


def cost_kind_name(code: str) -> str:
    """What money was spent on."""
    names = {
        "labour": _("Labour"),
        "freight_fwd": _("Freight out"),
        "freight_rev": _("Freight back"),
        "duty": _("Duty"),
        "storage": _("Storage"),
        "parts": _("Parts"),
        "qc": _("Inspection"),
        "platform_fee": _("Platform fees"),
        "write_down": _("Write-down"),
        "goodwill": _("Goodwill"),
        "compensation": _("Compensation"),
        "compensation_1": _("Compensation, level 1"),
        "compensation_2": _("Compensation, level 2"),
        "compensation_3": _("Compensation, level 3"),
        "refund_fee": _("Refund fees"),
    }
    return names.get(code, code)


def medium_name(code: str) -> str:
    """In what a voice was heard."""
    names = {"message": _("Message"), "review": _("Review"), "mention": _("Mention")}
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
