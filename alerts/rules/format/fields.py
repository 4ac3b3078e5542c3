"""The kinds of fields that rule files are made of, and how each says what is wrong with it."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

_DURATION = re.compile(r"(\d{1,4})([dh])")
_UNITS = {"d": "days", "h": "hours"}


class RuleError(Exception):
    """A rule file that cannot be used; the message names file, line, field, value and remedy."""


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration as a whole number and d or h, such as 2d or 12h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def written(value: timedelta) -> str:
    """A duration as rule files have it: `2d`, `36h`."""
    hours = int(value.total_seconds() // 3600)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(written, return_type=str)
]


def _simple_fields(text: str) -> str:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"braces do not match ({error}); write {{{{ for a brace itself") from error
    for _, name, spec, conversion in parts:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"{{{name}}} is not a plain field; write {{name}} and nothing else")
    return text


Template = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_simple_fields)]


def named(text: str) -> set[str]:
    """The fields a template names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


class Strict(BaseModel):
    """A mapping of fields; one that is not declared is refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class Texts(Strict):
    """One text in both languages."""

    en: Template
    zh: Template


def distinct(names: tuple[str, ...], field: str) -> None:
    """Refuse a name given twice.

    Raises:
        ValueError: naming it.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{field} names {twice[0]} twice; name each once")
