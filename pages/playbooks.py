"""Playbooks: which are ready for the night, which need work, and what else a crisis is led by."""

from __future__ import annotations

from dash import html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Playbooks
from dashboard.languages import _
from dashboard.playbooks import KINDS
from dashboard.playbooks import PATH as ADDRESS
from dashboard.wording.playbook_names import kind_plural, kind_purpose

PATH = ADDRESS
TITLE = "Playbooks"
ICON = "diagram-3"
VIEW = False


def layout(**_query: str) -> html.Div:
    """The screen."""
    return page(
        _(TITLE),
        Playbooks.ANSWER,
        section(
            _("Ready for the night"),
            panel(
                Playbooks.PANEL,
                rows(Playbooks.LIST, _("Playbooks")),
                skeleton="table",
                empty=(
                    _("No playbook is known yet"),
                    _("The worker reads them when it starts; start it and come back."),
                ),
            ),
            title_id=Playbooks.TITLE,
            note=_("A playbook with an error cannot be started; one with warnings can"),
        ),
        *[
            section(
                kind_plural(kind),
                rows(f"{Playbooks.OTHERS}-{kind}", kind_plural(kind)),
                title_id=f"playbooks-{kind}-title",
                note=kind_purpose(kind),
                plain=True,
            )
            for kind in KINDS
        ],
    )
