"""A home with a small sample company, imported and refreshed: what reports are made from.

`home` of `conftest.py` gives one per session for tests that only issue and read; a test that
imports more, tidies up or damages something builds its own with `built`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from dashboard.reports.periods import Period, parse
from dashboard.reports.template import Template, template
from dashboard.services import Services, open_services
from dashboard.settings import Settings
from data_access.importing import import_path
from data_access.marts.refreshing import refresh
from data_access.sample import store
from data_access.sample.plan import Plan
from data_access.sample.view import news, view
from data_access.sample.world import World, generate
from data_access.sources.base import SourceOptions
from data_access.sources.registry import get

WEEK = "2026-W10"
NOW = datetime(2026, 3, 9, 5, 30, tzinfo=UTC)
"""Monday morning after `WEEK`: its refresh is what the rollups hold for."""
LATER = NOW + timedelta(days=1, hours=4)

SMALL = """\
schema_version: 1
id: weekly
title: {en: Weekly page, zh: 周报}
period: week
sections:
  - section: kpis
    options: {kpis: [contact_rate, first_response_within_target, backlog, csat]}
"""
"""A template of few questions, for tests that are about something else."""


@cache
def world() -> World:
    """The sample company of all these tests."""
    return generate(Plan(seed=5, now=NOW, orders=1_500))


def built(folder: Path, *, state_url: str = "", small: bool = True) -> Services:
    """A home of its own in a folder, as of `NOW`.

    Args:
        folder: the home, made when missing.
        state_url: state database; empty: SQLite in the home.
        small: `weekly` has one section of four KPIs instead of what ships.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if small:
        own = folder / "reports" / "templates"
        own.mkdir(parents=True)
        (own / "weekly.yaml").write_text(SMALL, encoding="utf-8")
    settings = Settings(home=folder, state_url=state_url, company="Meadow & Main")
    services = open_services(settings, clock=lambda: NOW)
    _take_in(services, NOW, since=None)
    return services


def later(services: Services, until: datetime = LATER) -> Services:
    """The same home with what came until then imported and refreshed."""
    _take_in(services, until, since=services.clock())
    return replace(services, clock=lambda: until)


def weekly(services: Services) -> Template:
    """The weekly template of the home."""
    return template(services.settings.home, "weekly")


def week(name: str = WEEK) -> Period:
    """A week by its name."""
    return parse(name, "week")


def _take_in(services: Services, now: datetime, *, since: datetime | None) -> None:
    tables = world().tables
    frames = view(tables, now) if since is None else news(tables, since, now)
    inbox = services.settings.home / "inbox"
    store.export(frames, inbox)
    import_path(
        get("template"),
        inbox,
        warehouse=services.warehouse,
        engine=services.engine,
        options=SourceOptions(
            zone="UTC", mapping=None, source_name="sample", hash_key=b"tests", now=now
        ),
        now=now,
    )
    shutil.rmtree(inbox)
    refresh(services.warehouse, services.engine, now, zone=services.settings.time_zone)
