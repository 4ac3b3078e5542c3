"""Every effect that playbooks can name, of all packages that have some."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from alerts.runs.effects import Effect

PACKAGES = (
    "alerts.runs.webhook",
    "alerts.dossier.effects",
    "alerts.compensation.effects",
    "alerts.statements.effects",
    "alerts.crisis.effects",
    "alerts.reviews.effects",
)
"""Modules that hold `EFFECTS`."""


def collected(modules: tuple[str, ...] = PACKAGES) -> Mapping[str, Effect]:
    """The effects of some modules by name.

    Raises:
        ValueError: two of them have the same name.
    """
    found: dict[str, Effect] = {}
    for module in modules:
        try:
            effects = import_module(module).EFFECTS
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name):
                raise
            continue
        for effect in effects.values() if isinstance(effects, Mapping) else effects:
            if effect.name in found:
                raise ValueError(f"Two effects have the name {effect.name}.")
            found[effect.name] = effect
    return MappingProxyType(found)


EFFECTS: Mapping[str, Effect] = collected()
"""What the worker can do, by the name that playbooks use in `do`."""
