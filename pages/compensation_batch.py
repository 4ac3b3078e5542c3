"""One batch of compensation: who gets what and why, who signed, and the file for the payer."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.compensation import BLOCK
from dashboard.components.infinite_grid import infinite_grid
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import CompensationBatch
from dashboard.languages import _

PATH = "/compensation/<batch_id>"
TITLE = "Compensation batch"
ICON = None
VIEW = False

TABLE = "aw-delivery__table"

WIDE = {"context": {"wide": True}}


def layout(batch_id: str = "", item: str = "", **_query: str) -> html.Div:
    """The screen; `item` is the number of the item that is shown in full."""
    return html.Div(
        [
            dcc.Store(id=CompensationBatch.ASKED, data={"batch": batch_id, "item": item}),
            dcc.Store(id=CompensationBatch.PRESSED),
            dcc.Store(id=CompensationBatch.CHANGED),
            dcc.Link(
                [icon("chevron-left"), _("All batches")],
                id=CompensationBatch.BACK,
                href="/compensation",
                className="aw-back",
            ),
            page(
                _("Batch {number}", number=batch_id),
                CompensationBatch.ANSWER,
                _state(),
                grid(_sums(), _signed()),
                _item(),
                _items(),
                _timeline(),
            ),
        ]
    )


def _state() -> html.Section:
    return section(
        _("State and what you can do"),
        panel(
            CompensationBatch.STATE_PANEL,
            [
                rows(CompensationBatch.FACTS, _("Facts")),
                html.P(id=CompensationBatch.OUTCOME, className="aw-outcome", role="status"),
                rows(CompensationBatch.ACTIONS, _("Actions")),
                html.P(
                    html.A(
                        id=CompensationBatch.FILE, className="aw-link", download="", target="_self"
                    ),
                    className="aw-service-link",
                ),
            ],
            skeleton="text",
            empty=(
                _("There is no such batch"),
                [
                    _("The link may be older than the database, or mistyped."),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("All batches"), href="/compensation", className="aw-button"),
                ],
            ),
        ),
        title_id="compensation-batch-state-title",
    )


def _sums() -> html.Section:
    return section(
        _("What it comes to"),
        panel(
            CompensationBatch.SUMS_PANEL,
            html.Div(rows(CompensationBatch.SUMS, _("What it comes to")), className=TABLE),
            skeleton="table",
            empty=(_("Nothing is left in it"), _("Every item has been left out.")),
        ),
        columns=7,
        title_id="compensation-batch-sums-title",
        note=_("By market, level and currency; items left out are not in it"),
    )


def _signed() -> html.Section:
    return section(
        _("Signatures"),
        panel(
            CompensationBatch.SIGNED_PANEL,
            html.Div(rows(CompensationBatch.SIGNED, _("Signatures")), className=TABLE),
            skeleton="table",
            empty=(_("Nobody has signed yet"), _("Submit the batch first.")),
        ),
        columns=5,
        title_id="compensation-batch-signed-title",
        note=_("Bound to exactly these items; any change asks for all of them again"),
    )


def _item() -> html.Section:
    return section(
        _("One item"),
        panel(
            CompensationBatch.ITEM_PANEL,
            rows(CompensationBatch.ITEM, _("One item")),
            skeleton="text",
            empty=(
                _("Open an item below"),
                _("A click or Enter on its row shows here what speaks for it."),
            ),
        ),
        title_id=CompensationBatch.ITEM_TITLE,
    )


def _items() -> html.Section:
    return section(
        _("Items"),
        panel(
            CompensationBatch.ITEMS_PANEL,
            infinite_grid(
                CompensationBatch.ITEMS, _columns(), block=BLOCK, label=_("Items"), key="key"
            ),
            skeleton="table",
            empty=(_("The batch has no items"), _("Nobody was found by its criteria.")),
        ),
        title_id="compensation-batch-items-title",
        note=html.Span(id=CompensationBatch.ITEMS_NOTE),
    )


def _timeline() -> html.Section:
    return section(
        _("Timeline"),
        panel(
            CompensationBatch.TIMELINE_PANEL,
            rows(CompensationBatch.TIMELINE, _("Timeline")),
            skeleton="table",
        ),
        title_id="compensation-batch-timeline-title",
    )


def _column(field: str, name: str, width: int, **more: Any) -> dict[str, Any]:
    return {
        "field": field,
        "colId": field,
        "headerName": name,
        "width": width,
        "sortable": False,
        **more,
    }


def _columns() -> list[dict[str, Any]]:
    number = {"type": "rightAligned"}
    return [
        _column(
            "order_id",
            _("Order"),
            120,
            cellRenderer="CaseLink",
            minWidth=104,
            context={"fills": True},
        ),
        _column("n", _("Item"), 72, **number, **WIDE),
        _column("amount", _("Amount"), 136, **number),
        _column("level", _("Level"), 100, **WIDE),
        _column("market", _("Market"), 120, **WIDE),
        _column("standing", _("State"), 210),
        _column(
            "eligible_at",
            _("Entitled since"),
            148,
            valueFormatter={"function": "aw.moment(params)"},
            **WIDE,
        ),
        _column("customer_key", _("Customer"), 116, **WIDE),
    ]
