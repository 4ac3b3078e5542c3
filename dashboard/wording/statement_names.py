"""What the page of a statement calls states, roles, channels and languages."""

from __future__ import annotations

from dashboard.languages import _, current


def either(en: str, zh: str) -> str:
    """The words for the reader."""
    return zh if current().startswith("zh") else en


STATUS_KIND = {
    "draft": "none",
    "translated": "info",
    "proofread": "info",
    "final": "ok",
    "sent": "ok",
    "withdrawn": "none",
}
"""State of a statement to the status class beside its word."""


def channel_name(channel: str) -> str:
    """Where a text is published."""
    return {
        "sms": _("Text message"),
        "social": _("Social post"),
        "marketplace": _("Marketplace message"),
        "email": _("E-mail"),
        "press": _("Press release"),
        "banner": _("Banner on the site"),
    }.get(channel, channel)


def role_name(role: str) -> str:
    """Who signs."""
    return {
        "author": _("author"),
        "translator": _("translator"),
        "proofreader": _("proofreader"),
        "final_reviewer": _("final reviewer"),
        "legal": _("legal"),
        "pr": _("public relations"),
        "crisis_lead": _("crisis lead"),
        "privacy_officer": _("privacy officer"),
        "executive_sponsor": _("executive sponsor"),
        "marketplace_desk": _("marketplace desk"),
        "service_manager": _("service manager"),
    }.get(role, role.replace("_", " "))


def signature_name(do: str, role: str) -> str:
    """What a signature says of the text."""
    if do == "translated":
        return _("The source is right") if role == "author" else _("Translated")
    return {"proofread": _("Proofread"), "final": _("Final")}.get(do, do)


def message_state(state: str) -> str:
    """How far a message is that carries the text."""
    return {
        "pending": _("waits to be sent"),
        "sending": _("is being sent"),
        "sent": _("delivered"),
        "delivered": _("delivered"),
        "dead": _("could not be delivered"),
        "dropped": _("not sent any more"),
    }.get(state, state)
