"""One KPI of a report as a panel: its figure, how it compares, its chart, what is said of it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import report_keys
from dashboard.components.attributes import attributes
from dashboard.components.inline_svg import inline_svg
from dashboard.components.words import icon, status
from dashboard.languages import _
from dashboard.reports import charts, showing
from dashboard.reports.document import Panel
from dashboard.reports.values import Say
from dashboard.wording import reports_page as words

STANDINGS = {"met": "ok", "missed": "breach", "unsure": "watch", "no_target": "none"}


def panel(section_key: str, panel: Panel, zone: str) -> html.Article:
    """The panel of one KPI."""
    key = report_keys.panel_key(section_key, panel.kpi)
    anchor = report_keys.anchor(key)
    loud = " aw-report__panel--loud" if panel.exception else ""
    return html.Article(
        [
            html.Header(
                [
                    html.H3(
                        showing.kpi_title(panel.kpi), id=anchor, className="aw-report__panel-title"
                    ),
                    _standing(panel),
                ],
                className="aw-report__panel-head",
            ),
            html.P(_now(panel), className="aw-report__now"),
            html.P(words.against(panel), className="aw-report__against"),
            sentences(panel.says, zone),
            inline_svg(charts.panel(panel, charts.SCREEN, zone)),
            html.P(words.footing(panel), className="aw-report__footing"),
            tools(key, showing.kpi_title(panel.kpi)),
        ],
        className=f"aw-report__panel{loud}",
        **attributes(aria_labelledby=anchor),
    )


def _standing(panel: Panel) -> Any:
    if panel.standing in ("no_target", "no_data"):
        return ""
    text = words.standing(panel)
    return status(STANDINGS[panel.standing], text)  # type: ignore[arg-type]


def _now(panel: Panel) -> list[Any]:
    shown = showing.number_text(panel.now)
    inner = html.Span(shown, className="aw-report__value")
    value = dcc.Link(inner, href=panel.link, title=_("The rows behind")) if panel.link else inner
    return [value, " ", html.Span(words.precision(panel.now), className="aw-interval")]


def sentences(says: tuple[Say, ...], zone: str, name: str = "aw-report__says") -> html.Ul | str:
    """Sentences, one below the other."""
    if not says:
        return ""
    return html.Ul([html.Li(showing.sentence(say, zone)) for say in says], className=name)


def tools(key: str, name: str) -> html.Div:
    """What people say of a figure, and the button to say something."""
    return html.Div(
        [
            html.Div(className="aw-report__said", **attributes(data_figure=key)),
            html.Button(
                [icon("chat-left-text"), _("Comment on this")],
                type="button",
                className="aw-report__comment",
                **attributes(data_comment=key, aria_label=_("Comment on {figure}", figure=name)),
            ),
        ],
        className="aw-report__tools",
    )
