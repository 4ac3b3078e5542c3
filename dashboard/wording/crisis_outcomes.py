"""What came of an action in a crisis, in a sentence: done, done before, overtaken, refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts import approvals, runs
from alerts.actions import Outcome
from alerts.crisis.model import Why
from dashboard import formats
from dashboard.languages import _
from dashboard.wording.outcomes import Told


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for, times are in `zone`."""
    if outcome.result == "done":
        return Told(done(action, outcome.data or {}), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    if outcome.result == "stale":
        return Told(overtaken(outcome, zone), "watch")
    return Told(refusal(outcome, zone), "breach")


def done(action: str, data: Mapping[str, Any]) -> str:
    """That an action was done."""
    if action in ("declare", "open") and data.get("runs"):
        return _("Declared; its playbook runs and its clocks tick.")
    return {
        "declare": _("Declared. No playbook leads this topic; write down what you do."),
        "open": _("Opened. No playbook leads this topic; write down what you do."),
        "dismiss": _("Dismissed; the reason is on record."),
        "raise": _("Level raised; steps were added, none began again."),
        "lower": _("Level lowered."),
        "contain": _("Contained: the harm no longer grows, the work goes on."),
        "uncontain": _("It grows again: no longer contained."),
        "close": _("Closed; its review is asked for."),
        "reopen": _("It goes on as a new crisis."),
        "assign_role": _("Role changed."),
        "flag": _("Noted; the criteria were judged anew."),
        "unflag": _("Taken back; the criteria were judged anew."),
        "start_playbook": _("The playbook runs; its tasks are listed."),
        "link": _("Linked."),
        "unlink": _("Link taken away."),
        "comment": _("Comment added."),
        "step_comment": _("Comment added."),
        "start": _("It is yours."),
        "done": _("Done."),
        "skip": _("Left out; the reason is on record."),
        "retry": _("The worker tries again."),
        "answer": _("Answered."),
        "assign": _("Assigned."),
        "approve": _("Signed."),
        "reject": _("Rejected; the reason is on record."),
        "update_sent": _("Noted; the next update is due an interval later."),
        "clock_met": _("Term met; the proof is on record."),
        "clock_not_applicable": _("Noted that it does not apply."),
    }.get(action, _("Done."))


def overtaken(outcome: Outcome, zone: str) -> str:
    """That somebody was faster: who, with what, when. The page shows the fresh state."""
    by = outcome.by if outcome.by != "worker" else _("the worker")
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    known = {
        "crisis_declared": _("Already declared by {name} at {time}."),
        "crisis_dismissed": _("Already dismissed by {name} at {time}."),
        "crisis_lapsed": _("The proposal lapsed at {time}: nothing held it up any more."),
        "crisis_contained": _("Already said to be contained by {name} at {time}."),
        "crisis_closed": _("Already closed by {name} at {time}."),
        "level_raised": _("{name} raised the level at {time}."),
        "level_lowered": _("{name} lowered the level at {time}."),
        "role_assigned": _("{name} changed a role at {time}."),
        "step_started": _("Already taken by {name} at {time}."),
        "step_done": _("Already done by {name} at {time}."),
        "step_skipped": _("Already left out by {name} at {time}."),
        "step_answered": _("Already answered by {name} at {time}."),
        "step_assigned": _("Meanwhile assigned by {name} at {time}."),
        "approved": _("Already approved by {name} at {time}."),
        "rejected": _("Already rejected by {name} at {time}."),
        "update_sent": _("{name} noted an update at {time}."),
        "clock_settled": _("Already settled by {name} at {time}."),
    }
    sentence = known.get(outcome.why, _("Meanwhile changed by {name} at {time}."))
    return f"{sentence.format(name=by, time=at)} {_('This is how it stands now.')}"


def refusal(outcome: Outcome, zone: str) -> str:
    """Why an action cannot be done, and what to do instead."""
    data = outcome.data or {}
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    who = ", ".join(str(name) for name in data.get("who") or ()) or outcome.by
    values = {
        "name": outcome.by or formats.NONE,
        "time": at,
        "who": who or formats.NONE,
        "what": str(data.get("what") or formats.NONE),
    }
    known: dict[str, str] = {**_of_crises(), **_of_steps(), **_of_signatures()}
    if outcome.why == approvals.Why.SAME_PERSON and data.get("role") == "author":
        return _("Whoever wrote it does not sign it; somebody else must.")
    if outcome.why == Why.NOT_IN_ROLE and not who:
        return _("This is for another role, and nobody holds it: give it to somebody first.")
    return known.get(outcome.why, _("This cannot be done now.")).format(**values)


def _of_crises() -> dict[str, str]:
    return {
        Why.NOT_DECLARED: _("It has not been declared yet; declare it first."),
        Why.ALREADY_DECLARED: _("It is declared already."),
        Why.ALREADY_CONTAINED: _("It is contained already, since {time}."),
        Why.NOT_CONTAINED: _("It is not contained."),
        Why.CLOSED: _("It was closed at {time}; open it again as a new crisis if it goes on."),
        Why.DISMISSED: _("It was dismissed at {time}."),
        Why.NOT_OVER: _("It is not over yet."),
        Why.LEVEL_NEEDED: _("Choose a level from 1 to 4."),
        Why.NOT_HIGHER: _("Its level is that high already."),
        Why.NOT_LOWER: _("Its level is that low already."),
        Why.REASON_NEEDED: _("Say why; it is kept on record."),
        Why.NOTE_NEEDED: _("Write something first."),
        Why.STILL_HOLDS: _("It cannot be lowered: a criterion still holds ({what})."),
        Why.NOT_CLEAR_LONG_ENOUGH: _(
            "It cannot be lowered before {time}: nothing may hold for two update periods."
        ),
        Why.NOT_CHECKED: _(
            "Nobody has looked at the criteria since {time}; see whether the worker runs."
        ),
        Why.RUNS_UNFINISHED: _(
            "Steps are not done ({what}); finish them, or say that they are cancelled."
        ),
        Why.SAME: _("It is so already."),
        Why.ROLE_UNKNOWN: _("There is no such role."),
        Why.FLAG_UNKNOWN: _("There is no such fact to note."),
        Why.PLAYBOOK_UNKNOWN: _("There is no playbook {what}; see which are listed."),
        Why.PLAYBOOK_BEGUN: _(
            "{name} started {what} here at {time}; one that ended is taken up, not begun anew."
        ),
        Why.LINK_UNKNOWN: _("Say what kind it is, and its number."),
        Why.NOT_IN_ROLE: _("This is for {who}."),
        Why.ONLY_A_PERSON: _("Only a person may do this."),
        Why.ONLY_THE_WORKER: _("The worker does this by itself."),
        Why.OTHER_OPEN: _("A crisis of the same cause is open; go on there."),
        Why.NOT_FOUND: _("There is no such crisis or step."),
        Why.NAME_NEEDED: _("Say who you are first."),
    }


def _of_steps() -> dict[str, str]:
    why = runs.Why
    return {
        why.RUN_OVER: _("Its playbook ended at {time}."),
        why.NOT_YET: _("Something that it needs is not done yet."),
        why.ENDED: _("It is over already."),
        why.ALREADY_STARTED: _("{name} has it since {time}; assign it to take it over."),
        why.NOT_STARTED: _("Nobody has taken it yet."),
        why.WORKER_AT_IT: _("The worker is at it; wait a moment."),
        why.WORKER_DOES_IT: _("The worker does it by itself."),
        why.NOT_UNKNOWN: _("Nobody asks whether it happened."),
        why.ANSWER_FIRST: _("Say first whether it happened."),
        why.NOTHING_TO_RETRY: _("There is nothing to try again."),
        why.RETRY_FIRST: _("It failed; let the worker try again, or say what was done instead."),
        why.PROOF_NEEDED: _("Say how you know."),
        why.EVIDENCE_NEEDED: _("It yields evidence; say where it is, or why there is none."),
        why.FIELDS_NEEDED: _("Fill in what the step asks for."),
        why.WRONG_VALUE: _(
            "A value is not of its kind; write a number as 400, a date as 2026-11-22."
        ),
        why.NOTHING_LEFT: _("Nothing is left to do in it; name a step to be done again."),
        why.CRISIS_CLOSED: _(
            "It was closed at {time}; open it again as a new crisis if it goes on."
        ),
        why.STILL_RUNNING: _("It still runs, or another run goes on with it already."),
        why.ONLY_WORKER: _("Only the worker does that."),
        why.TO_BE_SIGNED: _("It is done by signatures."),
        why.NOT_TO_BE_SIGNED: _("There is nothing to sign here."),
        why.DONE_ELSEWHERE: _("Its statements or its batch finish it."),
        why.SAME_ASSIGNEE: _("It is assigned so already."),
        why.NO_CADENCE: _("No update is due to them any more."),
    }


def _of_signatures() -> dict[str, str]:
    why = approvals.Why
    return {
        why.SAME_PERSON: _("You signed in another role at {time}; somebody else must sign."),
        why.ALREADY: _("Already signed by {name} at {time}."),
        why.CHANGED: _("It changed since you looked; read it again, then sign."),
    }
