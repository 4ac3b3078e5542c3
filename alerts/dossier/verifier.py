"""Check an evidence pack of Afterwatch, offline.

    python verify.py PACK.zip [--head SEQ:HASH]

One file, standard library only, Python 3.9 or later. It changes and unpacks nothing. Exit status:
0 the pack holds, 1 it does not (the first broken link is named), 2 the file cannot be checked.

What it shows: that the files, the manifest and the log entries are those that were packed, in their
order, none changed, dropped, swapped or inserted since. What it cannot show: that an entry was true
when it was written, or that nobody rebuilt the whole pack. Against the latter compare with a head
hash that was sent out earlier (--head), or with the SHA-256 of the pack noted elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import IO, Any, NamedTuple

FORMAT = "afterwatch-evidence-pack/1"
MANIFEST = "manifest.json"
LOG = "log/events.jsonl"
GENESIS = "0" * 64
MOST_MEMBERS = 100_000
MOST_BYTES = 4 * 1024**3
MOST_MANIFEST = 64 * 1024**2
MOST_LINE = 16 * 1024**2
_CHUNK = 1 << 20
_CHAIN = re.compile(rb',"chain":"([0-9a-f]{64})"}\Z')
_TAIL = len(b',"chain":""}') + 64
_HASHED = ("actor", "at", "kind", "payload", "prev_hash", "seq", "subject_id", "subject_kind")


class Fault(NamedTuple):
    """The first broken link.

    `what` is one of changed, dropped, swapped, inserted; `line` and `number` (the sequence number
    of the entry) are None where a whole file is meant.
    """

    file: str
    what: str
    text: str
    line: int | None = None
    number: int | None = None

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.number is not None:
            where += f", entry {self.number}"
        return f"{where}: {self.what}: {self.text}"


class Result(NamedTuple):
    """A pack that holds: what it is about."""

    crisis: int
    title: str
    made_at: str
    files: int
    entries: int
    own_entries: int
    head_seq: int
    head_hash: str
    head_known: bool


class Broken(Exception):  # noqa: N818 - an answer, not a fault
    """The pack does not hold."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class NoPack(Exception):  # noqa: N818 - an answer, not a fault
    """The file cannot be checked: it is no pack, or not a whole one."""


class Record(NamedTuple):
    """One line of a chain: where it stands, what it holds, and the chain hash it states."""

    line: int
    body: bytes
    chain: str
    number: int | None
    data: dict[str, Any]


def verify(path: str, head: str | None = None, most_bytes: int = MOST_BYTES) -> Result:
    """Check a pack.

    Args:
        path: the zip file.
        head: a head of the log published earlier, as SEQ:HASH or HASH.
        most_bytes: refuse packs that unpack to more.

    Raises:
        Broken: something was changed, dropped, swapped or inserted.
        NoPack: the file cannot be checked.
    """
    wanted = _head(head)
    try:
        with zipfile.ZipFile(path) as pack:
            return _verify(pack, wanted, most_bytes)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise NoPack(_unreadable(path, error)) from error
    except (RuntimeError, MemoryError, ValueError, LookupError, TypeError) as error:
        raise NoPack(f"{path}: is none of Afterwatch's packs ({error!r}).") from error


def _verify(pack: zipfile.ZipFile, head: tuple[int | None, str] | None, most: int) -> Result:
    members = _members(pack, most)
    if MANIFEST not in members:
        raise NoPack(f"This zip file holds no {MANIFEST}: it is no evidence pack of Afterwatch.")
    if members[MANIFEST].file_size > MOST_MANIFEST:
        raise NoPack(f"{MANIFEST} is larger than any pack has.")
    header, entries = _manifest(_whole(pack, members[MANIFEST]))
    _files(pack, members, entries)
    log = header["log"]
    counted, found = _log(pack, members, log, head, entries)
    crisis = header["crisis"]
    return Result(
        crisis["id"],
        crisis["title"],
        header["made_at"],
        len(entries),
        counted,
        log["own_entries"],
        log["head_seq"],
        log["head_hash"],
        found,
    )


# The container


def _members(pack: zipfile.ZipFile, most: int) -> dict[str, zipfile.ZipInfo]:
    infos = pack.infolist()
    if len(infos) > MOST_MEMBERS:
        raise NoPack(f"The zip file has {len(infos)} members; no pack has so many.")
    total = sum(info.file_size for info in infos)
    if total > most:
        raise NoPack(
            f"The zip file would unpack to {total} bytes, more than the {most} allowed. If you "
            "trust it, allow more with --most-bytes."
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in found:
            raise Broken(
                Fault(info.filename, "inserted", "the zip file holds two files of this name")
            )
        if info.flag_bits & 1:
            raise Broken(Fault(info.filename, "changed", "it is encrypted; packs never are"))
        found[info.filename] = info
    return found


def _whole(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with closing(_pieces(pack, info)) as pieces:
        return b"".join(pieces)


def _pieces(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> Generator[bytes, None, None]:
    """The content, never more than the zip file promised; a bomb ends here."""
    left = info.file_size
    try:
        with pack.open(info) as file:
            while True:
                piece = file.read(_CHUNK)
                if not piece:
                    return
                left -= len(piece)
                if left < 0:
                    text = "it is larger than the zip file says"
                    raise Broken(Fault(info.filename, "changed", text))
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        text = f"it cannot be unpacked ({error})"
        raise Broken(Fault(info.filename, "changed", text)) from error


def _unreadable(path: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{path}: cannot be read: {error.strerror}."
    return (
        f"{path}: is no zip file, or not a whole one ({error}). Ask for it again, and compare its "
        "SHA-256."
    )


# The manifest


def _manifest(content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and entries, checked line by line so that the broken one can be named."""
    lines = content.split(b"\n")
    if lines[:1] != [b"{"] or len(lines) < 6:
        _old(content)
        raise Broken(Fault(MANIFEST, "changed", "it does not begin as a manifest does", 1))
    header = _header(lines)
    if lines[3] != b'"files": [':
        raise Broken(Fault(MANIFEST, "changed", "the list of files does not begin here", 4))
    if lines[-3:] != [b"]", b"}", b""]:
        raise Broken(Fault(MANIFEST, "changed", "its end is missing", len(lines)))
    rows = lines[4:-3]
    bare = (line[:-1] if line.endswith(b",") else line for line in rows)
    walk = _Walk(MANIFEST, 1, header["files"], header["tail"])
    records = walk.checked(_record(line, place, "n") for place, line in enumerate(bare, start=5))
    entries = [record.data for record in records]
    for index, line in enumerate(rows):
        if line.endswith(b",") is (index == len(rows) - 1):
            raise Broken(Fault(MANIFEST, "changed", "a comma is amiss", index + 5, index + 1))
    return header, entries


def _header(lines: Sequence[bytes]) -> dict[str, Any]:
    first, second = b'"header": ', b'"header_sha256": "'
    if not lines[1].startswith(first) or not lines[1].endswith(b","):
        _old(lines[1])
        raise Broken(Fault(MANIFEST, "changed", "the header is not where it belongs", 2))
    body = lines[1][len(first) : -1]
    stated = lines[2]
    if not (stated.startswith(second) and stated.endswith(b'",')):
        raise Broken(Fault(MANIFEST, "changed", "the hash of the header is missing", 3))
    if stated[len(second) : -2] != hashlib.sha256(body).hexdigest().encode():
        raise Broken(Fault(MANIFEST, "changed", "the header is not the one that was written", 2))
    header: dict[str, Any] = json.loads(body.decode("utf-8"))
    if header.get("format") != FORMAT:
        raise NoPack(
            f"This pack has the format {header.get('format')!r}, and this verifier knows {FORMAT}: "
            "use the verify.py that lies in the pack."
        )
    return header


def _old(content: bytes) -> None:
    if b"afterwatch-evidence-pack" not in content[:100_000]:
        raise NoPack(f"The {MANIFEST} in this zip file is none of an Afterwatch evidence pack.")


def _files(
    pack: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    entries: Sequence[dict[str, Any]],
) -> None:
    named = {entry["path"] for entry in entries}
    for path in members:
        if path != MANIFEST and path not in named:
            raise Broken(Fault(path, "inserted", "the manifest does not name this file"))
    for entry in entries:
        path = entry["path"]
        if path not in members:
            raise Broken(Fault(path, "dropped", "the manifest names it, but it is not there"))
        if path != LOG:  # whose own chain names the line; its hash is compared after that
            _same(pack, members[path], entry)
    before = ""
    for path in members:
        if path < before:
            raise Broken(Fault(path, "swapped", f"it stands after {before} in the zip file"))
        before = path


def _same(pack: zipfile.ZipFile, info: zipfile.ZipInfo, entry: dict[str, Any]) -> None:
    digest, size = hashlib.sha256(), 0
    with closing(_pieces(pack, info)) as pieces:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
    if size != entry["size"] or digest.hexdigest() != entry["sha256"]:
        text = (
            "its content is not the one that the manifest names "
            f"({entry['size']} bytes, {entry['sha256'][:12]}…)"
        )
        raise Broken(Fault(info.filename, "changed", text))


# The log


def _log(
    pack: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    log: dict[str, Any],
    head: tuple[int | None, str] | None,
    entries: Sequence[dict[str, Any]],
) -> tuple[int, bool]:
    """Entries in the log, and whether the head asked for is among them."""
    stated = next((entry["sha256"] for entry in entries if entry["path"] == LOG), None)
    if LOG not in members or stated is None:
        raise Broken(Fault(LOG, "dropped", "the log is not there"))
    digest = hashlib.sha256()
    walk = _Walk(LOG, log["first_seq"], log["lines"], log["tail"])
    before, own, found = log["first_prev_hash"], 0, head is None
    if head is not None and head[1] == before:
        found = True
    with closing(_pieces(pack, members[LOG])) as pieces:
        lines = (_record(line, place, "seq") for place, line in _lines(pieces, digest))
        for record in walk.checked(lines):
            data = record.data
            own += "payload" in data
            _entry(record, before)
            before = data["hash"]
            if head is not None and before == head[1]:
                found = head[0] is None or head[0] == data["seq"]
            elif head is not None and head[0] == data["seq"]:
                raise Broken(_other_head(head, record))
    if (log["head_seq"], log["head_hash"], log["own_entries"]) != (
        log["first_seq"] + log["lines"] - 1,
        before,
        own,
    ):
        raise Broken(Fault(MANIFEST, "changed", "its header tells of another log", 2))
    if digest.hexdigest() != stated:
        raise Broken(Fault(LOG, "changed", "it is not the file that the manifest names"))
    if head is not None and not found:
        raise Broken(_no_head(head, log))
    return log["lines"], head is not None


def _entry(record: Record, before: str) -> None:
    """An entry continues the log, and is what its hash says."""
    data = record.data
    if data.get("prev_hash") != before:
        text = "it does not continue the entry before it; one of the two was changed"
        raise Broken(Fault(LOG, "changed", text, record.line, record.number))
    if "payload" not in data:
        return
    hashed = {name: data.get(name) for name in _HASHED}
    if hashlib.sha256(_canonical(hashed).encode()).hexdigest() != data.get("hash"):
        text = "it is not what its hash was made of"
        raise Broken(Fault(LOG, "changed", text, record.line, record.number))


def _lines(pieces: Iterator[bytes], digest: Any) -> Iterator[tuple[int, bytes]]:
    rest, place = b"", 0
    for piece in pieces:
        digest.update(piece)
        parts = (rest + piece).split(b"\n")
        rest = parts.pop()
        if len(rest) > MOST_LINE:
            raise Broken(Fault(LOG, "changed", "a line has no end", place + 1))
        for part in parts:
            place += 1
            yield place, part
    if rest:
        yield place + 1, rest + b"\n(no line end)"


def _other_head(head: tuple[int | None, str], record: Record) -> Fault:
    text = (
        f"the head published earlier says {head[1][:12]}… for this entry; the log was rebuilt since"
    )
    return Fault(LOG, "changed", text, record.line, record.number)


def _no_head(head: tuple[int | None, str], log: dict[str, Any]) -> Fault:
    if head[0] is not None and head[0] > log["head_seq"]:
        text = (
            f"the head published earlier is entry {head[0]}; the log of this pack ends before, at "
            f"{log['head_seq']}"
        )
        return Fault(LOG, "dropped", text)
    if head[0] is not None and head[0] < log["first_seq"] - 1:
        raise NoPack(
            f"The head is entry {head[0]}, and the log of this pack begins at {log['first_seq']}: "
            "it cannot be compared. Take a head published later."
        )
    text = (
        f"no entry has the hash {head[1][:12]}… that was published earlier: it is older than this "
        "pack's log, or the log was rebuilt"
    )
    return Fault(LOG, "changed", text)


# Chains of lines: each states SHA-256 over the chain hash before it and its own bytes


def _record(line: bytes, place: int, number: str) -> Record:
    """A line as a record; one that cannot be read has no number and fits nowhere."""
    found = _CHAIN.search(line)
    if found is not None:
        try:
            data = json.loads(line.decode("utf-8"))
            if isinstance(data.get(number), int):
                return Record(place, line[:-_TAIL], found.group(1).decode(), data[number], data)
        except (ValueError, AttributeError, RecursionError):
            pass
    return Record(place, line, "", None, {})


def link(before: str, body: bytes) -> str:
    """The chain hash of a line: `body` is the line without its `,"chain":"…"}` at the end."""
    return hashlib.sha256(before.encode() + body).hexdigest()


class _Walk:
    """Goes along a chain and names what is wrong at the first place where it does not hold."""

    def __init__(self, file: str, first: int, count: int, tail: str) -> None:
        self.file, self.first, self.tail = file, first, tail
        self.last = first + count - 1

    def checked(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records, each given once the next one is known to follow it."""
        before = Record(0, b"", GENESIS, self.first - 1, {})
        older: Record | None = None
        for record in records:
            if not _follows(before, record):
                following = [one for one in (next(records, None), next(records, None)) if one]
                raise Broken(self._diagnosis(older, before, record, following))
            if (record.number or 0) > self.last:
                raise Broken(self._inserted(record))
            if older is not None:
                yield before
            older, before = before, record
        ended = before.number or 0
        if ended < self.last or before.chain != self.tail:
            text = f"entries {ended + 1} to {self.last} are missing at the end"
            raise Broken(Fault(self.file, "dropped", text, before.line + 1, ended + 1))
        if older is not None:
            yield before

    def _diagnosis(
        self, older: Record | None, before: Record, record: Record, after: Sequence[Record]
    ) -> Fault:
        """What happened where `record` does not follow `before`."""
        expected = (before.number or 0) + 1
        if older is not None and _follows(older, record):
            return self._inserted(record if record.chain == before.chain else before)
        if after and _follows(before, after[0]):
            beyond = after[1] if len(after) > 1 else None
            if _follows(after[0], record) and (beyond is None or _follows(record, beyond)):
                text = f"entries {expected} and {record.number} stand in each other's place"
                return Fault(self.file, "swapped", text, record.line, record.number)
            return self._inserted(record)
        if expected > self.last:
            return self._inserted(record)
        if (record.number or 0) > expected and not self._flipped(expected, after):
            lost = f"entries {expected} to {(record.number or 0) - 1} are missing"
            return Fault(self.file, "dropped", lost, record.line, expected)
        return Fault(self.file, "changed", "it is not what was written", record.line, expected)

    def _flipped(self, expected: int, after: Sequence[Record]) -> bool:
        """Whether only the number of a line was changed: the next ones go on as if nothing were."""
        if after and after[0].number is not None:
            return after[0].number == expected + 1
        return expected == self.last

    def _inserted(self, record: Record) -> Fault:
        text = "this line does not belong here"
        return Fault(self.file, "inserted", text, record.line, record.number)


def _follows(before: Record, record: Record) -> bool:
    if before.number is None or record.number != before.number + 1 or not record.chain:
        return False
    return link(before.chain, record.body) == record.chain


def _canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _head(text: str | None) -> tuple[int | None, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(?:(\d{1,18}):)?([0-9a-fA-F]{64})", text.strip())
    if found is None:
        raise NoPack(
            f"{text!r} is no head: give it as SEQ:HASH or HASH, as the daily digest prints it."
        )
    return (int(found.group(1)) if found.group(1) else None, found.group(2).lower())


def told(result: Result) -> list[str]:
    """What to say of a pack that holds."""
    lines = [
        f"The pack holds: crisis {result.crisis}, {result.title}; made at {result.made_at}.",
        (
            f"{result.files} files and {result.entries} log entries are unchanged and in order "
            f"({result.own_entries} told in full)."
        ),
        f"Head of its log: {result.head_seq}:{result.head_hash}",
    ]
    if result.head_known:
        lines.append("The head that was published earlier is in it.")
    else:
        lines.append("Compare it with a head published earlier (--head): who may write to the")
        lines.append("database can rebuild everything, and only such a head shows it.")
    return lines


def main(arguments: Sequence[str] | None = None, out: IO[str] | None = None) -> int:
    """Check the file that the command line names; gives the exit status."""
    stream = out or sys.stdout
    parser = argparse.ArgumentParser(prog="verify.py", description="Check an evidence pack.")
    parser.add_argument("file", help="the pack, a zip file")
    parser.add_argument("--head", help="a head of the log published earlier: SEQ:HASH or HASH")
    parser.add_argument("--most-bytes", type=int, default=MOST_BYTES, help="unpack no more")
    given = parser.parse_args(arguments)
    try:
        result = verify(given.file, given.head, given.most_bytes)
    except Broken as broken:
        stream.write(f"NOT INTACT. First broken link: {broken}\n")
        return 1
    except NoPack as none:
        stream.write(f"CANNOT BE CHECKED. {none}\n")
        return 2
    stream.write("\n".join(told(result)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
