"""What the crisis screens read: the list of crises, and everything about one in a few queries."""

from alerts.crisis_room.documents import kinds_of_playbooks, levels_now
from alerts.crisis_room.listing import Listed, Listing, Next, listing, running
from alerts.crisis_room.model import Room
from alerts.crisis_room.reading import room
from alerts.crisis_room.stamp import exists, news_of
from alerts.crisis_room.timeline import timeline

__all__ = [
    "Listed",
    "Listing",
    "Next",
    "Room",
    "exists",
    "kinds_of_playbooks",
    "levels_now",
    "listing",
    "news_of",
    "room",
    "running",
    "timeline",
]
