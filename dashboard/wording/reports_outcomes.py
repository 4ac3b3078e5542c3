"""What came of a press on the screens of reports, in a sentence."""

from __future__ import annotations

from alerts.actions import Outcome
from dashboard import formats
from dashboard.languages import _
from dashboard.reports.periods import EXAMPLES
from dashboard.wording.outcomes import Told


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for, times are in `zone`."""
    if outcome.result == "done":
        return Told(done(action), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    if outcome.result == "stale":
        return Told(overtaken(outcome, zone), "watch")
    return Told(refusal(outcome, zone), "breach")


def done(action: str) -> str:
    """That something was done."""
    return {
        "make": _("Asked for; the worker makes it."),
        "raise": _("Raised; it stands in every report until it is settled."),
        "settle": _("Settled; the next report says so and then leaves it out."),
        "change": _("Changed."),
        "comment": _("Comment added."),
        "withdraw": _("Comment taken back."),
        "rebuild": _("Asked for; the worker builds it again and compares."),
    }.get(action, _("Done."))


def overtaken(outcome: Outcome, zone: str) -> str:
    """That somebody was faster: who, with what, when."""
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    known = {
        "decision_done": _("Already settled by {name} at {time}."),
        "decision_dropped": _("Already dropped by {name} at {time}."),
        "decision_changed": _("Meanwhile changed by {name} at {time}."),
        "comment_withdrawn": _("Already taken back by {name} at {time}."),
    }
    sentence = known.get(outcome.why, _("Meanwhile changed by {name} at {time}."))
    return f"{sentence.format(name=outcome.by, time=at)} {_('This is how it stands now.')}"


def refusal(outcome: Outcome, zone: str) -> str:
    """Why it cannot be done, and what to do instead."""
    data, by = outcome.data or {}, outcome.by or formats.NONE
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    example = EXAMPLES.get(str(data.get("grain", "week")), "")
    given = data.get("given", "")
    known = {
        "name_needed": _("Say who you are first."),
        "not_found": _("There is no such report, decision or comment."),
        "not_in_role": _("Only these people may: {names}.", names=by),
        "not_yours": _("Only {name} can take this comment back.", name=by),
        "withdrawn": _("It was taken back already."),
        "text_needed": _("Write something first."),
        "too_long": _("That is too long; 2,000 characters are the most."),
        "owner_needed": _("Name who decides."),
        "day_needed": _("Say by which day."),
        "past": _("That day has passed."),
        "outcome_needed": _("Write what was decided."),
        "reason_needed": _("Give a reason."),
        "nothing_changed": _("Owner and day are these already."),
        "settled": _("It was settled by {name} at {time}.", name=by, time=at),
        "waiting": _("{name} has asked for it already; it is being made.", name=by),
        "no_period": _(
            "There is no period {given} for this report; write it like {example}.",
            given=given,
            example=example,
        ),
        "not_over": _("{given} is not over yet; a report is made when it is.", given=given),
        "not_understood": _("That was not understood; reload the page and try again."),
    }
    return known.get(outcome.why, _("That is not possible now; reload the page."))
