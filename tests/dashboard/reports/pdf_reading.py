"""A PDF read back: its text, its fonts, its outline."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium


@dataclass(frozen=True)
class Pdf:
    pages: tuple[str, ...]
    fonts: dict[str, bool]
    """Name to whether it is embedded."""
    metadata: dict[str, str]
    outline: tuple[str, ...]
    left: float
    """Where the text of the layout begins and ends, in points."""
    right: float

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    @property
    def letters(self) -> str:
        """Without spaces and breaks: lines break where the page wants."""
        return squeezed(self.text)


def squeezed(text: str) -> str:
    """Without anything that is not seen."""
    # U+FFFE is what pdfium gives for a hyphen at the end of a line.
    return re.sub(r"[\s\u200b\u2068\u2069\ufffe-]+", "", text)


def read(content: bytes) -> Pdf:
    document = pypdfium2.PdfDocument(content)
    try:
        pages = tuple(page.get_textpage().get_text_range() for page in document)
        fonts: dict[str, bool] = {}
        for page in document:
            for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=10):
                name, embedded = _font(drawn.raw)
                fonts[name] = embedded
        places = [
            drawn.get_bounds()
            for page in document
            for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1)
        ]
        left, right = min(place[0] for place in places), max(place[2] for place in places)
        outline = tuple(entry.get_title() for entry in document.get_toc())
        return Pdf(pages, fonts, document.get_metadata_dict(skip_empty=True), outline, left, right)
    finally:
        document.close()


def _font(drawn: Any) -> tuple[str, bool]:
    font = pdfium.FPDFTextObj_GetFont(drawn)
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, name, 200)
    return name.value.decode(), bool(pdfium.FPDFFont_GetIsEmbedded(font))
