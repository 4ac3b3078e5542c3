"""The composition root: one function that tells the whole wiring of the web application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dash import Dash

import callbacks.alert
import callbacks.alerts
import callbacks.case
import callbacks.cases
import callbacks.compensation
import callbacks.compensation_batch
import callbacks.complaints
import callbacks.crises
import callbacks.crisis
import callbacks.delivery
import callbacks.drill
import callbacks.drills
import callbacks.evidence
import callbacks.numbers
import callbacks.overview
import callbacks.playbook
import callbacks.playbooks
import callbacks.quality
import callbacks.quality_incidents
import callbacks.reconcile
import callbacks.report
import callbacks.reports
import callbacks.returns
import callbacks.review
import callbacks.reviews
import callbacks.rows
import callbacks.rule
import callbacks.rules
import callbacks.service
import callbacks.shell
import callbacks.sla
import callbacks.statement
import pages.alert
import pages.alerts
import pages.case
import pages.cases
import pages.compensation
import pages.compensation_batch
import pages.complaints
import pages.crises
import pages.crisis
import pages.delivery
import pages.drill
import pages.drills
import pages.evidence
import pages.numbers
import pages.overview
import pages.playbook
import pages.playbooks
import pages.quality
import pages.quality_incidents
import pages.reconcile
import pages.report
import pages.reports
import pages.returns
import pages.review
import pages.reviews
import pages.rows
import pages.rule
import pages.rules
import pages.service
import pages.sla
import pages.statement
from dashboard import languages, panel_state, report_page, targets
from dashboard.assets_folder import assets_folder
from dashboard.compensation_download import install_compensation_download
from dashboard.downloads import install_downloads
from dashboard.evidence_files import install_evidence_files
from dashboard.guard import install_guard
from dashboard.missing_cases import (
    answer_unknown_batches,
    answer_unknown_cases,
    answer_unknown_crises,
    answer_unknown_documents,
    answer_unknown_drills,
    answer_unknown_incidents,
    answer_unknown_lists,
    answer_unknown_numbers,
    answer_unknown_reports,
    answer_unknown_reviews,
    answer_unknown_statements,
)
from dashboard.reports_download import install_reports_download
from dashboard.review_files import install_review_files
from dashboard.screens import PRODUCT, Screen, answer_unknown_paths, register_screens
from dashboard.security import install_security_headers
from dashboard.shell import shell
from dashboard.static import ASSETS_IGNORE, install_index, install_static_cache

if TYPE_CHECKING:
    from dashboard.services import Services

SCREENS: tuple[Screen, ...] = (
    pages.overview,
    pages.reports,
    pages.report,
    pages.alerts,
    pages.alert,
    pages.crises,
    pages.crisis,
    pages.playbooks,
    pages.playbook,
    pages.statement,
    pages.evidence,
    pages.compensation,
    pages.compensation_batch,
    pages.reviews,
    pages.review,
    pages.drills,
    pages.drill,
    pages.complaints,
    pages.service,
    pages.sla,
    pages.returns,
    pages.reconcile,
    pages.cases,
    pages.case,
    pages.rows,
    pages.numbers,
    pages.rules,
    pages.rule,
    pages.quality,
    pages.quality_incidents,
    pages.delivery,
)
"""Every screen, in the order of the rail."""

CALLBACKS = (
    callbacks.shell,
    callbacks.overview,
    callbacks.reports,
    callbacks.report,
    callbacks.alerts,
    callbacks.alert,
    callbacks.crises,
    callbacks.crisis,
    callbacks.playbooks,
    callbacks.playbook,
    callbacks.statement,
    callbacks.evidence,
    callbacks.compensation,
    callbacks.compensation_batch,
    callbacks.reviews,
    callbacks.review,
    callbacks.drills,
    callbacks.drill,
    callbacks.complaints,
    callbacks.service,
    callbacks.sla,
    callbacks.returns,
    callbacks.reconcile,
    callbacks.cases,
    callbacks.case,
    callbacks.rows,
    callbacks.numbers,
    callbacks.rules,
    callbacks.rule,
    callbacks.quality,
    callbacks.quality_incidents,
    callbacks.delivery,
)
"""Every module with callbacks; its screen is the one of the same name."""


def create_app(services: Services) -> Dash:
    """Build the application over `services`; several may live in one process."""
    app = Dash(
        PRODUCT,
        title=PRODUCT,
        update_title="",
        assets_folder=str(assets_folder()),
        assets_ignore=ASSETS_IGNORE,
        use_pages=True,
        pages_folder="",
        suppress_callback_exceptions=True,
        use_async=False,
        enable_mcp=False,
        on_error=panel_state.show_errors,
    )
    install_guard(app.server, services.settings.host)
    languages.install_languages(app.server, services.settings.language)
    targets.keep(app.server, services.settings.targets)
    report_page.keep(app.server, services)
    install_index(app, languages.html_lang)
    register_screens(SCREENS)
    app.layout = partial(shell, services, SCREENS)
    for module in CALLBACKS:
        module.register(app, services)
    install_downloads(app.server, services)
    install_review_files(app.server, services)
    install_reports_download(app.server, services)
    install_compensation_download(app.server, services)
    install_evidence_files(app.server, services)
    answer_unknown_paths(app.server, SCREENS)
    answer_unknown_cases(app.server, services, pages.case.PATH)
    answer_unknown_incidents(app.server, services, pages.alert.PATH)
    answer_unknown_crises(app.server, services, pages.crisis.PATH)
    answer_unknown_crises(app.server, services, pages.evidence.PATH)
    answer_unknown_batches(app.server, services, pages.compensation_batch.PATH)
    answer_unknown_statements(app.server, services, pages.statement.PATH)
    answer_unknown_reviews(app.server, services, pages.review.PATH)
    answer_unknown_drills(app.server, services, pages.drill.PATH)
    answer_unknown_reports(app.server, services, pages.report.PATH)
    answer_unknown_lists(app.server)
    answer_unknown_numbers(app.server)
    answer_unknown_documents(app.server, services, pages.playbook.PATH)
    # Dash adds its router's callbacks on the first request; the security headers name their hashes.
    with app.server.test_request_context("/"):
        app.server.preprocess_request()
    install_static_cache(app.server)
    install_security_headers(app)
    return app
