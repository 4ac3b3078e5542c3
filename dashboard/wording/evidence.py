"""What the Evidence screen says: what could be proved today, what is missing and who gets it."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

from alerts import evidence_files
from alerts.dossier import ItemState, Pack, Proof
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.evidence import CHECK, Dossier, file_link, pack_link
from dashboard.ids import Evidence
from dashboard.languages import _, ngettext
from dashboard.rows import Cell, Column, Row
from dashboard.wording.crisis_names import role_title, told

SHOWN_HASH = 12
_STATUS = {"there": "ok", "claimed": "watch", "missing": "watch"}


def answer(found: Dossier) -> str:
    """Whether it could be proved today."""
    complete = found.complete
    if not complete.items:
        return _("No checklist applies to this crisis yet.")
    if complete.complete:
        return _("Yes: all {count} required items are there.", count=complete.required)
    return _(
        "Not yet: {there} of {required} required items are there.",
        there=complete.there,
        required=complete.required,
    )


def summary(found: Dossier) -> str:
    """What is late, and what this is about."""
    late = [one for one in found.complete.missing if one.overdue]
    if not late:
        return found.title
    names = _("; ").join(f"{told(one.title)} ({_who(found, one)})" for one in late[:3])
    more = len(late) - 3
    if more > 0:
        names = _("{names} and {count} more", names=names, count=more)
    return _("{title}. Late: {names}", title=found.title, names=names)


def checklist_title(found: Dossier) -> str:
    """The finding of the checklist."""
    missing = len(found.complete.missing)
    if not found.complete.items:
        return _("Could we prove it today?")
    if not missing:
        return _("Nothing required is missing")
    return ngettext(
        "{count} required item is missing", "{count} required items are missing", missing
    )


def checklist_note(found: Dossier) -> str:
    """Which checklists apply."""
    names = _(", ").join(told(title) for _name, title in found.complete.lists)
    return _("By: {names}", names=names) if names else ""


def checklist(found: Dossier, zone: str) -> str:
    """Every item: the missing ones first, those that are due first at the top."""
    order = {"missing": 0, "claimed": 1, "there": 2}
    items = sorted(
        found.complete.items, key=lambda one: (order[one.state], not one.required, one.due_at)
    )
    columns = (
        Column(_("What")),
        Column(_("State")),
        Column(_("Where it is, or who gets it")),
        Column(_("By when")),
    )
    return rows.table(columns, [_item(found, one, zone) for one in items])


def _item(found: Dossier, one: ItemState, zone: str) -> Row:
    state = {"there": _("there"), "claimed": _("done, but not filed"), "missing": _("missing")}
    status = "breach" if one.overdue and one.required else _STATUS[one.state]
    if one.state == "missing" and not one.required:
        status = "none"
    needed = "" if one.required else _("optional")
    where = _proofs(found, one) if one.proofs else Cell(_who(found, one))
    due = Cell() if one.state == "there" else Cell(formats.moment(one.due_at, zone))
    return Row(
        (
            Cell(told(one.title), sub=told(one.what)),
            Cell(state[one.state], sub=needed, status=status),
            where,
            due,
        )
    )


def _proofs(found: Dossier, one: ItemState) -> Cell:
    first = one.proofs[0]
    more = len(one.proofs) - 1
    sub = _("and {count} more", count=more) if more else ""
    return Cell(_proof(first), sub=sub, href=_href(found, first))


def _proof(proof: Proof) -> str:
    name = {
        "evidence": _("filed: {name}", name=proof.name),
        "rule_version": _("rule {name}", name=proof.name),
        "alert_evidence": _("warning of {name}", name=proof.name),
        "statement": _("statement {number} ({name})", number=proof.ref, name=proof.name),
        "approvals": _("signed by {name}", name=proof.by),
        "batch": _("batch {number}", number=proof.ref),
        "clock": _("legal term {name}", name=proof.ref),
        "playbook": _("playbook {name}", name=proof.name),
        "review": _("published review"),
    }
    return name.get(proof.kind, proof.name)


def _href(found: Dossier, proof: Proof) -> str:
    number = found.crisis_id
    return {
        "evidence": file_link(number, int(proof.ref)) if proof.kind == "evidence" else "",
        "rule_version": f"/rules/{proof.ref}",
        "statement": f"/statements/{proof.ref}",
        "batch": f"/compensation/{proof.ref}",
        "playbook": f"/crises/{number}",
        "review": f"/reviews/{number}",
    }.get(proof.kind, "")


def _who(found: Dossier, one: ItemState) -> str:
    """The person who gets it: by name in this crisis, else whoever holds the role."""
    role = role_title(found.levels, one.role)
    if one.person:
        return _("{person}, {role}", person=one.person, role=role)
    people = found.people.get(one.role, ())
    if people:
        return _("{person}, {role}", person=_(" or ").join(people[:2]), role=role)
    return _("{role}: nobody has it", role=role)


def filed_title(found: Dossier) -> str:
    """How much is filed."""
    count = found.filed.filter(pl.col("withdrawn_at").is_null()).height
    if not count:
        return _("Nothing is filed yet")
    return ngettext("{count} piece is filed", "{count} pieces are filed", count)


def filed(found: Dossier, zone: str) -> str:
    """Every piece with its hash, source and time."""
    columns = (
        Column(_("Name")),
        Column(_("Proves")),
        Column("SHA-256", title=_("The beginning; the whole hash stands in the pack")),
        Column(_("Source")),
        Column(_("Captured")),
        Column(_("Filed by")),
        Column(_("Size"), num=True),
    )
    titles = {one.item: told(one.title) for one in found.complete.items}
    return rows.table(
        columns, [_filed(found, row, titles, zone) for row in found.filed.iter_rows(named=True)]
    )


def _filed(found: Dossier, row: dict[str, Any], titles: dict[str, str], zone: str) -> Row:
    kinds = {
        "file": _("file"),
        "note": _("note"),
        "link": _("link"),
        "rows": _("rows of the records"),
        "checklist": _("checklist chosen"),
    }
    item = row["item"]
    state = Cell(titles.get(item, item) if item else formats.NONE)
    if row["withdrawn_at"] is not None:
        state = Cell(_("withdrawn"), sub=row["withdrawn_because"] or "", status="none")
    return Row(
        (
            Cell(
                row["name"],
                sub=kinds.get(row["kind"], row["kind"]),
                href=file_link(found.crisis_id, row["id"]),
            ),
            state,
            Cell(row["sha256"][:SHOWN_HASH]),
            Cell(_cut(row["source"])),
            Cell(formats.moment(row["captured_at"], zone)),
            Cell(
                _("the worker") if row["added_by"] == "worker" else row["added_by"],
                sub=formats.moment(row["added_at"], zone),
            ),
            Cell(_size(row["size"])),
        ),
        small=False,
    )


def actions_of(found: Dossier, zone: str, done: str) -> str:
    """Write a note, add a link, withdraw, choose a further checklist."""
    item = Field("item", _("It proves"), "choice", _items(found))
    zoned = _("Time in {zone}; empty: now", zone=zone)
    acts = [
        Act(
            "note",
            _("Write a note"),
            (
                Field("title", _("Title"), "line", required=True),
                item,
                Field("text", _("What you know, and from whom"), "text", required=True),
            ),
            submit=_("Keep the note"),
        ),
        Act(
            "link",
            _("Add a link"),
            (
                Field("address", _("Address"), "line", required=True),
                Field("title", _("Title"), "line"),
                item,
                Field("captured", _("When you saw it there"), "datetime-local", note=zoned),
            ),
            submit=_("Keep the link"),
        ),
    ]
    if found.complete.others:
        options = tuple((name, told(title)) for name, title in found.complete.others)
        choice = Field("checklist", _("Checklist"), "choice", options)
        acts.append(Act("checklist", _("Add a checklist"), (choice,), submit=_("Apply it")))
    standing = found.filed.filter(pl.col("withdrawn_at").is_null())
    if standing.height:
        acts.append(_withdraw(standing))
    return actions(
        acts,
        id="evidence-act",
        store=Evidence.PRESSED,
        subject=found.crisis_id,
        version=found.version,
        done=done,
    )


def _withdraw(standing: pl.DataFrame) -> Act:
    options = tuple(
        (str(row["id"]), f"{row['id']} · {_cut(row['name'])}")
        for row in standing.iter_rows(named=True)
    )
    return Act(
        "withdraw",
        _("Withdraw"),
        (
            Field("evidence", _("Which"), "choice", options),
            Field("reason", _("Why; it stays in the log"), "line", required=True),
        ),
    )


def upload(found: Dossier) -> str:
    """The field that takes a file, for `assets/js/68-upload.js`."""
    most = evidence_files.MOST_BYTES
    size = formats.number(most // 1024 // 1024)
    return _upload(
        id="evidence-file",
        url=f"/evidence/{found.crisis_id}/files",
        store=Evidence.SENT,
        outcome=Evidence.OUTCOME,
        most=most,
        label=_("Drop a file here, or choose one"),
        note=_("Up to {size} MB; it is kept as it is", size=size),
        busy=_("Sending {name} …"),
        large=_(
            "{name} is larger than {size} MB; add a link to it instead.", name="{name}", size=size
        ),
        fields=[
            {"name": "item", "label": _("It proves"), "options": _items(found)},
            {"name": "source", "label": _("Where it comes from")},
        ],
    )


def check(_found: Dossier) -> str:
    """The field that checks a pack."""
    return _upload(
        id="evidence-check",
        url=CHECK,
        store="",
        outcome="",
        most=0,
        label=_("Drop a pack here, or choose one"),
        note=_("It is checked on this machine and not kept"),
        busy=_("Checking {name} …"),
        large="",
        fields=[
            {"name": "head", "label": _("Head published earlier, such as in a daily digest")},
        ],
    )


def _upload(**data: Any) -> str:
    failed = _("It could not be sent. Is the server still there? Try again.")
    return orjson.dumps({"kind": "upload", "failed": failed, **data}).decode()


def build(found: Dossier) -> str:
    """The button that builds a pack."""
    return actions(
        [Act("build", _("Build a pack of now"), primary=True)],
        id="evidence-build",
        store=Evidence.BUILDING,
        subject=found.crisis_id,
        # Every pack that is there makes the next press another one, with another token.
        version=len(found.packs),
    )


def packs(found: Dossier, zone: str) -> str:
    """Packs with their hash and the head of the log in them."""
    columns = (
        Column(_("Built")),
        Column(_("By")),
        Column(_("Complete")),
        Column("SHA-256"),
        Column(_("Head of the log")),
        Column(_("Size"), num=True),
    )
    return rows.table(columns, [_pack(found, one, zone) for one in found.packs])


def _pack(found: Dossier, pack: Pack, zone: str) -> Row:
    missing = len(pack.missing)
    state = Cell(_("yes"), status="ok")
    if missing:
        state = Cell(_("{count} missing", count=formats.number(missing)), status="watch")
    return Row(
        (
            Cell(formats.moment(pack.created_at, zone), href=pack_link(found.crisis_id, pack.id)),
            Cell(_("the worker") if pack.created_by == "worker" else pack.created_by),
            state,
            Cell(pack.sha256[:SHOWN_HASH]),
            Cell(f"{pack.head_seq}:{pack.head_hash[:SHOWN_HASH]}…"),
            Cell(_size(pack.size)),
        )
    )


def _items(found: Dossier) -> tuple[tuple[str, str], ...]:
    missing = sorted(found.complete.items, key=lambda one: one.state == "there")
    return (("", _("nothing by name")), *((one.item, told(one.title)) for one in missing))


def _size(size: int) -> str:
    for unit, of, digits in (("B", 1, 0), ("KB", 1024, 0), ("MB", 1024**2, 1)):
        if size < 1024 * of or unit == "MB":
            return f"{formats.number(size / of, digits)} {unit}"
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79].rstrip()}…"
