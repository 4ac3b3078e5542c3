"""The kinds of fields that playbooks are made of, and how each says what is wrong with it. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from alerts.library.reading import Strict

_ISO = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?")

Level = Literal[1, 2, 3, 4]
LEVELS: tuple[Level, ...] = (1, 2, 3, 4)

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
"""Of a step, a playbook, a template: lower-case words with hyphens."""
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
"""As in `people.NAME.roles` of `alerting.yaml`."""
VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Market = Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]
"""A country by ISO 3166, or `*` for every other one."""


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    parts = [int(part or 0) for part in match.groups()] if match else []
    if not any(parts):
        raise ValueError("write a duration by ISO 8601, such as PT30M, PT4H or P3D")
    weeks, days, hours, minutes = parts
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def written(value: timedelta) -> str:
    """A duration as playbooks have it: `P3D`, `PT1H30M`."""
    minutes = int(value.total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    date = f"{days}D" if days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return f"P{date}{'T' + time if time else ''}" if date or time else "PT0M"


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(written, return_type=str)
]


def _same_for_all(value: object) -> object:
    """`PT4H` is `{1: PT4H}`: what a level does not say it takes from the one below.

    JSON has texts as keys.
    """
    if not isinstance(value, dict):
        return {1: value}
    return {int(key) if key in ("1", "2", "3", "4") else key: each for key, each in value.items()}


def _not_empty(value: dict[Any, Any]) -> dict[Any, Any]:
    if not value:
        raise ValueError("names no level; write one duration, or one for each level")
    return dict(sorted(value.items()))


PerLevel = Annotated[
    dict[Level, Duration], BeforeValidator(_same_for_all), AfterValidator(_not_empty)
]
"""One duration for all levels, or `{2: PT2H, 3: PT30M}`."""


def at_level(values: dict[Level, timedelta], level: int) -> timedelta:
    """What holds at a level: its own, else that of the next lower one, else of the lowest."""
    below = [one for one in values if one <= level]
    return values[max(below)] if below else values[min(values)]


def _as_text(value: object) -> object:
    """YAML reads `2026-11-20` as a day by itself; variables hold it as text."""
    return value.isoformat() if isinstance(value, date) else value


Value = Annotated[str | int | float | bool, BeforeValidator(_as_text)]
"""Of a variable: days and moments by ISO 8601."""


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank; write the text")
    return text.strip()


Sentence = Annotated[str, Field(max_length=4000), AfterValidator(_said)]


class Texts(Strict):
    """One text in both languages of the screens. May name variables in braces: `{product}`."""

    en: Sentence
    zh: Sentence

    def in_(self, locale: str) -> str:
        """The text for a reader."""
        return self.zh if locale.startswith("zh") else self.en
