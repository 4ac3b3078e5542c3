"""Words of schedules and messages: feeds that are late, what a message says beside its summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard import formats
from dashboard.languages import _
from dashboard.reports.values import Value

Sentence = Callable[[Mapping[str, str], Mapping[str, Value]], str]

SENTENCES: Mapping[str, Sentence] = {
    "feed_never": lambda shown, _raw: _(
        "Nothing came from {feed}: its figures are missing.", feed=shown["feed"]
    ),
    "feed_no_import": lambda shown, _raw: _(
        "{feed} is late: its last import ended {last}.", feed=shown["feed"], last=shown["last"]
    ),
    "feed_no_rows": lambda shown, _raw: _(
        "{feed} has nothing of the last day; its last import ended {last}.",
        feed=shown["feed"],
        last=shown["last"],
    ),
}


def late_feed(feed: Mapping[str, Any], zone: str) -> str:
    """A late feed of a slot's reason: which, why, when it was last seen."""
    shown = {"feed": str(feed["feed"])}
    if feed.get("last_at"):
        shown["last"] = formats.moment(datetime.fromisoformat(feed["last_at"]), zone)
    code = "feed_never" if "last" not in shown else f"feed_{feed.get('why', 'no_import')}"
    return SENTENCES.get(code, SENTENCES["feed_no_import"])(shown, {})


def slot_state(state: str, reason: Mapping[str, Any]) -> str:
    """The state of a planned report in a word or two."""
    if state == "issued" and reason.get("code") == "archived":
        return _("in the archive only")
    return {
        "waiting": lambda: _("being made"),
        "late": lambda: _("waits for a feed"),
        "issued": lambda: _("made, goes out next"),
        "sent": lambda: _("handed over for delivery"),
        "failed": lambda: _("failed, is tried again"),
        "skipped": lambda: _("left out: a feed stayed away"),
    }[state]()


def slot_reason(reason: Mapping[str, Any], zone: str) -> str:
    """Why a planned report stands where it stands; empty where there is nothing to say.

    Args:
        reason: `reason_json` of the slot, see `dashboard.reports.slots`.
        zone: of the times.
    """
    said: list[str] = []
    match reason.get("code"):
        case "late":
            said += [late_feed(feed, zone) for feed in reason.get("feeds", ())]
            if reason.get("until"):
                until = formats.moment(datetime.fromisoformat(reason["until"]), zone)
                said.append(_("It waits until {until} at the latest.", until=until))
        case "skipped":
            said += [late_feed(feed, zone) for feed in reason.get("feeds", ())]
        case "failed":
            said.append(str(reason.get("error", "")))
        case "archived":
            newer = reason.get("newer")
            if newer:
                said.append(_("Only the newest went out: {period}.", period=newer))
            else:
                said.append(_("The schedule names nobody to send it to."))
        case "sent":
            said += [late_feed(feed, zone) for feed in reason.get("missing", ())]
            said += [str(fault) for fault in reason.get("faults", ())]
            if reason.get("corrected"):
                said.append(_("A corrected issue followed."))
    if reason.get("correction_error"):
        said.append(str(reason["correction_error"]))
    return " ".join(said)


def open_here(link: str) -> str:
    """The line of a message that says where the whole report is."""
    return _("The whole report: {link}", link=link)


def open_label() -> str:
    """The same as the text of a link."""
    return _("Open the whole report")


def too_large(names: Sequence[str], megabytes: str) -> str:
    """Files that are not attached for their size."""
    return _(
        "Not attached, because the files together are larger than {size} MB: {names}. Open the "
        "report for them.",
        size=megabytes,
        names=", ".join(names),
    )


def not_made(names: Sequence[str]) -> str:
    """Files that could not be made."""
    return _("Could not be made: {names}.", names=", ".join(names))


def incomplete_mark(subject: str) -> str:
    """A subject that says that something is missing, unless it says so already."""
    mark = _("[incomplete]")
    return subject if mark in subject else f"{mark} {subject}"


def corrected_mark(subject: str) -> str:
    """A subject that says that an earlier report is replaced."""
    return _("[corrected] {subject}", subject=subject)


def corrected_intro(period: str, changed: int) -> str:
    """What stands above the figures that changed."""
    if not changed:
        return _(
            "What was missing from the report of {period} is in now. No figure changed.",
            period=period,
        )
    return _(
        "What was missing from the report of {period} is in now. Figures that changed: {n}.",
        period=period,
        n=formats.number(changed),
    )


def changed_figure(name: str, before: str, after: str) -> str:
    """One figure that changed."""
    return _("{figure}: {before} → {after}", figure=name, before=before, after=after)


def and_more(n: int) -> str:
    """Figures left out of a message."""
    return _("… and {n} more", n=formats.number(n))
