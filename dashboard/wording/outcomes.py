"""What came of an action, in a sentence: done, done before, overtaken by somebody, refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alerts import silences
from alerts.actions import Outcome
from alerts.handling import Why
from dashboard import formats
from dashboard.languages import _

Status = Literal["ok", "info", "watch", "breach"]


@dataclass(frozen=True)
class Told:
    """A sentence, and the status class that goes with it."""

    text: str
    status: Status


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
    """That an action was done."""
    return {
        "acknowledge": _("Acknowledged: it is yours, and nobody else is called."),
        "unacknowledge": _("Given back: people are told again."),
        "assign": _("Assigned."),
        "snooze": _("Snoozed."),
        "wake": _("Snooze ended: people are told again."),
        "comment": _("Comment added."),
        "raise_severity": _("Severity raised."),
        "lower_severity": _("Severity lowered; it stays so until the signal asks for more."),
        "close": _("Closed; the verdict counts for the rule's quality."),
        "reopen": _("Open again."),
        "silence": _("Silenced, with everything inside it."),
        "expire": _("The silence is over: people are told again."),
        "severity": _("Severity changed."),
    }.get(action, _("Done."))


def overtaken(outcome: Outcome, zone: str) -> str:
    """That somebody was faster: who, with what, when. The page shows the fresh state below."""
    by = outcome.by if outcome.by != "worker" else _("the signal")
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    known = {
        "acknowledged": _("Already acknowledged by {name} at {time}."),
        "unacknowledged": _("Meanwhile given back by {name} at {time}."),
        "assigned": _("Meanwhile assigned by {name} at {time}."),
        "snoozed": _("Meanwhile snoozed by {name} at {time}."),
        "woken": _("Meanwhile woken by {name} at {time}."),
        "severity_raised": _("Meanwhile made more severe by {name} at {time}."),
        "severity_lowered": _("Meanwhile made less severe by {name} at {time}."),
        "closed": _("Already closed by {name} at {time}."),
        "verdict_changed": _("The verdict was changed by {name} at {time}."),
        "reopened": _("Meanwhile opened again by {name} at {time}."),
        "resolved": _("Meanwhile it ended, at {time}."),
    }
    sentence = known.get(outcome.why, _("Meanwhile changed by {name} at {time}."))
    return f"{sentence.format(name=by, time=at)} {_('This is how it stands now.')}"


def refusal(outcome: Outcome, zone: str) -> str:
    """Why an action cannot be done, and what to do instead."""
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    by = outcome.by or formats.NONE
    known: dict[str, str] = {
        Why.NOT_ACKNOWLEDGED: _("Nobody has acknowledged it, so there is nothing to give back."),
        Why.ALREADY_ACKNOWLEDGED: _("Already acknowledged by {name} at {time}."),
        Why.SIGNAL_OVER: _("It is over since {time}; give a verdict instead."),
        Why.NOT_CLOSED: _("It is not closed."),
        Why.CLOSED: _("It was closed by {name} at {time}; reopen it first."),
        Why.SAME_VERDICT: _("It has this verdict already, since {time}."),
        Why.VERDICT_NEEDED: _("Choose a verdict: what was it?"),
        Why.REASON_NEEDED: _("Say why: the signal still goes on, or severity goes down."),
        Why.WINDOW_PASSED: _(
            "It was closed at {time}, too long ago to reopen; what happens now is a new incident."
        ),
        Why.OTHER_OPEN: _("Another incident of the same kind is open; go on there."),
        Why.NOT_SNOOZED: _("It is not snoozed."),
        Why.PAST: _("That moment has passed; choose a later one."),
        Why.TOO_LONG: _("That is too long; {time} is the latest."),
        Why.NOTE_NEEDED: _("Write something first."),
        Why.SAME_ASSIGNEE: _("It is assigned so already."),
        Why.NOT_HIGHER: _("Its severity is that high already."),
        Why.NOT_LOWER: _("Its severity is that low already."),
        Why.ONLY_A_PERSON: _("Only a person may lower a severity."),
        Why.NOT_FOUND: _("There is no such incident."),
        Why.NAME_NEEDED: _("Say who you are first."),
        silences.Why.OVER: _("That silence is over already."),
    }
    sentence = known.get(outcome.why, _("This cannot be done now."))
    return sentence.format(name=by, time=at)


def silence_refusal(why: str) -> str:
    """Why a silence cannot be made, changed or ended, and what to do instead."""
    known: dict[str, str] = {
        silences.Why.NAME_NEEDED: _("Say who you are first."),
        silences.Why.REASON_NEEDED: _("Say why: everybody who wonders reads it."),
        silences.Why.NO_MATCHERS: _("Say what it is about, such as market=PL."),
        silences.Why.TOO_MANY_MATCHERS: _("Too many conditions; twenty are the most."),
        silences.Why.MATCHES_EVERYTHING: _("It would silence everything; name a value."),
        silences.Why.PAST: _("That moment has passed; choose a later one."),
        silences.Why.TOO_LONG: _("A silence lasts 30 days at most; renew it then."),
        silences.Why.NOT_FOUND: _("There is no such silence or incident."),
        silences.Why.OVER: _("That silence is over already."),
    }
    return known.get(why, _("This cannot be done now."))
