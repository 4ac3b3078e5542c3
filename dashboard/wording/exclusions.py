"""Why a row is not counted, and which data-quality check it failed: in the reader's words."""

from __future__ import annotations

from dashboard.languages import _


def reason_left_out(code: str) -> str:
    """What readers call a reason to leave a row out."""
    names = {
        "spam": _("Spam"),
        "merged": _("Merged into another case"),
        "deleted": _("Deleted at the source"),
        "agent_started": _("Started by us, not by the customer"),
        "unjudged": _("No events to judge by"),
        "withdrawn": _("Withdrawn before the deadline"),
        "waiting": _("Deadline not yet passed"),
        "paused": _("Paused without a deadline"),
        "no_flag": _("No flag from the source"),
        "no_quantity": _("Quantity of zero or less"),
        "called_off": _("Cancelled before hand-over"),
        "not_handed_over": _("Never handed to a carrier"),
        "delivered_before_order": _("Delivered before it was ordered"),
        "unrated": _("No rating given"),
        "on_time": _("Arrived on time"),
        "untimed": _("Ended at an unknown time"),
        "ended": _("Solved or closed by then"),
    }
    return names.get(code, code)


def why_left_out(code: str) -> str:
    """Why such a row must not count, in one sentence; empty where the name says it."""
    sentences = {
        "spam": _("Nobody asked for help."),
        "merged": _("The case it was merged into counts."),
        "deleted": _("The source took it back."),
        "agent_started": _("No customer waited for a first answer."),
        "unjudged": _("Neither event nor message tells when it was answered or solved."),
        "withdrawn": _("Solved, merged or marked “no reply needed” while there was still time."),
        "waiting": _("It counts, answered or not, as soon as the deadline has passed."),
        "paused": _(
            "The clock stands still until something happens; until then there is no deadline."
        ),
        "no_flag": _("Without their verdict there is nothing to repeat."),
        "no_quantity": _("A correction, not a sale."),
        "called_off": _("There was no promise left to keep."),
        "not_handed_over": _("No carrier could keep the promise; look at your dispatch."),
        "delivered_before_order": _("One of its two times is wrong."),
        "unrated": _("A text without stars has no score."),
        "on_time": _("Only what missed its promise is counted here."),
        "untimed": _("Marked as solved or closed, but no event says when."),
        "ended": _("It is not open any more."),
    }
    return sentences.get(code, "")


def check_name(check: str) -> str:
    """What readers call a data-quality check."""
    names = {
        "event_before_creation": _("Something happened before the case was created"),
        "duplicate_event": _("The same event twice"),
        "solve_missing": _("Solved, but no event says when"),
        "reopened_unsolved": _("Reopened, but no event says when it was solved"),
        "status_ping_pong": _("Status changed back and forth within a second"),
        "clock_skew": _("Clocks of two systems disagree"),
        "calendar_missing": _("Its business hours are not known"),
        "calendar_overlap": _("Its business hours overlap"),
        "holidays_unknown": _("The public holidays of its calendar are not known"),
        "policy_unknown": _("It names a service policy that is not there"),
        "policy_unmatched": _("No service policy fits it"),
        "policy_conflict": _("Two service policies fit it equally well"),
    }
    return names.get(check, check)


def check_effect(check: str) -> str:
    """What was done with such a row, so that the number stays right."""
    effects = {
        "event_before_creation": _("What lies before the creation is not counted."),
        "duplicate_event": _("It is counted once."),
        "solve_missing": _("The resolution is not judged."),
        "reopened_unsolved": _("The first solution on record counts; there was an earlier one."),
        "status_ping_pong": _("Only the last status of that second counts."),
        "clock_skew": _("Times are taken as recorded; durations may be off by the difference."),
        "calendar_missing": _("Its clocks in business hours are not judged."),
        "calendar_overlap": _("Overlapping hours are counted once."),
        "holidays_unknown": _("Public holidays count as working days."),
        "policy_unknown": _("The policy that fits best is used instead."),
        "policy_unmatched": _("The default target is used."),
        "policy_conflict": _("The later one is used."),
    }
    return effects.get(check, "")


def check_advice(check: str) -> str:
    """What to do about it."""
    advice = {
        "event_before_creation": _("Check the time zone of the export."),
        "duplicate_event": _("Check whether two exports tell the same events."),
        "solve_missing": _("Export the history of the ticket, not only its present state."),
        "reopened_unsolved": _("Export the whole history of the ticket, from its creation on."),
        "status_ping_pong": _("Look for two rules of the helpdesk that undo each other."),
        "clock_skew": _("Set the clocks of both systems by the same server."),
        "calendar_missing": _("Import the calendar that the case or its policy names."),
        "calendar_overlap": _("Correct the intervals of the calendar."),
        "holidays_unknown": _("Correct the calendar's region, or import its days off."),
        "policy_unknown": _("Import the policy, or correct its number in the case."),
        "policy_unmatched": _("Add a policy without conditions, for everything else."),
        "policy_conflict": _("Give one of them one more condition, or an end."),
    }
    return advice.get(check, "")
