"""What the crisis screens read: the list of crises, and everything about one in a few queries."""

from alerts.crisis_room.choices import Choices, choices
from alerts.crisis_room.documents import levels_now, playbook_choices, topic_of
from alerts.crisis_room.listing import Listed, Listing, Next, crisis_of_incident, listing, running
from alerts.crisis_room.model import Room
from alerts.crisis_room.reading import room
from alerts.crisis_room.stamp import exists, news_of
from alerts.crisis_room.timeline import timeline

__all__ = [
    "Choices",
    "Listed",
    "Listing",
    "Next",
    "Room",
    "choices",
    "crisis_of_incident",
    "exists",
    "levels_now",
    "listing",
    "news_of",
    "playbook_choices",
    "room",
    "running",
    "timeline",
    "topic_of",
]
