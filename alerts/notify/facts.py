"""The facts a template may name, in the words and the local time of who reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alerts.notify.config import Config
from alerts.notify.escaping import Raw
from alerts.notify.message import is_room
from alerts.notify.plan import Notice
from alerts.notify.subject import Member, Subject
from alerts.notify.words import LABELS, REASONS, SEVERITIES, phrase

MOST_MEMBERS = 20
"""Alerts of an incident that a message lists; further ones are counted."""

_COMMA = {"en": ", ", "zh": "、"}


def facts(config: Config, subject: Subject, notice: Notice, short_id: str) -> dict[str, Any]:
    """Every fact of one notice about an incident; see `docs/notification.md`."""
    locale, zone = notice.to.locale, notice.to.zone
    head = subject.head
    others = [member for member in subject.members if member is not head]
    hidden = max(0, len(others) - MOST_MEMBERS)
    return {
        **_common(locale, subject.severity, notice.reason, short_id),
        "title": _word(head.title, locale) if head else subject.rule_id,
        "where": where(subject.labels, locale),
        "value": number(head.value) if head else "",
        "expected": number(head.expected) if head else "",
        "since": moment(subject.opened_at, zone),
        "ended": ""
        if subject.firing or not subject.resolved_at
        else moment(subject.resolved_at, zone),
        "day": head.day if head else "",
        "summary": _word(head.summary, locale) if head else "",
        "action": _word(head.action, locale) if head else "",
        "members": [_member(member, locale) for member in others[:MOST_MEMBERS]],
        "hidden": hidden,
        "more_of": phrase(locale, "more_members", n="{n}"),
        "more": phrase(locale, "more_members", n=hidden) if hidden else "",
        "rule": subject.rule_id,
        "firing": subject.firing,
        "acknowledged_by": subject.acknowledged_by or "",
        "incident": phrase(locale, "incident", id=subject.group_id),
        **link(config, f"/alerts/{subject.group_id}"),
        "why": _why(notice, locale),
        "next": next_words(notice.next_at, notice.next_reason, locale, zone),
        "for_whom": "" if is_room(notice.to.recipient) else notice.to.recipient,
    }


def plain_facts(
    config: Config,
    *,
    locale: str,
    severity: str,
    reason: str,
    short_id: str,
    title: str,
    path: str,
    why: str,
    zone: str,
    now: datetime,
    members: list[str] | None = None,
    recipient: str = "",
    summary: str = "",
) -> dict[str, Any]:
    """The same facts for a message that tells of no single incident."""
    lines = members or []
    hidden = max(0, len(lines) - MOST_MEMBERS)
    return {
        **_common(locale, severity, reason, short_id),
        "title": title,
        "where": "",
        "value": "",
        "expected": "",
        "since": moment(now, zone),
        "ended": "",
        "day": "",
        "summary": summary,
        "action": "",
        "members": lines[:MOST_MEMBERS],
        "hidden": hidden,
        "more_of": phrase(locale, "more_members", n="{n}"),
        "more": phrase(locale, "more_members", n=hidden) if hidden else "",
        "rule": "",
        "firing": True,
        "acknowledged_by": "",
        "incident": REASONS[locale][reason],
        **link(config, path),
        "why": why,
        "next": phrase(locale, "next_none"),
        "for_whom": "" if is_room(recipient) else recipient,
    }


def link(config: Config, path: str) -> dict[str, Any]:
    """The address of a page; its path alone while nobody said where Afterwatch is reached."""
    return {"link": Raw(config.link(path)), "link_is_address": bool(config.public_url)}


def where(labels: Mapping[str, str], locale: str) -> str:
    """Labels as `carrier DHL, market DE`."""
    words = LABELS[locale]
    return _COMMA[locale].join(f"{words.get(n, n)} {value}" for n, value in sorted(labels.items()))


def moment(at: datetime, zone: str) -> str:
    """`2026-03-14 09:30 (Europe/Berlin)`: a time without its zone is nobody's time."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def number(value: float | None) -> str:
    """A count or a rate as people read it; empty if there is none."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.3g}"


def next_words(at: datetime | None, reason: str, locale: str, zone: str) -> str:
    """When the next message comes, and why."""
    if at is None:
        return phrase(locale, "next_none")
    return phrase(locale, "next_at", when=moment(at, zone), reason=REASONS[locale][reason])


def _common(locale: str, severity: str, reason: str, short_id: str) -> dict[str, Any]:
    return {
        "severity": severity,
        "severity_text": SEVERITIES[locale][severity],
        "reason": reason,
        "reason_text": REASONS[locale].get(reason, reason),
        "short_id": Raw(short_id),
    }


def _why(notice: Notice, locale: str) -> str:
    if notice.reason == "escalation":
        return phrase(locale, "because_escalation", step=notice.step + 1)
    if not notice.path:
        return phrase(locale, "because_told")
    if not notice.because:
        return phrase(locale, "because_all", route=notice.path[-1])
    matchers = _COMMA[locale].join(notice.because)
    return phrase(locale, "because_route", route=notice.path[-1], matchers=matchers)


def _member(member: Member, locale: str) -> str:
    return _word(member.title, locale) or where(member.labels, locale)


def _word(words: Mapping[str, str], locale: str) -> str:
    return words.get(locale) or words.get("en") or ""
