"""One number taken apart: how it is counted, from which rows, what is left out and why."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.chart import chart
from dashboard.components.page import grid, page, section
from dashboard.components.panel import message, panel
from dashboard.components.rows import rows
from dashboard.ids import Numbers
from dashboard.languages import _
from dashboard.numbers import BY_PRESET, KPIS, PATH, number_link
from dashboard.vocabulary import kpi_doc, kpi_title
from dashboard.wording.definitions import definition

__all__ = ["ICON", "PATH", "TITLE", "layout"]

TITLE = "How is this counted?"
ICON = None


def layout(kpi: str = KPIS[0], **_query: str) -> html.Div:
    """The screen; `kpi` stands in the path."""
    if kpi not in KPIS:
        return _unknown()
    return html.Div(
        [
            dcc.Store(id=Numbers.KPI, data=kpi),
            page(
                kpi_title(kpi),
                Numbers.ANSWER,
                html.P(kpi_doc(kpi), className="aw-number__doc"),
                html.P(id=Numbers.NOTE, className="aw-none"),
                grid(_value(kpi), _weeks()),
                _account(),
                _quality(),
                _definition(kpi),
            ),
        ]
    )


def _value(kpi: str) -> html.Section:
    return section(
        _(TITLE),
        panel(
            Numbers.VALUE_PANEL,
            [
                html.P(
                    [
                        html.Span(_("Formula"), className="aw-number__label"),
                        definition(kpi).formula,
                    ],
                    className="aw-number__formula",
                ),
                rows(Numbers.SIDES, _("What is divided by what")),
                rows(Numbers.FACTS, _("The number")),
            ],
            skeleton="text",
        ),
        columns=7,
        title_id="numbers-value-title",
    )


def _weeks() -> html.Section:
    return section(
        _("Last 8 weeks"),
        panel(
            Numbers.WEEKS_PANEL,
            chart(
                Numbers.WEEKS,
                height=240,
                label=_("The number week by week"),
                summary_id=Numbers.WEEKS_SUMMARY,
                table_id=Numbers.WEEKS_TABLE,
            ),
        ),
        columns=5,
        title_id=Numbers.WEEKS_TITLE,
        note=_("Bars are 95% intervals; a hollow point is a week that is not over"),
    )


def _account() -> html.Section:
    return section(
        _("What is counted and what is not"),
        panel(
            Numbers.ACCOUNT_PANEL,
            rows(Numbers.ACCOUNT, _("Rows in the period, left out and counted")),
            skeleton="table",
        ),
        title_id=Numbers.ACCOUNT_TITLE,
        note=_("Every row of the period is in exactly one line"),
    )


def _quality() -> html.Section:
    return section(
        _("Data quality"),
        panel(
            Numbers.QUALITY_PANEL,
            rows(Numbers.QUALITY, _("Counted rows by the check they failed")),
            skeleton="table",
            empty=(
                _("No counted row failed a check"),
                _("Checks look for missing, doubled and impossible events, calendars, policies."),
            ),
        ),
        title_id=Numbers.QUALITY_TITLE,
        note=_("These rows are counted; what was assumed for them stands beside each check"),
    )


def _definition(kpi: str) -> html.Section:
    told = definition(kpi)
    facts: list[tuple[str, Any]] = [
        (_("Belongs to the day of"), told.anchor),
        (_("Not counted"), told.exclusions),
        (_("Maturity"), told.maturity),
        (_("Interval"), told.interval),
        (_("Source of the definition"), told.reference),
        (_("Name for the command line"), html.Code(f"afterwatch kpi {kpi}")),
    ]
    entries = [html.Div([html.Dt(name), html.Dd(text)]) for name, text in facts]
    compare = dcc.Link(
        _("Compare with the definitions of other tools"),
        id=Numbers.RECONCILE,
        href="/reconcile",
        className="aw-link" if kpi in BY_PRESET else "aw-none",
    )
    return section(
        _("Definition"),
        html.Dl(entries, className="aw-facts aw-number__definition"),
        compare,
        title_id="numbers-definition-title",
    )


def _unknown() -> html.Div:
    """Shown for a number that nobody declared: what there is instead."""
    known = html.Ul(
        [html.Li(dcc.Link(kpi_title(kpi), href=number_link(kpi, ""))) for kpi in KPIS],
        className="aw-number__known",
    )
    said = message(
        "error",
        _("There is no such number"),
        [_("It may be mistyped, or older than the catalogue. These are counted:"), known],
        role="alert",
    )
    return html.Div(
        html.Div(said, className="aw-panel is-error"), className="aw-page aw-page--missing"
    )
