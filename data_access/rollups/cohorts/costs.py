"""What trouble after the sale costs, on the day it was incurred."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.dimensions import PLACE
from data_access.rollups.cohorts.measures import amount, col, every, flag, true

FEE = "refund_fee"
"""Kind of what the payment provider keeps of a refund."""
GIVEN = "compensation"
"""Kind of what was given; with its level where that is known: `compensation_2`."""
GIVEN_KINDS = (GIVEN, *(f"{GIVEN}_{level}" for level in (1, 2, 3)))

# Refund fees and compensations stand in tables of their own; all other kinds are booked costs.
_GIVEN = true(pl.any_horizontal(col("cost_kind") == kind for kind in GIVEN_KINDS))
_BOOKED = ~_GIVEN & true(col("cost_kind") != FEE)

COSTS = (
    Cohort(
        "costs_incurred",
        "costs",
        "at",
        (*PLACE, "channel", "reason", "cost_kind", "source"),
        {
            "n": every,
            "value": amount("value_minor"),
            "booked_n": flag(_BOOKED),
            "booked_value": amount("value_minor", _BOOKED),
            "given_n": flag(_GIVEN),
            "given_value": amount("value_minor", _GIVEN),
        },
        (
            (),
            ("source",),
            ("market",),
            ("cost_kind",),
            ("channel",),
            ("carrier",),
            ("language",),
            ("category",),
            ("cost_kind", "reason"),
            ("market", "reason"),
            ("market", "category"),
        ),
        keys={"currency": pl.String()},
    ),
)
