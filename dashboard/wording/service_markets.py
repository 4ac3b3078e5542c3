"""What the Service screen says about marketplaces: both promises, what runs, what is next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _
from dashboard.targets import target_of
from dashboard.url_filter import Period, link
from data_access.browse.service_marketplaces import CLOCKS

KPIS = {"own": "marketplace_within_2h", "platform": "marketplace_within_24h"}
"""The same promises as KPIs over all marketplaces: whose targets hold here."""

FEWEST = 10


def title(frame: pl.DataFrame) -> str:
    """The finding: the marketplace whose customers wait longest for us."""
    judged = frame.filter(pl.col("own_n") >= FEWEST).sort("own_high", "marketplace")
    if not judged.height:
        return _("Marketplace clocks")
    row = judged.row(0, named=True)
    return _(
        "{marketplace} is answered within 2 h least often: {share}",
        marketplace=market_name(row["marketplace"]),
        share=formats.percent(row["own_value"]),
    )


def note(span: Period) -> str:
    """Which messages count, and that these clocks know no weekend."""
    return _(
        "Customer messages of {days} whose deadline has passed; both clocks run day and night, "
        "weekends and holidays included",
        days=formats.days(span.first, span.last),
    )


def market_name(marketplace: str | None) -> str:
    """The marketplace as its source names it."""
    return marketplace or _("Not named")


def table(frame: pl.DataFrame, query: str) -> str:
    """Every marketplace: own promise, platform's rule, what runs now and breaches next."""
    columns = [
        rows.Column(_("Marketplace")),
        rows.Column(_("Within 2 h, our promise"), num=True),
        rows.Column(_("n"), num=True),
        rows.Column(_("Within 24 h, platform rule"), num=True),
        rows.Column(_("n"), num=True),
        rows.Column(
            _("Running now"), num=True, title=_("Messages that can still be answered within 24 h")
        ),
        rows.Column(_("Next breach"), num=True),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(market_name(row["marketplace"])),
                *_share(row, "own"),
                *_share(row, "platform"),
                rows.Cell(formats.number(row["platform_running"])),
                _next(row),
            ),
            href=link("/service", query, {"within": "240", "clock": CLOCKS["own"]}),
            small=max(row["own_n"], row["platform_n"]) < FEWEST,
        )
        for row in frame.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def _share(row: Mapping[str, Any], name: str) -> tuple[rows.Cell, rows.Cell]:
    value, low, high = (row[f"{name}_{part}"] for part in ("value", "low", "high"))
    meter = None if value is None else (value, low, high, target_of(KPIS[name]))
    share = rows.Cell(formats.percent(value), sub=formats.interval(low, high, "share"), meter=meter)
    return share, rows.Cell(formats.number(row[f"{name}_n"]))


def _next(row: Mapping[str, Any]) -> rows.Cell:
    deadlines = [row[f"{name}_next"] for name in CLOCKS if row[f"{name}_next"] is not None]
    return rows.Cell(at=min(deadlines)) if deadlines else rows.Cell(formats.NONE)
