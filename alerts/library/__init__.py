"""The documents a crisis is led by, kept by version: playbooks, levels, templates, policies.

Strict YAML that ships, that lies in a home's `crisis/<kind>/`, or that was saved on screen. What
declares a kind of document imports `alerts.library.model` and `alerts.library.reading` only.
"""

from alerts.library.kinds import kind_of, kinds
from alerts.library.model import (
    Document,
    DocumentError,
    Fault,
    Finding,
    Kind,
    Library,
    Version,
    Words,
)
from alerts.library.registering import names_in_files, register, shipped, shipped_library
from alerts.library.saving import Checked, Saved, check, save
from alerts.library.store import current, diff, history, in_force, names, snapshot, version

__all__ = [
    "Checked",
    "Document",
    "DocumentError",
    "Fault",
    "Finding",
    "Kind",
    "Library",
    "Saved",
    "Version",
    "Words",
    "check",
    "current",
    "diff",
    "history",
    "in_force",
    "kind_of",
    "kinds",
    "names",
    "names_in_files",
    "register",
    "save",
    "shipped",
    "shipped_library",
    "snapshot",
    "version",
]
