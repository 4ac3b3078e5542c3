"""What stops messages about an incident, and until when. Pure."""

from alerts.muting.deciding import muted
from alerts.muting.format import Inhibition, MuteCalendar, Window
from alerts.muting.matching import Matcher, MatcherError, matches
from alerts.muting.model import Mute, MuteKind, Silence, Subject

__all__ = [
    "Inhibition",
    "Matcher",
    "MatcherError",
    "Mute",
    "MuteCalendar",
    "MuteKind",
    "Silence",
    "Subject",
    "Window",
    "matches",
    "muted",
]
