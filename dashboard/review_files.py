"""The published summary of a review as a file: text or one page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from alerts.reviews import review_rows, summary
from alerts.reviews.review_machine import LANGUAGES, Summary
from dashboard.reviews import DOWNLOAD

if TYPE_CHECKING:
    from dashboard.services import Services

_TYPES = {"txt": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8"}


def install_review_files(server: flask.Flask, services: Services) -> None:
    """Answer the addresses of summaries; one that is not published is not there."""

    @server.get(DOWNLOAD)
    def review_summary(crisis_id: int, form: str) -> flask.Response:
        language = flask.request.args.get("language", "en")
        with services.engine.connect() as connection:
            stored = review_rows.load(connection, crisis_id)
        if (
            stored is None
            or language not in LANGUAGES
            or stored.review.summary is not Summary.PUBLIC
            or stored.public_at is None
        ):
            flask.abort(404)
        write = summary.as_html if form == "html" else summary.as_text
        body = write(
            language,
            stored.redacted[language],
            published=f"{stored.public_at:%Y-%m-%d}",
            sha256=stored.review.sha256,
        )
        answer = flask.Response(body, content_type=_TYPES[form])
        name = f"summary-{crisis_id}-{language}.{form}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
