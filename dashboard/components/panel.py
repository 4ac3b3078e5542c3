"""A panel and its states: content, loading, empty, stale, error. One class name chooses."""

from __future__ import annotations

from typing import Any, Literal

from dash import html

from dashboard.components.attributes import attributes
from dashboard.languages import _

Skeleton = Literal["chart", "table", "tile", "text"]


def panel(
    id: Any,  # noqa: A002
    content: Any,
    *,
    skeleton: Skeleton = "chart",
    empty: tuple[Any, Any] | None = None,
    copies: int = 1,
) -> html.Div:
    """All states of a panel; it starts as loading and is switched by `className`.

    Args:
        id: a callback writes `className` of it: see `dashboard.panel_state`.
        content: what is shown when there is something to show.
        skeleton: the shape of what is coming, drawn only the first time.
        empty: title and advice when the selection holds nothing.
        copies: how many skeletons stand side by side.
    """
    title, advice = empty or (
        _("Nothing in this selection"),
        _("Widen the time range or remove a filter."),
    )
    bones = [html.Div(className=f"aw-skeleton aw-skeleton--{skeleton}") for _copy in range(copies)]
    return html.Div(
        [
            html.Div(_("These numbers are older than usual."), className="aw-panel__stale"),
            html.Div(content, className="aw-panel__content"),
            html.Div(
                bones,
                className="aw-panel__skeleton" + (" aw-tiles" if skeleton == "tile" else ""),
                **attributes(aria_hidden="true"),
            ),
            message("empty", title, advice),
            message(
                "error",
                _("This could not be loaded"),
                _("Try again in a minute. If it stays, the log of the server says why."),
                role="alert",
            ),
        ],
        id=id,
        className="aw-panel is-loading",
    )


def message(state: str, title: Any, advice: Any, **named: Any) -> html.Div:
    """What an empty or failed panel says: what is, and what to do."""
    return html.Div(
        [html.P(title, className="aw-panel__title"), html.P(advice)],
        className=f"aw-panel__{state}",
        **named,
    )
