"""Costs, exchange rates and marks on the time axis."""

from __future__ import annotations

import dataframely as dy

from data_access.contracts import columns as c


class Costs(dy.Schema):
    """One cost of service."""

    cost_id = c.key("Cost id")
    at = c.instant("When it was incurred", nullable=False)
    kind = c.choice(
        [
            "labour",
            "freight_fwd",
            "freight_rev",
            "duty",
            "storage",
            "parts",
            "qc",
            "platform_fee",
            "write_down",
            "goodwill",
        ],
        "Kind of cost",
        nullable=False,
    )
    ref_table = c.text("Table the cost belongs to: `cases`, `returns`, `orders` or `shipments`")
    ref_id = c.ref("Number of the row there")
    country = c.country()
    amount = c.amount("Amount", nullable=False)
    currency = c.currency(nullable=False)


class FxRates(dy.Schema):
    """One published exchange rate: one unit of `base` is `rate` units of `quote`."""

    date = c.day("Day of the rate", nullable=False, planned=False)
    base = c.currency(nullable=False)
    quote = c.currency(nullable=False)
    rate = c.number("Units of quote for one unit of base", nullable=False, min_exclusive=0.0)
    provider = c.text("Who published it")


class Annotations(dy.Schema):
    """A mark on the time axis: a promotion, a policy, a release, an outage."""

    annotation_id = c.key("Annotation id")
    starts_at = c.instant("From", nullable=False, planned=True)
    ends_at = c.instant("To; empty for a moment", planned=True)
    kind = c.choice(
        ["promo", "policy", "release", "holiday", "outage", "incident"], "Kind", nullable=False
    )
    country = c.country()
    category = c.text("Category it concerns")
    carrier = c.text("Carrier it concerns")
    text = c.text("What happened", nullable=False)
    text_zh = c.text("The same in Chinese")
