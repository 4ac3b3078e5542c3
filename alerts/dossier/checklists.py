"""What a complete pack holds, by kind of dispute or crisis: documents of kind `checklists`. Pure.

An item is satisfied by what is linked, collected, sent or signed, wherever that can be told by
itself; else by evidence that a person adds for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from alerts.library.model import Finding, Kind, Library
from alerts.library.reading import Strict, reader
from alerts.oncall.format import Name, Wait
from alerts.strict_yaml import Place

Proof = Literal[
    "added",
    "rows",
    "rule_version",
    "alert_evidence",
    "statement",
    "approvals",
    "batch",
    "clock",
    "playbook",
    "review",
]
"""What can satisfy an item: see `Source`."""

LINKED = ("incident", "case", "order", "parcel", "return", "lot", "review", "dispute", "mention")


class TwoTongues(Strict):
    """One text in both languages of the screens."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def in_(self, locale: str) -> str:
        """The text for a reader."""
        return self.zh if locale.startswith("zh") else self.en


class Source(Strict):
    """One way in which an item is proved without anybody filing it.

    Attributes:
        proof: `rows`: rows of the fact table `of` were collected; `rule_version` and
            `alert_evidence`: a linked incident has them; `statement`: one was sent (`of`: its
            audience); `approvals`: somebody signed (`of`: statement, compensation_batch or step);
            `batch`: a batch of compensation was approved; `clock`: the term `of` was met;
            `playbook`: one runs or ran; `review`: the review was published.
        of: which one; empty: any.
    """

    proof: Proof
    of: str = ""


def _source(value: object) -> object:
    """`rows orders` as proof and what of."""
    if not isinstance(value, str):
        return value
    proof, _, of = value.partition(" ")
    return {"proof": proof, "of": of.strip()}


OneSource = Annotated[Source, BeforeValidator(_source)]


class Item(Strict):
    """One thing a pack must hold.

    `id` is shared between checklists: a delivery proof is filed once. `role` gets it, `within` that
    time of the crisis (of its start, or of when it was declared).
    """

    id: Name
    title: TwoTongues
    what: TwoTongues
    required: bool = True
    satisfied_by: tuple[OneSource, ...] = ()
    role: Name
    within: Wait = timedelta(hours=24)


class Applies(Strict):
    """To which crises a checklist applies by itself; people may choose further ones.

    `always`: to all; `topics`: by the label `topic`; `playbooks`: once one of them runs; `forums`,
    `reasons`, `fraud`: by the disputes whose rows were collected.
    """

    always: bool = False
    topics: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    forums: tuple[Literal["card", "marketplace", "adr", "court"], ...] = ()
    reasons: tuple[str, ...] = ()
    fraud: bool | None = None


class Checklist(Strict):
    """The items of one kind of dispute or crisis, by id; what an item is stands in `items`."""

    id: Name
    title: TwoTongues
    applies: Applies = Applies()
    items: tuple[Name, ...] = Field(min_length=1)
    optional: tuple[Name, ...] = ()


class Checklists(Strict):
    """A whole document."""

    schema_version: Literal[1] = 1
    id: Name
    title: TwoTongues
    items: tuple[Item, ...] = Field(min_length=1)
    checklists: tuple[Checklist, ...] = Field(min_length=1)

    def item(self, name: str) -> Item | None:
        """One item by its id."""
        return next((item for item in self.items if item.id == name), None)

    def checklist(self, name: str) -> Checklist | None:
        """One checklist by its id."""
        return next((one for one in self.checklists if one.id == name), None)


def _check(document: Checklists) -> Sequence[tuple[Place, str]]:
    return list(_faults(document))


def _faults(document: Checklists) -> Iterator[tuple[Place, str]]:
    known: set[str] = set()
    for index, item in enumerate(document.items):
        if item.id in known:
            yield ("items", index, "id"), f"{item.id} is there twice; keep one of the two"
        known.add(item.id)
    seen: set[str] = set()
    used: set[str] = set()
    for index, one in enumerate(document.checklists):
        if one.id in seen:
            yield ("checklists", index, "id"), f"{one.id} is there twice; rename one of the two"
        seen.add(one.id)
        for number, name in enumerate(one.items):
            used.add(name)
            if name not in known:
                listed = ", ".join(sorted(known))
                place: Place = ("checklists", index, "items", number)
                yield place, f"there is no item {name!r}; known: {listed}"
        for number, name in enumerate(one.optional):
            if name not in one.items:
                place = ("checklists", index, "optional", number)
                yield place, f"{name!r} is not among the items of this checklist"
    for index, item in enumerate(document.items):
        if item.id not in used:
            yield ("items", index), f"no checklist asks for {item.id}; remove it or name it in one"


def _lint(_document: Checklists, _library: Library) -> Sequence[Finding]:
    return ()


KIND = Kind("checklists", reader(Checklists, "checklist", _check), _lint, "dossier/shipped")
