"""All KPIs of a report as one table, exceptions in full below it, the others folded."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import report_keys
from dashboard.components.attributes import attributes
from dashboard.components.inline_svg import inline_svg
from dashboard.components.words import status
from dashboard.languages import _
from dashboard.reports import charts, showing
from dashboard.reports.charts import spark
from dashboard.reports.document import DeckBlock, Document, Panel
from dashboard.reports.forms.paper import grain
from dashboard.wording import report_paper, reports_page
from pages.report_panel import STANDINGS, panel


def numbers(document: Document, section_key: str, block: DeckBlock) -> html.Div:
    """The table, the panels that are exceptions, and the others one press away."""
    zone = document.zone
    loud = [one for one in block.panels if one.exception]
    quiet = [one for one in block.panels if not one.exception]
    parts: list[Any] = [_table(document, section_key, block)]
    if loud:
        parts.append(
            html.Div([panel(section_key, one, zone) for one in loud], className="aw-report__deck")
        )
    if quiet:
        title = reports_page.others_in_full(len(quiet)) if loud else reports_page.all_in_full()
        shown = [panel(section_key, one, zone) for one in quiet]
        parts.append(
            html.Details(
                [html.Summary(title), html.Div(shown, className="aw-report__deck")],
                className="aw-behind aw-report__quiet",
            )
        )
    parts.append(_legend())
    return html.Div(parts, className="aw-report__numbers-part")


def _legend() -> html.Details:
    """How to read the charts; folded, for who reads them every week."""
    shown = inline_svg(charts.legend(charts.SCREEN), class_name="aw-report__legend")
    return html.Details([html.Summary(_("How to read these charts")), shown], className="aw-behind")


def _table(document: Document, section_key: str, block: DeckBlock) -> html.Div:
    words = report_paper.heads(grain(document))
    names = ["measure", "weeks", "months", "now", "before", "prior", "target"]
    head = [html.Th(words[name], scope="col", className=f"aw-numbers__{name}") for name in names]
    body = [_row(section_key, one, words) for one in block.panels]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="aw-table aw-numbers"),
        className="aw-numbers__wrap",
    )


def _row(section_key: str, one: Panel, words: dict[str, str]) -> html.Tr:
    anchor = report_keys.anchor(report_keys.panel_key(section_key, one.kpi))
    signals = [showing.word(code) for code in one.exception]
    name: list[Any] = [html.A(showing.kpi_title(one.kpi), href=f"#{anchor}")]
    if signals:
        name.append(html.Span(signals[0], className="aw-numbers__signal"))
    loud = f" is-loud is-{one.standing}" if signals else ""
    return html.Tr(
        [
            html.Th(name, scope="row", className="aw-numbers__measure"),
            html.Td(inline_svg(spark.weeks(one, charts.SCREEN)), className="aw-numbers__weeks"),
            html.Td(inline_svg(spark.months(one, charts.SCREEN)), className="aw-numbers__months"),
            html.Td(_now(one), className="aw-numbers__now"),
            _change(one, "before", words),
            _change(one, "prior", words),
            html.Td(_target(one), className="aw-numbers__target"),
        ],
        className=f"aw-numbers__row{loud}",
    )


def _now(one: Panel) -> list[Any]:
    inner = html.Span(showing.number_text(one.now), className="aw-numbers__value")
    value = dcc.Link(inner, href=one.link, title=_("The rows behind")) if one.link else inner
    interval = showing.interval_text(one.now)
    return [value, html.Span(interval, className="aw-interval")] if interval else [value]


def _change(one: Panel, which: str, words: dict[str, str]) -> html.Td:
    other = one.before if which == "before" else one.prior
    shown = reports_page.difference(one.now, other) or "–"
    return html.Td(shown, className=f"aw-numbers__{which}", **attributes(data_label=words[which]))


def _target(one: Panel) -> Any:
    """The target behind its sign, whose word is read out."""
    if one.target is None:
        return "–"
    aim = showing.with_unit(showing.figure_text(one.target, one.now.unit), one.now.unit)
    if one.standing not in STANDINGS:
        return aim
    told = html.Span(f"{reports_page.standing_word(one.standing)} ", className="aw-visually-hidden")
    return [told, status(STANDINGS[one.standing], aim)]  # type: ignore[arg-type]
