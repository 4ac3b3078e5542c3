"""Whatever is changed, dropped, swapped or inserted in a pack is found and named: all of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts import dossier
from alerts.dossier import pack as packs
from alerts.dossier import verifier
from alerts.dossier.verifier import LOG, MANIFEST, Broken, Fault, link, verify
from tests.alerts.dossier.dossier_world import NOW, whole
from tests.alerts.fakes import opened

Members = dict[str, bytes]
BYTE_CLASSES = {
    "digit": b"0123456789",
    "letter": bytes(range(ord("a"), ord("z") + 1)) + bytes(range(ord("A"), ord("Z") + 1)),
    "quote": b'"',
    "structure": b"{}[]:,",
    "backslash": b"\\",
    "beyond ascii": bytes(range(0x80, 0x100)),
    "other": b" -_.+/",
}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The files of a real pack."""
    home = tmp_path_factory.mktemp("home")
    engine: Engine = opened(f"sqlite:///{home / 'state.sqlite'}")
    number = whole(engine, home)
    outcome = dossier.build(engine, number, home=home, actor="Ana", token=None, wall=NOW)
    assert outcome.data is not None
    path = packs.path_of(home, outcome.data["sha256"])
    engine.dispose()
    with zipfile.ZipFile(path) as opened_pack:
        return {info.filename: opened_pack.read(info) for info in opened_pack.infolist()}


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[list[tuple[str, bytes]]], Fault]:
    """Write members into a zip file and give the first broken link."""

    def check(changed: list[tuple[str, bytes]]) -> Fault:
        with pytest.raises(Broken) as caught:
            verify(str(written(tmp_path, changed)))
        return caught.value.fault

    return check


def written(folder: Path, members: list[tuple[str, bytes]]) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content)
    path = folder / "pack.zip"
    path.write_bytes(out.getvalue())
    return path


def with_log(members: Members, lines: list[bytes]) -> list[tuple[str, bytes]]:
    changed = {**members, LOG: b"\n".join([*lines, b""])}
    return sorted(changed.items())


def log_lines(members: Members) -> list[bytes]:
    return members[LOG].split(b"\n")[:-1]


def entry_lines(members: Members) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The manifest: what stands before its entries, the entries without commas, what follows."""
    lines = members[MANIFEST].split(b"\n")
    return lines[:4], [line.rstrip(b",") for line in lines[4:-3]], lines[-3:]


def with_entries(members: Members, entries: list[bytes]) -> list[tuple[str, bytes]]:
    top, _, end = entry_lines(members)
    commas = [entry + b"," for entry in entries[:-1]] + entries[-1:]
    return sorted({**members, MANIFEST: b"\n".join([*top, *commas, *end])}.items())


def flips(line: bytes) -> Iterator[bytes]:
    """One flipped byte of every class that the line has, the first and the last of each."""
    for allowed in BYTE_CLASSES.values():
        places = [index for index, byte in enumerate(line) if byte in allowed]
        for index in {*places[:1], *places[-1:]}:
            yield line[:index] + bytes([line[index] ^ 1]) + line[index + 1 :]


def field_changes(line: bytes) -> Iterator[bytes]:
    """Every field of a line with another value."""
    data = json.loads(line)
    for name, value in data.items():
        other = value + 1 if isinstance(value, int) else _other(value)
        yield _dumped({**data, name: other})
        yield _dumped({key: kept for key, kept in data.items() if key != name})


def _other(text: str) -> str:
    return ("0" if text[:1] != "0" else "1") + text[1:]


def _dumped(data: dict[str, object]) -> bytes:
    """As the pack writes it: sorted, `chain` last."""
    chain = data.pop("chain", None)
    body = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    tail = f',"chain":"{chain}"}}' if chain is not None else "}"
    return (body[:-1] + tail).encode()


def rechained(before: bytes | None, line: bytes) -> bytes:
    """The line as a forger would write it to follow `before`."""
    stem = line[: -len(b',"chain":""}') - 64]
    chain = json.loads(before)["chain"] if before else verifier.GENESIS
    return stem + f',"chain":"{link(chain, stem)}"}}'.encode()


def test_the_pack_itself_holds(members: Members, tmp_path: Path) -> None:
    result = verify(str(written(tmp_path, sorted(members.items()))))
    lines = log_lines(members)
    assert result.entries == len(lines) > 10
    told = [json.loads(line) for line in lines if "payload" in json.loads(line)]
    assert result.own_entries == len(told)
    assert 0 < result.own_entries < result.entries
    assert b"secret" not in members[LOG]
    assert "冒烟".encode() in members[LOG]


def test_every_flipped_byte_class_of_every_entry_is_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    tried = 0
    for index, line in enumerate(lines):
        for flipped in {*flips(line), *field_changes(line)}:
            changed = [*lines[:index], flipped, *lines[index + 1 :]]
            fault = broken(with_log(members, changed))
            assert (fault.file, fault.what, fault.line) == (LOG, "changed", index + 1), flipped
            assert fault.number == json.loads(line)["seq"]
            tried += 1
    assert tried > 10 * len(lines)


def test_every_line_end_is_guarded(members, broken) -> None:  # type: ignore[no-untyped-def]
    content = members[LOG]
    for index, byte in enumerate(content):
        if byte == ord("\n"):
            flipped = content[:index] + b"\x0b" + content[index + 1 :]
            fault = broken(sorted({**members, LOG: flipped}.items()))
            assert fault.file == LOG
            assert fault.line == content[:index].count(b"\n") + 1


def test_every_dropped_entry_is_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    for index, line in enumerate(lines):
        fault = broken(with_log(members, [*lines[:index], *lines[index + 1 :]]))
        assert (fault.what, fault.line) == ("dropped", index + 1)
        assert fault.number == json.loads(line)["seq"]


def test_several_dropped_entries_are_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    for index in range(len(lines) - 2):
        fault = broken(with_log(members, [*lines[:index], *lines[index + 3 :]]))
        assert (fault.what, fault.line) == ("dropped", index + 1)


def test_every_swapped_pair_is_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    for index in range(len(lines) - 1):
        changed = [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]]
        fault = broken(with_log(members, changed))
        assert (fault.what, fault.line) == ("swapped", index + 1), index


def test_every_inserted_entry_is_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    for index in range(len(lines) + 1):
        before = lines[index - 1] if index else None
        like = before or lines[0]
        number = json.loads(before)["seq"] + 1 if before else json.loads(like)["seq"]
        bare = {name: value for name, value in json.loads(like).items() if name != "chain"}
        forged = _dumped({**bare, "seq": number, "chain": "0" * 64})
        for inserted in (lines[0], lines[-1], like, b"garbage", forged, rechained(before, forged)):
            if inserted == (lines[index] if index < len(lines) else None):
                continue  # a copy of the next line is the next line
            fault = broken(with_log(members, [*lines[:index], inserted, *lines[index:]]))
            assert fault.what == "inserted", (index, inserted, fault)
            assert fault.line == index + 1


def test_every_copied_entry_is_named(members, broken) -> None:  # type: ignore[no-untyped-def]
    lines = log_lines(members)
    for index, line in enumerate(lines):
        fault = broken(with_log(members, [*lines[: index + 1], line, *lines[index + 1 :]]))
        assert (fault.what, fault.line) == ("inserted", index + 2)


def test_every_entry_of_the_manifest_is_guarded(members, broken) -> None:  # type: ignore[no-untyped-def]
    _, entries, _ = entry_lines(members)
    first = 5
    for index, entry in enumerate(entries):
        for flipped in {*flips(entry), *field_changes(entry)}:
            fault = broken(
                with_entries(members, [*entries[:index], flipped, *entries[index + 1 :]])
            )
            assert (fault.file, fault.what, fault.line) == (MANIFEST, "changed", index + first)
        fault = broken(with_entries(members, [*entries[:index], *entries[index + 1 :]]))
        assert (fault.file, fault.what, fault.number) == (MANIFEST, "dropped", index + 1)
        if index:
            swapped = [*entries[: index - 1], entry, entries[index - 1], *entries[index + 1 :]]
            fault = broken(with_entries(members, swapped))
            assert (fault.file, fault.what, fault.line) == (MANIFEST, "swapped", index + first - 1)
        for inserted in (entries[-1] if index == 0 else entries[0], b"{}"):
            fault = broken(with_entries(members, [*entries[:index], inserted, *entries[index:]]))
            assert (fault.file, fault.what, fault.line) == (MANIFEST, "inserted", index + first)


def test_every_byte_of_the_manifests_frame_is_guarded(members, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    top, _, end = entry_lines(members)
    content = members[MANIFEST]
    frame = [
        *range(len(b"\n".join(top))),
        *range(len(content) - len(b"\n".join(end)), len(content)),
    ]
    commas = [i for i, byte in enumerate(content) if content[i : i + 2] == b",\n"]
    for index in [*frame, *commas]:
        flipped = content[:index] + bytes([content[index] ^ 1]) + content[index + 1 :]
        path = written(tmp_path, sorted({**members, MANIFEST: flipped}.items()))
        with pytest.raises(Broken) as caught:
            verify(str(path))
        assert caught.value.fault.file == MANIFEST
        assert caught.value.fault.what == "changed"


def test_every_file_is_guarded(members, broken) -> None:  # type: ignore[no-untyped-def]
    names = sorted(members)
    for index, name in enumerate(names):
        if name in (MANIFEST, LOG):
            continue
        content = members[name]
        for place in {0, len(content) // 2, len(content) - 1}:
            flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            fault = broken(sorted({**members, name: flipped}.items()))
            assert (fault.file, fault.what) == (name, "changed")
        fault = broken(sorted((n, c) for n, c in members.items() if n != name))
        assert (fault.file, fault.what) == (name, "dropped")
        fault = broken(sorted({**members, f"{name}.more": b"x"}.items()))
        assert (fault.file, fault.what) == (f"{name}.more", "inserted")
        if index:
            order = [*names[: index - 1], name, names[index - 1], *names[index + 1 :]]
            fault = broken([(one, members[one]) for one in order])
            assert fault.what == "swapped"
            assert names[index - 1] in (fault.file, fault.text.split()[-1])


def test_the_log_itself_cannot_be_left_out(members, broken) -> None:  # type: ignore[no-untyped-def]
    fault = broken(sorted((n, c) for n, c in members.items() if n != LOG))
    assert (fault.file, fault.what) == (LOG, "dropped")


def test_a_head_published_earlier_shows_a_pack_that_was_rebuilt(members, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(written(tmp_path, sorted(members.items())))
    for line in log_lines(members):
        entry = json.loads(line)
        assert verify(path, f"{entry['seq']}:{entry['hash']}").head_known
        assert verify(path, entry["hash"]).head_known
        with pytest.raises(Broken) as caught:
            verify(path, f"{entry['seq']}:{'0' * 64}")
        assert (caught.value.fault.what, caught.value.fault.number) == ("changed", entry["seq"])
    with pytest.raises(Broken, match="ends before"):
        verify(path, f"9999:{'0' * 64}")
    with pytest.raises(Broken, match="published earlier"):
        verify(path, "0" * 63 + "1")
    with pytest.raises(verifier.NoPack, match="no head"):
        verify(path, "yesterday's")
