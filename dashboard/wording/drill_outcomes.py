"""What came of an action on the screens of drills, in a sentence."""

from __future__ import annotations

from alerts.actions import Outcome
from alerts.drills import FASTEST, SLOWEST, Started
from dashboard import formats
from dashboard.languages import _
from dashboard.wording.outcomes import Told

__all__ = ["Told", "started", "told"]


def started(outcome: Started) -> Told:
    """What became of starting a drill."""
    if outcome.result == "done":
        return Told(_("Drill {n} is running. Go to its room below.", n=outcome.drill_id), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    return Told(_refusal(outcome.why, ""), "breach")


def told(outcome: Outcome, action: str, zone: str) -> Told:
    """What to say of an outcome; `action` is what was asked for."""
    if outcome.result == "done":
        done = {
            "inject": _("It has happened; the room shows it."),
            "end": _("The drill has ended; its report stands below."),
            "cancel": _("The drill is cancelled; there is no report of it."),
        }
        return Told(done.get(action, _("Done.")), "ok")
    if outcome.result == "repeated":
        return Told(_("That was done already; pressing twice is one action."), "info")
    if outcome.why == "over":
        at = formats.moment(outcome.at, zone) if outcome.at else formats.NONE
        return Told(_("The drill ended at {time}.", time=at), "breach")
    return Told(_refusal(outcome.why, outcome.by), "breach")


def _refusal(why: str, by: str) -> str:
    known = {
        "name_needed": _("Say who you are first, at the top of the page."),
        "title_needed": _("Give the drill a title."),
        "no_playbook": _("There is no such playbook, or it cannot be read."),
        "no_levels": _("No levels are registered yet; start the worker once."),
        "speed": _(
            "The clock runs {slow} to {fast} times as fast as the wall's.",
            slow=formats.number(SLOWEST),
            fast=formats.number(FASTEST),
        ),
        "level": _("The level is 1 to 4."),
        "too_many_injects": _("The scenario has too many events."),
        "not_found": _("It is not there any more; reload the page."),
        "no_such_event": _("What should be replayed is not there any more."),
        "not_in_role": _("Only these people may: {names}.", names=by or formats.NONE),
        "text_needed": _("Write what happens."),
    }
    return known.get(why, _("That is not possible now; reload the page."))
