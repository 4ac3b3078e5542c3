"""Rows of `report` without a document: what decisions and comments hang on."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from alerts.notify.config import Config, load
from dashboard.reports.periods import Period
from data_access.state.engine import writing
from data_access.state.schema import report

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PEOPLE = """
schema_version: 1
people:
  Ana: {roles: [service_manager]}
  Sam: {roles: [executive_sponsor]}
  Lea: {roles: [crisis_lead]}
  Omar: {roles: [pr]}
"""


def people(text: str = PEOPLE) -> Config:
    """Who may decide: Ana, Sam and Lea."""
    return load(text)


def stored(
    engine: Engine, period: Period, *, as_of: datetime, template: str = "weekly", n: int = 1
) -> int:
    """An issue of a period; its number."""
    row = {
        "template": template,
        "period": period.name,
        "n": n,
        "first_day": period.first,
        "last_day": period.last,
        "as_of": as_of,
        "status": "ready",
        "missing_json": [],
        "headline_json": {"say": {"code": "nothing_unusual", "values": {}}, "tone": "plain"},
        "search_text": "",
        "document_json": "{}",
        "document_sha256": "0" * 64,
        "inputs_json": "{}",
        "inputs_sha256": "0" * 64,
        "created_at": as_of,
        "created_by": "worker",
    }
    with writing(engine) as connection:
        made: int = connection.execute(
            insert(report).values(row).returning(report.c.id)
        ).scalar_one()
    return made
