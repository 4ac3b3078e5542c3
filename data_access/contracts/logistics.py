"""Parcels and their scans."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c


class Shipments(dy.Schema):
    """One parcel, forward to the customer or back from him."""

    shipment_id = c.key("Parcel id")
    order_id = c.ref("Order it belongs to")
    return_id = c.ref("Return it belongs to, for parcels on their way back")
    direction = c.choice(["fwd", "rev"], "Forward or reverse", nullable=False)
    carrier = c.text("Carrier")
    service = c.text("Service level sold")
    tracking_no = c.ref("Tracking number")
    origin = c.text("Where the lane starts (country or state)")
    dest = c.text("Where the lane ends (country or state)")
    dest_country = c.country("Country of destination, ISO 3166 alpha-2")
    created_at = c.instant("When the parcel was ordered", nullable=False)
    shipped_at = c.instant("When the carrier took it over")
    promised_at = c.instant("Last instant of the original promise", planned=True)
    promised_on = c.day("Original promised date, in the calendar of the destination")
    current_eta = c.instant("Carrier's estimate now", planned=True)
    first_attempt_at = c.instant("First delivery attempt")
    delivered_at = c.instant("When it was delivered")
    delivered_on = c.day("Date of delivery, in the calendar of the destination", planned=False)
    cancelled_at = c.instant("When the shipment was called off")
    state = c.choice(c.PARCEL_STATES, "State of the parcel now")
    pod = c.flag("Proof of delivery on file")
    cost = c.amount("What the carrier charges")
    currency = c.currency()

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("cost").is_null() | pl.col("currency").is_not_null()

    @dy.rule()
    def delivered_not_before_shipped(cls) -> pl.Expr:
        """A parcel cannot arrive before the carrier took it over."""
        return pl.col("delivered_at") >= pl.col("shipped_at")


class TrackingEvents(dy.Schema):
    """One scan of one parcel."""

    event_id = c.key("Scan id")
    shipment_id = c.ref("Parcel", nullable=False)
    event_at = c.instant("When it happened", nullable=False)
    tz_known = c.flag("Whether the carrier gave a zone; else the mapping's zone was used")
    state = c.choice(c.PARCEL_STATES, "State after the scan", nullable=False)
    substate = c.text("Finer state, such as customs_info_required")
    country = c.country()
    city = c.text("Place of the scan")
    raw_text = c.free_text("The carrier's own words")
