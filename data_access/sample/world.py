"""The whole sample company from its past to the end of its horizon, generated in one go.

A world holds every canonical table with all instants, future ones included; columns that begin with
`_` are instants no export would show. `view` tells what exports show at an instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_access.sample import (
    cases,
    conversation,
    costs,
    mentions,
    orders,
    parcels,
    people,
    products,
    redress,
    reference,
    returns,
    scans,
    steps,
    voice,
)
from data_access.sample.draw import instants
from data_access.sample.incidents import truth
from data_access.sample.orders import Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan


@dataclass(frozen=True)
class World:
    """All tables by name, the plan they come from, and the truth about the injected incidents."""

    plan: Plan
    tables: Mapping[str, pl.DataFrame]
    truth: list[dict[str, object]]


def _order_frame(sold: Orders, sent: Parcels) -> pl.DataFrame:
    """The orders with when they were shipped and completed, for their status."""
    last = (
        pl.DataFrame(
            {
                "order_id": sold.order_id.gather(sent.order),
                "_shipped_at": instants(sent.course.shipped),
                "_completed_at": instants(sent.course.delivered),
            }
        )
        .group_by("order_id", maintain_order=True)
        .agg(pl.col("_shipped_at").min(), pl.col("_completed_at").max())
    )
    return sold.frame.join(last, on="order_id", how="left", maintain_order="left")


def generate(plan: Plan) -> World:
    """The world of a plan: the same plan gives the same world."""
    catalogue = products.generate(plan)
    sold = orders.generate(plan, catalogue)
    sent = parcels.generate(plan, sold)
    back = returns.generate(plan, catalogue, sold, sent)
    asked = cases.generate(plan, catalogue, sold, sent, back)
    staff = people.generate(plan)
    messages, said = conversation.messages(plan, asked, catalogue, sold)
    events = steps.events(plan, asked, staff, said)
    tables = {
        "orders": _order_frame(sold, sent),
        "order_lines": sold.lines,
        "products": catalogue.frame,
        "lots": products.lot_frame(plan, catalogue, sold.lines),
        "customers": sold.customers.filter(pl.col("first_order_at").is_not_null()),
        "shipments": pl.concat([sent.frame, back.parcels], how="diagonal"),
        "tracking_events": pl.concat([scans.generate(plan, sent), back.scans], how="diagonal"),
        "cases": asked.frame,
        "case_events": events,
        "messages": messages,
        "returns": back.frame,
        "return_lines": back.lines,
        "refunds": back.refunds,
        "reviews": voice.reviews(plan, catalogue, sold, sent, asked),
        "surveys": voice.surveys(plan, sold, sent, asked),
        "mentions": mentions.generate(plan, catalogue, sold),
        "disputes": redress.disputes(plan, sold, sent, back, asked),
        "compensations": redress.compensations(plan, sold, sent, back, asked),
        "costs": pl.concat([back.costs, costs.handling(plan, asked)]),
        "agents": staff.agents,
        "shifts": staff.shifts,
        "calendars": staff.calendars,
        "holidays": staff.holidays,
        "sla_policies": staff.sla_policies,
        "fx_rates": reference.fx_rates(plan),
        "annotations": reference.marks(plan),
    }
    viral = asked.contacts.viral & (asked.contacts.at <= plan.now_s)
    affected = {
        "customs_hold": {"parcels": sent.affected["customs_hold"]},
        "carrier_collapse": {"parcels": sent.affected["carrier_collapse"]},
        "faulty_lot": {"returns": back.affected["faulty_lot"]},
        "refund_backlog": {"refunds": back.affected["refund_backlog"]},
        "viral_complaint": {"cases": int(viral.sum())},
    }
    return World(plan, tables, truth(plan.incidents, affected))
