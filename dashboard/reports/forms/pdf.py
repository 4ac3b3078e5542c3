"""A report as PDF: A4, set by Typst from the package's own layout and fonts.

No browser, no network, no clock: the same document, language, issue and fonts give the same bytes.
Content reaches the layout as JSON, never as Typst source, so that no text can become a command.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import typst

from dashboard.reports.document import Document
from dashboard.reports.fonts import FontError, Typefaces, typefaces
from dashboard.reports.forms import FormError, Issue
from dashboard.reports.forms.paper import paper
from dashboard.reports.forms.uncovered import Marker
from dashboard.wording import report_paper as words

LAYOUT = Path(__file__).parent.parent / "layout"
VERSION = "1"
"""Of the layout; another number where a page of the same document looks different."""


def render_pdf(document: Document, *, issue: Issue, home: Path | None = None) -> bytes:
    """The document on A4 in the current language.

    Raises:
        FormError: a font is missing or changed, or the layout cannot be set; says what to do.
    """
    try:
        faces = typefaces(home)
        marker = Marker(faces.covers())
    except FontError as error:
        raise FormError(str(error)) from error
    content = marker.all(paper(document, issue))
    assert isinstance(content, dict)
    if marker.found:
        names = ", ".join(words.script(name) for name in sorted(marker.found))
        content["notes"] = [words.unset(sum(marker.found.values()), names)]
    return _set(json.dumps(content, ensure_ascii=False, sort_keys=True), faces)


def made_with(home: Path | None = None) -> dict[str, str]:
    """What decides the bytes beside document and language.

    Raises:
        FormError: a font is missing or changed.
    """
    try:
        fonts = typefaces(home).made_with()
    except FontError as error:
        raise FormError(str(error)) from error
    versions = {name: metadata.version(name) for name in ("babel", "typst")}
    return {"layout": VERSION, **versions, **fonts}


def _set(content: str, faces: Typefaces) -> bytes:
    compiler = typst.Compiler(
        LAYOUT / "main.typ",
        root=LAYOUT,
        font_paths=_loaded(faces),
        sys_inputs={"report": content},
        # Typst would fetch packages from the network; the layout names none, and finds none.
        package_path=LAYOUT,
        package_cache_path=LAYOUT,
    )
    try:
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError as error:
        raise FormError(
            f"The PDF cannot be set: {error.message}. The other forms of the report (HTML, XLSX, "
            "CSV) do without it; please report this message."
        ) from error
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=4)
def _loaded(faces: Typefaces) -> typst.Fonts:
    # Neither the system's fonts nor those inside Typst: only files whose hash is known.
    folders: list[Path] = list(faces.folders)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    found = {Path(font.path) for font in fonts.fonts() if font.path}
    for path in sorted({*faces.paths} ^ found):
        raise FormError(
            f"The font file {path} is in a folder of fonts but cannot be used, or does not belong "
            "there. Take it out, or reinstall Afterwatch if it was shipped with it."
        )
    return fonts
