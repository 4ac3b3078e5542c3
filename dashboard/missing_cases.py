"""HTTP 404 for cases, crises, lists and others that do not exist; the page says so in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flask

from alerts import crisis_room, inbox, statements
from alerts.compensation import reading as batches
from alerts.library import pages as documents
from dashboard import drills, numbers, report_archive, reviews
from dashboard.playbooks import parted
from dashboard.row_lists import KINDS, PATH
from dashboard.screens import asked_path, path_variables
from dashboard.statements import number
from data_access.browse import case_file

if TYPE_CHECKING:
    from dashboard.services import Services


def answer_unknown_cases(server: flask.Flask, services: Services, template: str) -> None:
    """Mark the answer for `template` (`/cases/<case_id>`) when nobody knows the case."""

    def known(variables: Mapping[str, str]) -> bool:
        feed = flask.request.args.get("feed")
        return case_file(services.warehouse, variables["case_id"], feed) is not None

    _answer_unknown(server, template, known)


def answer_unknown_incidents(server: flask.Flask, services: Services, template: str) -> None:
    """The same for incidents (`/alerts/<group_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        number = variables["group_id"]
        return number.isdecimal() and inbox.exists(services.engine, int(number))

    _answer_unknown(server, template, known)


def answer_unknown_crises(server: flask.Flask, services: Services, template: str) -> None:
    """The same for crises (`/crises/<crisis_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        number = variables["crisis_id"]
        return number.isdecimal() and crisis_room.exists(services.engine, int(number))

    _answer_unknown(server, template, known)


def answer_unknown_batches(server: flask.Flask, services: Services, template: str) -> None:
    """The same for batches of compensation (`/compensation/<batch_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        number = variables["batch_id"]
        return number.isdecimal() and batches.exists(services.engine, int(number))

    _answer_unknown(server, template, known)


def answer_unknown_statements(server: flask.Flask, services: Services, template: str) -> None:
    """The same for statements (`/statements/<statement_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        return statements.exists(services.engine, number(variables["statement_id"]))

    _answer_unknown(server, template, known)


def answer_unknown_documents(server: flask.Flask, services: Services, template: str) -> None:
    """The same for playbooks and other documents (`/playbooks/<document>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        return documents.exists(services.engine, *parted(variables["document"]))

    _answer_unknown(server, template, known)


def answer_unknown_reviews(server: flask.Flask, services: Services, template: str) -> None:
    """The same for reviews (`/reviews/<crisis_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        return reviews.exists(services, variables["crisis_id"])

    _answer_unknown(server, template, known)


def answer_unknown_drills(server: flask.Flask, services: Services, template: str) -> None:
    """The same for drills (`/drills/<drill_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        return drills.page(services, variables["drill_id"]) is not None

    _answer_unknown(server, template, known)


def answer_unknown_reports(server: flask.Flask, services: Services, template: str) -> None:
    """The same for reports (`/reports/<report_id>`)."""

    def known(variables: Mapping[str, str]) -> bool:
        return report_archive.exists(services, variables["report_id"])

    _answer_unknown(server, template, known)


def answer_unknown_lists(server: flask.Flask) -> None:
    """The same for lists behind a number (`/rows/<kind>`)."""
    _answer_unknown(server, PATH, lambda variables: variables["kind"] in KINDS)


def answer_unknown_numbers(server: flask.Flask) -> None:
    """The same for numbers that nobody declared (`/numbers/<kpi>`)."""
    _answer_unknown(server, numbers.PATH, lambda variables: variables["kpi"] in numbers.KPIS)


def _answer_unknown(
    server: flask.Flask, template: str, known: Callable[[Mapping[str, str]], bool]
) -> None:
    @server.after_request
    def mark_missing(response: flask.Response) -> flask.Response:
        variables = path_variables(template, asked_path())
        if variables and response.status_code == 200 and response.mimetype == "text/html":
            response.status_code = 200 if known(variables) else 404
        return response
