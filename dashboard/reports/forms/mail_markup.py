"""The HTML of a mail: tables and inline styles, for mail programs know little else. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.languages import _, html_lang
from dashboard.reports.charts.palette import TOKENS
from dashboard.reports.forms.brief import Brief, Line, Part, incomplete, left_out, said_of
from dashboard.reports.forms.markup import Html, Piece, el, join, void

_INK = {name: light for name, (light, _dark) in TOKENS.items()}
_FONT = (
    "font-family:'Segoe UI',system-ui,-apple-system,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',Arial,sans-serif;"
)
_TONES = {
    "bad": _INK["breach"],
    "missed": _INK["breach"],
    "good": _INK["ok"],
    "met": _INK["ok"],
    "unknown": _INK["watch"],
    "unsure": _INK["watch"],
}
_SIGNS = {"bad": "▲ ", "missed": "▲ ", "good": "● ", "met": "● ", "unknown": "◌ ", "unsure": "◌ "}


def markup(told: Brief) -> str:
    """The HTML part."""
    inside = el(
        "table",
        *(_row(piece) for piece in _pieces_of(told)),
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style="max-width:640px;border-collapse:collapse;",
    )
    ink, paper = _INK["text"], _INK["canvas"]
    body = el(
        "body",
        inside,
        style=f"margin:0;padding:16px;background:{paper};color:{ink};{_FONT}font-size:15px;"
        "line-height:1.5;",
    )
    head = el(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="color-scheme", content="light"),
        el("title", told.subject),
    )
    return join(Html("<!DOCTYPE html>\n"), el("html", head, body, lang=html_lang()), Html("\n"))


def _row(inside: Html) -> Html:
    return el("tr", el("td", inside, style=f"{_FONT}padding:0 0 4px 0;"))


def _pieces_of(told: Brief) -> Iterator[Html]:
    yield _p(told.over, f"color:{_INK['muted']};font-size:13px;")
    if told.tone:
        colour = _TONES[told.tone_code]
        yield _p(f"{_SIGNS[told.tone_code]}{told.tone}", f"color:{colour};font-weight:bold;")
    yield el(
        "h1",
        told.headline,
        style=f"{_FONT}font-size:22px;line-height:1.3;font-weight:bold;margin:4px 0 12px 0;",
    )
    if told.summary:
        yield _list(told.summary)
    if not told.is_complete:
        colour = f"background:{_INK['watch-soft']};padding:10px 14px;margin:12px 0;"
        inside = join(_p(incomplete(), "font-weight:bold;"), *(_p(line) for line in told.late))
        yield el("div", inside, style=colour)
    if told.exceptions:
        yield _heading(_("Exceptions"))
        for part in told.exceptions:
            yield _p(part.title, "font-weight:bold;")
            yield join(*(_p(line) for line in part.lines))
    for part in told.decisions:
        yield from _part(part)
    if told.numbers:
        yield _heading(_("The numbers"))
        yield _numbers(told.numbers)
        if told.more_numbers:
            yield _p(left_out(told.more_numbers), f"color:{_INK['muted']};font-size:13px;")
    for part in (told.others, *told.unknown):
        yield from _part(part)
    yield _colophon(told)


def _part(part: Part) -> Iterator[Html]:
    if not part.lines and not part.more:
        return
    yield _heading(part.title)
    lines = (*part.lines, left_out(part.more)) if part.more else part.lines
    yield _list(lines)


def _p(inside: Piece, style: str = "") -> Html:
    return el("p", inside, style=f"margin:0 0 6px 0;{style}")


def _heading(title: str) -> Html:
    line = f"border-top:1px solid {_INK['line']};"
    return el(
        "h2",
        title,
        style=f"{_FONT}{line}font-size:16px;margin:20px 0 8px 0;padding:14px 0 0 0;",
    )


def _list(lines: tuple[str, ...]) -> Html:
    items = (el("li", line, style="margin:0 0 6px 0;") for line in lines)
    return el("ul", *items, style="margin:0;padding:0 0 0 20px;")


def _numbers(lines: tuple[Line, ...]) -> Html:
    edge = f"{_FONT}border-bottom:1px solid {_INK['line']};padding:6px 0 6px 10px;font-size:14px;"
    quiet = f"{edge}color:{_INK['muted']};font-size:12px;"

    def cell(inside: Piece, style: str, *, left: bool = False) -> Html:
        side = "left" if left else "right"
        own = "padding-left:0;" if left else ""
        return el("td", inside, align=side, valign="top", style=f"{style}{own}")

    def row(line: Line) -> Html:
        colour = _TONES.get(line.code, _INK["muted"])
        told = join(
            el("b", line.figure, style="white-space:nowrap;"),
            Html("<br>") if line.standing else None,
            el(
                "span",
                f"{_SIGNS.get(line.code, '')}{line.standing}",
                style=f"color:{colour};font-size:12px;",
            )
            if line.standing
            else None,
        )
        target = _("target {value}", value=line.target) if line.target else ""
        compared = join(line.change, Html("<br>") if line.change and target else None, target)
        bars = el("span", line.weeks, aria_hidden="true")
        return el(
            "tr",
            cell(line.name, edge, left=True),
            cell(told, edge),
            cell(compared, quiet),
            cell(bars, f"{edge}color:{_INK['accent']};white-space:nowrap;"),
        )

    head = (_("Number"), _("Now"), _("Change"), _("6 weeks"))
    heads = (
        el(
            "th",
            name,
            align="left" if i == 0 else "right",
            scope="col",
            style=f"{quiet}font-weight:normal;" + ("padding-left:0;" if i == 0 else ""),
        )
        for i, name in enumerate(head)
    )
    return el(
        "table",
        el("tr", *heads),
        *(row(line) for line in lines),
        width="100%",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style="border-collapse:collapse;",
    )


def _colophon(told: Brief) -> Html:
    pieces: list[Html] = []
    for name, value in told.colophon:
        pieces += (join(said_of(name, value)), Html("<br>"))
    style = (
        f"border-top:1px solid {_INK['line']};color:{_INK['muted']};font-size:12px;"
        "margin:20px 0 0 0;padding:12px 0 0 0;word-break:break-all;"
    )
    return el("p", *pieces[:-1], style=style)
