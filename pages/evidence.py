"""Evidence of one crisis: could we prove it today?"""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Evidence
from dashboard.languages import _

PATH = "/evidence/<crisis_id>"
TITLE = "Evidence"
ICON = None
VIEW = False


def layout(crisis_id: str = "", **_query: str) -> html.Div:
    """The screen; every number, text and button in it arrives by callback."""
    return html.Div(
        [
            dcc.Store(id=Evidence.ASKED, data=crisis_id),
            dcc.Store(id=Evidence.PRESSED),
            dcc.Store(id=Evidence.BUILDING),
            dcc.Store(id=Evidence.PACKED),
            dcc.Store(id=Evidence.SENT),
            dcc.Store(id=Evidence.CHANGED),
            dcc.Link(
                [icon("chevron-left"), _("Crisis {number}", number=crisis_id)],
                id=Evidence.BACK,
                href=f"/crises/{crisis_id}",
                className="aw-back",
            ),
            page(
                _("Evidence"),
                Evidence.ANSWER,
                html.P(id=Evidence.SUMMARY, className="aw-incident__summary"),
                _checklist(),
                _filed(),
                _packs(),
                _check(),
            ),
        ]
    )


def _checklist() -> html.Section:
    return section(
        _("Could we prove it today?"),
        panel(
            Evidence.CHECKLIST_PANEL,
            rows(Evidence.CHECKLIST, _("Checklist")),
            skeleton="table",
            empty=(
                _("No checklist applies"),
                _(
                    "There is no such crisis, or the worker has not run yet: it brings the "
                    "checklists that ship."
                ),
            ),
        ),
        title_id=Evidence.CHECKLIST_TITLE,
        note=html.Span(id=Evidence.CHECKLIST_NOTE),
    )


def _filed() -> html.Section:
    return section(
        _("What is filed"),
        html.P(id=Evidence.OUTCOME, className="aw-outcome", role="status"),
        rows(Evidence.ACTIONS, _("Add evidence")),
        rows(Evidence.UPLOAD, _("Add a file")),
        panel(
            Evidence.FILED_PANEL,
            rows(Evidence.FILED, _("What is filed")),
            skeleton="table",
            empty=(
                _("Nothing is filed yet"),
                _("Write a note, add a link or drop a file above; the name you act under stays."),
            ),
        ),
        title_id=Evidence.FILED_TITLE,
        note=_("Content is kept under its SHA-256 and never overwritten; what is withdrawn stays"),
    )


def _packs() -> html.Section:
    return section(
        _("Packs"),
        html.P(id=Evidence.BUILT, className="aw-outcome", role="status"),
        rows(Evidence.BUILD, _("Build a pack")),
        html.P(
            _("Building the pack …"),
            id=Evidence.BUSY,
            className="aw-outcome aw-status aw-status--info",
            role="status",
            hidden=True,
        ),
        panel(
            Evidence.PACKS_PANEL,
            rows(Evidence.PACKS, _("Packs")),
            skeleton="table",
            empty=(
                _("No pack was built yet"),
                _("A pack can be built at any time; it says itself what is missing in it."),
            ),
        ),
        title_id="evidence-packs-title",
        note=_("Whoever gets one checks it offline with the verify.py inside"),
    )


def _check() -> html.Section:
    return section(
        _("Check a pack"),
        rows(Evidence.CHECK, _("Check a pack")),
        title_id="evidence-check-title",
        note=_("The first line that was changed, dropped, swapped or inserted is named"),
    )
