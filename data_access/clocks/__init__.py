"""The clock engine: events in, clocks out; pure and vectorised over all cases at once."""

from data_access.clocks.declarations import CLOCKS, Clock
from data_access.clocks.explanation import explained
from data_access.clocks.measuring import Measured, measure
from data_access.clocks.schemas import (
    CASES,
    CHANGES,
    CONTEXT,
    FINDINGS,
    INSTANCES,
    INTERVALS,
    SEGMENTS,
    TIMELINE,
)
from data_access.clocks.timeline import timeline
from data_access.clocks.turns import agent_started

__all__ = [
    "CASES",
    "CHANGES",
    "CLOCKS",
    "CONTEXT",
    "FINDINGS",
    "INSTANCES",
    "INTERVALS",
    "SEGMENTS",
    "TIMELINE",
    "Clock",
    "Measured",
    "agent_started",
    "explained",
    "measure",
    "timeline",
]
