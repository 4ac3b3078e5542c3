"""Freshdesk Analytics: time-based metrics."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_METRICS = Source(
    "Freshdesk help: Support metrics in Freshdesk Analytics",
    "https://support.freshdesk.com/en/support/solutions/articles/"
    "50000000041-support-metrics-in-freshdesk-analytics",
)
_TIMER = Source(
    "Freshdesk help: SLA policies and the timer by status",
    "https://support.freshdesk.com/support/solutions/folders/272943",
)
_FIRST = Source(
    "Freshworks community: How exactly reports are calculated",
    "https://community.freshworks.com/freshservice-11247/how-exactly-reports-are-calculated-13786",
)
_BY_STATUS = (
    "Freshdesk lists the time spent in every status by its own name; which of them make a wait is "
    "not defined."
)

FRESHDESK = Preset(
    name="freshdesk",
    title="Freshdesk",
    note=(
        "Freshdesk averages over tickets. Secondary tickets of a merge and spam are not counted, "
        "nor tickets that have neither agent nor group."
    ),
    metrics={
        "first_response": Definition(
            "From creation to the first response of an agent (a reply or a public note), in the "
            "business hours of the group. Private notes are no response.",
            (_METRICS, _FIRST),
            agent_started="next_reply",
            hours="business",
            business="in_force",
            statistic="mean",
            assumed=("agent_started", "deleted", "hours", "schedule"),
        ),
        "next_response": Definition(
            "From a message of the customer to the next response of an agent, over all turns, the "
            "first one included.",
            (_METRICS, _FIRST),
            start="first_customer_message",
            agent_started="next_reply",
            hours="business",
            business="in_force",
            turns="all",
            statistic="mean",
            assumed=("agent_started", "deleted", "hours", "schedule", "start", "turns"),
        ),
        "full_resolution": Definition(
            "From creation to the resolution that lasted, in the business hours of the group and "
            "without the statuses that stop the timer (pending and waiting, as delivered).",
            (_METRICS, _TIMER),
            agent_started="next_reply",
            hours="business",
            business="in_force",
            stop="last_solve",
            solved_time=False,
            statuses=("new", "open"),
            statistic="mean",
            assumed=("deleted", "hours", "schedule", "solved_time", "statuses"),
        ),
    },
    missing={
        "first_resolution": "Its resolution time is that of the last resolution: see "
        "full_resolution.",
        "requester_wait": _BY_STATUS,
        "agent_work": _BY_STATUS,
        "on_hold": _BY_STATUS,
    },
)
