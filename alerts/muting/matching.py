r"""Matchers on labels: `market=PL`, `severity!=info`, `carrier=~DHL.*`, `sku!~TEST-\d+`.

A label that is not there counts as empty. Patterns match the whole value. They are held to a part
of regular expressions that cannot take long on any value: no repeated groups, no look-around, no
back references, at most two open repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MOST_CHARACTERS = 200
MOST_REPETITIONS = 2

_LABEL = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
_WRITTEN = re.compile(rf"\s*({_LABEL})\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<atom>\\[dwsDWS]|\\[^\w\s]|\[\^?\]?(?:\\.|[^\]\\])*\]|\.|[^\\()\[\]{}|*+?^$])"
    r"|(?P<repeat>[*+?]|\{\d{1,3}(?:,\d{0,3})?\})"
    r"|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<or>\|)",
    re.DOTALL,
)

Operator = Literal["=", "!=", "=~", "!~"]


class MatcherError(ValueError):
    """A matcher that cannot be used; the message says why and what to write."""


@dataclass(frozen=True)
class Matcher:
    """One condition on one label."""

    label: str
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        if not re.fullmatch(_LABEL, self.label):
            raise MatcherError(f"{self.label!r} is not a label; use letters, digits, _ . and -")
        if self.operator in {"=~", "!~"}:
            _check_pattern(self.value)

    @classmethod
    def parse(cls, text: str) -> Matcher:
        """Read `label=value`; a value may stand in double quotes.

        Raises:
            MatcherError: it is not a matcher.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise MatcherError(
                f"{text!r} is not a matcher; write label=value, label!=value, label=~pattern or "
                "label!~pattern"
            )
        label, operator, value = found.groups()
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1]
        return cls(label, operator, value)  # type: ignore[arg-type]  # the pattern allows only these

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it holds; a label that is not there is empty."""
        value = labels.get(self.label, "")
        match self.operator:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return _compiled(self.value).fullmatch(value) is not None
            case "!~":
                return _compiled(self.value).fullmatch(value) is None

    def __str__(self) -> str:
        plain = self.value == self.value.strip() and not self.value.startswith(('"', "~"))
        return f"{self.label}{self.operator}" + (self.value if plain else f'"{self.value}"')


def matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all of them hold."""
    return all(matcher.matches(labels) for matcher in matchers)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _check_pattern(pattern: str) -> None:
    """Refuse what is no pattern, or could take long."""
    if len(pattern) > MOST_CHARACTERS:
        raise MatcherError(f"the pattern is longer than {MOST_CHARACTERS} characters")
    open_repeats, at, before = 0, 0, "start"
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise MatcherError(
                f"{pattern!r}: {pattern[at]!r} cannot be used there; patterns match the whole "
                "value, and a sign of its own is written with \\ before it"
            )
        kind = token.lastgroup or ""
        if kind == "repeat":
            if before != "atom":
                raise MatcherError(
                    f"{pattern!r}: {token[0]} may follow a single character or a [class] only"
                )
            open_repeats += token[0] != "?"
        before, at = kind, token.end()
    if open_repeats > MOST_REPETITIONS:
        raise MatcherError(
            f"{pattern!r} repeats {open_repeats} times; at most {MOST_REPETITIONS} are allowed"
        )
    try:
        _compiled(pattern)
    except re.error as error:
        raise MatcherError(f"{pattern!r} is not a pattern: {error}") from error
