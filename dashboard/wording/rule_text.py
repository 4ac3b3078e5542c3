"""What is said of the text of a rule: its faults by line, and what became of it."""

from __future__ import annotations

import re

from dashboard import rows
from dashboard.languages import _, ngettext

_PLACE = re.compile(r"^,? ?(?:line (?P<line>\d+))?: ?(?P<rest>.*)$")


def faults(message: str) -> list[rows.Item]:
    """One entry per fault: its line, the field with its value, what to do."""
    return [_fault(line) for line in message.splitlines() if line.strip()]


def _fault(text: str) -> rows.Item:
    found = _PLACE.match(text)
    if found is None:
        return rows.Item(text, "", status="breach")
    line = found["line"]
    return rows.Item(
        found["rest"], "", side=_("line {line}", line=line) if line else "", status="breach"
    )


def faulty(count: int) -> str:
    """How many faults there are."""
    return ngettext(
        "{count} fault; nothing was saved.", "{count} faults; nothing was saved.", count
    )


def good(rule_id: str) -> str:
    """That a text can be saved."""
    return _("Good: {rule} can be saved.", rule=rule_id)


def saved(n: int) -> str:
    """That a text was saved."""
    return _("Saved as version {n}, a draft.", n=n)


def saved_link(n: int) -> str:
    """Where to go on."""
    return _("Go on with version {n}", n=n)


def reserved(name: str) -> str:
    """That an id cannot be used."""
    return _("The id {name} is taken by this screen; choose another.", name=name)


def taken(rule_id: str) -> str:
    """That a new rule has the id of another."""
    return _("There is a rule {rule} already; choose another id, or edit that one.", rule=rule_id)


def renamed(old: str, new: str) -> str:
    """That the text is of another rule."""
    return _(
        "The id is {new}, this is {old}. Keep the id, or start a new rule from a template.",
        old=old,
        new=new,
    )


def unchanged(n: int) -> str:
    """That nothing is new."""
    return _("Good, and it says the same as version {n}: there is nothing to save.", n=n)


def nameless() -> str:
    """That nobody said who saves."""
    return _("Give your name first; it is written beside what you do.")
