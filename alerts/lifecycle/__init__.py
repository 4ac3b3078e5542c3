"""The signal machine: what the data say about an alert, step by step. Pure."""

from alerts.lifecycle.model import AlertState, Event, Observation, Policy, Seen, Signal, Timing
from alerts.lifecycle.step import step

__all__ = ["AlertState", "Event", "Observation", "Policy", "Seen", "Signal", "Timing", "step"]
