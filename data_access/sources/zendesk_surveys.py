"""Zendesk's satisfaction ratings, of their own or in the tickets."""

from __future__ import annotations

import polars as pl

from data_access.sources import fields as f
from data_access.sources.base import Table
from data_access.sources.exports import Export
from data_access.sources.gathering import assemble_placed, newest, with_repeats
from data_access.sources.zendesk_desk import Desk

SCORES = {"good": 5, "bad": 1, **{str(score): score for score in range(1, 6)}}
"""Two faces at the ends of our scale, so that the share of 4 and 5 is the share of good ones."""


def surveys_of(desk: Desk, export: Export, zone: str | None) -> Table:
    """Give `surveys`; a rating without a time is dated by the solution, else the last update."""
    ratings = export.gathering.frame("ratings")
    offered = ~ratings["score"].str.to_lowercase().is_in(["unoffered", "not offered"])
    ratings = ratings.filter(offered.fill_null(value=False)).with_columns(
        pl.coalesce("id", pl.format("{}-csat", "ticket_id")).alias("id"),
        pl.col("score").str.to_lowercase().str.extract("^(good|bad|[1-5])").alias("#score"),
    )
    dated = [pl.col("created_at").is_not_null(), pl.col("updated_at")]
    kept, repeats = newest(ratings, ["id"], dated)
    told = desk.tickets.select(ticket_id="id", ticket_updated="updated_at").join(
        desk.metrics.select("ticket_id", "solved_at"), "ticket_id", "left"
    )
    known = kept.join(told.unique("ticket_id"), "ticket_id", "left", maintain_order="left")
    rows = known.with_columns(
        pl.coalesce("created_at", "solved_at", "ticket_updated").alias("#sent"),
        pl.when(pl.col("#score").is_not_null() & pl.col("created_at").is_not_null())
        .then("updated_at")
        .alias("#answered"),
        pl.col("comment").alias("#comment"),
    )
    score = pl.col("#score").replace_strict(SCORES, default=None, return_dtype=pl.Int64)
    table = assemble_placed(
        "surveys",
        rows,
        [
            f.text("response_id", "id"),
            f.text("case_id", "ticket_id"),
            f.constant("kind", "csat"),
            f.instant("sent_at", "#sent", zone),
            f.instant("answered_at", "#answered", zone),
            f.computed("score", score),
            f.text("comment", "#comment"),
        ],
    )
    return with_repeats(table, "response_id", repeats, "id")
