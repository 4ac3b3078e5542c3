"""The forms of a report: a document laid out for a screen, for paper, for a sheet, for mail.

Each form is a pure function of the document, the language and the issue: the same bytes on every
machine that has the same versions of what made them (`made_with`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports.document import Document


@dataclass(frozen=True)
class Issue:
    """Which issue of a report is laid out: what its footer says."""

    number: int
    """Number of the report: `/reports/<number>`."""
    n: int
    """How many-th issue of this template and period."""
    sha256: str
    """Of the document's canonical text."""
    batch: int | None = None
    """The newest import whose facts are in it."""


Render = Callable[..., bytes]
"""`(document, *, issue: Issue, home: Path) -> bytes`, called inside `use_language`."""


@dataclass(frozen=True)
class Form:
    """A form: where it is written, and how files of it are called and served."""

    module: str
    """Has `render_<form>(document, *, issue, home) -> bytes` and `made_with(home)`.

    The latter gives a version for the name of everything that decides the bytes: of the layout, of
    libraries, of fonts.
    """
    suffix: str
    media_type: str


FORMS: Mapping[str, Form] = {
    "html": Form("dashboard.reports.forms.html", "html", "text/html; charset=utf-8"),
    "pdf": Form("dashboard.reports.forms.pdf", "pdf", "application/pdf"),
    "xlsx": Form(
        "dashboard.reports.forms.tables",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": Form("dashboard.reports.forms.tables", "csv", "text/csv; charset=utf-8"),
    "mail": Form("dashboard.reports.forms.mail", "json", "application/json"),
}

LANGUAGE_CODES = {"en": "en", "zh_Hans": "zh"}
"""Languages as file names and commands write them."""


class FormError(Exception):
    """A form cannot be made; the message says what is missing and what to do."""


def render(
    document: Document, language: str, form: str, *, issue: Issue, home: Path | None = None
) -> bytes:
    """A document in one form and language.

    Args:
        document: what is said.
        language: `en` or `zh_Hans`.
        form: a name of `FORMS`.
        issue: what the footer names.
        home: the home directory, for fonts that people put there; None: shipped ones only.

    Raises:
        FormError: no such form or language, or something to make it with is missing.
    """
    if form not in FORMS:
        raise FormError(f"There is no form {form!r}. Known: {', '.join(FORMS)}.")
    if language not in SUPPORTED:
        known = ", ".join(LANGUAGE_CODES.values())
        raise FormError(f"There is no language {language!r}. Known: {known}.")
    make = cast("Render", getattr(import_module(FORMS[form].module), f"render_{form}"))
    with use_language(language):
        return make(document, issue=issue, home=home)


def made_with(form: str, home: Path | None = None) -> dict[str, str]:
    """What decides the bytes of a form beside document and language: names and versions.

    Args:
        form: a name of `FORMS`.
        home: the home directory, whose own fonts count too.
    """
    module = import_module(FORMS[form].module)
    return dict(sorted(cast("dict[str, str]", module.made_with(home)).items()))


def file_name(document: Document, language: str, form: str) -> str:
    """`weekly-2026-W47-en.pdf`, safe in every file system and header."""
    parts = (document.template, document.period, LANGUAGE_CODES[language])
    name = "-".join(re.sub(r"[^A-Za-z0-9-]+", "-", part) for part in parts)
    return f"{name}.{FORMS[form].suffix}"
