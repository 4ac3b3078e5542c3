"""A number and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; an end that the data do not reach is None: open."""

    value: float | None
    low: float | None
    high: float | None
