"""Where commands of reports write: checked before anything is made, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dashboard.reports.store import Report
    from dashboard.services import Services

SUFFIXES = {".html": "html", ".pdf": "pdf", ".xlsx": "xlsx", ".csv": "csv", ".eml": "mail"}
"""Extension of a file to the form that is written."""


@dataclass(frozen=True)
class Target:
    """A file to be written, and the form that its extension asks for."""

    path: Path
    form: str


def target(path: Path) -> Target:
    """Check a path before a report is made for it.

    Raises:
        click.ClickException: nothing can be written there.
        click.UsageError: the extension is none of ours.
    """
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        known = ", ".join(SUFFIXES)
        raise click.UsageError(f"--out {path}: what form is that? End its name with {known}.")
    if path.is_dir():
        raise click.ClickException(f"{path} is a folder; name a file in it.")
    if path.exists() and not path.is_file():
        raise click.ClickException(f"{path} is no file; name another one.")
    folder = path.parent
    if not folder.is_dir():
        raise click.ClickException(f"There is no folder {folder}; make it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.ClickException(f"{folder} cannot be written; choose another folder.")
    return Target(path, form)


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: readers see the whole of it or the old one.

    Raises:
        click.ClickException: it could not be written; what was there before is untouched.
    """
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise click.ClickException(
            f"Cannot write {path}: {error.strerror}. Nothing was left there; check the path, the "
            "rights of this user and the space left."
        ) from error


def content(services: Services, report: Report, language: str, form: str) -> bytes:
    """A report in a form and language; `mail` as a message that mail programs open.

    Raises:
        FormError, ReportFileError: it cannot be made or kept.
    """
    from dashboard.reports import files

    made = files.made(services, report.id, language, form)
    return letter(report, made) if form == "mail" else made


def letter(report: Report, made: bytes) -> bytes:
    """The form `mail` as an unsent message: the same bytes for the same report."""
    import json
    from email.message import EmailMessage
    from email.utils import format_datetime

    given = json.loads(made)
    mail = EmailMessage()
    mail["Subject"] = " ".join(given["subject"].split())
    mail["Date"] = format_datetime(report.created_at)
    mail["X-Unsent"] = "1"
    mail.set_content(given["text"], cte="base64")
    mail.add_alternative(given["html"], subtype="html", cte="base64")
    mail.set_boundary(f"=_{report.document_sha256[:40]}")
    return mail.as_bytes()
