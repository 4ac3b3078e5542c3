"""Which kinds of documents there are, and where each is declared.

The packages that declare them import `alerts.library.model`; so they are looked up by name here,
when they are first needed, and nothing is imported in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from alerts.library.model import Kind

DECLARED_IN: Mapping[str, str] = MappingProxyType(
    {
        "levels": "alerts.crisis.levels",
        "statutory": "alerts.crisis.statutory",
        "terms": "alerts.statements.terms",
        "statement": "alerts.statements.templates",
        "compensation": "alerts.compensation.policy",
        "checklists": "alerts.dossier.checklists",
        "playbook": "alerts.playbooks.kind",
    }
)
"""Module that exports `KIND`, by kind; those that refer to others come last."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by name."""
    return MappingProxyType(
        {name: import_module(module).KIND for name, module in DECLARED_IN.items()}
    )


def kind_of(name: str) -> Kind:
    """One kind.

    Raises:
        KeyError: there is no such kind.
    """
    return kinds()[name]
