"""What the tools of the sample company would export at an instant.

A row exists from the instant it was made; a column is known from the instant that fixes it; a
status is the last stage whose instant has passed. Seen later, rows never vanish and known instants
stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from data_access.contracts import TABLES

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Lens:
    """How one table looks before its story is over."""

    seen: str | None = None
    """Instant a row appears; None: always there."""
    masks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By instant: the columns known from then on, besides the instant itself."""
    later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By instant: the columns that from then on say what `_<column>_then` holds."""
    state: str | None = None
    stages: tuple[tuple[str, str], ...] = ()
    """(instant, value) in the order of the story: the last one passed is the state."""

    def instants(self) -> list[str]:
        """Every instant at which a row can change."""
        named = ([self.seen] if self.seen else []) + [*self.masks, *self.later]
        return list(dict.fromkeys([*named, *(instant for instant, _ in self.stages)]))


LENSES: Mapping[str, Lens] = {
    "orders": Lens(
        "placed_at",
        {"cancelled_at": ()},
        state="status",
        stages=(
            ("placed_at", "paid"),
            ("_shipped_at", "shipped"),
            ("_completed_at", "completed"),
            ("cancelled_at", "cancelled"),
        ),
    ),
    "order_lines": Lens("placed_at"),
    "customers": Lens("first_order_at", {"vip_from": ("vip_tier", "vip_to")}),
    "shipments": Lens(
        "created_at",
        {
            "shipped_at": ("tracking_no", "cost"),
            "_estimated_at": ("current_eta",),
            "first_attempt_at": (),
            "delivered_at": ("delivered_on", "pod"),
        },
        state="state",
        stages=(
            ("created_at", "created"),
            ("shipped_at", "handed_over"),
            ("_moving_at", "in_transit"),
            ("_customs_in_at", "customs"),
            ("_customs_out_at", "in_transit"),
            ("_on_the_van_at", "out_for_delivery"),
            ("_failed_at", "attempt_failed"),
            ("_lost_at", "exception"),
            ("delivered_at", "delivered"),
        ),
    ),
    "tracking_events": Lens("event_at"),
    "cases": Lens(
        "created_at",
        {"_closed_at": ("merged_into", "spam")},
        {"_regraded_at": ("severity",), "_escalated_at": ("calendar_id",)},
        state="status",
        stages=(
            ("created_at", "new"),
            ("_answered_at", "open"),
            ("_held_at", "on_hold"),
            ("_released_at", "open"),
            ("_pending_at", "pending"),
            ("_resumed_at", "open"),
            ("_solved_at", "solved"),
            ("_reopened_at", "open"),
            ("_solved_again_at", "solved"),
            ("_closed_at", "closed"),
        ),
    ),
    "case_events": Lens("at"),
    "messages": Lens("at"),
    "returns": Lens(
        "requested_at",
        {
            "approved_at": ("resolution", "fee_bearer", "decision_mode"),
            "label_at": (),
            "first_scan_at": (),
            "received_at": (),
            "qc_at": (),
            "closed_at": (),
        },
        state="state",
        stages=(
            ("requested_at", "requested"),
            ("approved_at", "approved"),
            ("first_scan_at", "in_transit"),
            ("received_at", "received"),
            ("closed_at", "closed"),
            ("_rejected_at", "rejected"),
            ("_expired_at", "expired"),
        ),
    ),
    "return_lines": Lens(
        "requested_at",
        {"_inspected_at": ("fault_code", "qc_confirmed", "grade", "recovered", "disposition")},
    ),
    "refunds": Lens(
        "requested_at",
        {"issued_at": ("fee",), "settled_at": ()},
        state="status",
        stages=(("requested_at", "requested"), ("issued_at", "issued"), ("settled_at", "settled")),
    ),
    "reviews": Lens("at", {"answered_at": ()}),
    "surveys": Lens("sent_at", {"answered_at": ("score", "comment")}),
    "lots": Lens("_made_at"),
    "mentions": Lens("at"),
    "disputes": Lens("opened_at", {"closed_at": ("outcome",)}),
    "compensations": Lens("decided_at", {"paid_at": ()}),
    "costs": Lens("at"),
    "shifts": Lens("_rostered_at"),
    "fx_rates": Lens("_published_at"),
    "annotations": Lens("_marked_at"),
}
STATIC = Lens()


def _known(instant: str, at: pl.Expr) -> pl.Expr:
    return pl.col(instant).is_not_null() & (pl.col(instant) <= at)


def _seen_through(frame: pl.DataFrame, lens: Lens, at: datetime) -> pl.DataFrame:
    """The rows with what is not yet known taken away and their state as of `at`."""
    clock = _literal(at)
    columns = {}
    for instant, hidden in lens.masks.items():
        for name in (instant, *hidden):
            columns[name] = pl.when(_known(instant, clock)).then(pl.col(name)).alias(name)
    for instant, names in lens.later.items():
        for name in names:
            then = pl.when(_known(instant, clock)).then(pl.col(f"_{name}_then"))
            columns[name] = then.otherwise(pl.col(name)).alias(name)
    if lens.state:
        state = pl.lit(None, dtype=pl.String)
        for instant, value in lens.stages:
            state = pl.when(_known(instant, clock)).then(pl.lit(value)).otherwise(state)
        columns[lens.state] = state.alias(lens.state)
    shown = frame.with_columns(columns.values())
    return shown.select(pl.exclude(r"^_.*$"))


def _ordered(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Columns in the contract's order; those the company does not record are left out."""
    return frame.select([column for column in TABLES[name].columns if column in frame.columns])


def view(world: Tables, at: datetime, only: Iterable[str] | None = None) -> dict[str, pl.DataFrame]:
    """Every table as exported at `at`."""
    shown = {}
    for name in only or world:
        lens, frame = LENSES.get(name, STATIC), world[name]
        if lens.seen:
            frame = frame.filter(pl.col(lens.seen) <= at)
        shown[name] = _ordered(name, _seen_through(frame, lens, at))
    return shown


def _moves(lens: Lens, since: pl.Expr, at: pl.Expr | None = None) -> pl.Expr:
    """Whether a row is new or changes after `since` (and not after `at`)."""
    after = [pl.col(instant) > since for instant in lens.instants()]
    if at is not None:
        after = [
            moved & (pl.col(instant) <= at)
            for moved, instant in zip(after, lens.instants(), strict=True)
        ]
    return pl.any_horizontal(moved.fill_null(value=False) for moved in after)


def _literal(at: datetime) -> pl.Expr:
    return pl.lit(at, dtype=pl.Datetime("us", "UTC"))


def ahead(world: Mapping[str, pl.LazyFrame], since: datetime) -> dict[str, pl.DataFrame]:
    """The part of a world that is new or changes after `since`: all that `news` will ask for."""
    parts = [world[name].filter(_moves(lens, _literal(since))) for name, lens in LENSES.items()]
    return dict(zip(LENSES, pl.collect_all(parts), strict=True))


def news(world: Tables, since: datetime, at: datetime) -> dict[str, pl.DataFrame]:
    """The rows that are new or changed between two instants, as exported at the later one."""
    shown = {}
    for name, lens in LENSES.items():
        moved = _moves(lens, _literal(since), _literal(at)) & (pl.col(str(lens.seen)) <= at)
        rows = world[name].filter(moved)
        if rows.height:
            shown[name] = _ordered(name, _seen_through(rows, lens, at))
    return shown
