"""Chatwoot: reporting events, as its source code stores them."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_LISTENER = Source(
    "Chatwoot source: reporting_event_listener.rb",
    "https://github.com/chatwoot/chatwoot/blob/develop/app/listeners/reporting_event_listener.rb",
)
_REPORTS = Source(
    "Chatwoot guide: Reports and metrics",
    "https://www.chatwoot.com/hc/user-guide/articles/1777328138-lesson-6-reports-and-metrics",
)
_THREAD = Source(
    "Chatwoot issue 14871: resolutions count events, not conversations",
    "https://github.com/chatwoot/chatwoot/issues/14871",
)
_NO_STATUS = "Chatwoot stores no time in a status."

CHATWOOT = Preset(
    name="chatwoot",
    title="Chatwoot",
    note=(
        "Chatwoot averages events, not conversations. Where a bot handed over or a conversation "
        "was opened again it starts the first response there; hand-overs are not in the data, so "
        "here the clock starts with the conversation."
    ),
    metrics={
        "first_response": Definition(
            "From the start of the conversation to the first outgoing message of a person; when an "
            "agent wrote first, that message is the reply.",
            (_LISTENER, _REPORTS),
            agent_started="opening_counts",
            business="in_force",
            merged=True,
            spam=True,
            statistic="mean",
            assumed=("merged", "spam", "schedule"),
        ),
        "next_response": Definition(
            "From the oldest message of the customer that waits to the next reply, once per turn "
            "after the first answer.",
            (_LISTENER, _REPORTS),
            start="first_customer_message",
            agent_started="opening_counts",
            business="in_force",
            merged=True,
            spam=True,
            statistic="mean",
            assumed=("merged", "spam", "schedule", "after_solve"),
        ),
        "full_resolution": Definition(
            "From the start of the conversation to each time it was resolved: a conversation that "
            "was resolved twice counts twice, the second time with the first one in it.",
            (_LISTENER, _THREAD, _REPORTS),
            agent_started="next_reply",
            stop="each_solve",
            business="in_force",
            merged=True,
            spam=True,
            statistic="mean",
            assumed=("merged", "spam", "schedule"),
        ),
    },
    missing={
        "first_resolution": "It stores every resolution: see full_resolution.",
        "requester_wait": _NO_STATUS,
        "agent_work": _NO_STATUS,
        "on_hold": _NO_STATUS,
    },
)
