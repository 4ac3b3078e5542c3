"""Causes by code, as `cause_codes.yaml` has them; a home may have its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from alerts import strict_yaml
from alerts.library.reading import Strict

SHIPPED = Path(__file__).with_name("cause_codes.yaml")
OWN = Path("crisis") / "cause_codes.yaml"
"""Where a home keeps its own list, which then stands alone."""


class CodesError(Exception):
    """A list of causes cannot be used; one line per fault."""


class Names(Strict):
    """In both languages."""

    en: str = Field(min_length=1, max_length=200)
    zh: str = Field(min_length=1, max_length=200)


class _File(Strict):
    schema_version: Literal[1]
    groups: dict[str, Names]
    codes: dict[str, Names] = Field(min_length=1)

    @model_validator(mode="after")
    def _grouped(self) -> _File:
        for code in self.codes:
            group = code.partition(".")[0]
            if group not in self.groups:
                raise ValueError(
                    f"code {code} begins with {group}, which is no group; write GROUP.NAME"
                )
        return self


@dataclass(frozen=True)
class Codes:
    """Names of groups and codes, in the order of the file."""

    groups: Mapping[str, Names]
    codes: Mapping[str, Names]

    def name(self, code: str, language: str) -> str:
        """A code in words; one that is not known any more as it is."""
        found = self.codes.get(code)
        if found is None:
            return code
        return found.zh if language.startswith("zh") else found.en


def parse(text: str, where: str) -> Codes:
    """A list from YAML.

    Raises:
        CodesError: file, line, field, and what to do.
    """
    given, lines = strict_yaml.parse(text, where, CodesError)
    try:
        read = _File.model_validate(given)
    except ValidationError as error:
        raise CodesError("\n".join(strict_yaml.explain(error, lines, where))) from error
    return Codes(read.groups, read.codes)


@cache
def shipped() -> Codes:
    """The list that ships."""
    return parse(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def of_home(home: Path) -> Codes:
    """The list of a home, else the one that ships.

    Raises:
        CodesError: the home's own cannot be used.
    """
    own = home / OWN
    if not own.exists():
        return shipped()
    return parse(strict_yaml.read_text(own, CodesError), str(OWN))
