"""Colours of charts: variables of the theme on screens, fixed ones on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOKENS: Mapping[str, tuple[str, str]] = {
    "canvas": ("#ffffff", "#0f1115"),
    "surface": ("#f6f7f9", "#15181e"),
    "raised": ("#eef0f3", "#1d2129"),
    "line": ("#e4e7ec", "#262b34"),
    "line-strong": ("#7f8896", "#6b7484"),
    "text": ("#16191f", "#e8eaee"),
    "muted": ("#596271", "#9ca5b4"),
    "accent": ("#2456d6", "#82a8ff"),
    "accent-soft": ("#eaf0fe", "#182544"),
    "ok": ("#0b6f5f", "#4cc3ab"),
    "ok-soft": ("#e3f4f0", "#11302b"),
    "watch": ("#855000", "#e5a847"),
    "watch-soft": ("#fdf1dc", "#33260f"),
    "breach": ("#b3261e", "#ff8a80"),
    "breach-soft": ("#fdeceb", "#3a1a1a"),
    "band": ("#dbe5fb", "#1e2c4d"),
    "compare": ("#8a93a1", "#6f7888"),
    "target": ("#3f4856", "#c3c9d3"),
    "small-line": ("#a3abb8", "#566072"),
    "div-1": ("#c7713d", "#c47648"),
    "div-7": ("#588bd7", "#5f8dd2"),
}
"""Light and dark value of the tokens that reports use; `assets/10-tokens.css` says the same."""


@dataclass(frozen=True)
class Palette:
    """What a chart is drawn with, each a paint that SVG takes."""

    canvas: str
    text: str
    muted: str
    line: str
    accent: str
    band: str
    compare: str
    target: str
    ok: str
    ok_soft: str
    watch: str
    breach: str
    raised: str
    small_line: str
    worse: str
    better: str
    font: str


def _screen() -> Palette:
    return _palette({name: f"var(--aw-{name})" for name in TOKENS}, "inherit")


def _print() -> Palette:
    fixed = {name: light for name, (light, _dark) in TOKENS.items()}
    return _palette(fixed, "Inter, Noto Sans SC, Noto Sans CJK SC, sans-serif")


def _palette(paint: Mapping[str, str], font: str) -> Palette:
    return Palette(
        canvas=paint["canvas"],
        text=paint["text"],
        muted=paint["muted"],
        line=paint["line"],
        accent=paint["accent"],
        band=paint["band"],
        compare=paint["compare"],
        target=paint["target"],
        ok=paint["ok"],
        ok_soft=paint["ok-soft"],
        watch=paint["watch"],
        breach=paint["breach"],
        raised=paint["raised"],
        small_line=paint["small-line"],
        worse=paint["div-1"],
        better=paint["div-7"],
        font=font,
    )


SCREEN = _screen()
"""Follows the theme of the page that it stands in: light or dark."""

PRINT = _print()
"""Light, and told apart in grey too: by shape, weight and words."""
