"""Issuing a report: made from its inputs, stored whole or not at all, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from alerts import event_log
from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import store
from dashboard.reports.building import build
from dashboard.reports.diff import Difference, diff
from dashboard.reports.document import Document, canonical, fingerprint
from dashboard.reports.figures import figures
from dashboard.reports.inputs import Inputs, ReportError, context_of, take
from dashboard.reports.periods import Period
from dashboard.reports.showing import section_title, sentence, text_of
from dashboard.reports.template import Template
from dashboard.reports.values import KpiName, Plain, Say, Term, Words
from dashboard.services import Services
from data_access.metrics import QueryError
from data_access.state.engine import writing
from data_access.state.schema import report
from data_access.warehouse.catalog import WarehouseMovedError

SUBJECT = "report"
"""`subject_kind` in the event log; the subject is the report's number."""

_FEW = 40
"""Keys of differences that the event log names; all are computed anew from the two issues."""


@dataclass(frozen=True)
class Issued:
    """What came of issuing."""

    report_id: int
    n: int
    document: Document
    new: bool
    """False: the newest issue says the very same; no other was made."""
    differences: tuple[Difference, ...]
    """To the issue before, in the order of the document; empty for the first one."""


def issue(
    services: Services,
    template: Template,
    period: Period,
    *,
    by: str,
    now: datetime,
    as_of: datetime | None = None,
    missing: tuple[Say, ...] = (),
    note: str | None = None,
) -> Issued:
    """Make a report and store it as the next issue of its period.

    The same document again is the same issue, also when two processes issue at once.

    Args:
        services: where from and where to.
        template: what kind of report.
        period: about which days.
        by: who asked for it.
        now: the clock.
        as_of: what was known then; see `inputs.take`.
        missing: feeds that are late; the issue is then marked incomplete.
        note: why it is issued (again), in words.

    Raises:
        ReportError: it cannot be made; the message says why and what to do.
    """
    inputs = take(services, template, period, now=now, as_of=as_of, missing=missing)
    document = built(inputs, services)
    return record(services, inputs, document, template, by=by, now=now, note=note)


def built(inputs: Inputs, services: Services) -> Document:
    """The document of some inputs.

    Raises:
        ReportError: a snapshot is gone, or lacks what is asked of it, or the home was moved.
    """
    try:
        return build(context_of(inputs, services), company=inputs.company)
    except (QueryError, WarehouseMovedError) as error:
        raise ReportError(str(error)) from error


def record(
    services: Services,
    inputs: Inputs,
    document: Document,
    template: Template,
    *,
    by: str,
    now: datetime,
    note: str | None = None,
) -> Issued:
    """Store a document as the next issue of its period, in one transaction."""
    sha256 = fingerprint(document)
    search = search_text(document, template)
    with writing(services.engine) as connection:
        # Under the log's lock, one issue is stored at a time, whoever makes it.
        event_log.lock(connection)
        before = store.newest_in(connection, document.template, document.period)
        if before is not None and before.document_sha256 == sha256:
            earlier = store.issue(connection, before.template, before.period, before.n - 1)
            return Issued(
                before.id, before.n, document, new=False, differences=_to(earlier, document)
            )
        n = 1 if before is None else before.n + 1
        row = _row(inputs, document, search, n) | {
            "document_sha256": sha256,
            "note": note,
            "created_at": now,
            "created_by": by,
        }
        inserted = connection.execute(insert(report).values(**row)).inserted_primary_key
        assert inserted is not None
        differences = _to(before, document)
        _log(connection, int(inserted[0]), row, differences)
    return Issued(int(inserted[0]), n, document, new=True, differences=differences)


def search_text(document: Document, template: Template) -> str:
    """What a search looks through: every sentence and name in both languages, in lower case."""
    found: dict[str, None] = {}
    titles = (template.body.title.en, template.body.title.zh)
    for text in (document.template, document.period, document.company, *titles):
        found[text] = None
    for language in SUPPORTED:
        with use_language(language):
            found |= dict.fromkeys(_texts(document))
    return "\n".join(text for text in found if text).casefold()


def _texts(document: Document) -> Iterator[str]:
    zone = document.zone
    yield from (sentence(say, zone) for say in (document.headline, *document.summary))
    yield from (sentence(say, zone) for say in document.missing)
    for section in document.sections:
        yield section_title(document, section)
    for say in _says(document):
        yield sentence(say, zone)
    for figure in figures(document):
        if isinstance(figure.value, Words | Plain | Term | KpiName):
            yield text_of(figure.value, zone)


def _says(document: Document) -> Iterator[Say]:
    for section in document.sections:
        for block in section.blocks:
            match block.block:
                case "say" | "change":
                    yield from block.says
                case "deck":
                    yield from (say for panel in block.panels for say in panel.says)
                case "nothing":
                    yield block.say
                case "table" | "map" | "heat":
                    if block.lead is not None:
                        yield block.lead


def _row(inputs: Inputs, document: Document, search: str, n: int) -> dict[str, Any]:
    return {
        "template": document.template,
        "period": document.period,
        "n": n,
        "first_day": document.first,
        "last_day": document.last,
        "as_of": document.as_of,
        "status": "ready" if document.complete else "incomplete",
        "missing_json": [say.model_dump(mode="json") for say in document.missing],
        "headline_json": {
            "say": document.headline.model_dump(mode="json"),
            "tone": document.headline_tone,
        },
        "search_text": search,
        "document_json": canonical(document),
        "inputs_json": canonical(inputs),
        "inputs_sha256": fingerprint(inputs),
    }


def _to(before: store.Report | None, document: Document) -> tuple[Difference, ...]:
    return () if before is None else tuple(diff(store.document(before), document))


def _log(
    connection: Connection,
    report_id: int,
    row: dict[str, Any],
    differences: tuple[Difference, ...],
) -> None:
    payload = {
        "template": row["template"],
        "period": row["period"],
        "n": row["n"],
        "status": row["status"],
        "document_sha256": row["document_sha256"],
        "inputs_sha256": row["inputs_sha256"],
        "note": row["note"],
        "differences": len(differences),
        "differing": [one.key for one in differences[:_FEW]],
    }
    entry = event_log.Entry(
        row["created_at"], row["created_by"], "report_issued", SUBJECT, str(report_id), payload
    )
    event_log.append(connection, [entry])
