"""What a KPI tile says, from one reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import formats, rows
from dashboard.languages import _
from dashboard.numbers import MATURE, number_link
from dashboard.readings import Reading
from dashboard.url_filter import link
from dashboard.vocabulary import dimension_name
from dashboard.wording.standing import against_before, against_target, verdict_word

BEHIND: Mapping[str, tuple[str, dict[str, str]]] = {
    "contact_rate": ("/complaints", {}),
    "first_response_within_target": ("/cases", {"view": "first_response_late"}),
    "resolution_within_target": ("/cases", {"view": "resolution_late"}),
    "backlog": ("/service", {}),
    "on_time_delivery": ("/rows/parcels", {"view": "late"}),
    "return_rate_value": ("/rows/returns", {}),
    "csat": ("/rows/surveys", {"view": "csat_low"}),
    "nps": ("/rows/surveys", {"view": "detractors"}),
    "low_review_share": ("/rows/reviews", {"view": "low"}),
}
"""KPI to the screen (and its own keys) where what is behind the number stands."""


@dataclass(frozen=True)
class Tile:
    """Leaf properties of one tile, in the order of `TilePart`."""

    href: str
    status: str
    status_class: str
    value: str
    interval: str
    spark: str
    delta: str
    delta_class: str
    against: str
    taint: str
    taint_class: str
    taint_href: str
    counted_href: str


def tile(reading: Reading, query: str, note: str = "") -> Tile:
    """Texts of a tile.

    Args:
        reading: the numbers.
        query: the present view, kept in the link.
        note: what stands in place of interval and n (the ages of a backlog).
    """
    kpi = reading.kpi
    standing = against_target(kpi, reading.value, reading.n, reading.low, reading.high)
    change = against_before(kpi, reading.value, reading.before, reading.low, reading.high)
    path, own = BEHIND.get(kpi.name, ("/cases", {}))
    return Tile(
        href=link(path, query, own),
        status=standing.word,
        status_class=f"aw-status aw-status--{standing.kind}" if standing.word else "aw-none",
        value=formats.value(reading.value, kpi.unit),
        interval=note or _certainty(reading),
        spark=rows.spark(reading.trend, target=kpi.target),
        delta=change.text,
        delta_class=change.css if change.text else "aw-none",
        against=verdict_word(change.verdict) if change.text else "",
        taint=tainted_text(reading.tainted, reading.checked) if reading.tainted else "",
        taint_class="aw-status aw-status--watch aw-tile__taint" if reading.tainted else "aw-none",
        taint_href=link("/cases", query, {"view": "tainted"}),
        counted_href=number_link(kpi.name, query),
    )


def tainted_text(tainted: int, checked: int) -> str:
    """`12 of 340 with data problems`."""
    return _(
        "{tainted} of {n} with data problems",
        tainted=formats.number(tainted),
        n=formats.number(checked),
    )


def backlog_note(ages: Mapping[str, float]) -> str:
    """How old the open cases are, in the two steps that matter to a shift lead."""
    oldest = ages.get(">7d", 0)
    older = oldest + ages.get("2-7d", 0)
    if not older:
        return _("None older than 2 days")
    return _(
        "{older} older than 2 days, {oldest} than 7",
        older=formats.number(older),
        oldest=formats.number(oldest),
    )


def _certainty(reading: Reading) -> str:
    if reading.value is None:
        return ""
    interval = formats.interval(reading.low, reading.high, reading.kpi.unit)
    n = _("n = {n}", n=formats.number(reading.n)) if reading.n else ""
    young = reading.maturity is not None and reading.maturity < MATURE
    immature = _("Immature") if young else ""
    every = [
        _("any {dimension}", dimension=dimension_name(name).lower()) for name in reading.unsplit
    ]
    return " · ".join(part for part in (interval, n, immature, *every) if part)
