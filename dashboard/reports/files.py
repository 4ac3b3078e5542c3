"""The files of reports: rendered once when first asked for, kept under the hash of their content.

A file lies at `reports/files/ab/<sha256>` in the home, written beside and renamed. What is read is
checked against its hash. A file that is gone or was changed is rendered again and given only if
that makes the very bytes that were recorded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from alerts.evidence_files import EvidenceFileError, written_beside
from dashboard.reports import forms, store
from dashboard.reports.inputs import batch_of
from dashboard.services import Services
from data_access.state.engine import insert_once, writing
from data_access.state.schema import report_file

FOLDER = Path("reports") / "files"


class ReportFileError(Exception):
    """A file that cannot be kept or given; the message says why and what to do."""


@dataclass(frozen=True)
class Stored:
    """A file as it was recorded when it was made."""

    language: str
    form: str
    sha256: str
    size: int
    made_with: dict[str, str]
    created_at: datetime


def put(home: Path, content: bytes) -> str:
    """Keep a content; gives its SHA-256. The same content twice is one file.

    Raises:
        ReportFileError: no space, or the folder cannot be written; nothing half-written stays.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(home, sha256)
    if fault(home, sha256) is not None:
        try:
            with written_beside(target.parent, lambda _file: sha256) as file:
                file.write(content)
        except EvidenceFileError as error:
            raise ReportFileError(str(error)) from error
    return sha256


def read(home: Path, sha256: str) -> bytes:
    """The content of a hash.

    Raises:
        ReportFileError: it is gone, or holds something else by now.
    """
    path = path_of(home, sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportFileError(
            f"The report file {sha256[:12]} is not at {path}: {error.strerror}."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ReportFileError(
            f"The report file {sha256[:12]} at {path} was changed after it was made."
        )
    return content


def fault(home: Path, sha256: str) -> str | None:
    """None if the content is there unchanged; else a sentence that says what is wrong."""
    try:
        read(home, sha256)
    except ReportFileError as error:
        return str(error)
    return None


def path_of(home: Path, sha256: str) -> Path:
    """Where the content of a hash lies, or would lie."""
    return home / FOLDER / sha256[:2] / sha256


def made(services: Services, report_id: int, language: str, form: str) -> bytes:
    """A report in a form and language: as it was made first, for ever.

    Raises:
        UnknownReportError: no such report.
        FormError: no such form or language, or it cannot be made.
        ReportFileError: the kept file is damaged, and what is rendered now differs from it.
    """
    home, engine = services.settings.home, services.engine
    kept = stored(engine, report_id).get((language, form))
    if kept is None:
        content = rendered(services, store.load(engine, report_id), language, form)
        put(home, content)
        kept = _recorded(services, report_id, language, form, content)
        if hashlib.sha256(content).hexdigest() == kept.sha256:
            return content
    damage = fault(home, kept.sha256)
    if damage is None:
        return read(home, kept.sha256)
    again = rendered(services, store.load(engine, report_id), language, form)
    if hashlib.sha256(again).hexdigest() != kept.sha256:
        raise ReportFileError(
            f"{damage} Made again it is not the same any more; afterwatch report rebuild "
            f"{report_id} says why. Restore the file from a backup."
        )
    put(home, again)
    return again


def rendered(services: Services, one: store.Report, language: str, form: str) -> bytes:
    """Lay a stored document out, without keeping the result."""
    return forms.render(
        store.document(one), language, form, issue=issue_of(one), home=services.settings.home
    )


def issue_of(one: store.Report) -> forms.Issue:
    """What the footer of its files says."""
    return forms.Issue(one.id, one.n, one.document_sha256, batch_of(store.inputs(one)))


def stored(engine: Engine, report_id: int) -> dict[tuple[str, str], Stored]:
    """The files recorded for a report, by language and form, sorted."""
    statement = (
        select(report_file)
        .where(report_file.c.report_id == report_id)
        .order_by(report_file.c.language, report_file.c.form)
    )
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    return {
        (row.language, row.form): Stored(
            row.language, row.form, row.sha256, row.size, row.made_with_json, row.created_at
        )
        for row in rows
    }


def _recorded(
    services: Services, report_id: int, language: str, form: str, content: bytes
) -> Stored:
    """Record a file; of two processes that make one at once, the first one's is what holds."""
    row = {
        "report_id": report_id,
        "language": language,
        "form": form,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "made_with_json": forms.made_with(form, services.settings.home),
        "created_at": services.clock(),
    }
    with writing(services.engine) as connection:
        connection.execute(insert_once(connection, report_file), [row])
    return stored(services.engine, report_id)[language, form]
