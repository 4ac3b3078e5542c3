"""HTML as text: elements whose words and attributes are escaped. Pure."""

from __future__ import annotations

from html import escape

_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that turn the direction of what follows: in a name they would turn our own words too."""


class Html(str):
    """Markup that is written already; every other text is escaped inside an element."""

    __slots__ = ()


Piece = Html | str | None


def el(tag: str, *inside: Piece, **attributes: str | None) -> Html:
    """An element: `el("p", "1 < 2", class_="note")`. Attributes that are None are left out."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{named}>{join(*inside)}</{tag}>")


def void(tag: str, **attributes: str | None) -> Html:
    """An element without an end, such as `meta`."""
    opened = el(tag, **attributes)
    return Html(opened.removesuffix(f"</{tag}>"))


def join(*inside: Piece) -> Html:
    """Pieces one after the other; None is nothing."""
    return Html("".join(_written(piece) for piece in inside if piece is not None))


def _written(piece: str) -> str:
    return piece if isinstance(piece, Html) else escape(piece.translate(_TURNING), quote=False)
