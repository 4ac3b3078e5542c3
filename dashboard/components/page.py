"""The frame of one screen: its name, the sentence that answers its question, then sections."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.panel import message
from dashboard.languages import _


def page(title: str, answer_id: str, *content: Any) -> html.Div:
    """A screen. A callback writes the answer (`children` of `answer_id`, a text)."""
    return html.Div(
        [
            html.Header(
                [
                    html.H1(title, className="aw-page__title"),
                    html.P(
                        id=answer_id, className="aw-page__answer", **attributes(aria_live="polite")
                    ),
                ],
                className="aw-page__head",
            ),
            *content,
        ],
        className="aw-page",
    )


def grid(*sections: Any) -> html.Div:
    """Twelve columns; each section says how many it takes."""
    return html.Div(list(sections), className="aw-grid")


def section(
    title: Any,
    *content: Any,
    columns: int = 12,
    title_id: str,
    note: Any = None,
    actions: Any = None,
    plain: bool = False,
) -> html.Section:
    """One finding: a title that states it, how it is measured, the picture.

    Args:
        title: text, replaced by a callback when the finding is known.
        content: usually one panel and, behind it, a table.
        columns: 1–12.
        title_id: id of the title; names the section for screen readers.
        note: what is counted, over which time.
        actions: buttons or a segmented control at the right.
        plain: without the hairline above.
    """
    head: list[Any] = [html.H2(title, id=title_id, className="aw-section__title")]
    if note is not None:
        head.append(html.P(note, className="aw-section__note"))
    if actions is not None:
        head.append(html.Div(actions, className="aw-section__actions"))
    return html.Section(
        [html.Header(head, className="aw-section__head"), *content],
        className=f"aw-section aw-col-{columns}" + (" aw-section--plain" if plain else ""),
        **attributes(aria_labelledby=title_id),
    )


def behind(content: Any) -> html.Details:
    """The table behind a figure, one keystroke away."""
    return html.Details(
        [html.Summary(_("Table behind this chart")), content], className="aw-behind"
    )


def failed_page() -> html.Div:
    """Shown in place of a screen whose layout failed."""
    return _whole_page(
        "error",
        _("This screen could not be opened"),
        _("Reload the page. If it stays, the log of the server says why."),
    )


def missing_page() -> html.Div:
    """Shown for an address that leads nowhere."""
    return _whole_page(
        "missing",
        _("There is nothing at this address"),
        _("It may be mistyped, or the link is older than the screen it meant."),
    )


def _whole_page(kind: str, title: str, advice: str) -> html.Div:
    way_out = dcc.Link(_("Go to the overview"), href="/", className="aw-button")
    return html.Div(
        html.Div(
            message("error", title, [advice, html.Br(), html.Br(), way_out], role="alert"),
            className="aw-panel is-error",
        ),
        className=f"aw-page aw-page--{kind}",
    )
