"""What parsing cannot tell of a playbook: whether people can be led by it. Pure."""

from __future__ import annotations

from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook


def lint(playbook: Playbook, library: Library) -> list[Finding]:
    """Every finding, errors first."""
    return []
