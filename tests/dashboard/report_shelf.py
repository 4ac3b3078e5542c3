"""Reports put into a home as they are stored, without a company to make them from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard.reports import issuing
from dashboard.reports.code import code
from dashboard.reports.document import DeckBlock, Document, Section
from dashboard.reports.inputs import Inputs, Rates, TemplateText
from dashboard.reports.issuing import Issued
from dashboard.reports.periods import parse
from dashboard.reports.template import shipped
from dashboard.reports.values import Say, Words
from dashboard.services import Services
from tests.dashboard.reports import sample_document

MADE = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
PEOPLE = """
schema_version: 1
people:
  Ana: {roles: [service_manager]}
  Sam: {roles: [executive_sponsor]}
  Omar: {roles: [pr]}
"""


def inputs(document: Document, **more: Any) -> Inputs:
    """What the document might have been made from."""
    template = shipped()[document.template]
    return Inputs(
        template=TemplateText(id=template.id, sha256=template.sha256, text=template.text),
        period=document.period,
        as_of=document.as_of,
        zone=document.zone,
        currency=document.currency,
        company=document.company,
        targets=more.pop("targets", {}),
        state={"batch_id": 87, "as_of": document.as_of.isoformat()},
        catalogue={},
        rates=Rates(snapshot=None, sha256="", last=()),
        code=code(),
        record={},
        **more,
    )


def put(
    services: Services,
    document: Document,
    *,
    by: str = "schedule weekly",
    now: datetime = MADE,
    note: str | None = None,
    **more: Any,
) -> Issued:
    """Store a document as the next issue of its period."""
    template = shipped()[document.template]
    made = inputs(document, **more)
    return issuing.record(services, made, document, template, by=by, now=now, note=note)


def said(english: str, chinese: str) -> Say:
    """A sentence as written."""
    return sample_document.said(english, chinese)


def week(name: str, headline: tuple[str, str] | None = None, **changes: Any) -> Document:
    """The sample document about another week."""
    period = parse(name, "week")
    told = headline or (f"Nothing unusual in {name}.", f"{name} 一切正常。")
    return sample_document.document().model_copy(
        update={
            "period": name,
            "first": period.first,
            "last": period.last,
            "as_of": datetime.combine(period.last + timedelta(days=1), MADE.time(), UTC),
            "headline": said(*told),
            "headline_tone": "plain",
            "complete": True,
            "missing": (),
            **changes,
        }
    )


def with_contact_rate(document: Document, value: float) -> Document:
    """The document with another contact rate."""
    sections = []
    for part in document.sections:
        blocks = [
            DeckBlock(
                panels=tuple(
                    panel.model_copy(update={"now": panel.now.model_copy(update={"value": value})})
                    if panel.kpi == "contact_rate"
                    else panel
                    for panel in block.panels
                )
            )
            if isinstance(block, DeckBlock)
            else block
            for block in part.blocks
        ]
        sections.append(Section(key=part.key, title=part.title, blocks=tuple(blocks)))
    return document.model_copy(update={"sections": tuple(sections)})


def triggers() -> Document:
    """A report of another kind."""
    title = Words(en="Negative triggers", zh="负面触发点")
    return week(
        "2026-W47",
        ("Late delivery makes most customers angry.", "配送延误最令客户不满。"),
        template="monthly-triggers",
        title=title,
        period="2026-10",
        first=date(2026, 10, 1),
        last=date(2026, 10, 31),
    )
