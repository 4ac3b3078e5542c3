"""What came of an action on a statement, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts import approvals
from alerts.actions import Outcome
from alerts.statements import Why
from dashboard import formats
from dashboard.languages import _
from dashboard.wording.outcomes import Told
from dashboard.wording.statement_names import either, role_name


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for, times are in `zone`."""
    if outcome.result == "done":
        return Told(done(action), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    if outcome.result == "stale":
        return Told(overtaken(outcome, zone), "watch")
    return Told(refusal(outcome, zone), "breach")


def not_understood() -> str:
    """Of a press that no form of this page sends."""
    return _("A field holds something that cannot be read; correct it and press again.")


def done(action: str) -> str:
    """That an action was done."""
    return {
        "edit": _("Saved as a new revision; it needs all three signatures."),
        "fill": _("Filled in, in every language."),
        "translated": _("Signed; now somebody else proofreads it."),
        "proofread": _("Signed; now a third person decides."),
        "final": _("Signed: the text may go out as it is."),
        "reject": _("Rejected; it needs another text."),
        "send": _("On its way; exactly this text is on record."),
        "record_sent": _("Noted; exactly this text is on record."),
        "withdraw": _("Withdrawn; the reason is on record."),
        "restore": _("Taken up again."),
    }.get(action, _("Done."))


def overtaken(outcome: Outcome, zone: str) -> str:
    """That somebody was faster: who, with what, when. The page shows the fresh state."""
    data = outcome.data or {}
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    known = {
        "statement_edited": _("{name} changed the text at {time}; look at both before you save."),
        "statement_filled": _("{name} filled in values at {time}; look again."),
        "statement_source_changed": _("{name} changed the source text at {time}; look again."),
        "statement_sent": _("Already sent by {name} at {time}."),
        "statement_recorded": _("{name} noted another place at {time}."),
        "statement_withdrawn": _("Already withdrawn by {name} at {time}."),
        "statement_restored": _("{name} took it up again at {time}."),
        "approved": _("Already approved by {name} ({role}) at {time}; look again."),
        "rejected": _("Rejected by {name} ({role}) at {time}; look again."),
    }
    sentence = known.get(outcome.why, _("{name} was faster, at {time}; look again."))
    return sentence.format(name=outcome.by, time=at, role=role_name(str(data.get("role", ""))))


def refusal(outcome: Outcome, zone: str) -> str:
    """Why an action cannot be done, and what can be."""
    data: Mapping[str, Any] = outcome.data or {}
    at = formats.moment(outcome.at, zone) if outcome.at else ""
    role = role_name(str(data.get("role", "")))
    if outcome.why == Why.FINDINGS:
        return _("It cannot be signed yet: {what}", what=_findings(data))
    if outcome.why in (Why.NOT_IN_ROLE, Why.NOT_A_SPEAKER):
        return _not_yours(outcome.why, role, [str(name) for name in data.get("who", [])])
    if outcome.why == approvals.Why.SAME_PERSON:
        wrote = data.get("role") == "author"
        mine = _("You wrote this text; somebody else has to sign here.")
        signed = _("You signed already as {role}; somebody else has to sign here.", role=role)
        return mine if wrote else signed
    if outcome.why == Why.ALREADY and outcome.by:
        return _("Already approved by {name} at {time}.", name=outcome.by, time=at)
    if outcome.why == Why.WRONG_VALUE:
        name, what = str(data.get("variable", "")), str(data.get("what", ""))
        return _("{name} does not fit: {what}.", name=name, what=what)
    return _plain(outcome, at)


def _plain(outcome: Outcome, at: str) -> str:
    known = {
        Why.NAME_NEEDED: _("Say who you are first; your name stands at the top of the page."),
        Why.NOT_FOUND: _("There is no such statement any more."),
        Why.NOT_TRANSLATED: _("It waits for its first signature."),
        Why.NOT_PROOFREAD: _("It waits for the proofreader."),
        Why.NOT_FINAL: _("It may not go out before all three have signed this very text."),
        Why.ALREADY: _("That is done already."),
        Why.SENT: _("It was sent and stays as it is."),
        Why.WITHDRAWN: _("It was withdrawn; take it up again first."),
        Why.NOT_WITHDRAWN: _("It was not withdrawn."),
        Why.REJECTED: _("{name} rejected this text at {time}; change it first."),
        Why.SOURCE_CHANGED: _("{name} changed the source text at {time}; it must be translated."),
        Why.SOURCE_OPEN: _("Its source text is not signed yet; sign that first."),
        Why.SAME_TEXT: _("Nothing changed."),
        Why.EMPTY: _("There is no text; write it, or withdraw the statement."),
        Why.TOO_LONG: _("The text is far too long."),
        Why.REASON_NEEDED: _("Say why, in a few words."),
        Why.WHERE_NEEDED: _("Say where it was published: an address or a place."),
        Why.TARGET_UNKNOWN: _("There is no such channel in alerting.yaml; choose another."),
        Why.IN_THE_FUTURE: _("That moment is still to come; correct the time."),
        approvals.Why.CHANGED: _("The text changed since you saw it; look again."),
    }
    sentence = known.get(outcome.why, _("That cannot be done now."))  # type: ignore[call-overload]
    return str(sentence).format(name=outcome.by, time=at)


def _not_yours(why: str, role: str, who: list[str]) -> str:
    names = ", ".join(who)
    if not names and why == Why.NOT_A_SPEAKER:
        return _("Nobody is known to read this language; write it under people in alerting.yaml.")
    if not names:
        return _(
            "Nobody holds the role {role}; give it in the crisis or in alerting.yaml.", role=role
        )
    if why == Why.NOT_A_SPEAKER:
        return _("Only who reads this language may proofread it: {names}.", names=names)
    return _("Only {names} may do that (role {role}).", names=names, role=role)


def _findings(data: Mapping[str, Any]) -> str:
    found = data.get("findings", [])
    return " ".join(either(str(one.get("en", "")), str(one.get("zh", ""))) for one in found)
