"""Ways out: one module per kind of channel, all behind `Channel`."""

from alerts.notify.channels.base import Channel, Delivery, Outgoing
from alerts.notify.channels.building import build

__all__ = ["Channel", "Delivery", "Outgoing", "build"]
