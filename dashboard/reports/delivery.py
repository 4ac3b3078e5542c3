"""Reports as messages: who gets them, what a mail and a room say, which files go with it.

A message is written once and kept in the outbox; its files are named by path and hash, and read
when it is sent. Files that together are too large are left to the link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from alerts.crisis.people import holders
from alerts.notify import outbox, recipients
from alerts.notify.config import Config
from alerts.notify.escaping import ESCAPES, html_text
from alerts.notify.limits import LIMITS, SUBJECT, cut
from alerts.notify.message import Message, idem_key
from alerts.notify.recipients import OnCall, Recipient
from dashboard.languages import use_language
from dashboard.reports import files, forms, showing, store
from dashboard.reports.document import Document
from dashboard.reports.files import ReportFileError
from dashboard.reports.forms import FormError, outline
from dashboard.reports.forms.brief import said_of
from dashboard.reports.schedule_file import Receiver
from dashboard.reports.store import Report
from dashboard.services import Services
from dashboard.wording import report_delivery as words

KIND: Literal["report"] = "report"
LANGUAGES = {"en": "en", "zh": "zh_Hans"}
"""Locale of a person to the language of a report."""
_BLANK_LINES = frozenset({"dingtalk", "teams"})
"""Products whose markup joins lines unless there is an empty one between."""
_MEGABYTE = 1_000_000
SIGNATURE = "\n-- \n"
"""Mail programs show what follows as a signature; the link must not be part of it."""


@dataclass(frozen=True)
class Addressed:
    """Everyone behind the receivers of a schedule, each line once; and what is wrong with them."""

    to: tuple[Recipient, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a message."""

    name: str
    media_type: str
    path: str
    sha256: str
    size: int

    def plain(self) -> dict[str, Any]:
        """As `alerts.notify.attachments` reads it."""
        return {
            "name": self.name,
            "type": self.media_type,
            "path": self.path,
            "sha256": self.sha256,
            "size": self.size,
        }


@dataclass(frozen=True)
class Order:
    """What is to be sent of a report, and under which key.

    Attributes:
        key: of the schedule and period, or of the press: under one key everybody is told once.
        languages: of the files; empty: the recipient's own.
        forms: of the files.
        attach_up_to: bytes of all files of a message together.
        corrects: figures that changed, as lines by language; None: it corrects nothing.
        changed: how many figures changed.
        tolerant: leave files out that cannot be made, and say so, instead of failing.
    """

    key: str
    languages: tuple[str, ...] = ()
    forms: tuple[str, ...] = ("pdf",)
    attach_up_to: int = 10 * _MEGABYTE
    corrects: Mapping[str, tuple[str, ...]] | None = None
    changed: int = 0
    tolerant: bool = False

    @property
    def reason(self) -> str:
        """Why it goes out."""
        return "report" if self.corrects is None else "correction"


def addressed(
    config: Config, receivers: Sequence[Receiver], *, oncall: OnCall, now: datetime
) -> Addressed:
    """Everyone behind the receivers. Pure but for `oncall`."""
    found: list[Recipient] = []
    faults: list[str] = []
    for one in receivers:
        people = holders(config, one.name) if one.kind == "role" else ()
        if one.kind == "role":
            got = tuple(to for person in people for to in recipients.of_person(config, person))
        else:
            got = recipients.of(config, one.kind, one.name, oncall=oncall, now=now)
        if not got:
            faults.append(_nobody(config, one, people))
        found.extend(got)
    return Addressed(tuple(dict.fromkeys(found)), tuple(faults))


def messages(
    services: Services,
    config: Config,
    report: Report,
    to: Sequence[Recipient],
    order: Order,
    now: datetime,
) -> tuple[list[Message], tuple[str, ...]]:
    """The messages of a report; files are made on the way, nothing is sent or enqueued.

    Raises:
        FormError, ReportFileError: a file cannot be made or kept, and the order is not tolerant.
    """
    document = store.document(report)
    made: list[Message] = []
    faults: dict[str, None] = {}
    for one in to:
        language = LANGUAGES.get(one.locale, "en")
        if order.languages and language not in order.languages:
            language = order.languages[0]
        by_mail = config.body.channels[one.channel].kind == "email"
        enclosed, failed = (
            _enclosed(services, report, document, order, language) if by_mail else ((), ())
        )
        faults |= dict.fromkeys(failed)
        made.append(
            _message(
                services, config, report, document, one, order, language, enclosed, failed, now
            )
        )
    return made, tuple(faults)


def enqueue(connection: Connection, made: Sequence[Message], now: datetime) -> list[int]:
    """Hand messages over; whoever was told under the same key is not told again."""
    return outbox.enqueue(connection, made, now)


def _message(  # noqa: PLR0917 - one call, from the function above
    services: Services,
    config: Config,
    report: Report,
    document: Document,
    to: Recipient,
    order: Order,
    language: str,
    enclosed: tuple[Enclosed, ...],
    failed: tuple[str, ...],
    now: datetime,
) -> Message:
    link = config.link(f"/reports/{report.id}")
    kind = config.body.channels[to.channel].kind
    fits = sum(one.size for one in enclosed) <= order.attach_up_to
    with use_language(language):
        notes = _notes(document, order, language)
        after = [] if fits else [words.too_large([o.name for o in enclosed], _megabytes(order))]
        after += [words.not_made(failed)] if failed else []
        after.append(words.open_here(link))
        html = None
        if kind == "email":
            subject, body, html = _letter(services, report, language, notes, after, config, link)
        else:
            subject, body = _note_to_a_room(document, kind, notes, after)
        subject = _marked(subject, document, order)
        if kind != "email":
            safe = ESCAPES[kind]
            between = "\n\n" if kind in _BLANK_LINES else "\n"
            body = cut(between.join([safe(subject), body]), LIMITS[kind])
    key = idem_key(
        f"report {order.key}",
        0,
        order.reason,
        step=0,
        round=0,
        recipient=to.recipient,
        channel=to.channel,
    )
    payload: dict[str, Any] = {"data": _data(report, document, link), "config": config.sha256}
    if html is not None:
        payload["html"] = html
    if enclosed and fits:
        payload["attachments"] = [one.plain() for one in enclosed]
    return Message(
        idem_key=key,
        group_id=None,
        kind=KIND,
        reason=order.reason,
        severity="info",
        channel=to.channel,
        recipient=to.recipient,
        locale="zh" if language == "zh_Hans" else "en",
        subject=cut(subject, SUBJECT),
        body=body,
        not_before=now,
        deadline=now + config.body.deadlines.info,
        payload=payload,
    )


def _letter(  # noqa: PLR0917 - parts of one mail
    services: Services,
    report: Report,
    language: str,
    before: Sequence[str],
    after: Sequence[str],
    config: Config,
    link: str,
) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail: the form `mail`, with what is said around it."""
    given = json.loads(files.made(services, report.id, language, "mail"))
    said, dashes, signature = given["text"].rstrip().partition(SIGNATURE)
    text = "\n\n".join([*before, said.rstrip(), *after]) + f"\n{dashes}{signature}\n"
    lines = "".join(f"<p>{html_text(line)}</p>" for line in after[:-1])
    if config.public_url:
        lines += f'<p><a href="{html_text(link)}">{html_text(words.open_label())}</a></p>'
    else:
        lines += f"<p>{html_text(after[-1])}</p>"
    above = "".join(f"<p>{html_text(line)}</p>" for line in before)
    return given["subject"], text, _around(given["html"], above, lines)


def _around(html: str, above: str, below: str) -> str:
    """HTML with something after the beginning of its body and before its end."""
    start = html.find("<body")
    at = html.find(">", start) + 1 if start >= 0 else 0
    html = f"{html[:at]}{above}{html[at:]}"
    end = html.rfind("</body>")
    return f"{html}{below}" if end < 0 else f"{html[:end]}{below}{html[end:]}"


def _note_to_a_room(
    document: Document, kind: str, before: Sequence[str], after: Sequence[str]
) -> tuple[str, str]:
    """Headline, and the text below it: summary, what is missing, the link."""
    safe = ESCAPES[kind]
    headline = showing.sentence(document.headline, document.zone)
    said = [*before, *(showing.sentence(one, document.zone) for one in document.summary)]
    said += [showing.sentence(one, document.zone) for one in document.missing]
    between = "\n\n" if kind in _BLANK_LINES else "\n"
    # The link is ours and must stay one; everything else may hold somebody's words.
    lines = [*map(safe, said), *map(safe, after[:-1]), after[-1]]
    title = f"{outline.title(document)} {document.period}"
    return said_of(title, headline), between.join(lines)


def _notes(document: Document, order: Order, language: str) -> list[str]:
    """What stands above a corrected report: that it is one, and the figures that changed."""
    if order.corrects is None:
        return []
    lines = order.corrects.get(language, ())
    told = [words.corrected_intro(document.period, order.changed), *lines]
    hidden = order.changed - len(lines)
    return [*told, words.and_more(hidden)] if hidden > 0 else told


def _marked(subject: str, document: Document, order: Order) -> str:
    if order.corrects is not None:
        return words.corrected_mark(subject)
    return subject if document.complete else words.incomplete_mark(subject)


def _enclosed(
    services: Services, report: Report, document: Document, order: Order, language: str
) -> tuple[tuple[Enclosed, ...], tuple[str, ...]]:
    """The files of a message, made and kept; and the names of those that could not be."""
    found, failed = [], []
    for one in order.languages or (language,):
        for form in order.forms:
            name = forms.file_name(document, one, form)
            try:
                content = files.made(services, report.id, one, form)
            except (FormError, ReportFileError):
                if not order.tolerant:
                    raise
                failed.append(name)
                continue
            kept = files.stored(services.engine, report.id)[one, form]
            home = services.settings.home
            path = files.path_of(home, kept.sha256).relative_to(home).as_posix()
            media_type = forms.FORMS[form].media_type.split(";")[0]
            found.append(Enclosed(name, media_type, path, kept.sha256, len(content)))
    return tuple(found), tuple(failed)


def _data(report: Report, document: Document, link: str) -> dict[str, Any]:
    """What a program gets."""
    return {
        "report": report.id,
        "template": report.template,
        "period": report.period,
        "issue": report.n,
        "complete": document.complete,
        "sha256": report.document_sha256,
        "link": link,
    }


def _nobody(config: Config, one: Receiver, people: Sequence[str]) -> str:
    """Why a receiver has nobody behind it, and what to do."""
    if people:
        return f"{one}: {', '.join(people)} can be reached over no channel; add addresses."
    known = {
        "role": sorted({role for person in config.body.people.values() for role in person.roles}),
        "person": list(config.body.people),
        "rota": list(config.body.rotas),
        "channel": list(config.body.channels),
    }[one.kind]
    listed = ", ".join(known) or "none"
    what = "nobody holds it" if one.kind == "role" else "nobody is behind it"
    return f"{one}: {what} in alerting.yaml (known: {listed})."


def _megabytes(order: Order) -> str:
    return f"{order.attach_up_to / _MEGABYTE:g}"
