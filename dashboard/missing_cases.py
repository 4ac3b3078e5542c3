"""HTTP 404 for the address of a case that does not exist; the page itself says so in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from dashboard.screens import path_variables
from data_access.browse import case_file

if TYPE_CHECKING:
    from dashboard.services import Services


def answer_unknown_cases(server: flask.Flask, services: Services, template: str) -> None:
    """Mark the answer for `template` (`/cases/<case_id>`) when nobody knows the case."""

    @server.after_request
    def mark_missing(response: flask.Response) -> flask.Response:
        variables = path_variables(template, flask.request.path)
        if variables and response.status_code == 200 and response.mimetype == "text/html":
            feed = flask.request.args.get("feed")
            if case_file(services.warehouse, variables["case_id"], feed) is None:
                response.status_code = 404
        return response
