"""The handling machine: what people do about an incident, step by step. Pure."""

from alerts.handling.grouping import Grouping, group_key
from alerts.handling.model import (
    Action,
    Do,
    Event,
    Handling,
    Incident,
    Kind,
    Policy,
    Refused,
    Verdict,
    Why,
)
from alerts.handling.step import begin, rejoins, step

__all__ = [
    "Action",
    "Do",
    "Event",
    "Grouping",
    "Handling",
    "Incident",
    "Kind",
    "Policy",
    "Refused",
    "Verdict",
    "Why",
    "begin",
    "group_key",
    "rejoins",
    "step",
]
