"""From HTML, which helpdesks store messages in, to the text that a person reads."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = frozenset(
    {
        *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "header"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section"),
        *("table", "td", "th", "tr", "ul"),
    }
)
_SILENT = frozenset({"head", "script", "style", "title"})
_MARKED = re.compile(r"<[a-zA-Z!/]|&[#\w]+;")
_BLANKS = re.compile(r"[ \t\u00a0\f\v]+")


def text_of_html(html: str) -> str | None:
    """Give the visible text, a line a block; None if nothing is left.

    Whatever is not well formed is read as a browser would: nothing raises.
    """
    if not _MARKED.search(html):
        return html.strip() or None
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line) or None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # A line end in the source is a blank on the page.
            self.found.append(data.replace("\r", " ").replace("\n", " "))
