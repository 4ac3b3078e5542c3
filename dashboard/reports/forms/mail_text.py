"""The plain text of a mail: 72 columns, readable in any program. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.languages import _
from dashboard.reports.charts.text_width import columns
from dashboard.reports.forms.brief import Brief, Line, Part, incomplete, left_out, said_of

COLUMNS = 72
"""Width of the plain text; a Chinese sign takes two."""


def plain(told: Brief) -> str:
    """The text part: 72 columns, a blank line between paragraphs."""
    return "\n".join(_plain_lines(told)).rstrip() + "\n"


def _plain_lines(told: Brief) -> Iterator[str]:
    yield from _plain_opening(told)
    if told.exceptions:
        yield from _plain_heading(_("Exceptions"))
        for part in told.exceptions:
            yield from wrap(part.title, "* ")
            for line in part.lines:
                yield from wrap(line, "  ")
    for part in told.decisions:
        yield from _plain_part(part)
    if told.numbers:
        numbers = tuple(_plain_number(line) for line in told.numbers)
        yield from _plain_part(Part(_("The numbers"), numbers, told.more_numbers))
    for part in (told.others, *told.unknown):
        yield from _plain_part(part)
    yield ""
    yield "-- "
    for name, value in told.colophon:
        yield said_of(name, value)


def _plain_opening(told: Brief) -> Iterator[str]:
    yield from wrap(told.over)
    yield ""
    yield from wrap(said_of(told.tone, told.headline) if told.tone else told.headline)
    yield ""
    for line in told.summary:
        yield from wrap(line, "- ")
    if not told.is_complete:
        yield ""
        for line in (incomplete(), *told.late):
            yield from wrap(line, "! ")


def _plain_heading(title: str) -> tuple[str, ...]:
    return ("", title, "-" * min(COLUMNS, columns(title)), "")


def _plain_part(part: Part) -> Iterator[str]:
    if not part.lines and not part.more:
        return
    yield from _plain_heading(part.title)
    for line in part.lines:
        yield from wrap(line, "- ")
    if part.more:
        yield from wrap(left_out(part.more), "- ")


def _plain_number(line: Line) -> str:
    parts = [said_of(line.name, line.figure)]
    if line.change:
        parts.append(_("{change} on the period before", change=line.change))
    if line.target:
        parts.append(_("target {value}", value=line.target))
    if line.standing:
        parts.append(line.standing)
    return " · ".join(parts)


def wrap(text: str, mark: str = "") -> list[str]:
    """Lines of at most 72 columns; the first begins with `mark`, the others below its text."""
    indent = " " * len(mark)
    lines: list[str] = []
    held = mark
    for piece in _pieces(text):
        is_begun = bool(held.strip()) and held != mark
        if is_begun and columns(f"{held}{piece}".rstrip()) > COLUMNS:
            lines.append(held.rstrip())
            held = f"{indent}{piece.lstrip()}"
        else:
            held += piece
    lines.append(held.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Where a line may be broken: before a word, around a Chinese sign (not before its stops)."""
    pieces: list[str] = []
    for char in text:
        is_wide = columns(char) > 1
        is_stop = char in "，。；：、！？）》」』”’%"
        before = pieces[-1][-1] if pieces else ""
        is_break = not pieces or before == " " or (is_wide and not is_stop)
        if not is_break and before and columns(before) > 1 and not is_stop and char != " ":
            is_break = before not in "（《「『“‘"
        if is_break:
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces
