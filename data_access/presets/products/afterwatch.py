"""Our own definitions."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_OURS = Source("Afterwatch: metrics", "metrics.md")

AFTERWATCH = Preset(
    name="afterwatch",
    title="Afterwatch",
    note=(
        "What the customer lives through: the wall clock, from their own message to a person's "
        "answer. A clock that still runs counts as running."
    ),
    metrics={
        "first_response": Definition(
            "From the customer's first message to the first public message of a person. Cases that "
            "we opened start with the customer's first message too; one solved without a reply "
            "counts as having waited until then, one that waits as waiting.",
            (_OURS,),
            start="first_customer_message",
            agent_started="next_reply",
            after_solve="watched",
            open_cases="censored",
            business="in_force",
        ),
        "next_response": Definition(
            "From the oldest message of the customer that is unanswered to the next public message "
            "of a person, once per turn after the first answer. A solve ends the turn, known to "
            "have waited until then.",
            (_OURS,),
            start="first_customer_message",
            agent_started="next_reply",
            after_solve="watched",
            open_cases="censored",
            business="in_force",
        ),
        "first_resolution": Definition(
            "From creation to the first time the case was solved or closed.",
            (_OURS,),
            agent_started="next_reply",
            open_cases="censored",
            business="in_force",
        ),
        "full_resolution": Definition(
            "From creation to the solve that lasted; between a solve and the reopening the clock "
            "stands still.",
            (_OURS,),
            agent_started="next_reply",
            stop="last_solve",
            solved_time=False,
            open_cases="censored",
            business="in_force",
        ),
        "requester_wait": Definition(
            "Time in the statuses new, open and on hold.",
            (_OURS,),
            agent_started="next_reply",
            statuses=("new", "open", "on_hold"),
            open_cases="censored",
            business="in_force",
        ),
        "agent_work": Definition(
            "Time in the statuses new and open.",
            (_OURS,),
            agent_started="next_reply",
            statuses=("new", "open"),
            open_cases="censored",
            business="in_force",
        ),
        "on_hold": Definition(
            "Time in the status on hold.",
            (_OURS,),
            agent_started="next_reply",
            statuses=("on_hold",),
            open_cases="censored",
            business="in_force",
        ),
    },
)
