"""Gorgias: support performance statistics."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_METRICS = Source(
    "Gorgias docs: How metrics are calculated",
    "https://docs.gorgias.com/en-US/how-metrics-are-calculated-406747",
)
_NO_STATUS = "Gorgias knows open, closed and snoozed tickets only and reports no time in a status."

GORGIAS = Preset(
    name="gorgias",
    title="Gorgias",
    note=(
        "Gorgias puts a ticket into the period of the event (first reply, closing), not of its "
        "creation; here both sides always measure the cases created in the period. Replies sent "
        "outside of the helpdesk are ignored there and are not in the data either."
    ),
    metrics={
        "first_response": Definition(
            "From the customer's first message to the first message of an agent. Messages of rules "
            "and tickets that an agent started are ignored; hours outside business time count.",
            (_METRICS,),
            start="first_customer_message",
            agent_started="out",
            assumed=("merged", "spam", "deleted", "start"),
        ),
        "full_resolution": Definition(
            "From the customer's first message to the closing of the ticket that lasted, "
            "reopenings included; hours outside business time count.",
            (_METRICS,),
            start="first_customer_message",
            agent_started="next_reply",
            stop="last_solve",
            assumed=("merged", "spam", "deleted", "agent_started"),
        ),
    },
    missing={
        "next_response": "Its statistics time the first answer only.",
        "first_resolution": "Its resolution time runs to the last closing: see full_resolution.",
        "requester_wait": _NO_STATUS,
        "agent_work": _NO_STATUS,
        "on_hold": _NO_STATUS,
    },
)
