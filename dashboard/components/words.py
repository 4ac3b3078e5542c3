"""Small marks that carry meaning: status, icon, change, text for screen readers."""

from __future__ import annotations

from typing import Any, Literal

from dash import html

from dashboard.components.attributes import attributes

Status = Literal["ok", "watch", "breach", "info", "none"]


def icon(name: str) -> html.Span:
    """A vendored icon; decoration only, so hidden from screen readers."""
    return html.Span(className=f"aw-icon aw-icon--{name}", **attributes(aria_hidden="true"))


def status(kind: Status, text: str = "", *, id: Any = None, pill: bool = False) -> html.Span:  # noqa: A002
    """A status: its icon is drawn by the class, its word is `text`; never colour alone."""
    name = f"aw-status aw-status--{kind}" + (" aw-status--pill" if pill else "")
    return html.Span(text, className=name, **_named(id))


def hidden_text(text: str = "", *, id: Any = None) -> html.P:  # noqa: A002
    """Text that only a screen reader meets: the summary of a figure."""
    return html.P(text, className="aw-visually-hidden", **_named(id))


def _named(component_id: Any) -> dict[str, Any]:
    """`id` is left out when there is none: Dash refuses an id of None."""
    return {} if component_id is None else {"id": component_id}
