"""What causes of a gap, and reasons to be left out of a number, are called."""

from __future__ import annotations

from dashboard.languages import _


def cause_name(cause: str) -> str:
    """A cause in a few words."""
    return {
        "start_of_clock": _("Start of the clock"),
        "out_of_hours": _("Out of hours"),
        "last_schedule": _("Last schedule"),
        "bot_replies": _("Bot replies"),
        "agent_started": _("Agent-started cases"),
        "solved_without_reply": _("Solved without a reply"),
        "turns": _("Turns counted"),
        "reopened": _("Which solve counts"),
        "solved_time": _("Time while solved"),
        "closed_unsolved": _("Closed, never solved"),
        "statuses": _("Statuses counted"),
        "merged": _("Merged cases"),
        "spam": _("Spam"),
        "deleted": _("Deleted cases"),
        "open_cases": _("Cases still running"),
        "not_reproduced": _("Not reproduced"),
        "other_cases": _("Cases on one side only"),
        "together": _("All differences together"),
        "rest": _("Everything smaller"),
    }[cause]


def cause_doc(cause: str) -> str:
    """What a cause is, in a sentence."""
    return {
        "start_of_clock": _("Creation, the customer's first message or the last one before it."),
        "out_of_hours": _("The wall clock against business hours."),
        "last_schedule": _("Business hours of the last schedule for the whole time, or each then."),
        "bot_replies": _("Whether bots and rules count as an answer."),
        "agent_started": _("Cases that our side opened: left out, or measured in another way."),
        "solved_without_reply": _("Whether a reply counts that comes after a solve without one."),
        "turns": _("Whether the first answer is one of the turns."),
        "reopened": _("The first solve, the one that lasted, or every one."),
        "solved_time": _("Whether the time between a solve and the reopening counts."),
        "closed_unsolved": _("Whether closing a case that nobody solved is a resolution."),
        "statuses": _("The statuses in which the clock runs."),
        "merged": _("Whether cases merged into another one are counted."),
        "spam": _("Whether spam is counted."),
        "deleted": _("Whether deleted cases are counted."),
        "open_cases": _("Whether clocks that still run count as running or are left out."),
        "not_reproduced": _("The recorded minutes differ from the product's own definition."),
        "other_cases": _("Recorded but not measured, or measured but not recorded."),
        "together": _("No step alone leaves cases to compare."),
        "rest": _("The smaller causes together."),
    }[cause]


def reason_name(why: str) -> str:
    """Why a case is left out of a number."""
    return {
        "deleted": _("deleted"),
        "spam": _("spam"),
        "merged": _("merged"),
        "agent_started": _("started by an agent"),
        "calendar_missing": _("calendar not known"),
        "open": _("still running"),
        "no_customer_message": _("no message of the customer"),
        "solved_without_reply": _("solved without a reply"),
        "unsolved": _("never solved"),
    }[why]
