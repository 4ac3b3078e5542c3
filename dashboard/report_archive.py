"""What the archive of reports reads: issues, what people asked for, what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from dashboard import pulse
from dashboard.reports import requests, schedule, slots, store
from dashboard.reports.requests import Request
from dashboard.reports.schedule_file import FILE_NAME, ScheduleError, load
from dashboard.reports.slots import Planned
from dashboard.reports.template import Template, TemplateError, shipped, templates
from dashboard.reports.values import Say
from data_access.state.schema import report

if TYPE_CHECKING:
    from dashboard.services import Services

PATH = "/reports"
MOST = 60
"""Issues that one look shows."""
DIGITS = 19
"""A longer number is none that a database gives."""
WEEKLY = "weekly"
_ASKED_FOR = timedelta(hours=12)
_LONGEST_SEARCH = 200
_PLANNED = 8
_GRAINS = ("week", "month", "quarter")


@dataclass(frozen=True)
class Listed:
    """One issue, without its document."""

    id: int
    template: str
    period: str
    n: int
    first: date
    last: date
    as_of: datetime
    complete: bool
    headline: Say
    tone: str
    created_at: datetime
    created_by: str
    note: str


@dataclass(frozen=True)
class Next:
    """The next report of a schedule."""

    template: str
    period: str
    due_at: datetime


@dataclass(frozen=True)
class Archive:
    """One look at the archive.

    Attributes:
        newest: of the weekly page, else of any report; None: there is none at all.
        issues: newest issue of each period that the search finds, the newest period first.
        found: how many there are.
        kinds: template to its title in both languages.
        coming: the next report of each schedule.
        planned: reports of schedules that are due: why they wait, what became of them.
        fault: why the schedule cannot be read; empty if it can.
    """

    newest: Listed | None
    issues: tuple[Listed, ...]
    found: int
    kinds: Mapping[str, tuple[str, str]]
    coming: tuple[Next, ...]
    planned: tuple[Planned, ...]
    fault: str
    now: datetime


def archive(services: Services, search: str, kind: str) -> Archive:
    """One look; every word of `search` must stand in a report, in either language."""
    now, engine = services.clock(), services.engine
    whole = store.listed(engine).filter(pl.col("newest"))
    weekly = whole.filter(pl.col("template") == WEEKLY)
    found = whole
    if search.strip() or kind:
        sought = search[:_LONGEST_SEARCH]
        found = store.listed(engine, search=sought, template=kind or None)
        found = found.filter(pl.col("newest"))
    first = (weekly if weekly.height else whole).head(1).rows(named=True)
    coming, fault = _coming(services, now)
    return Archive(
        newest=_read(first[0]) if first else None,
        issues=tuple(_read(row) for row in found.head(MOST).rows(named=True)),
        found=found.height,
        kinds=kinds(services),
        coming=coming,
        planned=tuple(one for one in slots.listed(engine, limit=_PLANNED) if _is_news(one, now)),
        fault=fault,
        now=now,
    )


def asked_for(services: Services) -> tuple[Sequence[Request], pulse.Pulse]:
    """What people asked for lately, and whether anybody makes it."""
    now = services.clock()
    found = requests.asked_for(services.engine, since=now - _ASKED_FOR)
    return found, pulse.worker(services.engine, now)


def kinds(services: Services) -> Mapping[str, tuple[str, str]]:
    """Templates by name with their titles in English and Chinese, weekly ones first."""
    known = sorted(
        usable(services).values(), key=lambda one: (_GRAINS.index(one.body.period), one.id)
    )
    return {one.id: (one.body.title.en, one.body.title.zh) for one in known}


def usable(services: Services) -> Mapping[str, Template]:
    """The templates of this home; those that ship where a file of the home cannot be used."""
    try:
        return templates(services.settings.home)
    except TemplateError:
        return shipped()


def number(asked: str) -> int | None:
    """The number that an address names."""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < DIGITS else None


def exists(services: Services, asked: str) -> bool:
    """Whether there is a report at an address."""
    return template_of(services, asked) is not None


def template_of(services: Services, asked: str) -> str | None:
    """The template of the report at an address; None: there is none."""
    wanted = number(asked)
    if wanted is None:
        return None
    with services.engine.connect() as connection:
        found = connection.execute(select(report.c.template).where(report.c.id == wanted))
        template: str | None = found.scalar()
    return template


def newest_weekly(services: Services) -> Listed | None:
    """The newest weekly page."""
    found = store.listed(services.engine, template=WEEKLY, most=1).rows(named=True)
    return _read(found[0]) if found else None


def issues(services: Services, template: str) -> tuple[Listed, ...]:
    """All issues of a template, the newest period and issue first."""
    found = store.listed(services.engine, template=template)
    return tuple(_read(row) for row in found.rows(named=True))


def _read(row: Mapping[str, Any]) -> Listed:
    return Listed(
        id=row["id"],
        template=row["template"],
        period=row["period"],
        n=row["n"],
        first=row["first_day"],
        last=row["last_day"],
        as_of=row["as_of"],
        complete=row["status"] == "ready",
        headline=Say.model_validate_json(row["headline"]),
        tone=row["tone"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        note=row["note"] or "",
    )


def _is_news(one: Planned, now: datetime) -> bool:
    """Rebuilds are no plan; what went out well is in the archive."""
    if one.schedule.startswith(requests.REBUILD):
        return False
    open_still = one.slot.state in ("waiting", "late", "failed")
    return open_still or (one.slot.state == "skipped" and now - one.updated_at < timedelta(days=7))


def _coming(services: Services, now: datetime) -> tuple[tuple[Next, ...], str]:
    path = services.settings.home / FILE_NAME
    if not path.is_file():
        return (), ""
    try:
        planned = load(path).body.schedules
    except ScheduleError as error:
        return (), str(error)
    found = []
    for one in planned.values():
        period, at = schedule.next_due(one, now, services.settings.time_zone)
        found.append(Next(one.template, period.name, at))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.template))), ""
