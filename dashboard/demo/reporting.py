"""Which reports the sample company gets, and when; the worker makes those of the last weeks first.

All receivers read the log, so nothing leaves the machine.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dashboard.reports.periods import last_ended
from dashboard.reports.schedule_file import FILE_NAME

WEEKS = 3
"""Weekly pages of the past that the first start makes."""

_REPORTS = """\
# Who gets which report, when. Edit this file as you like: docs/reports.md explains it,
# `afterwatch report schedule check` checks it.
schema_version: 1

schedules:
  monday-page:
    template: weekly
    weekday: mon
    at: "07:00"
    zone: Europe/Berlin
    to: [{role: executive_sponsor}, {role: service_manager}, {channel: desk}]
    first: __WEEK__
    late_feed: {policy: wait, up_to: 4h, then: send_incomplete}

  triggers:
    template: monthly-triggers
    day_of_month: 2
    at: "09:00"
    zone: Europe/Berlin
    to: [{role: service_manager}]
    late_feed: {policy: wait, up_to: 1d, then: send_incomplete}

  languages:
    template: quarterly-language
    day_of_quarter: 5
    at: "09:00"
    zone: Europe/Berlin
    to: [{role: executive_sponsor}, {person: Lin Yue}]
    late_feed: {policy: send_incomplete}
"""


def declare(home: Path, now: datetime, zone: str) -> None:
    """Write `reports.yaml` unless the home has one; the first week is `WEEKS` before now."""
    path = home / FILE_NAME
    if path.exists():
        return
    week = last_ended("week", now, zone)
    for _ in range(WEEKS - 1):
        week = week.before()
    path.write_text(_REPORTS.replace("__WEEK__", week.name), encoding="utf-8")
