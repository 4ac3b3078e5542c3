"""Intercom: responsiveness reports and conversation statistics."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_RESPONSIVENESS = Source(
    "Intercom help: Responsiveness report",
    "https://www.intercom.com/help/en/articles/3653556-responsiveness-reporting",
)
_FORUM = Source(
    "Intercom forum: How is median first response time calculated?",
    "https://forum.intercom.com/s/question/0D55c00006JfaAOCAZ/"
    "how-is-median-first-response-time-calculated",
)
_STATISTICS = Source(
    "Intercom API: conversation statistics",
    "https://developers.intercom.com/docs/references/2.15/rest-api/api.intercom.io/models/"
    "conversation_statistics",
)
_OFFICE_HOURS = Source(
    "Intercom help: How to use office hours in reporting",
    "https://intercom.com/help/en/articles/8425113-how-to-use-office-hours-in-reporting",
)
_HANDLING = (
    "Nearest is its handling time: open and assigned to a teammate, which needs assignments, not "
    "statuses."
)

INTERCOM = Preset(
    name="intercom",
    title="Intercom",
    note=(
        "Conversations belong to the day they started. Reports count all hours unless a chart is "
        "switched to office hours (intercom:business); the API's figures leave office hours' gaps "
        "out."
    ),
    metrics={
        "first_response": Definition(
            "From the customer's first message to the first reply of a teammate, time with a bot "
            "included. A conversation closed without a reply has no value; those that a teammate "
            "started do not count.",
            (_RESPONSIVENESS, _FORUM, _STATISTICS, _OFFICE_HOURS),
            start="first_customer_message",
            after_solve="withdrawn",
            business="in_force",
            assumed=("merged", "spam", "deleted", "schedule"),
        ),
        "next_response": Definition(
            "From a message of the customer to the next reply of a teammate, over all turns of "
            "the conversation, the first one included.",
            (_RESPONSIVENESS, _STATISTICS, _OFFICE_HOURS),
            start="first_customer_message",
            agent_started="next_reply",
            business="in_force",
            turns="all",
            assumed=("merged", "spam", "deleted", "start", "schedule"),
        ),
        "first_resolution": Definition(
            "From the customer's first message to the first close.",
            (_STATISTICS, _OFFICE_HOURS),
            start="first_customer_message",
            business="in_force",
            assumed=("merged", "spam", "deleted", "schedule", "agent_started"),
        ),
        "full_resolution": Definition(
            "From the customer's first message to the last close.",
            (_STATISTICS, _OFFICE_HOURS),
            start="first_customer_message",
            stop="last_solve",
            business="in_force",
            assumed=("merged", "spam", "deleted", "schedule", "agent_started"),
        ),
    },
    missing={
        "requester_wait": _HANDLING,
        "agent_work": _HANDLING,
        "on_hold": "Its conversations are open, snoozed or closed.",
    },
)
