"""What the inbox says: the answer, each incident in a row, why a view is empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import polars as pl

from dashboard import formats
from dashboard.alerts import view_names
from dashboard.ids import Alerts
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link
from dashboard.wording.incident_names import (
    STATUS_OF_SEVERITY,
    against,
    beyond_since,
    message_reason,
    muted,
    severity_name,
    slice_words,
    title_of,
    verdict_names,
)


def answer(needs: pl.DataFrame, counts: Mapping[str, int]) -> str:
    """What needs somebody now, in a sentence."""
    if needs.height:
        first = needs.row(0, named=True)
        return ngettext(
            "{count} incident needs somebody: {first}.",
            "{count} incidents need somebody, first: {first}.",
            needs.height,
            first=title_of(first, json.loads(first["labels"])),
        )
    parts = [_("Nothing needs you.")]
    if counts["acknowledged"]:
        parts.append(
            ngettext(
                "{count} incident is in hand.",
                "{count} incidents are in hand.",
                counts["acknowledged"],
            )
        )
    if counts["awaiting_verdict"]:
        parts.append(
            ngettext(
                "{count} is over and awaits a verdict.",
                "{count} are over and await a verdict.",
                counts["awaiting_verdict"],
            )
        )
    return _joined(parts)


def watching(evaluated: datetime | None, rules: int, zone: str) -> str:
    """That somebody looks: when rules were judged last, and how many there are."""
    watched = ngettext("{count} rule watches.", "{count} rules watch.", rules)
    if evaluated is None:
        return _joined([_("No rule has been judged yet."), watched])
    when = formats.moment(evaluated, zone)
    return _joined([_("Last judged: data up to {when}.", when=when), watched])


def worker_note(state: str) -> str:
    """What an old picture means; empty while the worker runs."""
    return {
        "watch": _("The worker is late: what is new may not stand here yet."),
        "breach": _("The worker has stopped: nothing new is found and no message goes out."),
        "none": _("No worker has run yet: start it with “afterwatch worker”."),
    }.get(state, "")


def view_options(counts: Mapping[str, int]) -> list[dict[str, str]]:
    """The control's entries, each with how many incidents it holds."""
    return [
        {"label": f"{name} {counts[view]}" if counts[view] else name, "value": view}
        for view, name in view_names().items()
    ]


def empty(view: str, actor: str) -> tuple[str, str]:
    """Title and advice where a view holds nothing."""
    titles = {
        "needs_me": _("Nothing needs you"),
        "mine": _("Nothing is yours"),
        "acknowledged": _("Nothing is acknowledged"),
        "awaiting_verdict": _("Nothing awaits a verdict"),
        "muted": _("Nothing is muted"),
        "closed": _("Nothing was closed in the last 90 days"),
    }
    if view == "mine" and not actor:
        return titles[view], _("Say at the top who you are; what you take stands here.")
    if view == "mine":
        return titles[view], _("What {name} acknowledges or is given stands here.", name=actor)
    return titles[view], _("Remove a filter to see other markets.")


def incidents(frame: pl.DataFrame, query: str, now: datetime) -> str:
    """Rows of the inbox, for `data-rows`."""
    rows = [_row(row, query, now) for row in frame.iter_rows(named=True)]
    data = {
        "kind": "inbox",
        "store": str(Alerts.PRESSED),
        "acknowledge": _("Acknowledge"),
        "rows": rows,
    }
    return orjson.dumps(data).decode()


def _row(row: Mapping[str, Any], query: str, now: datetime) -> dict[str, Any]:
    labels = json.loads(row["labels"])
    title = title_of(row, labels)
    mine = row["handling"] == "open"
    spark = {"values": row["spark"], "low": row["spark_low"], "high": row["spark_high"]}
    banded = None not in row["spark_low"] and None not in row["spark_high"]
    return {
        "subject": str(row["group_id"]),
        "version": row["version"],
        "status": STATUS_OF_SEVERITY.get(row["severity"], "info"),
        "word": severity_name(row["severity"]),
        "title": title,
        "href": link(f"/alerts/{row['group_id']}", query),
        "slice": slice_words(labels),
        "numbers": against(row),
        "spark": spark | {"zero": True} if banded else {"values": row["spark"], "zero": True},
        "notes": _notes(row, now),
        "acknowledge": _("Acknowledge: {title}", title=title) if mine else "",
    }


def _notes(row: Mapping[str, Any], now: datetime) -> list[dict[str, str]]:
    """Since when, who has it, what comes next: each a text with an instant behind it."""
    opened = _note(_("opened"), row["opened_at"])
    notes = [_note(beyond_since(row)), opened, _note(_who(row))]
    if row["handling"] == "closed":
        verdict = verdict_names().get(row["verdict"] or "", "")
        return [opened, _note(_("closed"), row["closed_at"]), _note(verdict)]
    if not row["firing"]:
        notes.append(_note(_("over since"), row["resolved_at"]))
    if row["members"] > 1:
        notes.append(
            _note(ngettext("{count} alert inside", "{count} alerts inside", row["members"]))
        )
    if row["mute_kind"]:
        notes.append(_note(muted(row)))
        if row["mute_until"]:
            notes.append(_note(_("until"), row["mute_until"]))
    elif row["handling"] == "open" and row["next_step_at"]:
        notes.append(_note(_("goes to the next person"), row["next_step_at"]))
    elif row["notify_at"]:
        why = message_reason(row["notify_reason"] or "")
        if row["notify_at"] > now:
            notes.append(_note(_("next message ({why})", why=why), row["notify_at"]))
        else:
            notes.append(_note(_("a message is due ({why})", why=why)))
    return [note for note in notes if note["text"]]


def _who(row: Mapping[str, Any]) -> str:
    if row["assignee"]:
        return _("{name} has it", name=row["assignee"])
    if row["acknowledged_by"]:
        return _("acknowledged by {name}", name=row["acknowledged_by"])
    return _("nobody has it") if row["handling"] == "open" else ""


def _note(text: str, at: datetime | None = None) -> dict[str, str]:
    return {"text": text, "at": formats.iso_utc(at)} if at else {"text": text}


def _joined(parts: list[str]) -> str:
    return ("" if current() == "zh_Hans" else " ").join(parts)
