"""The targets in force: those of the settings, else those of the catalogue.

Read inside layouts and callbacks, like the language: an application keeps its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import flask

from data_access.metrics import CATALOGUE, Kpi

_KEY = "AFTERWATCH_TARGETS"


def keep(server: flask.Flask, targets: Mapping[str, float]) -> None:
    """Let an application judge by these targets."""
    server.config[_KEY] = dict(targets)


def judged(name: str) -> Kpi:
    """A KPI of the catalogue with the target that this application judges it by."""
    declared = CATALOGUE[name]
    chosen = flask.current_app.config.get(_KEY, {}) if flask.has_app_context() else {}
    return replace(declared, target=chosen[name]) if name in chosen else declared


def target_of(name: str) -> float | None:
    """The target of a KPI in the unit of its value; None: it has none."""
    return judged(name).target
