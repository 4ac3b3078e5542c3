"""How wide the columns of a table on paper are. Pure."""

from __future__ import annotations

PAGE = 112
"""Half ems of the type of seven or eight columns that fit between the margins."""
CARD = 54
"""Half ems that fit into half a page."""


def page(columns: int) -> int:
    """Half ems between the margins: the layout sets more columns in smaller type."""
    return 104 if columns <= 6 else PAGE if columns <= 8 else 125


def widths(lines: list[list[str]], numeric: list[bool], room: int = PAGE) -> list[float]:
    """Shares of the width: what a column would like, but never less than its longest word.

    Args:
        lines: heads first.
        numeric: which columns hold numbers, which are never broken.
        room: half ems between the margins.
    """
    columns = list(zip(*lines, strict=True))
    least = _least(columns, numeric)
    liked = [
        max(low, 2 + min(max(map(_width, cells)), 44))
        for low, cells in zip(least, columns, strict=True)
    ]
    if sum(liked) <= room:
        return [float(one) for one in liked]
    spare = max(room - sum(least), 0)
    wish = max(sum(liked) - sum(least), 1)
    return [
        round(low + spare * (like - low) / wish, 2) for low, like in zip(least, liked, strict=True)
    ]


def fits(lines: list[list[str]], numeric: list[bool], room: int) -> bool:
    """Whether no number runs into the next one, and names are broken where words end."""
    return sum(_least(list(zip(*lines, strict=True)), numeric)) <= room


def below(row: list[str], numeric: list[bool]) -> list[str]:
    """A row with the intervals of its numbers below them instead of beside them."""
    return [
        cell.replace(" (", "\n(") if number else cell
        for cell, number in zip(row, numeric, strict=True)
    ]


def _least(columns: list[tuple[str, ...]], numeric: list[bool]) -> list[int]:
    # What stands left and right of a cell takes about two half ems.
    return [
        2 + max(min(max(map(_longest_word, cells)), 16), _unbroken(cells[1:]) if whole else 0)
        for cells, whole in zip(columns, numeric, strict=True)
    ]


def _unbroken(cells: tuple[str, ...]) -> int:
    return min(max(map(_width, cells), default=1), 24)


def _width(text: str) -> int:
    """In halves of an em: a Chinese character takes two of them."""
    lines = text.split("\n")
    return max(sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in lines)


def _longest_word(text: str) -> int:
    # Chinese breaks anywhere; three characters a line can still be read.
    return max((_width(word) if word.isascii() else 6 for word in text.split()), default=1)
