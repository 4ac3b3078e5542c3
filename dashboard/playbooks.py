"""The Playbooks screens' addresses: `/playbooks/<kind>.<name>`."""

from __future__ import annotations

from urllib.parse import quote

PATH = "/playbooks"
PHASES = ("contain", "compensate", "apologise", "remedy", "prove", "review")
"""Phases of a playbook, in the order in which they are shown."""
KINDS = ("levels", "statutory", "compensation", "checklists", "terms", "statement")
"""The other kinds of documents, in the order in which they are listed."""


def document_path(
    kind: str, name: str, version: int | None = None, against: int | None = None
) -> str:
    """Address of a document, of one of its versions, compared with another one."""
    path = f"{PATH}/{quote(f'{kind}.{name}', safe='.')}"
    if version is None:
        return path
    return f"{path}?version={version}" + (f"&against={against}" if against else "")


def parted(document: str) -> tuple[str, str]:
    """Kind and name of a document as the address has it."""
    kind, _dot, name = document.partition(".")
    return kind, name


def steps_id(phase: str) -> str:
    """Id of the box with the steps of a phase."""
    return f"playbook-steps-{phase}"


def phase_id(phase: str) -> str:
    """Id of a phase's part of the step chart; hidden when it has no steps."""
    return f"playbook-phase-{phase}"
