"""Evidence packs: a zip file that checks itself, the same bytes from the same records.

The file is written beside and renamed, then its row and log entry are written in one transaction.
A process killed in between leaves nothing half: a partial file nobody reads, or a whole pack that
no row names.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any, BinaryIO

from sqlalchemy import Connection, Engine, insert

from alerts import evidence_files
from alerts.actions import Outcome, take_token
from alerts.crisis.clock import now_of
from alerts.dossier import contents, log_lines
from alerts.dossier.completeness import completeness
from alerts.dossier.contents import Part
from alerts.dossier.filing import Why, tell
from alerts.dossier.rows import crisis_row
from alerts.dossier.verifier import FORMAT, GENESIS, LOG, MANIFEST, link
from alerts.event_log import lock
from data_access.state.engine import writing
from data_access.state.schema import evidence_pack as table

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_FILE_MODE = 0o100644
_UNIX = 3
_CHUNK = 1 << 20


class PackError(Exception):
    """A pack that cannot be built; the message says why and what to do."""


@dataclass(frozen=True)
class Built:
    """A pack that lies in the home, not yet in the database."""

    sha256: str
    size: int
    files: int
    entries: int
    head_seq: int
    head_hash: str
    complete: bool
    missing: tuple[str, ...]


def path_of(home: Path, sha256: str) -> Path:
    """Where a pack lies."""
    evidence_files.path_of(home, sha256)  # refuses what is no hash
    return home / evidence_files.FOLDER / evidence_files.PACKS / f"{sha256}.zip"


def build(
    engine: Engine,
    crisis_id: int,
    *,
    home: Path,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Build a pack of a crisis as it stands; `Outcome.data` has `pack`, `sha256`, `head`, `size`.

    Raises:
        PackError: evidence is gone or was changed, or there is no space.
    """
    name = actor.strip()
    if not name:
        return Outcome("refused", why=Why.NAME_NEEDED)
    made = prepare(engine, crisis_id, home=home, wall=wall)
    if made is None:
        return Outcome("refused", why=Why.NOT_FOUND)
    with writing(engine) as connection:
        if token and not take_token(
            connection, token, actor=name, kind="pack_built", subject=str(crisis_id), now=wall
        ):
            return Outcome("repeated")
        data = record(connection, crisis_id, made, actor=name, wall=wall)
        return Outcome("done", data=data)


def prepare(engine: Engine, crisis_id: int, *, home: Path, wall: datetime) -> Built | None:
    """Write the pack's file; None if there is no such crisis.

    Raises:
        PackError: evidence is gone or was changed, or there is no space.
    """
    try:
        with _one_moment(engine) as connection:
            crisis = crisis_row(connection, crisis_id)
            if crisis is None:
                return None
            return _prepare(connection, crisis, home, now_of(connection, crisis_id, wall))
    except evidence_files.EvidenceFileError as error:
        raise PackError(f"The pack was not built. {error}") from error
    except OSError as error:  # the log is written to the system's folder for temporary files
        raise PackError(
            f"The pack was not built. The folder for temporary files, {gettempdir()}, cannot be "
            f"written: {error.strerror}. Free some space there and try again."
        ) from error


def record(
    connection: Connection,
    crisis_id: int,
    made: Built,
    *,
    actor: str,
    wall: datetime,
    run_id: int | None = None,
    step_key: str | None = None,
) -> dict[str, Any]:
    """Write the row of a pack and its log entry in the caller's transaction."""
    lock(connection)
    crisis, now = crisis_row(connection, crisis_id), now_of(connection, crisis_id, wall)
    pack_id: int = connection.execute(
        insert(table)
        .values(
            crisis_id=crisis_id,
            run_id=run_id,
            step_key=step_key,
            sha256=made.sha256,
            size=made.size,
            head_seq=made.head_seq,
            head_hash=made.head_hash,
            complete=made.complete,
            missing_json=list(made.missing),
            created_by=actor,
            created_at=now,
        )
        .returning(table.c.id)
    ).scalar_one()
    data = {
        "pack": pack_id,
        "sha256": made.sha256,
        "size": made.size,
        "files": made.files,
        "entries": made.entries,
        "head": f"{made.head_seq}:{made.head_hash}",
        "complete": made.complete,
        "missing": list(made.missing),
    }
    payload = {**data, "run": run_id, "step": step_key}
    tell(connection, crisis, "pack_built", payload, actor=actor, now=now)
    return data


def _prepare(connection: Connection, crisis: Any, home: Path, now: datetime) -> Built:
    complete = completeness(connection, crisis, now)
    parts = contents.gather(connection, crisis, complete)
    with TemporaryFile() as log:
        facts = log_lines.write(connection, _subjects(connection, crisis), log)
        header = {
            "format": FORMAT,
            "made_at": now.astimezone(UTC).isoformat(timespec="microseconds"),
            "software": f"Afterwatch {metadata.version('afterwatch')}",
            "crisis": {
                "id": crisis.id,
                "title": crisis.title,
                "level": crisis.level,
                "status": crisis.status,
                "drill": crisis.drill_id,
            },
            "complete": complete.complete,
            "missing": [one.item for one in complete.missing],
            "redaction": "keys of customers are keyed hashes; texts as stored; see README.md",
            "log": {"path": LOG, **facts.facts()},
        }
        sha256, size = _write(home, parts, log, header, now)
    return Built(
        sha256,
        size,
        len(parts) + 1,
        facts.lines,
        facts.head_seq,
        facts.head_hash,
        complete.complete,
        tuple(one.item for one in complete.missing),
    )


def _subjects(connection: Connection, crisis: Any) -> list[log_lines.Subject]:
    """Whose entries are told in full: the crisis, its incidents and its drill."""
    incidents = contents.linked_incidents(connection, crisis.id)
    subjects = [("crisis", str(crisis.id)), *(("incident", str(one)) for one in incidents)]
    return subjects if crisis.drill_id is None else [*subjects, ("drill", str(crisis.drill_id))]


def _write(
    home: Path,
    parts: Sequence[Part],
    log: BinaryIO,
    header: Mapping[str, Any],
    now: datetime,
) -> tuple[str, int]:
    """Write the zip file under its hash; gives that and its size."""
    by_path: dict[str, Part | None] = {part.path: part for part in parts}
    if len(by_path) != len(parts):
        raise PackError("Two files of the pack have one name; the pack was not built.")
    by_path[LOG] = None
    log_sha256, log_size = _measured(log)
    entries = []
    for path in sorted(by_path):
        part = by_path[path]
        if part is None:
            entries.append((path, log_size, log_sha256, "application/x-ndjson"))
        else:
            content = _content(home, part)
            digest = hashlib.sha256(content).hexdigest()
            entries.append((path, len(content), digest, part.media_type))
    listed = manifest(header, entries)
    sizes = {MANIFEST: len(listed), **{path: size for path, size, _sha256, _media in entries}}
    stamp = _stamp(now)
    measured: list[tuple[str, int]] = []

    def name(file: BinaryIO) -> str:
        measured.append(_measured(file))
        return path_of(home, measured[0][0]).name

    folder = path_of(home, GENESIS).parent
    with (
        evidence_files.written_beside(folder, name) as file,
        zipfile.ZipFile(file, "w") as target,
    ):
        for path in sorted(sizes):
            with target.open(_info(path, sizes[path], stamp), "w") as member:
                part = by_path.get(path)
                if path == MANIFEST:
                    member.write(listed)
                elif part is None:
                    log.seek(0)
                    shutil.copyfileobj(log, member, _CHUNK)
                else:
                    member.write(_content(home, part))
    return measured[0]


def manifest(header: Mapping[str, Any], entries: Sequence[tuple[str, int, str, str]]) -> bytes:
    """The manifest: valid JSON, one line for each file, each line chained to the one before."""
    chain, lines = GENESIS, []
    for number, (path, size, sha256, media_type) in enumerate(entries, start=1):
        entry = {
            "n": number,
            "path": path,
            "size": size,
            "sha256": sha256,
            "media_type": media_type,
        }
        stem = log_lines.canonical(entry)[:-1].encode()
        chain = link(chain, stem)
        lines.append(stem + f',"chain":"{chain}"}}'.encode())
    told = log_lines.canonical({**header, "files": len(entries), "tail": chain}).encode()
    sealed = hashlib.sha256(told).hexdigest().encode()
    top = [b"{", b'"header": ' + told + b",", b'"header_sha256": "' + sealed + b'",', b'"files": [']
    return b"\n".join([*top, b",\n".join(lines), b"]", b"}", b""])


def _content(home: Path, part: Part) -> bytes:
    return part.content if part.kept is None else evidence_files.read(home, part.kept)


def _measured(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size of a whole file."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_CHUNK):
        digest.update(piece)
    return digest.hexdigest(), file.tell()


def _info(path: str, size: int, stamp: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    """The same entry on every machine."""
    info = zipfile.ZipInfo(path, stamp)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = _UNIX
    info.external_attr = _FILE_MODE << 16
    info.file_size = size
    return info


def _stamp(now: datetime) -> tuple[int, int, int, int, int, int]:
    at = max(now.astimezone(UTC), _EARLIEST)
    return at.year, at.month, at.day, at.hour, at.minute, at.second


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it was at its start."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect() as connection:
        marked = connection.execution_options(**level)
        with marked.begin():
            yield marked
