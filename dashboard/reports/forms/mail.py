"""The page as a mail: what must be read stands in it, without a picture or a file to open. Pure.

Tables and inline styles only, for mail programs know little else; the plain text says the same.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from dashboard.reports.document import Document
from dashboard.reports.forms import Issue
from dashboard.reports.forms.brief import brief
from dashboard.reports.forms.mail_markup import markup
from dashboard.reports.forms.mail_text import plain

LAYOUT = "1"
"""Changes whenever the same document gives other bytes."""


class Letter(TypedDict):
    """What a mail consists of."""

    subject: str
    text: str
    html: str


def made_with(home: Path | None = None) -> dict[str, str]:  # noqa: ARG001
    """What decides the bytes beside document and language."""
    return {"layout": LAYOUT, "babel": version("babel")}


def render_mail(document: Document, *, issue: Issue, home: Path | None = None) -> bytes:  # noqa: ARG001
    """`Letter` as canonical JSON, UTF-8."""
    letter = letter_of(document, issue)
    text = json.dumps(letter, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def letter_of(document: Document, issue: Issue) -> Letter:
    """Subject, plain text and HTML."""
    told = brief(document, issue)
    return {"subject": told.subject, "text": plain(told), "html": markup(told)}
