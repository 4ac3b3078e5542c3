"""The sections that a template can ask for, each a module with `Options` and `build`.

class Options(Strict): ...
def build(context: Context, options: Options) -> tuple[Block, ...]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from alerts.library.reading import Strict
    from dashboard.reports.context import Context
    from dashboard.reports.document import Block

SECTIONS: dict[str, str] = {
    name: f"dashboard.reports.sections.{name}"
    for name in (
        "kpis",
        "changes",
        "cost",
        "incidents",
        "alert_quality",
        "causes",
        "parity",
        "sla_map",
        "promises",
        "decisions",
        "not_yet_known",
        "triggers",
        "languages",
    )
}
"""Name to module; read when a section is built."""


class SectionModule(Protocol):
    """What a module of a section exports."""

    Options: type[Strict]

    def build(self, context: Context, options: Any) -> tuple[Block, ...]:
        """The blocks of the section."""
        ...


def module_of(name: str) -> SectionModule:
    """The module of a section."""
    return cast("SectionModule", import_module(SECTIONS[name]))


def options_of(name: str) -> type[Strict]:
    """The options that a section takes."""
    return module_of(name).Options
