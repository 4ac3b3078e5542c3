"""Reports as files: the bytes that were kept when they were first made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from dashboard.report_archive import DIGITS
from dashboard.reports import files, forms, store
from dashboard.reports.forms import FORMS, LANGUAGE_CODES, FormError
from dashboard.reports.store import UnknownReportError

if TYPE_CHECKING:
    from dashboard.services import Services

DOWNLOAD = "/reports/<int:report_id>/<name>"
DOWNLOADED = ("pdf", "html", "xlsx", "csv")
"""Forms that a reader may take; mail is for the outbox."""


def download_path(report_id: int, template: str, period: str, language: str, form: str) -> str:
    """Address of a file; it ends with the name that it is saved under."""
    code = LANGUAGE_CODES[language]
    return f"/reports/{report_id}/{template}-{period}-{code}.{FORMS[form].suffix}"


def install_reports_download(server: flask.Flask, services: Services) -> None:
    """Answer the addresses of files; a name that is none of a report's is not there."""

    @server.get(DOWNLOAD)
    def report_file(report_id: int, name: str) -> flask.Response:
        if len(str(report_id)) >= DIGITS:
            flask.abort(404)
        try:
            document = store.document(store.load(services.engine, report_id))
        except UnknownReportError:
            flask.abort(404)
        named = {
            forms.file_name(document, language, form): (language, form)
            for language in LANGUAGE_CODES
            for form in DOWNLOADED
        }
        if name not in named:
            flask.abort(404)
        language, form = named[name]
        try:
            content = files.made(services, report_id, language, form)
        except (FormError, files.ReportFileError) as error:
            return flask.Response(str(error), 500, mimetype="text/plain")
        answer = flask.Response(content, content_type=FORMS[form].media_type)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
