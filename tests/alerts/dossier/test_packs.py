"""Packs: the same bytes from the same records, complete, foreign entries as links, whole or not."""

from __future__ import annotations

import ast
import errno
import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerts import dossier, event_log, evidence_files
from alerts.dossier import contents
from alerts.dossier import pack as packs
from alerts.dossier.verifier import LOG, MANIFEST, verify
from data_access.state import schema
from tests.alerts.dossier.dossier_world import NOW, STATEMENT, crisis, whole


def build(engine: Engine, number: int, home: Path, token: str | None = None) -> Path:
    outcome = dossier.build(engine, number, home=home, actor="Ana", token=token, wall=NOW)
    assert outcome.data is not None, outcome
    return packs.path_of(home, outcome.data["sha256"])


def test_the_same_records_give_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    first = packs.prepare(engine, number, home=tmp_path, wall=NOW)
    path = packs.path_of(tmp_path, first.sha256 if first else "")
    content = path.read_bytes()
    path.unlink()
    assert packs.prepare(engine, number, home=tmp_path, wall=NOW) == first
    assert path.read_bytes() == content


def test_it_holds_everything_word_for_word(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    with zipfile.ZipFile(build(engine, number, tmp_path)) as pack:
        names = pack.namelist()
        assert names == sorted(names)
        assert pack.read("statements/statement-1-en.txt").decode() == STATEMENT
        assert pack.read("documents/playbook-faulty-lot-v1.yaml").decode().endswith("as it was\n")
        (approval,) = json.loads(pack.read("approvals/approvals.json"))
        assert (approval["role"], approval["by"]) == ("final_reviewer", "Lea")
        (rule,) = json.loads(pack.read("rules/index.json"))
        import hashlib

        body = pack.read(f"rules/{rule['rule_id']}-v{rule['n']}.json")
        assert hashlib.sha256(body).hexdigest() == rule["sha256"]
        alert = json.loads(pack.read("warnings/alert-1.json"))
        assert alert["evidence_json"]["samples"] == ["case-1"]
        batch = json.loads(pack.read("compensation/batch-1.json"))
        assert [item["order_id"] for item in batch["items"]] == ["O-1"]
        assert batch["snapshots_json"] == {"orders": 1}
        index = json.loads(pack.read("evidence/index.json"))
        assert [row["kind"] for row in index] == ["note", "link", "file"]
        assert pack.read(index[2]["path"]) == b"\xff\xd8jpeg"
        assert index[2]["path"] == "evidence/00003-a-photo.jpg"
        levels = json.loads(pack.read("crisis/level-history.json"))
        assert [one["level"] for one in levels] == [2, 3]
        checklist = json.loads(pack.read("crisis/checklist.json"))
        assert not checklist["complete"]
        assert pack.read("verify.py") == Path("alerts/dossier/verifier.py").read_bytes()
        for name in ("README.md", "README.zh.md"):
            assert "verify.py" in pack.read(name).decode()
        whole_text = b"".join(pack.read(name) for name in names)
        assert b"somebody else's" not in whole_text
        assert b"another crisis" not in whole_text


def test_foreign_entries_are_links_and_the_chain_is_that_of_the_log(
    engine: Engine, tmp_path: Path
) -> None:
    number = whole(engine, tmp_path)
    path = build(engine, number, tmp_path)
    log = schema.event_log
    with engine.connect() as connection:
        rows = {row.seq: row for row in connection.execute(select(log))}
    with zipfile.ZipFile(path) as pack:
        lines = [json.loads(line) for line in pack.read(LOG).splitlines()]
    assert [line["seq"] for line in lines] == list(range(2, 2 + len(lines)))
    for line in lines:
        row = rows[line["seq"]]
        assert (line["hash"], line["prev_hash"]) == (row.hash, row.prev_hash)
        mine = (row.subject_kind, row.subject_id) in {("crisis", str(number)), ("incident", "1")}
        assert ("payload" in line) is mine
        assert mine or set(line) == {"seq", "hash", "prev_hash", "chain"}


def test_its_row_and_entry_name_hash_and_head(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    with engine.connect() as connection:
        head = event_log.head(connection)
    path = build(engine, number, tmp_path)
    (row,) = dossier.packs_of(engine, number)
    assert (row.head_seq, row.head_hash, row.size) == (head.seq, head.hash, path.stat().st_size)
    assert row.sha256 == path.stem
    assert not row.complete
    assert "lot-record" in row.missing
    log = schema.event_log
    with engine.connect() as connection:
        last = connection.execute(select(log).order_by(log.c.seq.desc()).limit(1)).one()
    payload = json.loads(last.payload_json)
    assert (last.kind, payload["sha256"], payload["head"]) == ("pack_built", row.sha256, str(head))
    assert verify(str(path), str(head)).head_known
    # A later pack goes on from there, and the older head still fits it.
    assert verify(str(build(engine, number, tmp_path)), str(head)).head_known


def test_a_double_click_records_one_pack(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    build(engine, number, tmp_path, token="t")
    again = dossier.build(engine, number, home=tmp_path, actor="Ana", token="t", wall=NOW)
    assert again.result == "repeated"
    assert len(dossier.packs_of(engine, number)) == 1


def test_a_crisis_without_any_entry_can_be_packed(engine: Engine, tmp_path: Path) -> None:
    assert verify(str(build(engine, crisis(engine), tmp_path))).entries == 0


def test_evidence_that_was_changed_on_the_disk_stops_the_build(
    engine: Engine, tmp_path: Path
) -> None:
    number = whole(engine, tmp_path)
    sha256 = dossier.rows_of(engine, number)["sha256"][0]
    evidence_files.path_of(tmp_path, sha256).write_bytes(b"something else")
    with pytest.raises(dossier.PackError, match="was changed after it was kept"):
        build(engine, number, tmp_path)
    assert dossier.packs_of(engine, number) == []
    assert [path for path in (tmp_path / "evidence" / "packs").rglob("*") if path.is_file()] == []


def test_a_full_folder_for_temporary_files_is_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _content: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    number = whole(engine, tmp_path)
    monkeypatch.setattr(packs, "TemporaryFile", Full)
    with pytest.raises(dossier.PackError, match=r"temporary files.*No space left.*try again"):
        build(engine, number, tmp_path)
    assert dossier.packs_of(engine, number) == []


def test_withdrawn_evidence_is_named_but_left_out(engine: Engine, tmp_path: Path) -> None:
    from alerts.notify.config import load

    number = whole(engine, tmp_path)
    dossier.withdraw(
        engine,
        number,
        3,
        "not ours",
        config=load("schema_version: 1"),
        actor="Ana",
        token=None,
        wall=NOW,
    )
    with zipfile.ZipFile(build(engine, number, tmp_path)) as pack:
        index = json.loads(pack.read("evidence/index.json"))
        assert (index[2]["path"], index[2]["withdrawn_because"]) == (None, "not ours")
        assert not [name for name in pack.namelist() if "photo" in name]


def test_there_is_no_pack_of_no_crisis(engine: Engine, tmp_path: Path) -> None:
    outcome = dossier.build(engine, 99, home=tmp_path, actor="Ana", token=None, wall=NOW)
    assert outcome.why == dossier.Why.NOT_FOUND


def test_the_verifier_is_one_file_of_the_standard_library_for_python_3_9() -> None:
    import sys

    source = contents.verifier_source().decode()
    tree = ast.parse(source, feature_version=(3, 9))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).split(".")[0])
    assert modules <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    assert "from __future__ import annotations" in source  # `X | None` would need 3.10 at run time


def test_the_manifest_is_json_for_everybody(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    with zipfile.ZipFile(build(engine, number, tmp_path)) as pack:
        manifest = json.loads(pack.read(MANIFEST))
        listed = {entry["path"]: entry for entry in manifest["files"]}
        assert set(listed) | {MANIFEST} == set(pack.namelist())
        for path, entry in listed.items():
            assert entry["size"] == len(pack.read(path))
    assert manifest["header"]["crisis"]["title"] == "Kettles that smoke"
