"""What came of an action on the screens of reviews, in a sentence."""

from __future__ import annotations

from alerts.actions import Outcome
from dashboard import formats
from dashboard.languages import _
from dashboard.wording.outcomes import Told


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for, times are in `zone`."""
    if outcome.result == "done":
        return Told(_done(outcome, action), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    if outcome.result == "stale":
        sentence = _("Meanwhile changed by {name} at {time}.", name=outcome.by, time=at)
        return Told(
            f"{sentence} {_('This is how it stands now; what you wrote is kept.')}", "watch"
        )
    return Told(_refusal(outcome, zone), "breach")


def _done(outcome: Outcome, action: str) -> str:
    if action == "answer_group":
        return _(
            "One answer for all: {n} questions went into root cause {cause}. Now decide what is "
            "done about it.",
            n=formats.number((outcome.data or {}).get("merged", 0) + 1),
            cause=(outcome.data or {}).get("cause", ""),
        )
    return {
        "save": _("Saved."),
        "take": _("It is theirs now."),
        "publish": _("Published. It counts as a known incident from now on."),
        "draft_summary": _("Drafted and redacted. Read it, then confirm it."),
        "confirm": _("Confirmed, for just this text."),
        "publish_summary": _("Published. The text never changes any more."),
        "ask": _("Asked. Somebody has five working days to find out."),
        "analyse": _("The cause is written down. Now decide what is done about it."),
        "add_action": _("Decided."),
        "done": _("Done. Somebody else checks on its day whether it helped."),
        "check": _("Checked."),
        "drop": _("Dropped."),
        "change": _("Changed."),
        "close_cause": _("Closed without an action."),
        "reopen_cause": _("Open again."),
    }.get(action, _("Done."))


def _refusal(outcome: Outcome, zone: str) -> str:
    by = outcome.by or formats.NONE
    known = {
        "name_needed": _("Say who you are first, at the top of the page."),
        "not_found": _("It is not there any more; reload the page."),
        "not_in_role": _("Only these people may: {names}.", names=by),
        "published": _("The review is published; it does not change any more."),
        "not_published": _("Publish the review first."),
        "section_needed": _("What happened, what went well and what did not must be written."),
        "cause_needed": _("Ask why it happened, and answer every question, before publishing."),
        "action_needed": _(
            "Each cause needs an action, or must be closed with a reason why there is none."
        ),
        "no_summary": _("Draft the summary first."),
        "language_needed": _("The summary is needed in English and in Chinese."),
        "not_confirmed": _("A person must confirm the redacted text first."),
        "changed": _("The text is not the one you saw; read it again."),
        "public": _("The summary is published; it never changes any more."),
        "same_owner": _("It is theirs already."),
        "title_needed": _("Write the question."),
        "code_needed": _("Choose a cause."),
        "finding_needed": _("Write what was found."),
        "not_analysed": _("Say why it happened first."),
        "reason_needed": _("Give a reason."),
        "actions_open": _("Its actions are not all checked."),
        "closed": _("It is closed already."),
        "not_closed": _("It is not closed."),
        "text_needed": _("Write what is done."),
        "owner_needed": _("Name who does it."),
        "check_before_due": _("It cannot be checked before it is due."),
        "past": _("That day has passed."),
        "cause_closed": _("Its cause is closed."),
        "not_done": _("It is not done yet."),
        "already_done": _("It is done already."),
        "settled": _("It was checked already; decide another action."),
        "evidence_needed": _("Write by what you see it: a number, a link, a document."),
        "same_person": _("Somebody other than who did it must check it ({name}).", name=by),
        "too_early": _(
            "Whether it helped can be said from {day} on.",
            day=formats.moment(outcome.at, zone) if outcome.at else formats.NONE,
        ),
    }
    return known.get(outcome.why, _("That is not possible now; reload the page."))
