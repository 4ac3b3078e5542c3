"""Marks of a chart: the few shapes that all charts are drawn of, as SVG text. Pure.

Coordinates have one decimal and no exponent, so that the same figures give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.text_width import fit

Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float]

SIZE = 10.0
"""Font size of figures and labels; a chart is drawn 380 wide."""
SMALL = 9.0
WIDTH = 380.0


def num(value: float) -> str:
    """A coordinate: `12.5`, `7`, never `-0` nor an exponent."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def line(one: Place, other: Place, stroke: str, width: float = 1.0, dash: str = "") -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{num(one[0])}" y1="{num(one[1])}" x2="{num(other[0])}" y2="{num(other[1])}" '
        f'stroke="{stroke}" stroke-width="{num(width)}"{dashes}/>'
    )


def polyline(places: Sequence[Place], stroke: str, width: float) -> str:
    """A line through several places; nothing for fewer than two."""
    if len(places) < 2:
        return ""
    through = " ".join(f"{num(x)},{num(y)}" for x, y in places)
    return (
        f'<polyline points="{through}" fill="none" stroke="{stroke}" '
        f'stroke-width="{num(width)}" stroke-linejoin="round" stroke-linecap="round"/>'
    )


def rect(
    place: Place, size: tuple[float, float], fill: str, *, stroke: str = "", rx: float = 0
) -> str:
    """A rectangle by its upper left corner and its size, never below zero."""
    edge = f' stroke="{stroke}" stroke-width="1"' if stroke else ""
    round_ = f' rx="{num(rx)}"' if rx else ""
    return (
        f'<rect x="{num(place[0])}" y="{num(place[1])}" width="{num(max(0.0, size[0]))}" '
        f'height="{num(max(0.0, size[1]))}" fill="{fill}"{edge}{round_}/>'
    )


def circle(place: Place, radius: float, fill: str, stroke: str) -> str:
    """A dot."""
    return (
        f'<circle cx="{num(place[0])}" cy="{num(place[1])}" r="{num(radius)}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.5"/>'
    )


def diamond(place: Place, radius: float, fill: str) -> str:
    """A dot with corners: an exception."""
    x, y = place
    corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    return f'<polygon points="{" ".join(f"{num(a)},{num(b)}" for a, b in corners)}" fill="{fill}"/>'


def text(
    place: Place,
    words: str,
    fill: str,
    *,
    anchor: Anchor = "start",
    size: float = SIZE,
    bold: bool = False,
    room: float | None = None,
) -> str:
    """Words on a base line, shortened to `room`; nothing for no words."""
    shown = fit(words, room, size) if room is not None else words
    if not shown:
        return ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{num(place[0])}" y="{num(place[1])}" fill="{fill}" '
        f'font-size="{num(size)}"{where}{weight}>{escape(shown)}</text>'
    )


def hatch(body_key: str, palette: Palette) -> tuple[str, str]:
    """A pattern of slanting lines: its definition, and the paint that uses it.

    The name comes from `body_key`, so that several charts in one page do not share one by chance.
    """
    name = "h" + hashlib.sha256(body_key.encode()).hexdigest()[:10]
    definition = (
        f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{palette.raised}"/>'
        f'<line x1="0" y1="0" x2="0" y2="5" stroke="{palette.small_line}" stroke-width="1.5"/>'
        "</pattern></defs>"
    )
    return definition, f"url(#{name})"


def svg(
    size: tuple[float, float], title: str, desc: str, parts: Sequence[str], palette: Palette
) -> str:
    """A whole drawing: it grows and shrinks with its box, and is read out as `title` and `desc`."""
    width, height = num(size[0]), num(size[1])
    label = quoteattr(f"{title}. {desc}" if desc else title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label={label} font-family={quoteattr(palette.font)} '
        f'font-variant-numeric="tabular-nums"><title>{escape(title)}</title>'
        f"<desc>{escape(desc)}</desc>{''.join(parts)}</svg>"
    )


def nothing(
    title: str, words: str, palette: Palette, size: tuple[float, float] = (WIDTH, 56)
) -> str:
    """What is drawn where nothing can be: a frame and why."""
    width, height = size
    return svg(
        size,
        title,
        words,
        (
            rect((0.5, 0.5), (width - 1, height - 1), "none", stroke=palette.line, rx=4),
            text(
                (width / 2, height / 2 + 3.5),
                words,
                palette.muted,
                anchor="middle",
                room=width - 16,
            ),
        ),
        palette,
    )
