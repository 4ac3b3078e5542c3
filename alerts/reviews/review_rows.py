"""Reviews as they stand in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from alerts.reviews.review_machine import Review, Status, Summary
from data_access.state.schema import crisis_review as table


@dataclass(frozen=True)
class StoredReview:
    """One review; `review` is what its machine knows.

    Attributes:
        facts: the record as it was when the review was published; None before.
        redacted: the summary as it may be published, by language.
        known_id: the incident that recall counts since the review was published.
        public_at: when the summary was published, and `public_by` whom.
    """

    crisis_id: int
    due_at: datetime
    review: Review
    facts: Mapping[str, Any] | None
    redacted: Mapping[str, str]
    known_id: int | None
    public_at: datetime | None
    public_by: str | None
    version: int


def load(connection: Connection, crisis_id: int, *, lock: bool = False) -> StoredReview | None:
    """The review of a crisis; None: nobody asked for one. `lock`: nobody else may change it."""
    query = select(table).where(table.c.crisis_id == crisis_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else read(row)


def read(row: Any) -> StoredReview:
    """A row of `crisis_review`."""
    content, public = row.content_json, row.public_json
    confirmed = public.get("confirmed") or {}
    published = public.get("published") or {}
    review = Review(
        Status(row.status),
        Summary(public.get("state", "none")),
        row.owner,
        content.get("sections", {}),
        public.get("texts", {}),
        public.get("sha256", ""),
        confirmed.get("by"),
        datetime.fromisoformat(confirmed["at"]) if confirmed else None,
        row.published_by,
        row.published_at,
    )
    return StoredReview(
        row.crisis_id,
        row.due_at,
        review,
        content.get("facts"),
        public.get("redacted", {}),
        content.get("known_incident"),
        datetime.fromisoformat(published["at"]) if published else None,
        published.get("by"),
        row.version,
    )


def save(connection: Connection, stored: StoredReview, now: datetime) -> int:
    """Write a review as it is now; gives the next version."""
    review = stored.review
    content: dict[str, Any] = {"sections": dict(review.sections)}
    if stored.facts is not None:
        content["facts"] = dict(stored.facts)
    if stored.known_id is not None:
        content["known_incident"] = stored.known_id
    public: dict[str, Any] = {}
    if review.summary is not Summary.NONE:
        public = {
            "state": str(review.summary),
            "texts": dict(review.texts),
            "redacted": dict(stored.redacted),
            "sha256": review.sha256,
        }
        if review.confirmed_at is not None:
            public["confirmed"] = {
                "by": review.confirmed_by,
                "at": review.confirmed_at.isoformat(),
            }
        if stored.public_at is not None:
            public["published"] = {"by": stored.public_by, "at": stored.public_at.isoformat()}
    connection.execute(
        update(table)
        .where(table.c.crisis_id == stored.crisis_id)
        .values(
            status=str(review.status),
            owner=review.owner,
            content_json=content,
            public_json=public,
            published_at=review.published_at,
            published_by=review.published_by,
            version=stored.version + 1,
            updated_at=now,
        )
    )
    return stored.version + 1
