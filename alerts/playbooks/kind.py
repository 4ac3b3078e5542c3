"""Playbooks as documents of the library."""

from __future__ import annotations

from alerts.library.model import Kind
from alerts.library.reading import reader
from alerts.playbooks.format import Playbook
from alerts.playbooks.lint import lint

KIND = Kind("playbook", reader(Playbook, "playbook"), lint, "playbooks/shipped")
