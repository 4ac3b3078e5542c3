"""A channel that answers as it is told, in the process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.notify.channels.base import Delivery, Outgoing
from tests.alerts.notify.examples import NOW

OK = Delivery("ok")


@dataclass
class FakeChannel:
    """Answers from `answers`, in order; then `otherwise`."""

    answers: deque[Delivery | Exception] = field(default_factory=deque)
    otherwise: Delivery = OK
    sent: list[Outgoing] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def send(self, message: Outgoing) -> Delivery:
        """Remember and answer."""
        self.sent.append(message)
        self.meanwhile()
        answer = self.answers.popleft() if self.answers else self.otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def subjects(self) -> list[str]:
        """Of all that was sent."""
        return [message.subject for message in self.sent]


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **length: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**length)
        return self.now
