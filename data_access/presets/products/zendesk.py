"""Zendesk Support: native duration metrics, as Explore and the ticket metrics API give them."""

from __future__ import annotations

from data_access.presets.definition import Definition, Preset, Source

_NATIVE = Source(
    "Zendesk help: About native Support time duration metrics",
    "https://support.zendesk.com/hc/en-us/articles/4408834848154",
)
_FIRST_REPLY = Source(
    "Zendesk help: Calculating first reply time",
    "https://support.zendesk.com/hc/en-us/articles/4408821871642",
)
_BUSINESS = Source(
    "Zendesk help: How does Zendesk record its business hour metrics?",
    "https://support.zendesk.com/hc/en-us/articles/5654110765338",
)
_FIELDS = Source(
    "Zendesk developers: Ticket metrics",
    "https://developer.zendesk.com/rest_api/docs/core/ticket_metrics",
)
_SLA_METRICS = Source(
    "GitLab handbook: Zendesk metrics definitions (copy)",
    "https://kelaenderkoe.pages.dev/bitcomet-https-handbook.gitlab.com/handbook/security/"
    "customer-support-operations/zendesk/metrics-definitions",
)
_OLDEST = Source(
    "Zendesk help: Defining SLA policies, on next reply time",
    "https://support.zendesk.com/hc/en-us/articles/4408829459866",
)
_DECISIONS = Source(
    "Fivetran dbt_zendesk: decision log",
    "https://github.com/fivetran/dbt_zendesk/blob/main/DECISIONLOG.md",
)

ZENDESK = Preset(
    name="zendesk",
    title="Zendesk",
    note=(
        "Zendesk records each duration twice, in calendar and in business hours; business hours "
        "are compared by default, zendesk:calendar takes the other. Metrics of a single event use "
        "the schedule at that event for the whole time; metrics of statuses use the one at each "
        "change of status."
    ),
    metrics={
        "first_response": Definition(
            "From the creation of the ticket to the first public comment of an agent. Bots do not "
            "count. An agent's opening comment does not either: the next one does. Tickets without "
            "a reply have no value.",
            (_NATIVE, _FIRST_REPLY, _BUSINESS, _DECISIONS),
            agent_started="next_reply",
            hours="business",
            schedule="at_the_end",
            business="at_the_end",
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "next_response": Definition(
            "From the oldest public message of the requester that is unanswered to the next public "
            "comment of an agent, once per turn after the first reply. A solve ends the turn.",
            (_SLA_METRICS, _OLDEST, _DECISIONS),
            start="first_customer_message",
            agent_started="next_reply",
            hours="business",
            business="in_force",
            after_solve="withdrawn",
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "first_resolution": Definition(
            "From creation to the first time the status became solved; closing an unsolved ticket "
            "counts as that.",
            (_NATIVE, _BUSINESS),
            agent_started="next_reply",
            hours="business",
            schedule="at_the_end",
            business="at_the_end",
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "full_resolution": Definition(
            "From creation to the most recent time the status became solved; the time it was "
            "solved in between is included.",
            (_NATIVE, _BUSINESS, _FIELDS),
            agent_started="next_reply",
            hours="business",
            schedule="at_the_end",
            business="at_the_end",
            stop="last_solve",
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "requester_wait": Definition(
            "Time in new, open and on-hold; each status in the business hours of the schedule at "
            "its end.",
            (_NATIVE, _BUSINESS, _SLA_METRICS),
            agent_started="next_reply",
            hours="business",
            schedule="at_the_end",
            business="at_the_end",
            statuses=("new", "open", "on_hold"),
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "agent_work": Definition(
            "Time in new and open. An SLA metric: the native metrics have agent wait (pending) in "
            "its place.",
            (_SLA_METRICS,),
            agent_started="next_reply",
            hours="business",
            business="in_force",
            statuses=("new", "open"),
            merged=True,
            assumed=("merged", "statistic"),
        ),
        "on_hold": Definition(
            "Time in on-hold; each stay in the business hours of the schedule at its end.",
            (_NATIVE, _BUSINESS),
            agent_started="next_reply",
            hours="business",
            schedule="at_the_end",
            business="at_the_end",
            statuses=("on_hold",),
            merged=True,
            assumed=("merged", "statistic"),
        ),
    },
)
