"""Where each screen stands: its group in the rail, and the few that the phone's bar shows."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.languages import _
from dashboard.screens import Screen

ON_PHONE = ("/", "/alerts", "/crises", "/cases")
"""Entries of the phone's bottom bar: what one is called for at night. Others: behind "More"."""

_NOW = ("/", "/alerts", "/service", "/reports")
_CRISIS = ("/crises", "/playbooks", "/compensation", "/reviews", "/drills")
_WHY = ("/complaints", "/sla", "/returns", "/cases", "/reconcile")


def groups(screens: Sequence[Screen]) -> list[tuple[str, list[Screen]]]:
    """The rail's entries in groups, each with its heading; screens without an icon are left out.

    A screen that no group names belongs to the warnings' own: rules, quality, messages.
    """
    shown = {screen.PATH: screen for screen in screens if screen.ICON}
    rest = [path for path in shown if path not in {*_NOW, *_CRISIS, *_WHY}]
    parts = [
        (_("What needs me"), [shown[path] for path in _NOW if path in shown]),
        (_("In a crisis"), [shown[path] for path in _CRISIS if path in shown]),
        (_("Why it is so"), [shown[path] for path in _WHY if path in shown]),
        (_("How we are warned"), [shown[path] for path in rest]),
    ]
    return [(name, found) for name, found in parts if found]
