"""Reviews after a crisis: what happened, why, what is done about it, and whether that helped."""

from alerts.reviews import summary
from alerts.reviews.opening import open_review

open = open_review  # noqa: A001 - a review is opened; nobody opens files here

__all__ = ["open", "open_review", "summary"]
