"""Reconcile: why another tool shows another number for the same cases."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html

from dashboard.components.chart import chart
from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Reconcile
from dashboard.languages import _
from dashboard.reconcile import METRIC_NAMES, SIDES, STATISTICS, question
from dashboard.wording.reconcile import metric_name, side_name, statistic_name

PATH = "/reconcile"
TITLE = "Reconcile"
ICON = "question-circle"


def layout(
    metric: str = "", left: str = "", right: str = "", statistic: str = "", **_query: str
) -> html.Div:
    """The screen; the arguments are its own keys of the address, one for each choice."""
    asked = question(metric, left, right, statistic)
    sides = {side: side_name(side) for side in SIDES}
    choices = html.Div(
        [
            _choice(
                Reconcile.METRIC,
                _("Metric"),
                {name: metric_name(name) for name in METRIC_NAMES},
                asked.metric,
            ),
            _choice(Reconcile.LEFT, _("One number"), sides, asked.left),
            _choice(Reconcile.RIGHT, _("The other number"), sides, asked.right),
            _choice(
                Reconcile.STATISTIC,
                _("Shown as"),
                {name: statistic_name(name) for name in STATISTICS},
                asked.statistic,
            ),
        ],
        className="aw-questions",
    )
    return page(
        _(TITLE),
        Reconcile.ANSWER,
        choices,
        _bridge(),
        _cases(),
        _definitions(),
    )


def _choice(control_id: Reconcile, label: str, names: Mapping[str, str], value: str) -> html.Div:
    return html.Div(
        [
            html.Label(label, htmlFor=control_id, className="aw-questions__label"),
            dcc.Dropdown(
                id=control_id,
                options=[{"label": name, "value": key} for key, name in names.items()],
                value=value,
                clearable=False,
                searchable=False,
            ),
        ],
        className="aw-questions__item",
    )


def _bridge() -> html.Section:
    return section(
        _("What makes the gap"),
        panel(
            Reconcile.BRIDGE_PANEL,
            html.Div(
                [
                    rows(Reconcile.NUMBERS, _("Both numbers")),
                    chart(
                        Reconcile.BRIDGE,
                        height=400,
                        label=_("Bridge from one number to the other, by cause"),
                        summary_id=Reconcile.BRIDGE_SUMMARY,
                        table_id=Reconcile.BRIDGE_TABLE,
                    ),
                ],
                className="aw-bridge",
            ),
            empty=(
                _("There is nothing to compare"),
                _("Choose another metric or definition, widen the time range or remove a filter."),
            ),
        ),
        title_id=Reconcile.BRIDGE_TITLE,
        note=html.Span(id=Reconcile.BRIDGE_NOTE),
    )


def _definitions() -> html.Section:
    return section(
        _("Both definitions"),
        panel(
            Reconcile.DEFINITIONS_PANEL,
            html.Div(
                [
                    rows(Reconcile.DEFINITIONS, _("Both definitions, choice by choice")),
                    rows(Reconcile.SOURCES, _("Where both definitions are written down")),
                ],
                className="aw-stack aw-definitions",
            ),
            skeleton="table",
        ),
        title_id=Reconcile.DEFINITIONS_TITLE,
        note=_("Marked: what the two chose differently. Assumed: the product does not say."),
    )


def _cases() -> html.Section:
    return section(
        _("Cases that change most"),
        panel(
            Reconcile.CASES_PANEL,
            rows(Reconcile.CASES, _("Cases that change most, by cause")),
            skeleton="table",
            empty=(
                _("No case is measured differently"),
                _("The two definitions agree on every case of this selection."),
            ),
        ),
        title_id=Reconcile.CASES_TITLE,
        note=_("Each cause on its own, up to five cases; a case leads to its page"),
    )
