"""Returns, their lines and the money paid back."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c


class Returns(dy.Schema):
    """One return request and its stages."""

    return_id = c.key("RMA number")
    order_id = c.ref("Order the goods came from")
    country = c.country("Country of the customer, ISO 3166 alpha-2")
    requested_at = c.instant("When the customer asked", nullable=False)
    approved_at = c.instant("When it was approved")
    label_at = c.instant("When the label was made")
    first_scan_at = c.instant("First scan on the way back")
    received_at = c.instant("When the hub received it")
    qc_at = c.instant("When it was inspected")
    closed_at = c.instant("When it was closed")
    state = c.choice(
        ["requested", "approved", "rejected", "in_transit", "received", "closed", "expired"],
        "State now",
    )
    method = c.text("How it comes back")
    fee_bearer = c.choice(["merchant", "customer", "marketplace"], "Who pays the way back")
    decision_mode = c.choice(["auto", "manual"], "Who decided")
    resolution = c.choice(["refund", "exchange", "credit", "repair", "keep"], "What was given")

    @dy.rule()
    def received_after_request(cls) -> pl.Expr:
        """Goods cannot be received before the return was asked for."""
        return pl.col("received_at") >= pl.col("requested_at")


class ReturnLines(dy.Schema):
    """One product coming back."""

    return_line_id = c.key("Line id")
    return_id = c.ref("Return the line belongs to", nullable=False)
    order_id = c.ref("Order the goods came from")
    line_id = c.ref("Order line the goods came from")
    sku = c.ref("Product")
    lot_id = c.ref("Production lot")
    requested_at = c.instant("When the customer asked", nullable=False)
    qty = c.count("Units coming back", nullable=False)
    price = c.amount("Sales value coming back, a positive amount")
    currency = c.currency()
    reason = c.choice(c.RETURN_REASONS, "Reason")
    reason_raw = c.free_text("Reason as the source names it")
    fault_code = c.text("Fault found")
    qc_confirmed = c.flag("Whether the hub confirmed the fault")
    grade = c.choice(["A", "B", "C", "D"], "Condition on inspection")
    disposition = c.choice(
        ["restock", "refurb", "liquidate", "parts", "destroy", "pending"], "What becomes of it"
    )
    recovered = c.amount("What was recovered")

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("price").is_null() | pl.col("currency").is_not_null()


class Refunds(dy.Schema):
    """Money paid back; settled only when the payment provider says so."""

    refund_id = c.key("Refund id")
    order_id = c.ref("Order")
    return_id = c.ref("Return")
    requested_at = c.instant("When it was asked for", nullable=False)
    issued_at = c.instant("When it was sent to the provider")
    settled_at = c.instant("When the money moved")
    amount = c.amount("Amount", nullable=False)
    fee = c.amount("Fee kept by the provider")
    currency = c.currency(nullable=False)
    psp = c.text("Payment provider")
    status = c.text("Status as the source names it")

    @dy.rule()
    def settled_after_request(cls) -> pl.Expr:
        """Money cannot move before it was asked for."""
        return pl.col("settled_at") >= pl.col("requested_at")
