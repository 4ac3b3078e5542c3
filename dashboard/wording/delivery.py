"""What is said of messages: what went out, what waits and why, what failed, what is muted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from alerts.heartbeat import Heartbeat
from alerts.roster import OnDuty
from dashboard import formats, rows
from dashboard.acting import Act, actions
from dashboard.delivery import View, view_names
from dashboard.ids import Delivery
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link
from dashboard.wording.incident_names import message_reason, title_of
from dashboard.wording.incident_names import muted as why_muted

RESENT_AT_ONCE = 12
"""Failed messages that get a button each; older ones by command."""


def counted(states: Mapping[str, int], *, dead: int, muted: int) -> dict[str, int]:
    """How many messages each view holds; sent ones are not counted, they only grow."""
    return {
        "waiting": states.get("pending", 0) + states.get("sending", 0),
        "dead": dead,
        "sent": states.get("sent", 0),
        "dropped": states.get("dropped", 0),
        "muted": muted,
    }


def answer(on_duty: Sequence[OnDuty], counts: Mapping[str, int]) -> str:
    """Who is on call, and whether a message did not arrive."""
    named = [
        _("{person} ({rota})", person=one.duty.person, rota=one.rota)
        for one in on_duty
        if one.duty is not None
    ]
    parts = []
    if named:
        parts.append(_("On call: {people}.", people=_listed(named)))
    nobody = [one.rota for one in on_duty if one.duty is None]
    if nobody:
        parts.append(_("Nobody is on call for {rotas}.", rotas=_listed(nobody)))
    if counts["dead"]:
        parts.append(
            ngettext(
                "{count} message was not delivered.",
                "{count} messages were not delivered.",
                counts["dead"],
            )
        )
    elif counts["waiting"]:
        parts.append(
            ngettext("{count} message waits.", "{count} messages wait.", counts["waiting"])
        )
    else:
        parts.append(_("No message waits, none failed."))
    return _joined(parts)


def note(beat: Heartbeat | None, faults: Sequence[str], worker: str) -> str:
    """Whether anybody sends at all, what is overdue, what is wrong with the configuration."""
    parts = []
    if worker == "none":
        parts.append(_("No worker has run yet: start it with “afterwatch worker”."))
    elif worker == "breach":
        parts.append(_("The worker has stopped: no message goes out."))
    overdue = len(beat.detail.get("overdue", ())) if beat else 0
    if overdue:
        parts.append(ngettext("{count} thing is overdue.", "{count} things are overdue.", overdue))
    if faults:
        parts.append(_("alerting.yaml: {fault}", fault=faults[0].splitlines()[0]))
    return _joined(parts)


def view_options(counts: Mapping[str, int]) -> list[dict[str, str]]:
    """The control's entries; what can be too many says how many."""
    told = {"waiting", "dead", "muted"}
    return [
        {
            "label": f"{name} {counts[view]}" if view in told and counts[view] else name,
            "value": view,
        }
        for view, name in view_names().items()
    ]


def empty(view: View) -> tuple[str, str]:
    """Title and advice where a view holds nothing."""
    return {
        "waiting": (_("No message waits"), _("Messages go out within seconds.")),
        "dead": (
            _("Every message was delivered"),
            _("One that could not be would stand here, and be announced over another channel."),
        ),
        "sent": (_("Nothing has been sent yet"), _("The first incident sends the first message.")),
        "dropped": (
            _("Nothing was left out"),
            _("Messages overtaken by newer ones, or put together into one, stand here."),
        ),
        "muted": (_("Nothing is muted"), _("No silence or quiet time holds a message back now.")),
    }[view]


def messages(frame: pl.DataFrame, view: View, query: str, zone: str) -> str:
    """Messages as a table, each with why it goes out and what became of it."""
    columns = [
        rows.Column(_("Message")),
        rows.Column(_("Recipient")),
        rows.Column(_("Why")),
        rows.Column(_("Created")),
        rows.Column(_column(view)),
        rows.Column(_("Attempts"), num=True),
    ]
    return rows.table(columns, [_message(row, query, zone) for row in frame.iter_rows(named=True)])


def _column(view: View) -> str:
    return {
        "waiting": _("Waits for"),
        "dead": _("What went wrong"),
        "sent": _("Sent"),
    }.get(view, _("Why not"))


def _message(row: Mapping[str, Any], query: str, zone: str) -> rows.Row:
    number = row["group_id"]
    href = link(f"/alerts/{number}", query) if number is not None else ""
    return rows.Row(
        (
            rows.Cell(row["subject"], sub=row["short_id"], href=href),
            rows.Cell(row["recipient"], sub=row["channel"]),
            rows.Cell(_kind(row)),
            rows.Cell(formats.moment(row["created_at"], zone)),
            _fate(row, zone),
            rows.Cell(formats.number(row["attempts"])),
        )
    )


def _kind(row: Mapping[str, Any]) -> str:
    return {
        "bundle": _("several messages in one"),
        "dead_letter": _("another message could not be delivered"),
        "test": _("a test"),
        "digest": _("daily digest"),
        "report": _("report"),
    }.get(row["kind"]) or message_reason(row["reason"])


def _fate(row: Mapping[str, Any], zone: str) -> rows.Cell:
    why = _reason(row["state_reason"] or "")
    if row["state"] == "sent":
        at = row["finished_at"]
        return rows.Cell(formats.moment(at, zone) if at else _("sent"), status="ok")
    if row["state"] == "dead":
        again = row["resent_as"]
        said = _("sent again as {number}", number=again) if again else ""
        return rows.Cell(why or _("not delivered"), sub=said, status="breach")
    if row["state"] == "dropped":
        return rows.Cell(why or _("left out"), status="none")
    at = formats.moment(row["not_before"], zone)
    if row["attempts"]:
        return rows.Cell(_("next attempt {time}", time=at), sub=why, status="watch")
    return rows.Cell(_("its time: {time}", time=at), sub=why, status="info")


def _reason(reason: str) -> str:
    """What the sender noted, in words where it is one of its own names."""
    name, _colon, rest = reason.partition(":")
    known = {
        "throttled": _("the hourly budget is used up"),
        "channel_asked_to_wait": _("the channel asked to wait"),
        "incident_closed": _("the incident was closed"),
        "superseded_by": _("a newer message says more"),
        "permanent": _("refused"),
        "deadline": _("tried until its deadline"),
        "retry": _("not reached"),
        "unknown": _("cut off: it may have arrived"),
        "bundled": _("put together into one"),
    }.get(name)
    if known is None:
        return reason
    rest = rest.strip()
    return f"{known}: {rest}" if rest else known


def muted(frame: pl.DataFrame, query: str, zone: str) -> str:
    """Incidents that tell nobody now, by what and until when."""
    columns = [
        rows.Column(_("Incident")),
        rows.Column(_("Muted by")),
        rows.Column(_("Until")),
    ]
    lines = []
    for row in frame.iter_rows(named=True):
        until = row["mute_until"]
        title = title_of(row, json.loads(row["labels"]))
        lines.append(
            rows.Row(
                (
                    rows.Cell(title, href=link(f"/alerts/{row['group_id']}", query)),
                    rows.Cell(why_muted(row)),
                    rows.Cell(formats.moment(until, zone) if until else _("as long as it holds")),
                )
            )
        )
    return rows.table(columns, lines)


def resend(failed: pl.DataFrame | None, done: str) -> str:
    """A button for each message that failed, the newest first; none in the other views."""
    shown = [] if failed is None else failed.head(RESENT_AT_ONCE).iter_rows(named=True)
    acts = [
        Act(
            "resend",
            _("Send again: {recipient}, {channel}", recipient=row["recipient"],
              channel=row["channel"]),
            title=_("Send again: {subject} to {recipient}", subject=row["subject"],
                    recipient=row["recipient"]),
            values={"message": str(row["id"])},
        )
        for row in shown
    ]  # fmt: skip
    return actions(
        acts,
        id="delivery-resend-act",
        store=Delivery.PRESSED,
        subject="message",
        version=0,
        done=done,
    )


def _listed(names: Sequence[str]) -> str:
    return ("、" if current() == "zh_Hans" else ", ").join(names)


def _joined(parts: list[str]) -> str:
    return ("" if current() == "zh_Hans" else " ").join(parts)
