"""The log as a channel: what nobody else is told stands there."""

from __future__ import annotations

import logging

from alerts.notify.channels.base import Delivery, Outgoing

LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.CRITICAL}


class LogChannel:
    """Writes to the logger `afterwatch.notify`, one line a message."""

    def __init__(self) -> None:
        self._log = logging.getLogger("afterwatch.notify")

    def send(self, message: Outgoing) -> Delivery:
        """Write the line."""
        text = " ".join(message.body.split())
        self._log.log(LEVELS.get(message.severity, logging.WARNING), "%s", text)
        return Delivery("ok")
