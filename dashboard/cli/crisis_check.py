"""`afterwatch crisis check`: levels and terms of laws of a home, parsed and linted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alerts import library
from alerts.crisis.people import holders
from alerts.library.model import DocumentError
from alerts.strict_yaml import read_text

if TYPE_CHECKING:
    from alerts.notify.config import Config

KINDS = ("levels", "statutory")


def checked(home: Path, config: Config) -> list[dict[str, str]]:
    """Every fault and finding: `document`, `severity`, `where`, `message`.

    Checked are the documents of the home, and those that ship where the home has none.
    """
    roles = {role for person in config.body.people.values() for role in person.roles}
    surroundings = library.shipped_library(holders={role: holders(config, role) for role in roles})
    models, found = [], []
    for name in KINDS:
        kind = library.kind_of(name)
        own = sorted((home / "crisis" / name).glob("*.y*ml"))
        for path in own:
            try:
                model = kind.parse(read_text(path, DocumentError), str(path))
            except DocumentError as error:
                found += [_row(str(path), "error", "", fault) for fault in error.faults]
                continue
            surroundings = surroundings.having(name, model)
            models.append((str(path), name, model))
        if not own:
            models.append((f"{name} (shipped)", name, surroundings.get(name, name)))
    for where, name, model in models:
        found += [
            _row(where, one.severity, one.where, f"{one.what.en} {one.advice.en}")
            for one in library.kind_of(name).lint(model, surroundings)
        ]
    return found


def _row(document: str, severity: str, where: str, message: str) -> dict[str, str]:
    return {"document": document, "severity": severity, "where": where, "message": message}
