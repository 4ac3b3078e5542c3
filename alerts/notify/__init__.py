"""Delivery: who is told what, when, how, and what becomes of what could not be delivered."""

from alerts.notify.dying import ResendError, resend
from alerts.notify.reading import OutboxFilter, attempts, counts, dead_letters, outbox_rows

__all__ = [
    "OutboxFilter",
    "ResendError",
    "attempts",
    "counts",
    "dead_letters",
    "outbox_rows",
    "resend",
]
