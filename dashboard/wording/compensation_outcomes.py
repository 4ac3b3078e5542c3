"""What came of an action on a batch, in a sentence; of a refusal why, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

from alerts import approvals
from alerts.actions import Outcome
from alerts.compensation.machine import Why
from dashboard import formats
from dashboard.languages import _, ngettext
from dashboard.wording.compensation_names import listed, reason_name, role_name, roles
from dashboard.wording.outcomes import Told


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for, times are in `zone`."""
    if outcome.result == "done":
        return Told(_done(action, outcome), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    if outcome.result == "stale":
        return Told(_overtaken(outcome, zone), "watch")
    return Told(refusal(outcome, zone), "breach")


def _done(action: str, outcome: Outcome) -> str:
    state = (outcome.data or {}).get("state")
    if action == "approve" and state != "approved":
        return _("Signed. One more person in another role has to sign.")
    return {
        "create": _("The batch is made; submit it when it is right."),
        "submit": _("Submitted: somebody else can approve it now."),
        "approve": _("Approved: it can be exported, and no other batch can hold these orders."),
        "reject": _("Rejected; whoever made it can mend it."),
        "reopen": _("A draft again."),
        "exclude": _("Left out. What was signed before does not count any more."),
        "include": _("Taken in. What was signed before does not count any more."),
        "export": _("Exported and written to the log; exported again it is the same."),
        "cancel": _("Cancelled; its orders are free for another batch."),
    }.get(action, _("Done."))


def _overtaken(outcome: Outcome, zone: str) -> str:
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    known = {
        "batch_submitted": _("Already submitted by {name} at {time}."),
        "batch_signed": _("Meanwhile signed by {name} at {time}."),
        "batch_approved": _("Already approved by {name} at {time}."),
        "batch_rejected": _("Meanwhile rejected by {name} at {time}."),
        "batch_exported": _("Already exported by {name} at {time}."),
        "batch_cancelled": _("Meanwhile cancelled by {name} at {time}."),
    }
    sentence = known.get(outcome.why, _("Meanwhile changed by {name} at {time}."))
    return f"{sentence.format(name=outcome.by, time=at)} {_('This is how it stands now.')}"


def refusal(outcome: Outcome, zone: str) -> str:
    """Why an action cannot be done, and what to do instead."""
    at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
    data = outcome.data or {}
    if outcome.why == Why.ELSEWHERE:
        return _elsewhere(data)
    who = listed(data.get("who", ())) or _("nobody yet; give the role in alerting.yaml")
    values = {
        "name": outcome.by or formats.NONE,
        "time": at,
        "role": role_name(str(data.get("role", ""))),
        "roles": roles(data.get("roles", ())),
        "who": who,
        "order": str(data.get("order", "")),
        "reason": reason_name(str(data.get("reason", ""))),
    }
    known: dict[str, str] = {
        Why.NAME_NEEDED: _("Say who you are first."),
        Why.NOT_FOUND: _("There is no such batch."),
        Why.EMPTY: _("Nobody is left in it; take somebody in, or look with other criteria."),
        Why.NOTE_NEEDED: _("Say why: whoever signs reads it."),
        Why.NO_ITEM: _("None of these items can be changed so; look at their numbers."),
        Why.FIRM: _("Order {order} stays left out: {reason}."),
        Why.NOT_SUBMITTED: _("It is a draft; submit it first."),
        Why.ALREADY_SUBMITTED: _("Already submitted by {name} at {time}."),
        Why.ALREADY_APPROVED: _("Already approved by {name} at {time}."),
        Why.NOT_APPROVED: _("It is not approved yet."),
        Why.NOT_REJECTED: _("It is not rejected."),
        Why.REJECTED: _("It was rejected by {name} at {time}; make it a draft again first."),
        Why.EXPORTED: _("It was exported by {name} at {time} and changes no more."),
        Why.CANCELLED: _("It was cancelled."),
        Why.OWN_BATCH: _("{name} made it; somebody else has to approve it."),
        Why.DRILL_TARGET: _("It belongs to a drill and is sent to nobody; take the file instead."),
        Why.NO_CHANNEL: _("There is no such webhook channel; declare it in alerting.yaml."),
        Why.ROLE_NOT_ASKED: _("This batch is for {roles} to sign."),
        Why.UNKNOWN_CAUSE: _("The policy has no such cause."),
        Why.NO_POLICY: _("No policy is in force yet; the worker registers the one that ships."),
        approvals.Why.NOT_IN_ROLE: _("You may not sign as {role}. Who may: {who}."),
        approvals.Why.SAME_PERSON: _("{name} signed already; another person has to."),
        approvals.Why.ALREADY: _("Already signed as {role} by {name} at {time}."),
        approvals.Why.CHANGED: _("It has changed since you looked; look again and sign then."),
    }
    return known.get(outcome.why, _("This cannot be done now.")).format(**values)


def _elsewhere(data: Mapping[str, object]) -> str:
    held = data.get("elsewhere")
    parts = []
    if isinstance(held, Mapping):
        parts = [
            _("batch {number}: {orders}", number=number, orders=listed(orders))
            for number, orders in held.items()
        ]
    count = data.get("count")
    return ngettext(
        "{count} order is in another approved batch: {where}. Leave it out here.",
        "{count} orders are in other approved batches: {where}. Leave them out here.",
        count if isinstance(count, int) else 0,
        where="; ".join(parts),
    )
