"""Zones whose clocks behave badly in different ways."""

from __future__ import annotations

from datetime import UTC, datetime

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Riyadh",
    "Asia/Shanghai",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "UTC",
)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
