"""Disputes, and what was given to make up for trouble."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c


class Disputes(dy.Schema):
    """One dispute before a bank, a marketplace, a mediator or a court."""

    dispute_id = c.key("Dispute number")
    order_id = c.ref("Order it is about")
    case_id = c.ref("Case in which it was talked about")
    country = c.country("Country of the customer, ISO 3166 alpha-2")
    forum = c.choice(["card", "marketplace", "adr", "court"], "Before whom", nullable=False)
    network = c.text("Card network or marketplace")
    reason_code = c.text("Reason as the forum names it")
    is_fraud = c.flag("Whether the customer denies having ordered at all")
    opened_at = c.instant("When it was opened", nullable=False)
    due_at = c.instant("Until when the answer must be in", planned=True)
    closed_at = c.instant("When it was decided")
    outcome = c.choice(["won", "lost", "refunded", "withdrawn"], "How it ended")
    amount = c.amount("Amount in dispute")
    currency = c.currency()

    @dy.rule()
    def closed_after_opened(cls) -> pl.Expr:
        """A dispute cannot be decided before it was opened."""
        return pl.col("closed_at") >= pl.col("opened_at")

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("amount").is_null() | pl.col("currency").is_not_null()


class Compensations(dy.Schema):
    """One thing given to a customer for trouble, over and above what the law asks."""

    comp_id = c.key("Compensation number")
    order_id = c.ref("Order it makes up for")
    case_id = c.ref("Case in which it was promised")
    country = c.country("Country of the customer, ISO 3166 alpha-2")
    level = c.count("Level, 1 (minor) to 3 (grave)", minimum=1, maximum=3)
    kind = c.choice(["coupon", "free", "gift", "refund", "upgrade"], "What was given")
    cause = c.text("What it makes up for")
    eligible_at = c.instant("When the customer became entitled to it")
    decided_at = c.instant("When it was decided", nullable=False)
    paid_at = c.instant("When the customer got it")
    amount = c.amount("Its value")
    currency = c.currency()
    approver = c.text("Role or team that approved it")

    @dy.rule()
    def paid_after_decided(cls) -> pl.Expr:
        """Nothing is given before it was decided."""
        return pl.col("paid_at") >= pl.col("decided_at")

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("amount").is_null() | pl.col("currency").is_not_null()
