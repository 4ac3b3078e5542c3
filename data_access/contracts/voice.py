"""What customers and others say: reviews, surveys, mentions."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c


class Reviews(dy.Schema):
    """One public review."""

    review_id = c.key("Review id")
    order_id = c.ref("Order it is about")
    sku = c.ref("Product it is about")
    platform = c.text("Where it was written")
    at = c.instant("When it was written", nullable=False)
    answered_at = c.instant("When it was answered")
    rating = c.count("Stars, 1 to 5", minimum=1, maximum=5)
    reach = c.count("How many people saw it")
    lang = c.language()
    country = c.country()
    title = c.free_text("Title")
    text = c.free_text("What was written")
    anger = c.number("Anger, 0 to 100", min=0, max=100)


class Surveys(dy.Schema):
    """One survey sent; answered or not."""

    response_id = c.key("Response id")
    case_id = c.ref("Case it is about")
    order_id = c.ref("Order it is about")
    kind = c.choice(["nps", "csat", "ces"], "Kind of question", nullable=False)
    sent_at = c.instant("When it was sent", nullable=False)
    answered_at = c.instant("When it was answered")
    score = c.count("Answer: NPS 0-10, CSAT 1-5, CES 1-7")
    country = c.country()
    lang = c.language()
    comment = c.free_text("Comment")

    @dy.rule()
    def score_in_range(cls) -> pl.Expr:
        """Each kind of question has its own scale."""
        top = (
            pl.when(pl.col("kind") == "nps").then(10).when(pl.col("kind") == "csat").then(5)
        ).otherwise(7)
        bottom = pl.when(pl.col("kind") == "nps").then(0).otherwise(1)
        return pl.col("score").is_between(bottom, top)

    @dy.rule()
    def answered_after_sent(cls) -> pl.Expr:
        """Nobody answers before being asked."""
        return pl.col("answered_at") >= pl.col("sent_at")


class Mentions(dy.Schema):
    """One post or article that names the merchant or a product, as a listening tool exports it."""

    mention_id = c.key("Mention id")
    platform = c.text("Where it was published")
    sku = c.ref("Product it is about")
    at = c.instant("When it was published", nullable=False)
    author_kind = c.choice(["customer", "influencer", "media"], "Who published it")
    reach = c.count("How many people it reached, as the tool estimates")
    lang = c.language()
    country = c.country()
    text = c.free_text("What was published")
    anger = c.number("Anger, 0 to 100", min=0, max=100)
    topic = c.text("Topic as the tool names it")
