"""What the list of playbooks says: which are ready, whose they are, when they were last used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.playbooks import document_path
from dashboard.wording.playbook_names import origin_words


def answer(documents: pl.DataFrame) -> str:
    """How many playbooks can be started, and how many cannot."""
    playbooks = documents.filter(pl.col("kind") == "playbook")
    if playbooks.is_empty():
        return ""
    broken = playbooks.filter(pl.col("errors") > 0).height
    ready = playbooks.height - broken
    parts = [ngettext("{count} playbook is ready.", "{count} playbooks are ready.", ready)]
    if broken:
        parts.append(ngettext("{count} cannot be started.", "{count} cannot be started.", broken))
    warned = playbooks.filter((pl.col("errors") == 0) & (pl.col("warnings") > 0)).height
    if warned:
        parts.append(
            ngettext(
                "{count} has something to look at.", "{count} have something to look at.", warned
            )
        )
    others = documents.filter((pl.col("kind") != "playbook") & (pl.col("errors") > 0)).height
    if others:
        parts.append(
            ngettext(
                "{count} other document has errors.", "{count} other documents have errors.", others
            )
        )
    return (" " if current() == "en" else "").join(parts)


def table(documents: pl.DataFrame, today: date, zone: str) -> str:
    """Every playbook; those that cannot be started first."""
    columns = [
        rows.Column(_("Playbook")),
        rows.Column(_("Ready")),
        rows.Column(_("Last used")),
        rows.Column(_("Owner")),
        rows.Column(_("Review by")),
        rows.Column(_("Levels")),
        rows.Column(_("Steps"), num=True),
        rows.Column(_("Version"), num=True),
    ]
    shown = documents.filter(pl.col("kind") == "playbook").sort(
        [pl.col("errors") == 0, pl.col("id")]
    )
    return rows.table(columns, [_row(row, today, zone) for row in shown.iter_rows(named=True)])


def others(documents: pl.DataFrame, kind: str) -> str:
    """The documents of another kind."""
    shown = documents.filter(pl.col("kind") == kind)
    return rows.items([_item(row) for row in shown.iter_rows(named=True)])


def title_of(row: Mapping[str, Any]) -> str:
    """The title in the reader's language."""
    return str(row["title"] if current() == "en" else row["title_zh"])


def owner_name(owner: str) -> str:
    """Who keeps a document up to date; owners of what ships in the reader's language."""
    known = {
        "logistics": _("logistics"),
        "customs desk": _("customs desk"),
        "privacy officer": _("privacy officer"),
        "supply and quality": _("supply and quality"),
        "marketplace desk": _("marketplace desk"),
        "finance": _("finance"),
        "languages desk": _("languages desk"),
        "public relations": _("public relations"),
    }
    return known.get(owner, owner)


def ready(errors: int, warnings: int) -> tuple[str, str]:
    """Whether a document can be used, in words, and the status class of that."""
    if errors:
        return ngettext("{count} error", "{count} errors", errors), "breach"
    if warnings:
        return ngettext("{count} warning", "{count} warnings", warnings), "watch"
    return _("Ready"), "ok"


def _row(row: Mapping[str, Any], today: date, zone: str) -> rows.Row:
    word, status = ready(row["errors"], row["warnings"])
    review = row["review_by"]
    late = review is not None and review < today
    levels = row["levels"] or []
    return rows.Row(
        (
            rows.Cell(title_of(row), href=document_path("playbook", row["id"])),
            rows.Cell(word, status=status),
            rows.Cell(
                _("not yet")
                if row["last_used"] is None
                else formats.moment(row["last_used"], zone),
                sub="" if not row["runs"] else ngettext("{count} run", "{count} runs", row["runs"]),
            ),
            rows.Cell(owner_name(row["owner"]) if row["owner"] else formats.NONE),
            rows.Cell(
                formats.NONE if review is None else formats.day(review, year=True),
                status="watch" if late else "",
            ),
            rows.Cell(_levels(levels)),
            rows.Cell(formats.number(row["steps"])),
            rows.Cell(formats.number(row["n"]), sub=_newer(row)),
        )
    )


def _item(row: Mapping[str, Any]) -> rows.Item:
    word, status = ready(row["errors"], row["warnings"])
    newer = _newer(row)
    told = [
        _("version {n}", n=row["n"]),
        origin_words(row["origin"], row["created_by"]),
        *([newer] if newer else []),
    ]
    return rows.Item(
        title_of(row),
        document_path(row["kind"], row["id"]),
        note=" · ".join(told),
        side=word,
        status=status,
    )


def _levels(levels: list[int]) -> str:
    if not levels:
        return formats.NONE
    first, last = min(levels), max(levels)
    return str(first) if first == last else f"{first}–{last}"


def _newer(row: Mapping[str, Any]) -> str:
    """That a newer version ships than the one people keep in force."""
    return _("version {n} ships", n=row["newer_ships"]) if row["newer_ships"] else ""
