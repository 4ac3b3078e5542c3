"""The files for the browser: contrast of the tokens, vendored copies, names the docs promise."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import plotly.offline
import pytest

from dashboard.assets_folder import assets_folder

ASSETS = assets_folder()
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "assets.md"
OURS_CSS = sorted(ASSETS.glob("[1-9]*.css"))
OURS_JS = sorted([*(ASSETS / "js").glob("*.js"), ASSETS / "dashAgGridFunctions.js"])
VENDORED = json.loads((ASSETS / "vendor.json").read_text())
THEMES = ("light", "dark")


def tokens(theme: str) -> dict[str, str]:
    """Colours of one theme, by name without `--aw-`."""
    source = (ASSETS / "10-tokens.css").read_text()
    start = source.index(f'[data-bs-theme="{theme}"] {{')
    block = source[start : source.index("\n}", start)]
    return dict(re.findall(r"--aw-([a-z0-9-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it, 1–21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


SURFACES = ("canvas", "surface", "raised")
TEXT = ("text", "muted", "accent", "accent-strong", "ok", "watch", "breach")
TEXT_PAIRS = [
    *[(text, surface) for text in TEXT for surface in SURFACES],
    *[(status, f"{status}-soft") for status in ("ok", "watch", "breach", "accent")],
    ("accent-strong", "accent-soft"),
    ("text", "accent-soft"),
    ("text", "breach-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("canvas", "text"),
    ("target", "canvas"),
    ("mark", "canvas"),
    *[(f"on-level-{i}", f"level-{i}") for i in range(1, 5)],
    ("canvas", "mark"),
]
# Lines, marks and the edges of controls: 3 is enough (WCAG 1.4.11).
GRAPHIC_PAIRS = [
    ("line-strong", "canvas"),
    ("line-strong", "surface"),
    ("compare", "canvas"),
    ("accent", "band"),
    *[(f"series-{i}", "canvas") for i in range(1, 7)],
    *[(name, "raised") for name in ("accent", "ok", "watch", "breach", "target")],
]


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_reaches_aa(theme: str) -> None:
    colours = tokens(theme)
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_every_mark_and_control_edge_reaches_aa(theme: str) -> None:
    colours = tokens(theme)
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in GRAPHIC_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", ["seq", "div"])
def test_numbers_on_cells_reach_aa_in_black_or_white(theme: str, scale: str) -> None:
    for i in range(9):
        cell = tokens(theme)[f"{scale}-{i}"]
        assert max(contrast(cell, "#000000"), contrast(cell, "#ffffff")) >= 4.5, (i, cell)


@pytest.mark.parametrize("theme", THEMES)
def test_scales_have_an_order_the_eye_can_follow(theme: str) -> None:
    colours = tokens(theme)
    direction = -1 if theme == "light" else 1
    sequential = [direction * luminance(colours[f"seq-{i}"]) for i in range(9)]
    assert sequential == sorted(sequential)
    away = [direction * luminance(colours[f"div-{i}"]) for i in range(9)]
    assert away[:5] == sorted(away[:5], reverse=True)
    assert away[4:] == sorted(away[4:])


def test_both_themes_have_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_every_variable_that_is_used_is_declared() -> None:
    css = "\n".join(path.read_text() for path in OURS_CSS)
    script = "\n".join(path.read_text() for path in OURS_JS)
    declared = set(re.findall(r"(--aw-[a-z0-9-]+)\s*:", css))
    used = set(re.findall(r"var\((--aw-[a-z0-9-]+)\)", css + script))
    for folder in ("dashboard", "pages", "callbacks"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= set(re.findall(r"var\((--aw-[a-z0-9-]+)\)", path.read_text()))
    assert used - declared == set()


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["file"])
def test_vendored_files_are_what_the_list_says(entry: dict[str, str]) -> None:
    content = (ASSETS / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert (ASSETS / entry["licence_file"]).stat().st_size > 500
    assert entry["version"] in DOCS.read_text()


def test_every_file_by_others_is_listed() -> None:
    ours = {*OURS_CSS, *OURS_JS, ASSETS / "README.md", ASSETS / "vendor.json"}
    listed = {ASSETS / entry["file"] for entry in VENDORED}
    rest = {path for path in ASSETS.rglob("*") if path.is_file()} - ours - listed
    assert {path for path in rest if path.parent.name != "licenses"} == {ASSETS / "favicon.svg"}


def test_the_plotly_bundle_is_the_version_that_the_package_expects() -> None:
    version = plotly.offline.get_plotlyjs_version()
    bundle = ASSETS / f"05-plotly-{version}.min.js"
    assert f'version="{version}"' in bundle.read_text()


def test_the_world_has_its_countries() -> None:
    world = json.loads((ASSETS / "geo" / "world_110m.json").read_text())
    codes = {shape["id"] for shape in world["objects"]["countries"]["geometries"]}
    assert {"DEU", "FRA", "CHN", "BRA", "USA", "ZAF", "AUS"} <= codes


def test_our_files_name_no_foreign_address() -> None:
    for path in [*OURS_CSS, *OURS_JS]:
        found = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z.]+/?\S*", path.read_text())
        assert [url for url in found if "www.w3.org/2000/svg" not in url] == [], path.name


def promised(section: str) -> str:
    """The text of one section of the page of assets."""
    text = DOCS.read_text()
    start = text.index(f"\n## {section}")
    end = text.find("\n## ", start + 4)
    return text[start : end if end > 0 else None]


def test_every_class_the_docs_promise_is_styled() -> None:
    css = "\n".join(path.read_text() for path in OURS_CSS)
    styled = set(re.findall(r"\.(aw-[a-zA-Z0-9_-]+)", css))
    written = set(re.findall(r'class="([^"]+)"', DOCS.read_text()))
    named = {name for classes in written for name in classes.split() if name.startswith("aw-")}
    # Containers and hooks of their own that need no rule.
    plain = {
        "aw-ago",
        "aw-icon--NAME",
        "aw-legend__end",
        "aw-list",
        "aw-skeleton--chart",
        "aw-tile__against",
        "aw-timeline",
        "aw-timeline__body",
    }
    assert named - styled - plain == set()


def test_every_icon_the_docs_and_the_code_name_exists() -> None:
    css = (ASSETS / "25-icons.css").read_text()
    have = set(re.findall(r"\.aw-icon--([a-z0-9-]+)\{", css))
    listed = set(re.findall(r"`([a-z0-9-]+)`", promised("11").split("Others from")[0]))
    assert have == listed
    used: set[str] = set()
    for folder in ("dashboard", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= set(re.findall(r'\bicon\("([a-z0-9-]+)"\)', path.read_text()))
    assert used - have == set()


def test_every_function_the_docs_promise_is_written() -> None:
    clientside = (ASSETS / "js" / "90-clientside.js").read_text()
    promised_names = set(re.findall(r"^\| `(\w+)` \|", promised("9"), re.MULTILINE))
    assert promised_names
    assert promised_names - set(re.findall(r"^    (\w+)\(", clientside, re.MULTILINE)) == set()
    grid = (ASSETS / "dashAgGridFunctions.js").read_text()
    for name in set(re.findall(r"`aw\.(\w+)\(", promised("9"))):
        assert f"    {name}: (" in grid, name


def test_every_figure_variable_the_docs_name_is_a_token() -> None:
    names = set(re.findall(r"`--aw-([a-z0-9-]+)`", promised("8")))
    assert names
    assert names - tokens("light").keys() == set()


def test_the_whole_of_assets_stays_small() -> None:
    # The world map and fonts are fetched only where a page needs them.
    sizes = {path.name: path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()}
    assert sizes["05-plotly-4.1.1.min.js"] < 1_500_000
    assert sizes["25-icons.css"] < 40_000
    assert sum(sizes.values()) < 2_600_000
