"""What came of filing, withdrawing or packing evidence, in words."""

from __future__ import annotations

from alerts import evidence_files
from alerts.actions import Outcome
from alerts.dossier import Why
from alerts.dossier.verifier import Fault, Result
from dashboard import formats
from dashboard.languages import _


def done(action: str, outcome: Outcome) -> str:
    """What was done."""
    data = outcome.data or {}
    if outcome.result == "repeated":
        return _("That was done already; it was not done twice.")
    if action == "build":
        missing = len(data.get("missing", ()))
        if missing:
            return _(
                "The pack is built and holds; {count} required items are missing in it.",
                count=formats.number(missing),
            )
        return _("The pack is built; nothing required is missing.")
    return {
        "withdraw": _("Withdrawn; it stays in the log, and out of new packs."),
        "checklist": _("The checklist applies from now on."),
    }.get(action) or _(
        "Filed as evidence {number}, SHA-256 {hash}…",
        number=data.get("evidence", ""),
        hash=str(data.get("sha256", ""))[:12],
    )


def refusal(outcome: Outcome, zone: str) -> str:
    """Why something was not done, and what to do."""
    at = formats.moment(outcome.at, zone) if outcome.at else ""
    if outcome.result == "stale":
        return _("It was withdrawn already, {time}.", time=at)
    if outcome.why == Why.ALREADY:
        return _("{person} filed the very same already, {time}.", person=outcome.by, time=at)
    if outcome.why == Why.NOT_IN_ROLE:
        return _("Only these people may withdraw it: {people}.", people=outcome.by)
    if outcome.why == Why.NOT_KEPT:
        return str((outcome.data or {}).get("message", ""))
    return {
        Why.NAME_NEEDED: _("Say who you are: what is filed carries a name."),
        Why.NOT_FOUND: _("There is no such crisis or evidence any more."),
        Why.EMPTY: _("There is nothing to keep: give it a name and some content."),
        Why.TOO_LONG: _("The text or its name is too long; add a file instead."),
        Why.NO_ADDRESS: _("That is no address; write it as https://example.com/page."),
        Why.TIME_AHEAD: _("The time of capture lies ahead; correct it."),
        Why.REASON_NEEDED: _("Say why it is withdrawn."),
        Why.UNKNOWN_LIST: _("There is no such checklist any more."),
    }.get(Why(outcome.why)) or _("It could not be done.")


def too_large() -> str:
    """Why a file is not taken."""
    return _(
        "The file is larger than {size} MB. Keep it where it lies and add a link with its SHA-256.",
        size=formats.number(evidence_files.MOST_BYTES // 1024 // 1024),
    )


def not_understood() -> str:
    """A press, or a time, that no form offers."""
    return _("That was not understood. Reload the page and try again.")


def pack_gone() -> str:
    """Why a pack cannot be given."""
    return _("The pack's file is not there any more. Restore the home from a backup, or build one.")


def pack_changed() -> str:
    """Why a pack that is there is not given."""
    return _("The pack's file was changed after it was built. Build a new one.")


def no_room(reason: str) -> str:
    """Why a pack cannot be checked here now."""
    return _(
        "The pack cannot be kept for the check ({reason}). Make room in the temporary folder, or "
        "check it elsewhere with: afterwatch evidence verify FILE",
        reason=reason,
    )


def pack_too_large(most: int) -> str:
    """Why a pack is not checked here."""
    return _(
        "The pack is larger than {size} MB; check it with: afterwatch evidence verify FILE",
        size=formats.number(most // 1024 // 1024),
    )


def broken(fault: Fault) -> str:
    """The first broken link of a pack."""
    what = {
        "changed": _("was changed"),
        "dropped": _("was dropped"),
        "swapped": _("was swapped"),
        "inserted": _("was inserted"),
    }.get(fault.what, fault.what)
    where = fault.file
    if fault.line is not None:
        where = _("{file}, line {line}", file=fault.file, line=fault.line)
    if fault.number is not None:
        where = _("{place}, entry {number}", place=where, number=fault.number)
    return _("Not intact. First broken link: {place} {what}.", place=where, what=what)


def no_pack(why: str) -> str:
    """Why something cannot be checked."""
    return _("Cannot be checked: {why}", why=why)


def held(result: Result) -> str:
    """That a pack holds."""
    told = _(
        "The pack holds: crisis {number}, {title}; {files} files and {entries} log entries "
        "unchanged and in order.",
        number=result.crisis,
        title=result.title,
        files=formats.number(result.files),
        entries=formats.number(result.entries),
    )
    if result.head_known:
        return f"{told} {_('The head that was published earlier is in it.')}"
    return told
