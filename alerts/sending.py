"""The sender's channels: made once per configuration, used by one job at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Engine

from alerts.lease import Lease
from alerts.notify import channels, sender
from alerts.notify.channels.base import Channel
from alerts.notify.config import Config
from alerts.notify.sender import SendReport


class Sending:
    """Sends what lies in the outbox, over the channels of the configuration in force."""

    def __init__(self) -> None:
        self._built: tuple[Config, Mapping[str, Channel]] | None = None

    def send(
        self,
        engine: Engine,
        lease: Lease,
        config: Config,
        clock: Callable[[], datetime],
        *,
        stopping: Callable[[], bool] = lambda: False,
    ) -> SendReport:
        """Send what is due.

        Raises:
            LeaseLost: another worker leads.
        """
        if self._built is None or self._built[0] is not config:
            self._built = (config, channels.build(config, clock))
        return sender.send_due(engine, lease, config, self._built[1], clock, stopping=stopping)
