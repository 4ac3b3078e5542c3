"""A home with a plan and people, and issues that cost nothing: for tests of the job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from alerts.lease import Lease, acquire
from alerts.notify.config import Config
from alerts.notify.current import Current
from dashboard.reports import job, schedule_file, slots, store
from dashboard.reports.code import code
from dashboard.reports.document import Document, canonical, fingerprint
from dashboard.reports.feeds import Late
from dashboard.reports.inputs import Inputs, Rates, TemplateText
from dashboard.reports.issuing import Issued
from dashboard.reports.job import Done, Making
from dashboard.reports.periods import Period
from dashboard.reports.schedule import Slot
from dashboard.reports.template import Template
from dashboard.reports.values import Number, Say
from dashboard.services import Services, open_services
from dashboard.settings import Settings
from data_access.state.engine import writing
from data_access.state.schema import event_log, outbox, report
from tests.dashboard.reports.sample_document import document
from tests.migrated_state import opened

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""Monday, 07:30 in Berlin."""
WEEK = "2026-W47"
LATE = Late("carrier", "no_import", datetime(2026, 11, 21, 9, tzinfo=UTC))

ALERTING = """\
schema_version: 1
channels:
  mail: {kind: email, host: 127.0.0.1, security: none, sender: "Afterwatch <a@shop.example>"}
  desk: {kind: log}
people:
  Mei: {locale: zh, addresses: {mail: mei@shop.example}, roles: [service_manager]}
  Sam: {addresses: {mail: sam@shop.example}, roles: [executive_sponsor, service_manager]}
"""
PLAN = """\
schema_version: 1
schedules:
  board:
    template: weekly
    weekday: mon
    at: "07:30"
    zone: Europe/Berlin
    to: [{role: executive_sponsor}, {role: service_manager}, {channel: desk}]
    forms: [csv]
"""


def said(period: Period, *, complete: bool = True, contact_rate: float = 261.3) -> Document:
    """A document of a period, with one figure that may change."""
    made = document()
    (deck,) = [block for block in made.sections[0].blocks if block.block == "deck"]
    first = deck.panels[0]
    panel = first.model_copy(update={"now": Number(value=contact_rate, unit="per_1000", n=900)})
    deck = deck.model_copy(update={"panels": (panel, *deck.panels[1:])})
    section = made.sections[0].model_copy(update={"blocks": (deck,)})
    missing = (Say(code="feed_never", values={}),) if not complete else ()
    return made.model_copy(
        update={
            "period": period.name,
            "first": period.first,
            "last": period.last,
            "zone": "UTC",
            "complete": complete,
            "missing": made.missing[:1] if missing else (),
            "sections": (section, *made.sections[1:]),
        }
    )


def made_from(made: Document, template: Template) -> Inputs:
    """Inputs that name what a form asks of them."""
    return Inputs(
        template=TemplateText(id=template.id, sha256=template.sha256, text=template.text),
        period=made.period,
        as_of=made.as_of,
        zone=made.zone,
        currency=made.currency,
        company=made.company,
        targets={},
        state={"batch_id": 1},
        catalogue={},
        rates=Rates(snapshot=None, sha256="", last=()),
        code=code(),
        record={},
    )


@dataclass
class Home:
    """A plan at work. `late` is what the feeds say; `broken` what issuing raises."""

    services: Services
    lease: Lease
    late: tuple[Late, ...] = ()
    broken: Exception | None = None
    contact_rate: float = 261.3
    issued: list[str] = field(default_factory=list)
    before_issue: Callable[[], None] = lambda: None
    after_issue: Callable[[], None] = lambda: None

    def issue(self, services: Services, template: Template, period: Period, **given: Any) -> Issued:
        """Store an issue as `issuing.issue` does, without numbers."""
        if self.broken is not None:
            raise self.broken
        self.before_issue()
        self.issued.append(period.name)
        made = said(period, complete=not given.get("missing"), contact_rate=self.contact_rate)
        before = store.newest(services.engine, template.id, period.name)
        if before is not None and before.document_sha256 == fingerprint(made):
            return Issued(before.id, before.n, made, new=False, differences=())
        n = 1 if before is None else before.n + 1
        with writing(services.engine) as connection:
            number = connection.execute(
                insert(report)
                .values(
                    template=template.id,
                    period=period.name,
                    n=n,
                    first_day=period.first,
                    last_day=period.last,
                    as_of=made.as_of,
                    status="ready" if made.complete else "incomplete",
                    missing_json=[],
                    headline_json={"say": made.headline.model_dump(mode="json"), "tone": "bad"},
                    search_text="",
                    document_json=canonical(made),
                    document_sha256=fingerprint(made),
                    inputs_json=canonical(made_from(made, template)),
                    inputs_sha256="0" * 64,
                    created_at=given["now"],
                    created_by=given["by"],
                )
                .returning(report.c.id)
            ).scalar_one()
        self.after_issue()
        return Issued(number, n, made, new=True, differences=())

    def run(self, now: datetime = NOW) -> Done:
        """One run of the job."""
        services = replace(self.services, clock=lambda: now)
        home = services.settings.home
        making = Making(issue=self.issue, late=lambda *_: self.late)
        plan, _ = schedule_file.current(home).now()
        return job.run_due(services, self.lease, self.config(), plan, now, making=making)

    def config(self) -> Config:
        """`alerting.yaml` in force."""
        settings = self.services.settings
        return Current(settings.home, public_url=settings.public_url).config()

    def slot(self, period: str = WEEK, schedule: str = "board") -> Slot:
        """A slot as it stands."""
        return slots.of(self.services.engine, schedule)[period]

    def slots(self) -> dict[str, str]:
        """Period to state."""
        found = slots.of(self.services.engine, "board")
        return {name: slot.state for name, slot in sorted(found.items())}

    def outbox(self) -> list[Any]:
        """Messages, the oldest first."""
        with self.services.engine.connect() as connection:
            return list(connection.execute(select(outbox).order_by(outbox.c.id)))

    def payload(self, row: Any) -> dict[str, Any]:
        """What goes with a message."""
        found: dict[str, Any] = json.loads(row.payload_json)
        return found

    def reports(self) -> list[Any]:
        """Issues, the oldest first."""
        with self.services.engine.connect() as connection:
            return list(connection.execute(select(report).order_by(report.c.id)))

    def events(self, kind: str) -> int:
        """How often something was logged."""
        query = select(func.count()).select_from(event_log).where(event_log.c.kind == kind)
        with self.services.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Let go of the databases."""
        self.services.warehouse.close()
        self.services.engine.dispose()

    def plan(self, text: str) -> None:
        """Write `reports.yaml`."""
        path = self.services.settings.home / schedule_file.FILE_NAME
        path.write_text(text, encoding="utf-8")

    def people(self, text: str) -> None:
        """Write `alerting.yaml`."""
        (self.services.settings.home / "alerting.yaml").write_text(text, encoding="utf-8")


def home(url: str, folder: Path, plan: str = PLAN) -> Home:
    """A home with the plan, its people and the lease."""
    folder.mkdir(parents=True, exist_ok=True)
    opened(url).dispose()
    settings = Settings(home=folder, state_url=url, public_url="https://watch.shop.example")
    services = open_services(settings, clock=lambda: NOW)
    lease = acquire(services.engine, "worker", "me", timedelta(hours=1), datetime.now(UTC))
    assert lease is not None
    made = Home(services, lease)
    made.plan(plan)
    made.people(ALERTING)
    return made
