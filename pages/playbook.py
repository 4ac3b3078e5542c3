"""One playbook or other document: its steps, what the linter says, its versions, its text."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.actor import acts
from dashboard.components.attributes import attributes
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Playbook
from dashboard.languages import _
from dashboard.playbooks import PATH as ADDRESS
from dashboard.playbooks import PHASES, parted, phase_id, steps_id
from dashboard.wording.crisis_names import phase_name

PATH = f"{ADDRESS}/<document>"
TITLE = "Playbook"
ICON = None
VIEW = False


def layout(document: str = "", version: str = "", against: str = "", **_query: str) -> html.Div:
    """The screen; `version` and `against` are its own keys of the address."""
    asked = {"document": document, "version": version, "against": against}
    name = parted(document)[1]
    return html.Div(
        [
            dcc.Store(id=Playbook.ASKED, data=asked),
            dcc.Store(id=Playbook.SEEN),
            dcc.Store(id=Playbook.SAVED),
            dcc.Link([icon("chevron-left"), _("All playbooks")], href=ADDRESS, className="aw-back"),
            page(
                name or document,
                Playbook.ANSWER,
                grid(_facts(), _findings()),
                # Of a playbook only; a callback shows it.
                html.Div([_steps(), *_around()], id=Playbook.MORE, className="aw-none"),
                _editor(),
                _versions(),
            ),
        ]
    )


def _nothing() -> tuple[str, Any]:
    return (
        _("There is no such document"),
        [
            _("The link may be mistyped, or the worker has not read it yet."),
            html.Br(),
            html.Br(),
            dcc.Link(_("All playbooks"), href=ADDRESS, className="aw-button"),
        ],
    )


def _facts() -> html.Section:
    return section(
        _("At a glance"),
        panel(
            Playbook.FACTS_PANEL,
            rows(Playbook.FACTS, _("At a glance")),
            skeleton="text",
            empty=_nothing(),
        ),
        columns=6,
        title_id="playbook-facts-title",
    )


def _findings() -> html.Section:
    return section(
        _("What the linter says"),
        panel(
            Playbook.FINDINGS_PANEL,
            rows(Playbook.FINDINGS, _("What the linter says")),
            skeleton="text",
            empty=(_("Nothing is wrong with it"), _("It can be started as it is.")),
        ),
        columns=6,
        title_id=Playbook.FINDINGS_TITLE,
    )


def _steps() -> html.Section:
    return section(
        _("Who does what by when"),
        *[
            html.Div(
                [
                    html.H3(phase_name(phase), className="aw-playbook__phase"),
                    rows(steps_id(phase), phase_name(phase)),
                ],
                id=phase_id(phase),
                className="aw-none",
            )
            for phase in PHASES
        ],
        title_id=Playbook.STEPS_TITLE,
        note=_("Due times by level of the crisis; a step without a level belongs to all"),
    )


def _around() -> tuple[html.Div, html.Section]:
    return (
        grid(
            section(
                _("Who hears how often"),
                rows(Playbook.CADENCE, _("Who hears how often")),
                columns=6,
                title_id="playbook-cadence-title",
            ),
            section(
                _("What it is judged by"),
                rows(Playbook.METRICS, _("What it is judged by")),
                columns=6,
                title_id="playbook-metrics-title",
            ),
        ),
        section(
            _("In which order customers are made whole"),
            rows(Playbook.RECOVERY, _("In which order customers are made whole")),
            title_id="playbook-recovery-title",
            note=_("Configuration with its reason and source; change it in the text below"),
        ),
    )


def _editor() -> html.Section:
    return section(
        _("Its text"),
        html.Label(
            _("Text of the document (YAML)"), htmlFor=Playbook.TEXT, className="aw-rule__label"
        ),
        dcc.Textarea(
            id=Playbook.TEXT,
            className="aw-rule__text",
            spellCheck=False,
            rows=20,
            maxLength=200_000,
            persistence=False,
        ),
        html.Label(
            _("What you changed, and why"), htmlFor=Playbook.NOTE, className="aw-rule__label"
        ),
        dcc.Input(
            id=Playbook.NOTE, type="text", className="aw-playbook__note", maxLength=500, value=""
        ),
        html.Div(
            [
                html.Button(
                    _("Check the text"), id=Playbook.CHECK, className="aw-button", type="button"
                ),
                html.Button(
                    _("Save as new version"),
                    id=Playbook.SAVE,
                    className="aw-button aw-button--primary",
                    type="button",
                    **acts(),
                ),
            ],
            className="aw-rule__buttons",
        ),
        html.P(id=Playbook.VERDICT, className="aw-outcome", role="status"),
        rows(Playbook.FAULTS, _("Faults and findings")),
        title_id="playbook-text-title",
        note=_("A saved version holds for runs that begin from then on; others keep theirs"),
    )


def _versions() -> html.Section:
    return section(
        _("Versions"),
        panel(
            Playbook.VERSIONS_PANEL,
            html.Div(
                [
                    rows(Playbook.VERSIONS, _("Versions")),
                    html.H3(id=Playbook.DIFF_TITLE, className="aw-playbook__phase"),
                    html.Pre(
                        id=Playbook.DIFF,
                        className="aw-rule__diff",
                        **attributes(aria_label=_("What changed in the text")),
                    ),
                ],
                className="aw-stack",
            ),
            skeleton="table",
            empty=_nothing(),
        ),
        title_id="playbook-versions-title",
    )
