"""What the Evidence screen is made of: addresses, and one look at the dossier of a crisis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection

from alerts import dossier, library
from alerts.crisis.clock import now_of
from alerts.crisis.people import holders
from alerts.dossier.rows import crisis_row
from alerts.notify.current import Current

if TYPE_CHECKING:
    from dashboard.services import Services

FILES = "/evidence/<int:crisis_id>/files"
FILE = "/evidence/<int:crisis_id>/files/<int:evidence_id>.bin"
PACK = "/evidence/<int:crisis_id>/packs/<int:pack_id>.zip"
CHECK = "/evidence/check"
"""Addresses that answer with files, or take them."""
_DIGITS = 19
"""A longer number is none that a database gives."""


@dataclass(frozen=True)
class Dossier:
    """What is known of the evidence of one crisis.

    Attributes:
        crisis_id: its number.
        title: what it is called.
        version: of its row; evidence changes none.
        drill: whether it is an exercise.
        complete: the checklists.
        filed: see `alerts.dossier.rows_of`.
        packs: the newest first.
        people: holders of each role that gets something, by `alerting.yaml`.
        levels: the document of levels in force, which names the roles; None: it cannot be read.
        now: by the clock of the crisis.
    """

    crisis_id: int
    title: str
    version: int
    drill: bool
    complete: dossier.Completeness
    filed: pl.DataFrame
    packs: tuple[dossier.Pack, ...]
    people: Mapping[str, tuple[str, ...]]
    levels: Any
    now: datetime


def dossier_of(services: Services, asked: str) -> Dossier | None:
    """The dossier of a crisis as it stands now; None if there is no such crisis."""
    number = int(asked) if asked.isdecimal() and len(asked) < _DIGITS else 0
    with services.engine.connect() as connection:
        row = crisis_row(connection, number)
        if row is None:
            return None
        now = now_of(connection, number, services.clock())
        complete = dossier.completeness(connection, row, now)
        levels = _levels(connection, row.levels_version_id)
    settings = services.settings
    config = Current(settings.home, public_url=settings.public_url).config()
    return Dossier(
        number,
        row.title,
        row.version,
        row.drill_id is not None,
        complete,
        dossier.rows_of(services.engine, number),
        tuple(dossier.packs_of(services.engine, number)),
        {one.role: holders(config, one.role) for one in complete.items},
        levels,
        now,
    )


def _levels(connection: Connection, version_id: int) -> Any:
    try:
        document = library.version(connection, version_id)
    except library.DocumentError:
        return None  # written for another Afterwatch
    return document.model if document else None


def file_link(crisis_id: int, evidence_id: int) -> str:
    """Where a piece of evidence is downloaded."""
    return f"/evidence/{crisis_id}/files/{evidence_id}.bin"


def pack_link(crisis_id: int, pack_id: int) -> str:
    """Where a pack is downloaded."""
    return f"/evidence/{crisis_id}/packs/{pack_id}.zip"
