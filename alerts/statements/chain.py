"""The three signatures of a text, and what they stand on. Pure.

A translation is signed as the translation of one source text: its seal covers both, so a changed
source voids what was signed although not one letter of the translation changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts import approvals
from alerts.approvals import WORKER, Approval
from alerts.statements.machine import Do, Status
from alerts.statements.templates import Template

AUTHOR, TRANSLATOR, PROOFREADER = "author", "translator", "proofreader"
ALSO_AUTHOR = ("pr", "crisis_lead")
"""Who may answer for the source text beside whoever wrote it."""
EDITORS = (
    "pr",
    "crisis_lead",
    "translator",
    "proofreader",
    "final_reviewer",
    "legal",
    "service_manager",
    "marketplace_desk",
    "privacy_officer",
)
"""Roles that may change a text."""
SENDERS = ("pr", "crisis_lead", "marketplace_desk", "service_manager")
"""Roles that may publish a signed text, or withdraw one."""

_ORDER = (Status.TRANSLATED, Status.PROOFREAD, Status.FINAL)


@dataclass(frozen=True)
class Slot:
    """One signature: the role it is stored under, and roles whose holders may give it too."""

    do: Do
    role: str
    also: tuple[str, ...] = ()


def text_sha256(text: str) -> str:
    """Identity of the text alone, to be checked by anybody who has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal(text: str, source_sha256: str | None) -> str:
    """What is signed: the source text's own hash, or that of a translation with its source's."""
    if source_sha256 is None:
        return text_sha256(text)
    return hashlib.sha256(f"{source_sha256}\n{text}".encode()).hexdigest()


def slots(template: Template, *, is_source: bool) -> tuple[Slot, Slot, Slot]:
    """The signatures of a text, in order."""
    first = (
        Slot(Do.TRANSLATED, AUTHOR, ALSO_AUTHOR)
        if is_source
        else Slot(Do.TRANSLATED, TRANSLATOR, ("pr",))
    )
    final, *also = template.final_by
    return first, Slot(Do.PROOFREAD, PROOFREADER), Slot(Do.FINAL, final, tuple(also))


def roles(chain: Sequence[Slot]) -> tuple[str, ...]:
    """The roles that must have signed."""
    return tuple(slot.role for slot in chain)


def valid(
    signed: Iterable[Approval], chain: Sequence[Slot], sha256: str, author: str
) -> list[Approval]:
    """Signatures that count: on this very text, and but for the first not by its author."""
    first = chain[0].role
    return [
        one
        for one in signed
        if one.subject_sha256 == sha256
        and (one.role == first or one.by != author or author == WORKER)
    ]


def status(signed: Iterable[Approval], chain: Sequence[Slot], sha256: str, author: str) -> Status:
    """How far the signatures on this text go."""
    counted = valid(signed, chain, sha256, author)
    if approvals.rejection(counted, sha256) is not None:
        return Status.DRAFT
    have = {one.role for one in counted if one.decision == "approved"}
    reached = Status.DRAFT
    for slot, then in zip(chain, _ORDER, strict=True):
        if slot.role not in have:
            break
        reached = then
    return reached


def complete(signed: Iterable[Approval], chain: Sequence[Slot], sha256: str, author: str) -> bool:
    """Whether this text may go out."""
    counted = valid(signed, chain, sha256, author)
    return approvals.complete(counted, roles(chain), sha256)
