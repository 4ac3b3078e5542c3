"""What the page of one statement says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from alerts.approvals import WORKER
from alerts.statements import Do, StatementPage, Status
from alerts.statements.diffing import compared
from alerts.statements.locales import direction
from alerts.statements.reading import Signature
from dashboard import formats, rows
from dashboard.acting import Act, Field
from dashboard.acting import actions as bar
from dashboard.ids import Statement
from dashboard.languages import _, ngettext
from dashboard.statements import PATH, VARIABLE_FIELD, Said, marked, said
from dashboard.url_filter import link
from dashboard.wording.crisis_names import audience_name, statement_status_name
from dashboard.wording.statement_names import (
    STATUS_KIND,
    channel_name,
    either,
    message_state,
    role_name,
    signature_name,
)


def unknown() -> str:
    """Where an address names no statement."""
    return _("There is no such statement.")


def back(page: StatementPage, query: str) -> str:
    """Address of the crisis."""
    return link(f"/crises/{page.one.crisis_id}", query)


def answer(page: StatementPage, zone: str) -> str:
    """What it is and what it waits for, in one sentence."""
    what = (
        either(page.title_en, page.title_zh),
        formats.language_name(page.one.locale),
        channel_name(page.one.channel),
        _standing(page, zone),
    )
    return " · ".join(what)


def _standing(page: StatementPage, zone: str) -> str:
    one = page.one
    if one.status is Status.SENT and one.sent_at is not None:
        at = formats.moment(one.sent_at, zone)
        return _("Sent by {name} at {time}.", name=one.sent_by or "", time=at)
    if one.status is Status.WITHDRAWN:
        return _("Withdrawn: it is not sent.")
    if page.rejected is not None:
        return _("{name} rejected this text.", name=page.rejected.by)
    if page.source_changed:
        return _("Its source text changed; it must be translated again.")
    waiting = _next(page)
    if waiting is None:
        return _("All three have signed; it may go out.")
    return _("Waits for: {what}.", what=role_name(waiting.role))


def _next(page: StatementPage) -> Signature | None:
    for each in page.signatures:
        if each.given is None or each.given.decision != "approved":
            return each
    return None


def facts(page: StatementPage, zone: str) -> str:
    """Where it stands, as a list of facts."""
    one = page.one
    shown = [
        rows.Fact(_("State"), statement_status_name(one.status), status=STATUS_KIND[one.status]),
        rows.Fact(_("Crisis"), page.crisis_title, href=f"/crises/{one.crisis_id}"),
        rows.Fact(_("Language"), formats.language_name(one.locale), sub=one.locale),
        rows.Fact(_("Channel"), channel_name(one.channel)),
        rows.Fact(
            _("For"),
            audience_name(one.audience),
            sub=_("public") if one.public else _("not public"),
        ),
        rows.Fact(
            _("Written by"),
            _by(one.author),
            sub=formats.moment(page.revisions[0].at, zone) if page.revisions else "",
        ),
        rows.Fact(_("How it should sound"), either(page.tone_en, page.tone_zh)),
    ]
    if page.drill_id is not None:
        shown.insert(
            0, rows.Fact(_("Drill"), _("An exercise: every copy says so."), status="watch")
        )
    return rows.facts(shown)


def native(page: StatementPage) -> str:
    """That nobody of this language has read it; empty where somebody has."""
    if not page.native_review:
        return ""
    return _(
        "No native speaker has checked this text yet; a proofreader of {language} clears it.",
        language=formats.language_name(page.one.locale),
    )


def chain(page: StatementPage, zone: str) -> str:
    """Who signed, who may, and what was signed before the text changed."""
    return rows.facts([_signature(page, each, zone) for each in page.signatures])


def _signature(page: StatementPage, each: Signature, zone: str) -> rows.Fact:
    label = f"{signature_name(each.do, each.role)} · {role_name(each.role)}"
    if each.given is not None:
        at = formats.moment(each.given.at, zone)
        approved = each.given.decision == "approved"
        text = (
            f"{each.given.by} · {at}"
            if approved
            else _("Rejected by {name}, {time}", name=each.given.by, time=at)
        )
        return rows.Fact(label, text, sub=each.given.note, status="ok" if approved else "breach")
    who = ", ".join(each.who) or _("nobody; see alerting.yaml")
    void = ""
    if each.void is not None:
        at = formats.moment(each.void.at, zone)
        void = _("{name} signed an earlier text at {time}", name=each.void.by, time=at)
    waits = each == _next(page) and not page.one.over
    text = (
        _("Waits for {names}", names=who) if waits else _("Not yet; may sign: {names}", names=who)
    )
    return rows.Fact(label, text, sub=void, status="watch" if waits else "none")


def source(page: StatementPage) -> str:
    """The text it is a translation of, with what changed in it since."""
    if page.source is None:
        return ""
    one = page.source
    label = _("{language}, the source", language=formats.language_name(one.locale))
    sub = statement_status_name(one.status)
    values = [each.there for each in page.variables]
    shown = [Said(label, one.locale, direction(one.locale), marked(one.body, values), sub)]
    if page.source_parts:
        shown.append(
            Said(
                _("What changed in the source since it was translated"),
                one.locale,
                direction(one.locale),
                tuple((part.op, part.text) for part in page.source_parts),
            )
        )
    return said(shown)


def text(page: StatementPage) -> str:
    """The text itself, with its length."""
    one = page.one
    values = [each.here for each in page.variables]
    return said(
        [
            Said(
                formats.language_name(one.locale),
                one.locale,
                direction(one.locale),
                marked(one.body, values),
                sub=channel_name(one.channel),
                meter=(page.size, page.most),
                meter_text=_("{size} of {most}", size=page.size, most=page.most),
            )
        ]
    )


def findings_title(page: StatementPage) -> str:
    """How much is wrong, and whether it blocks."""
    errors = sum(one.severity == "error" for one in page.findings)
    if errors:
        return ngettext("{count} fault blocks signing", "{count} faults block signing", errors)
    if page.findings:
        return ngettext("{count} remark", "{count} remarks", len(page.findings))
    return _("Nothing is wrong with it")


def findings(page: StatementPage) -> str:
    """What is wrong, and what to do."""
    return rows.facts(
        [
            rows.Fact(
                _("Blocks signing") if one.severity == "error" else _("To consider"),
                one.what.in_(either("en", "zh")),
                sub=one.advice.in_(either("en", "zh")),
                status="breach" if one.severity == "error" else "watch",
            )
            for one in page.findings
        ]
    )


def others(page: StatementPage, query: str) -> str:
    """The same statement in other languages and channels."""
    return rows.items(
        [
            rows.Item(
                f"{formats.language_name(locale)} · {channel_name(channel)}",
                link(f"{PATH}/{number}", query),
                note=statement_status_name(status),
                status=STATUS_KIND[Status(status)],
            )
            for number, locale, channel, status in page.siblings
            if number != page.one.id
        ]
    )


def actions(page: StatementPage, can: Collection[Do], done: str) -> str:
    """Buttons for what this person may do now."""
    made = [_OFFERED[do](page) for do in _OFFERED if do in can]
    offered = [act for act in made if act is not None]
    return bar(
        offered,
        id="statement",
        store=Statement.PRESSED,
        subject=page.one.id,
        version=page.one.version,
        done=done,
    )


def _sign(do: Do, page: StatementPage) -> Act:
    label = {
        Do.TRANSLATED: _("Sign as right"),
        Do.PROOFREAD: _("Sign as proofread"),
        Do.FINAL: _("Sign as final"),
    }[do]
    blocked = any(one.severity == "error" for one in page.findings)
    return Act(str(do), label, primary=not blocked)


def _reject(_page: StatementPage) -> Act:
    return Act(
        "reject",
        _("Reject"),
        fields=(Field("note", _("What is wrong"), "text", required=True),),
    )


def _fill(page: StatementPage) -> Act | None:
    if not page.variables:
        return None
    missing = any(not each.here for each in page.variables)
    fields = tuple(
        Field(
            f"{VARIABLE_FIELD}{each.name}",
            either(each.title_en, each.title_zh),
            "date" if each.type == "date" else "line",
            value=each.value,
            note=_how(each.type),
        )
        for each in page.variables
    )
    label = _("Fill in what is missing") if missing else _("Correct values")
    return Act("fill", label, fields=fields, submit=_("Fill in everywhere"), primary=missing)


def _how(kind: str) -> str:
    """How a value of a type is written."""
    return {
        "datetime": _("As 2026-11-22T18:00+01:00, with the offset from UTC"),
        "money": _("As 12.50 EUR"),
        "percent": _("As a share: 0.25 for 25 %"),
        "url": _("The whole address, beginning with https://"),
        "list": _("Parted by commas"),
        "country": _("As a code (BR) or its English name"),
    }.get(kind, "")


def _send(page: StatementPage) -> Act:
    options = tuple((name, name) for name in page.channels)
    return Act(
        "send",
        _("Send"),
        fields=(Field("target", _("Channel of alerting.yaml"), "choice", options=options),),
        submit=_("Send exactly this text"),
        primary=True,
    )


def _record(_page: StatementPage) -> Act:
    return Act(
        "record_sent",
        _("Note where it was published"),
        fields=(
            Field("where", _("Address or place"), "line", required=True),
            Field("at", _("When (empty: now)"), "datetime-local"),
        ),
        submit=_("Note it"),
    )


def _withdraw(_page: StatementPage) -> Act:
    return Act(
        "withdraw",
        _("Do not send it"),
        fields=(Field("note", _("Why"), "line", required=True),),
        submit=_("Withdraw it"),
    )


def _restore(_page: StatementPage) -> Act:
    return Act("restore", _("Take it up again"))


def _signing(do: Do) -> Callable[[StatementPage], Act | None]:
    return lambda page: _sign(do, page)


_OFFERED: Mapping[Do, Callable[[StatementPage], Act | None]] = {
    Do.FILL: _fill,
    Do.TRANSLATED: _signing(Do.TRANSLATED),
    Do.PROOFREAD: _signing(Do.PROOFREAD),
    Do.FINAL: _signing(Do.FINAL),
    Do.REJECT: _reject,
    Do.SEND: _send,
    Do.RECORD_SENT: _record,
    Do.WITHDRAW: _withdraw,
    Do.RESTORE: _restore,
}
"""What is offered, in the order shown."""


def record(page: StatementPage, zone: str) -> str:
    """Where, when and by whom it went out."""
    sent = page.one.sent or {}
    found = []
    for noted in sent.get("records", []):
        at = formats.moment(datetime.fromisoformat(noted["at"]), zone)
        by = f"{noted.get('by', '')} · {at}"
        if noted.get("how") == "outbox":
            state = page.messages.get(noted.get("message"), "")
            found.append(rows.Fact(noted["channel"], by, sub=message_state(state)))
        else:
            found.append(rows.Fact(_("Published by hand"), by, sub=noted.get("where", "")))
    if sent:
        found.append(rows.Fact(_("SHA-256 of the text"), str(sent.get("text_sha256", ""))))
    if sent.get("drill") is not None:
        found.append(rows.Fact(_("Drill"), _("Marked as a drill, to the sandbox only")))
    return rows.facts(found) if found else ""


def sent(page: StatementPage) -> str:
    """Exactly what went out, to be copied."""
    words = (page.one.sent or {}).get("text")
    if words is None:
        return ""
    one = page.one
    return said(
        [
            Said(
                _("Exactly this text"),
                one.locale,
                direction(one.locale),
                (("same", str(words)),),
                copy=_("Copy"),
                copied=_("Copied"),
            )
        ]
    )


def difference_title(page: StatementPage, zone: str) -> str:
    """With what the text is compared."""
    if page.before is None:
        return _("Nothing changed")
    at = formats.moment(page.before.at, zone)
    return _("What changed since revision {n} ({time})", n=page.before.n, time=at)


def difference(page: StatementPage) -> str:
    """What changed, word by word."""
    if page.before is None:
        return ""
    one = page.one
    parts = tuple((part.op, part.text) for part in page.parts)
    return said([Said(_("Word by word"), one.locale, direction(one.locale), parts)])


def revisions(page: StatementPage, zone: str) -> str:
    """Every text it had, the newest first."""
    one = page.one
    return rows.timeline(
        [
            rows.Moment(
                "event",
                formats.day(formats.as_zone(each.at, zone).date()),
                formats.clock(each.at, zone),
                each.at,
                _("Revision {n} by {name}", n=each.n, name=_by(each.by)),
                text=each.body,
                lang=one.locale,
                dir=direction(one.locale),
                note=_("after the source changed") if each.note == "source_changed" else each.note,
            )
            for each in page.revisions
        ]
    )


def both(page: StatementPage, mine: str) -> str:
    """What the reader typed beside what is stored, and the difference."""
    one = page.one
    towards = direction(one.locale)
    parts = tuple((part.op, part.text) for part in compared(one.body, mine.strip(), one.locale))
    stored = (("same", one.body),)
    return said(
        [
            Said(
                _("Stored now"),
                one.locale,
                towards,
                stored,
                sub=_by(one.author),
                copy=_("Copy"),
                copied=_("Copied"),
            ),
            Said(_("Yours, against the stored one"), one.locale, towards, parts),
        ]
    )


def conflict(page: StatementPage, *, may_replace: bool) -> str:
    """That somebody else changed the text while this reader was typing."""
    name = _by(page.one.author)
    if may_replace:
        return _(
            "{name} changed the text while you were typing. Saving again puts yours in its place.",
            name=name,
        )
    return _(
        "{name} changed the text while you were typing. Yours is untouched; compare the two.",
        name=name,
    )


def _by(name: str) -> str:
    return _("the template") if name == WORKER else name
