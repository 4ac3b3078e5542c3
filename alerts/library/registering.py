"""Taking over documents from files: those that ship, then the home's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from alerts import event_log
from alerts.library import store
from alerts.library.kinds import kinds
from alerts.library.model import DocumentError, Fault, Kind, Library, Version
from alerts.library.surroundings import effects
from alerts.strict_yaml import read_text
from data_access.state.engine import writing

OWN_FOLDER = "crisis"
"""Folder of the home with a folder for each kind: `crisis/playbook/our-recall.yaml`."""
WORKER = "worker"


@dataclass(frozen=True)
class _File:
    kind: str
    where: str
    text: str
    model: Any


def register(engine: Engine, home: Path | None, now: datetime) -> list[Fault]:
    """Write down what ships and what the home has, where it differs from what was there last.

    A file of the home with an error is not taken over: what was in force stays so.

    Args:
        engine: state database.
        home: its `crisis/<kind>/*.yaml` are read; None: only what ships.
        now: the wall clock.

    Returns:
        What is wrong with files of the home.
    """
    faults: list[Fault] = []
    own = list(_own(home, faults)) if home is not None else []
    with engine.connect() as connection:
        known = store.newest_of_origins(connection)
    if all(
        known.get((file.kind, file.model.id, origin)) == store.sha256_of(file.text)
        for origin, files in (("shipped", _shipped()), ("file", own))
        for file in files
    ):
        return faults
    with writing(engine) as connection:
        event_log.lock(connection)
        known = store.newest_of_origins(connection)
        added = [
            store.add(
                connection, file.kind, file.model.id, file.text, origin="shipped", by="", now=now
            )
            for file in _shipped()
            if known.get((file.kind, file.model.id, "shipped")) != store.sha256_of(file.text)
        ]
        added += _take_over(connection, own, known, faults, now)
        _tell(connection, added, now)
    return faults


def shipped(kind: Kind) -> dict[str, tuple[str, Any]]:
    """What ships of a kind: text and model by name."""
    return {file.model.id: (file.text, file.model) for file in _shipped() if file.kind == kind.name}


def shipped_library(**surroundings: Any) -> Library:
    """The library of an Afterwatch that nobody has changed anything in.

    Args:
        surroundings: `effects`, `holders`, `today` of the `Library`; effects are those there are.
    """
    models: dict[str, dict[str, Any]] = {}
    for file in _shipped():
        models.setdefault(file.kind, {})[file.model.id] = file.model
    return Library(models, **{"effects": effects(), **surroundings})


def names_in_files(kind: str, home: Path | None) -> set[str]:
    """Names of the documents that ship and of the home's files that parse, without a database."""
    own = _own(home, []) if home is not None else iter(())
    return {file.model.id for file in (*_shipped(), *own) if file.kind == kind}


def _shipped() -> list[_File]:
    found = []
    for kind in kinds().values():
        folder = resources.files("alerts").joinpath(*kind.folder.split("/"))
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".yaml"):
                text = file.read_text(encoding="utf-8")
                found.append(_File(kind.name, file.name, text, store.parsed(kind.name, text)))
    return found


def _own(home: Path, faults: list[Fault]) -> Iterator[_File]:
    """The files of a home that parse; of two that have one name only the first."""
    for kind in kinds().values():
        taken: dict[str, Path] = {}
        folder = home / OWN_FOLDER / kind.name
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                text = read_text(path, DocumentError)
                model = kind.parse(text, str(path))
            except DocumentError as error:
                faults += [Fault(str(path), line) for line in error.faults]
                continue
            if model.id in taken:
                told = f"{path}: id {model.id!r} is taken by {taken[model.id]}; choose another."
                faults.append(Fault(str(path), told))
                continue
            taken[model.id] = path
            yield _File(kind.name, str(path), text, model)


def _take_over(
    connection: Connection,
    own: list[_File],
    known: Mapping[tuple[str, str, str], str],
    faults: list[Fault],
    now: datetime,
) -> list[Version]:
    """Files of the home that are new or changed and have no error among all that come with them."""
    library = store.snapshot(connection, effects=effects())
    for file in own:
        library = library.having(file.kind, file.model)
    added = []
    for file in own:
        if known.get((file.kind, file.model.id, "file")) == store.sha256_of(file.text):
            continue
        findings = kinds()[file.kind].lint(file.model, library)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            faults += [
                Fault(file.where, f"{file.where}: {one.where}: {one.what.en} {one.advice.en}")
                for one in errors
            ]
            continue
        added.append(
            store.add(
                connection,
                file.kind,
                file.model.id,
                file.text,
                origin="file",
                by=file.where,
                now=now,
            )
        )
    return added


def _tell(connection: Connection, added: list[Version], now: datetime) -> None:
    event_log.append(
        connection,
        [
            event_log.Entry(
                now,
                WORKER,
                "document_registered",
                "document",
                f"{version.kind}.{version.name}",
                {"n": version.n, "origin": version.origin, "sha256": version.sha256},
            )
            for version in added
        ],
    )
