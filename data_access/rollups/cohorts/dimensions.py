"""Dimensions that cohorts share, and the sets of them that rollups are kept for."""

from __future__ import annotations

PLACE = ("market", "continent", "region", "lane", "carrier", "category", "product", "language")
ORDER_DIMS = (*PLACE, "source")
CASE_DIMS = (*PLACE, "channel", "priority", "team", "reason", "level", "source")
# From the smallest to the largest. Only cuts that shrink the rows by far are worth their place: by
# product, or by three or four dimensions, a day's rollup is the rows again, and those are scanned.
ORDER_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("market",),
    ("category", "carrier"),
    ("market", "region"),
    ("carrier", "lane"),
    ("market", "carrier"),
    ("market", "language"),
    ("market", "category"),
)
CASE_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("channel", "priority"),
    ("team", "priority"),
    ("category", "carrier"),
    ("market", "level"),
    ("market", "channel"),
    ("category", "reason"),
    ("market", "carrier"),
    ("market", "language"),
    ("market", "category"),
)
