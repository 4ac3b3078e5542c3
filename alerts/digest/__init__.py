"""The daily digest: what is open, late or lost, and the head of the log for somebody to keep."""

from alerts.digest.facts import Digest, Line
from alerts.digest.sending import due_at, run_due

__all__ = ["Digest", "Line", "due_at", "run_due"]
