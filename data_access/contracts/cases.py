"""Cases (tickets, conversations), what happened in them and what was said."""

from __future__ import annotations

import dataframely as dy

from data_access.contracts import columns as c

CASE_EVENTS = (
    "created",
    "customer_msg",
    "agent_msg",
    "bot_msg",
    "note",
    "status",
    "assign",
    "priority",
    "level",
    "tag",
    "schedule",
    "sla_applied",
    "escalated",
    "solution_proposed",
    "solved",
    "reopened",
    "closed",
    "merged",
    "no_reply_needed",
)
CASE_STATUS = ("new", "open", "pending", "on_hold", "solved", "closed")


class Cases(dy.Schema):
    """One request for help."""

    case_id = c.key("Ticket number")
    order_id = c.ref("Order it is about")
    shipment_id = c.ref("Parcel it is about")
    return_id = c.ref("Return it is about")
    sku = c.ref("Product it is about")
    customer_key = c.personal_key("Customer, keyed hash")
    channel = c.choice(c.CHANNELS, "Channel the request came in by")
    marketplace = c.text("Marketplace it came through; else that of its order counts")
    lang = c.language()
    country = c.country("Country of the customer, ISO 3166 alpha-2")
    region = c.text("State or province of the customer")
    category = c.text("Category, where the source has its own; else the product's counts")
    reason = c.text("Contact reason")
    subject = c.free_text("Subject line")
    severity = c.count(
        "Level now, 1 (restart) to 5 (recall); `level` events tell of earlier ones",
        minimum=1,
        maximum=5,
    )
    priority = c.text("Priority as the source names it")
    team = c.text("Team in charge")
    calendar_id = c.ref("Business calendar now; `schedule` events tell of earlier ones")
    policy_id = c.ref("SLA policy")
    created_at = c.instant("When the request came in", nullable=False)
    status = c.choice(CASE_STATUS, "Status now")
    merged_into = c.ref("Case this one was merged into")
    spam = c.flag("Marked as spam")
    deleted = c.flag("Deleted at the source")
    vendor_sla_met = c.flag("The source's own verdict on its SLA")
    vendor_frt_min = c.number("First response as the source reports it", unit="min")
    vendor_frt_business_min = c.number("The same in its business hours", unit="min")
    vendor_first_res_min = c.number("First resolution as the source reports it", unit="min")
    vendor_first_res_business_min = c.number("The same in its business hours", unit="min")
    vendor_full_res_min = c.number("Full resolution as the source reports it", unit="min")
    vendor_full_res_business_min = c.number("The same in its business hours", unit="min")
    vendor_requester_wait_min = c.number("Requester wait as the source reports it", unit="min")
    vendor_agent_work_min = c.number("Agent work as the source reports it", unit="min")
    vendor_on_hold_min = c.number("On hold as the source reports it", unit="min")
    vendor_reopens = c.count("Reopenings as the source counts them")
    vendor_replies = c.count("Public replies as the source counts them")


class CaseEvents(dy.Schema):
    """One thing that happened to a case; clocks are computed from these alone."""

    event_id = c.key("Event id")
    case_id = c.ref("Case", nullable=False)
    at = c.instant("When it happened", nullable=False)
    type = c.choice(CASE_EVENTS, "What happened", nullable=False)
    actor_id = c.actor("Who did it; customers as keyed hash")
    actor_role = c.choice(
        ["customer", "agent", "bot", "system"], "Role of the actor at that moment"
    )
    from_ = dy.String(nullable=True, alias="from", metadata={"doc": "Value before", "kind": "text"})
    to = c.text("Value after")
    public = c.flag("Whether the customer could see it")


class Messages(dy.Schema):
    """One message, redacted."""

    message_id = c.key("Message id")
    case_id = c.ref("Case", nullable=False)
    at = c.instant("When it was sent", nullable=False)
    direction = c.choice(["in", "out"], "From or to the customer", nullable=False)
    author_role = c.choice(["customer", "agent", "bot", "system"], "Who wrote it")
    public = c.flag("Whether the customer could see it")
    lang = c.language()
    text = c.free_text("What was written")
    anger = c.number("Anger, 0 to 100, as scored by `model_version`", min=0, max=100)
    model_version = c.text("Scorer of `anger`")
