"""One entry of the event log, as what looks back needs it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Told:
    """One entry; `data` is its payload."""

    at: datetime
    actor: str
    kind: str
    data: Mapping[str, Any]


def until(told: Sequence[Told], moment: datetime) -> list[Told]:
    """What was told by a moment."""
    return [one for one in told if one.at <= moment]


def after(told: Sequence[Told], moment: datetime) -> list[Told]:
    """What was told later."""
    return [one for one in told if one.at > moment]


def undone(later: Sequence[Told], kinds: Collection[str], key: str, now: Any) -> Any:
    """A value before the first change that came later; without any it is as now."""
    return next((one.data.get(key) for one in later if one.kind in kinds), now)
