"""Column kinds that the canonical tables are made of.

Every kind fixes dtype, unit and meaning once, so that `created_at` is the same thing in each table:
instants are UTC with microseconds, money is integer minor units beside an ISO 4217 code, countries
are ISO 3166 alpha-2 and languages BCP-47.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dataframely as dy

PARCEL_STATES = (
    "created",
    "handed_over",
    "in_transit",
    "customs",
    "out_for_delivery",
    "attempt_failed",
    "pickup_ready",
    "delivered",
    "exception",
    "returning",
    "returned",
    "stale",
    "cancelled",
)
RETURN_REASONS = (
    "size_fit",
    "colour_style",
    "not_as_described",
    "defective",
    "damaged_in_transit",
    "wrong_item",
    "missing_part",
    "late",
    "changed_mind",
    "refused_customs",
    "legal_compliance",
    "other",
)
CHANNELS = (
    "email",
    "chat",
    "phone",
    "web",
    "marketplace",
    "social",
    "messenger",
    "in_person",
    "other",
)


def key(doc: str) -> dy.String:
    """Text id that is (part of) the natural key; never null, never empty."""
    return dy.String(nullable=False, min_length=1, metadata={"doc": doc, "kind": "id"})


def ref(doc: str, *, nullable: bool = True) -> dy.String:
    """Text id of a row in another table."""
    return dy.String(nullable=nullable, min_length=1, metadata={"doc": doc, "kind": "id"})


def text(doc: str, *, nullable: bool = True) -> dy.String:
    """Short label such as a team or a region name."""
    return dy.String(nullable=nullable, metadata={"doc": doc, "kind": "text"})


def free_text(doc: str) -> dy.String:
    """Words that people wrote: stored redacted of e-mails, phones and card numbers."""
    return dy.String(nullable=True, metadata={"doc": doc, "kind": "free_text"})


def personal_key(doc: str, *, nullable: bool = True) -> dy.String:
    """Customer key: a keyed hash, so that no name, e-mail or phone is stored."""
    return dy.String(nullable=nullable, min_length=1, metadata={"doc": doc, "kind": "personal_key"})


def actor(doc: str) -> dy.String:
    """Who acted: a personal key where the row's `actor_role` is customer, else an id."""
    return dy.String(nullable=True, min_length=1, metadata={"doc": doc, "kind": "actor"})


def instant(doc: str, *, nullable: bool = True, planned: bool = False) -> dy.Datetime:
    """Moment in UTC with microseconds; one that is not `planned` cannot lie in the future."""
    return dy.Datetime(
        nullable=nullable,
        time_unit="us",
        time_zone="UTC",
        metadata={"doc": doc, "kind": "instant", "unit": "UTC", "planned": planned},
    )


def day(doc: str, *, nullable: bool = True, planned: bool = True) -> dy.Date:
    """Calendar date that belongs to no zone (a promise, a holiday, a rate)."""
    meta = {"doc": doc, "kind": "date", "planned": planned}
    return dy.Date(nullable=nullable, metadata=meta)


def choice(values: Sequence[str], doc: str, *, nullable: bool = True) -> dy.Enum:
    """One of a fixed list."""
    return dy.Enum(list(values), nullable=nullable, metadata={"doc": doc, "kind": "choice"})


def count(
    doc: str, *, nullable: bool = True, minimum: int | None = 0, maximum: int | None = None
) -> dy.Int64:
    """Whole number."""
    return dy.Int64(
        nullable=nullable, min=minimum, max=maximum, metadata={"doc": doc, "kind": "count"}
    )


def amount(doc: str, *, nullable: bool = True) -> dy.Int64:
    """Money in minor units of the row's `currency` (cents; yen as they are)."""
    return dy.Int64(
        nullable=nullable, metadata={"doc": doc, "kind": "money", "unit": "minor units"}
    )


def number(doc: str, *, unit: str = "", nullable: bool = True, **limits: Any) -> dy.Float64:
    """Measured quantity."""
    return dy.Float64(
        nullable=nullable, metadata={"doc": doc, "kind": "number", "unit": unit}, **limits
    )


def flag(doc: str, *, nullable: bool = True) -> dy.Bool:
    """Yes or no."""
    return dy.Bool(nullable=nullable, metadata={"doc": doc, "kind": "flag"})


def currency(*, nullable: bool = True) -> dy.String:
    """ISO 4217 code; which codes exist is checked against the published list on import."""
    return dy.String(
        nullable=nullable,
        regex=r"^[A-Z]{3}$",
        metadata={"doc": "ISO 4217 currency code of the money columns", "kind": "currency"},
    )


def country(doc: str = "Country, ISO 3166 alpha-2", *, nullable: bool = True) -> dy.String:
    """ISO 3166 alpha-2."""
    return dy.String(
        nullable=nullable, regex=r"^[A-Z]{2}$", metadata={"doc": doc, "kind": "country"}
    )


def language(doc: str = "Language, BCP-47 (en, pt-BR, zh-Hans)") -> dy.String:
    """BCP-47 tag."""
    return dy.String(
        nullable=True,
        regex=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        metadata={"doc": doc, "kind": "language"},
    )


def zone(doc: str, *, nullable: bool = True) -> dy.String:
    """IANA time zone name."""
    return dy.String(nullable=nullable, metadata={"doc": doc, "kind": "zone"})
