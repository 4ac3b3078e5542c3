"""Reads a condition to a tree, by recursive descent; every part comes with its type. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from alerts.expressions.tree import (
    COMPARE,
    KINDS,
    AllOf,
    Among,
    AnyOf,
    Compare,
    Expression,
    Literal,
    Name,
    Node,
    Not,
)

LONGEST = 2_000
"""Characters of a condition."""
DEEPEST = 30
"""Brackets and `not`, one inside the other."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<name>[A-Za-z_]\w*(?:[.-]\w+)*)
    | (?P<text>"[^"\n]*"|'[^'\n]*')
    | (?P<sign><=|>=|==|!=|<|>|\(|\)|\[|\]|,|-)
    )""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "in", "true", "false"})


class ExpressionError(Exception):
    """A condition that cannot be read: where (`column`, from 1), and what to write instead."""

    def __init__(self, text: str, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.text = text
        self.column = column
        self.message = message


def parse(text: str, names: Mapping[str, type]) -> Expression:
    """Read a condition.

    Args:
        text: such as `surge_markets >= 2 or (anger_max > 80 and market in ["DE", "FR"])`.
        names: what it may ask for, each with its type: `bool`, `int`, `float`, `str`, or `tuple`
            for a list of texts (to the right of `in`).

    Raises:
        ExpressionError: it cannot be read, asks for an unknown name, or compares what cannot be
            compared; names the column and what to write.
    """
    if len(text) > LONGEST:
        raise ExpressionError(text, LONGEST, f"longer than {LONGEST} characters; split it.")
    parser = _Parser(text, names)
    tree = parser.whole()
    return Expression(
        text, frozenset(parser.used), tree, {name: names[name] for name in parser.used}
    )


@dataclass(frozen=True)
class _Token:
    kind: str
    word: str
    column: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(text, column + 1, _unreadable(text[column:]))
        group = match.lastgroup or ""
        word = match[group]
        kind = "word" if group == "name" and word in _WORDS else group
        found.append(_Token(kind, word, match.start(group) + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _unreadable(rest: str) -> str:
    if rest[0] in "\"'":
        return f"this text has no closing {rest[0]}; write it on the same line."
    if rest.startswith("="):
        return "one = compares nothing; write ==."
    if rest[0].isdigit():
        word = rest.split(maxsplit=1)[0]
        return f"{word!r} is no number; write it like 5 or 2.5, a text in quotes."
    return (
        f"{rest[0]!r} cannot be read; known are names, numbers, texts in quotes, == != < <= > >=, "
        "in [..], and, or, not and brackets."
    )


class _Parser:
    """Recursive descent; every part comes with its type."""

    def __init__(self, text: str, names: Mapping[str, type]) -> None:
        self.text = text
        self.names = names
        self.used: set[str] = set()
        self.tokens: Sequence[_Token] = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def whole(self) -> Node:
        if self.next.kind == "end":
            self.fail(self.next, "there is no condition; write one, such as level >= 3.")
        node = self.condition(self.either)
        if self.next.kind != "end":
            self.fail(self.next, f"{self.next.word!r} does not belong here; join with and, or.")
        return node

    def fail(self, token: _Token, message: str) -> NoReturn:
        raise ExpressionError(self.text, token.column, message)

    def take(self, *words: str) -> _Token | None:
        token = self.next
        if token.kind in ("word", "sign") and token.word in words:
            self.at += 1
            return token
        return None

    def expect(self, word: str, message: str) -> None:
        if self.take(word) is None:
            self.fail(self.next, message)

    def condition(self, part: Callable[[], tuple[Node, type]]) -> Node:
        """A part that must say yes or no."""
        start = self.next
        node, kind = part()
        if kind is not bool:
            self.fail(start, f"this is {KINDS[kind]}, not yes or no; compare it with something.")
        return node

    def either(self) -> tuple[Node, type]:
        return self.joined(self.both, "or", AnyOf)

    def both(self) -> tuple[Node, type]:
        return self.joined(self.negated, "and", AllOf)

    def joined(
        self,
        part: Callable[[], tuple[Node, type]],
        word: str,
        join: Callable[[tuple[Node, ...]], Node],
    ) -> tuple[Node, type]:
        start = self.next
        node, kind = part()
        if self.next.kind != "word" or self.next.word != word:
            return node, kind
        if kind is not bool:
            self.fail(start, f"this is {KINDS[kind]}, not yes or no; compare it with something.")
        parts = [node]
        while self.take(word):
            parts.append(self.condition(part))
        return join(tuple(parts)), bool

    def negated(self) -> tuple[Node, type]:
        token = self.take("not")
        if token is None:
            return self.comparison()
        self.deeper(token)
        node = self.condition(self.negated)
        self.depth -= 1
        return Not(node), bool

    def comparison(self) -> tuple[Node, type]:
        left, kind = self.operand()
        token = self.next
        if self.take("not"):
            self.expect("in", "after a value only `not in` can stand.")
            return self.among(left, kind, token, inverted=True), bool
        if self.take("in"):
            return self.among(left, kind, token, inverted=False), bool
        sign = self.take(*COMPARE)
        if sign is None:
            return left, kind
        right, other = self.operand()
        self.comparable(sign, kind, other)
        if self.next.kind == "sign" and self.next.word in COMPARE:
            self.fail(self.next, "compare two values at a time and join with and.")
        return Compare(sign.word, left, right), bool

    def comparable(self, sign: _Token, left: type, right: type) -> None:
        if tuple in (left, right):
            self.fail(sign, "a list is not compared; ask with in what it contains.")
        if KINDS[left] != KINDS[right]:
            self.fail(sign, f"{KINDS[left]} is not compared with {KINDS[right]}.")
        if left in (str, bool) and sign.word not in ("==", "!="):
            self.fail(sign, f"{KINDS[left]} is compared by == or != only.")

    def among(self, item: Node, kind: type, token: _Token, *, inverted: bool) -> Node:
        if kind is tuple or kind is bool:
            self.fail(token, f"{KINDS[kind]} cannot stand before in; a number or text can.")
        if self.take("["):
            return Among(item, Literal(self.listed(kind)), inverted)
        node, other = self.operand()
        if other is not tuple:
            self.fail(token, 'after in stands a list, such as ["DE", "FR"].')
        if kind is not str:
            self.fail(token, "the list has texts; write a text before in.")
        return Among(item, node, inverted)

    def listed(self, kind: type) -> tuple[Any, ...]:
        values: list[Any] = []
        while True:
            start = self.next
            node, other = self.operand()
            if not isinstance(node, Literal):
                self.fail(start, "a list holds numbers or texts only, no names.")
            elif KINDS[other] != KINDS[kind]:
                self.fail(start, f"{KINDS[other]} among what is compared with {KINDS[kind]}.")
            else:
                values.append(node.value)
            if self.take("]"):
                return tuple(values)
            self.expect(",", "a list is written like [1, 2] and ends with ].")

    def operand(self) -> tuple[Node, type]:
        token = self.next
        if token.kind in ("number", "text", "name"):
            self.at += 1
            return self.name(token) if token.kind == "name" else _literal(token)
        if self.take("true", "false"):
            return Literal(token.word == "true"), bool
        if self.take("-"):
            number, kind = self.number()
            return Literal(-number.value), kind
        if not self.take("("):
            what = repr(token.word) if token.word else "the end"
            self.fail(token, f"a name, number or text is missing before {what}.")
        self.deeper(token)
        inner = self.either()
        self.expect(")", "a bracket ( is not closed; write ).")
        self.depth -= 1
        return inner

    def number(self) -> tuple[Literal, type]:
        token = self.next
        if token.kind != "number":
            self.fail(token, "after a minus stands a number.")
        self.at += 1
        return _literal(token)

    def name(self, token: _Token) -> tuple[Node, type]:
        if token.word not in self.names:
            known = ", ".join(sorted(self.names)) or "none"
            self.fail(token, f"{token.word!r} is not known here; known names: {known}.")
        self.used.add(token.word)
        return Name(token.word), self.names[token.word]

    def deeper(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(token, f"more than {DEEPEST} brackets, one inside the other; split it.")


def _literal(token: _Token) -> tuple[Literal, type]:
    word = token.word
    if token.kind == "text":
        return Literal(word[1:-1]), str
    return (Literal(float(word)), float) if "." in word else (Literal(int(word)), int)
