"""Decisions that the numbers ask for: short rules over what was recorded. Pure.

A proposal is nobody's decision: it stands marked as what it is, until a person raises it.
"""

from __future__ import annotations

from dashboard.reports.context import Context
from dashboard.reports.document import Say


def proposals(context: Context) -> tuple[Say, ...]:  # noqa: ARG001
    """What should be decided, the most urgent first."""
    return ()
