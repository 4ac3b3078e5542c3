"""Returns: how much of what was sold will come back, and what becomes of it."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Returns
from dashboard.languages import _
from dashboard.returns import SPLITS, chosen_split
from dashboard.vocabulary import dimension_name

PATH = "/returns"
TITLE = "Returns"
ICON = "arrow-return-left"


def layout(split: str = "", **_query: str) -> html.Div:
    """The screen; `split` is its own key of the address."""
    return page(
        _(TITLE),
        Returns.ANSWER,
        _cohorts(),
        _split(chosen_split(split)),
        _ends(),
    )


def _cohorts() -> html.Section:
    return section(
        _("What comes back, by week of the order"),
        panel(
            Returns.COHORTS_PANEL,
            html.Div(
                [
                    chart(
                        Returns.COHORTS,
                        height=340,
                        label=_("Return rate so far and nowcast, by week of the order"),
                        summary_id=Returns.COHORTS_SUMMARY,
                        table_id=Returns.COHORTS_TABLE,
                    ),
                    dcc.Link(
                        _("Returned lines of this view"),
                        id=Returns.ROWS,
                        href="/rows/returns",
                        className="aw-link",
                    ),
                ]
            ),
            empty=(
                _("Nothing was sold in these weeks, or nothing came back"),
                _("Widen the time range or remove a filter."),
            ),
        ),
        title_id=Returns.COHORTS_TITLE,
        note=html.Span(id=Returns.COHORTS_NOTE),
    )


def _split(chosen: str) -> html.Section:
    choice = dcc.RadioItems(
        id=Returns.SPLIT,
        options=[{"label": dimension_name(name), "value": name} for name in SPLITS],
        value=chosen,
        inline=True,
        className="aw-segments",
    )
    return section(
        _("The young weeks, split"),
        panel(
            Returns.SPLIT_PANEL,
            rows(Returns.SPLIT_TABLE, _("Return rate so far, nowcast and before, by segment")),
            skeleton="table",
            empty=(
                _("No week is young"),
                _("Everything sold in these weeks has had the time to come back."),
            ),
        ),
        title_id=Returns.SPLIT_TITLE,
        note=_(
            "Before: as many mature weeks just before. Intervals: 80%; a change is named where "
            "they do not touch."
        ),
        actions=html.Div(choice, role="group", **attributes(aria_label=_("Split by"))),
    )


def _ends() -> html.Section:
    return section(
        _("What becomes of requested returns"),
        panel(
            Returns.ENDS_PANEL,
            rows(Returns.ENDS_TABLE, _("Share of the returns by outcome and days since asked for")),
            skeleton="table",
            empty=(
                _("No return was asked for in this time"),
                _("Widen the time range or remove a filter."),
            ),
        ),
        title_id=Returns.ENDS_TITLE,
        note=html.Span(id=Returns.ENDS_NOTE),
    )
