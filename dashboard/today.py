"""Which day is today, for a reader of numbers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dashboard.formats import as_zone

if TYPE_CHECKING:
    from dashboard.services import Services
    from dashboard.url_filter import View


def today(services: Services, view: View) -> date:
    """The day the numbers end with, in the zone that days are cut in."""
    zone = view.zone or services.settings.time_zone
    return as_zone(services.metrics.as_of(), zone).date()
