"""What the page of one case says: its facts, how its two clocks stand, what happened when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
from babel.core import Locale

from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.url_filter import link, narrow
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.case_names import event_name, parcel_state, return_stage, role_name
from dashboard.wording.cases import STATE_KIND, clock_text, status_name

CLOCKS = {
    "first_response": ("first_response_at", "fr"),
    "resolution": ("first_solved_at", "res"),
}
"""Clock to the column of the instant that stops it, and what its other columns begin with."""

MOST = 2000
"""Entries of a timeline shown at once, the newest."""


def clock_names() -> dict[str, str]:
    """Clock to its name."""
    return {"first_response": _("First response"), "resolution": _("Resolution")}


def state(case: Mapping[str, Any], clock: str, now: datetime) -> str | None:
    """met, missed, withdrawn, overdue or running; None where the case is not judged."""
    stopped, prefix = CLOCKS[clock]
    due = due_at(case, clock)
    if due is None:
        return None
    done, withdrawn = _known(case[stopped], now), _known(case[f"{prefix}_withdrawn_at"], now)
    if withdrawn is not None and withdrawn < due:
        return "withdrawn"
    if done is not None:
        return "met" if done <= due else "missed"
    return "overdue" if due <= now else "running"


def due_at(case: Mapping[str, Any], clock: str) -> datetime | None:
    """When the clock's deadline is; None where there is none, or the clock stands still."""
    due: datetime | None = case[f"{CLOCKS[clock][1]}_due_at"]
    return due


def answer(case: Mapping[str, Any], now: datetime) -> str:
    """How the case stands, in one line."""
    names = clock_names()
    parts = [status_name(case["status"])]
    for clock in CLOCKS:
        text = _clock_text(case, clock, now)
        if text != formats.NONE:
            parts.append(_("{clock}: {state}", clock=names[clock], state=text))
    return " · ".join(parts)


def clock_facts(case: Mapping[str, Any], now: datetime, zone: str) -> str:
    """Both clocks: their state in words, target and deadline below."""
    names = clock_names()
    shown = []
    for clock, (_done, prefix) in CLOCKS.items():
        due, target = due_at(case, clock), case[f"{prefix}_target_s"]
        if target is None:
            below = _("No target applies")
        elif due is None:
            below = _("Target {span}, the clock stands still", span=formats.duration(target))
        else:
            below = _(
                "Target {span}, deadline {moment}",
                span=formats.duration(target),
                moment=formats.moment(due, zone),
            )
        shown.append(
            rows.Fact(
                names[clock],
                _clock_text(case, clock, now),
                sub=below,
                status=STATE_KIND.get(state(case, clock, now) or "", "none"),
            )
        )
    return rows.facts(shown)


def facts(case: Mapping[str, Any], zone: str, customer_zone: str | None, query: str) -> str:
    """What is known about the case; dimensions lead to the cases that share them."""

    def shared(name: str) -> rows.Fact:
        value = case[name]
        if value in (None, ""):
            return rows.Fact(dimension_name(name), formats.NONE)
        href = link("/cases", narrow(query, **{name: str(value)}))
        return rows.Fact(dimension_name(name), value_name(name, str(value)), href=href)

    known = [
        rows.Fact(_("Created"), formats.moment(case["created_at"], zone)),
        *[
            shared(name)
            for name in (
                "market",
                "language",
                "channel",
                "category",
                "reason",
                "level",
                "priority",
                "team",
                "carrier",
            )
        ],
        rows.Fact(_("Order"), case["order_id"] or formats.NONE),
        rows.Fact(_("Parcel"), case["shipment_id"] or formats.NONE),
        rows.Fact(_("Customer's time zone"), customer_zone or formats.NONE),
        rows.Fact(_("Source"), case["source"]),
    ]
    return rows.facts([fact for fact in known if fact.text != formats.NONE])


def moments(
    case: Mapping[str, Any],
    timeline: pl.DataFrame,
    now: datetime,
    zone: str,
    customer_zone: str | None,
) -> list[rows.Moment]:
    """Every entry of the timeline and the deadlines between them, oldest first."""
    told = [
        _moment(row, zone, customer_zone)
        for row in timeline.tail(MOST).iter_rows(named=True)
        if row["at"] <= now
    ]
    told += [
        entry
        for clock in CLOCKS
        if (entry := _deadline(case, clock, now, zone, customer_zone)) is not None
    ]
    return sorted(told, key=lambda entry: entry.at)


def timeline_title(count: int) -> str:
    """How much happened."""
    return ngettext("{count} thing happened", "{count} things happened", count)


def timeline_note(zone: str, customer_zone: str | None, count: int) -> str:
    """Whose clocks the timeline shows, and whether all of it is there."""
    if customer_zone is None:
        text = _("Times in {zone}; the customer's zone is not known.", zone=place(zone))
    elif customer_zone == zone:
        text = _("Times in {zone}, which is the customer's too.", zone=place(zone))
    else:
        text = _(
            "Left: {zone}. Below it the customer's clock in {theirs}.",
            zone=place(zone),
            theirs=place(customer_zone),
        )
    if count > MOST:
        text += " " + _("The newest {count} entries are shown.", count=formats.number(MOST))
    return text


def place(zone: str) -> str:
    """`Asia/Shanghai` → `Shanghai`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def direction(language: str | None) -> str:
    """`rtl` or `ltr` by language; empty where it is not known and the text itself must tell."""
    if not language:
        return ""
    try:
        return Locale.parse(language.replace("-", "_")).text_direction
    except (ValueError, LookupError):
        return ""


def _clock_text(case: Mapping[str, Any], clock: str, now: datetime) -> str:
    done = _known(case[CLOCKS[clock][0]], now)
    return clock_text(state(case, clock, now), case["created_at"], done, due_at(case, clock), now)


def _known(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant <= now else None


def _moment(row: Mapping[str, Any], zone: str, customer_zone: str | None) -> rows.Moment:
    kind, head, text, note = _told(row)
    language = row["lang"] if row["kind"] == "message" else None
    return _at(
        row["at"],
        zone,
        customer_zone,
        kind=kind,
        head=head,
        text=text,
        note=note,
        lang=language or "",
        dir=direction(language),
    )


def _at(at: datetime, zone: str, customer_zone: str | None, **said: str) -> rows.Moment:
    here = formats.as_zone(at, zone)
    local = ""
    if customer_zone is not None and customer_zone != zone:
        there = formats.as_zone(at, customer_zone)
        clock = f"{there:%H:%M}"
        if there.date() != here.date():
            clock = f"{formats.day(there.date())} {clock}"
        local = f"{clock} {place(customer_zone)}"
    return rows.Moment(
        day=formats.day(here.date(), year=True), time=f"{here:%H:%M}", at=at, local=local, **said
    )


def _deadline(
    case: Mapping[str, Any], clock: str, now: datetime, zone: str, customer_zone: str | None
) -> rows.Moment | None:
    due, standing = due_at(case, clock), state(case, clock, now)
    if due is None or standing in {"met", "withdrawn"}:
        return None
    heads = {
        "first_response": _("First response was due"),
        "resolution": _("Resolution was due"),
    }
    coming = {
        "first_response": _("First response is due"),
        "resolution": _("Resolution is due"),
    }
    running = standing == "running"
    return _at(
        due,
        zone,
        customer_zone,
        kind="deadline" if running else "breach",
        head=(coming if running else heads)[clock],
        note=_clock_text(case, clock, now),
    )


def _told(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Kind, head, text and note of an entry."""
    text = str(row["text"] or "")
    if row["kind"] == "message":
        inward = row["what"] == "in"
        who = role_name(row["actor"]) or (_("Customer") if inward else _("Agent"))
        head = _("{who} wrote", who=who)
        note = "" if row["public"] is not False else _("internal")
        return ("message-in" if inward else "message-out"), head, text, note
    if row["kind"] == "scan":
        carrier = row["actor"] or _("Carrier")
        note = " · ".join(part for part in (str(carrier), str(row["to"] or "")) if part)
        return "scan", parcel_state(row["what"]), text, note
    if row["kind"] == "return":
        return "return", return_stage(row["what"]), text, str(row["to"] or "")
    return "event", _event_head(row), text, role_name(row["actor"])


def _event_head(row: Mapping[str, Any]) -> str:
    name = event_name(row["what"])
    before, after = row["from"], row["to"]
    if row["what"] in {"solved", "closed", "reopened", "created", "merged"} or not after:
        return name
    if row["what"] == "status":
        before, after = (status_name(value) if value else None for value in (before, after))
    change = f"{before} → {after}" if before else str(after)
    return _("{clock}: {state}", clock=name, state=change)
