"""The clock engine: events in, clocks out; pure and vectorised over all cases at once."""

from data_access.clocks.declarations import CLOCKS, Clock
from data_access.clocks.schemas import CONTEXT, FINDINGS, INSTANCES, INTERVALS, SEGMENTS, TIMELINE
from data_access.clocks.timeline import timeline

__all__ = [
    "CLOCKS",
    "CONTEXT",
    "FINDINGS",
    "INSTANCES",
    "INTERVALS",
    "SEGMENTS",
    "TIMELINE",
    "Clock",
    "timeline",
]
