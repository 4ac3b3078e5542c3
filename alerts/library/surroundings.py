"""What documents may refer to besides each other: effects of the worker, people in roles."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from alerts.crisis.people import holders as holders_of

if TYPE_CHECKING:
    from alerts.notify.config import Config

_REGISTRY = "alerts.runs.registry"


def effects() -> Mapping[str, Mapping[str, str]]:
    """Parameters of every effect, by its name.

    The registry knows the packages whose documents are linted here, so it is looked up by name.
    """
    found = import_module(_REGISTRY).EFFECTS
    return {name: dict(effect.params) for name, effect in found.items()}


def holders(config: Config) -> dict[str, tuple[str, ...]]:
    """People by role, as `alerting.yaml` has them."""
    roles = {role for person in config.body.people.values() for role in person.roles}
    return {role: holders_of(config, role) for role in sorted(roles)}
