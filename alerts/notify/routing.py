"""From labels to receivers, with the reason why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.notify.config import Config
from alerts.notify.format import Locale, Receiver, Route

GROUP_INTERVAL = timedelta(minutes=5)
"""How long news of the same incident waits for further ones, where no route says otherwise."""
REPEAT_INTERVAL = timedelta(hours=24)


@dataclass(frozen=True)
class Routed:
    """A receiver and the branch that names it.

    `path` are the routes from the root down; `because` the matchers that held on the way.
    """

    receiver: Receiver
    path: tuple[str, ...]
    because: tuple[str, ...]
    group_wait: timedelta | None
    group_interval: timedelta
    repeat_interval: timedelta
    locale: Locale | None

    @property
    def route(self) -> str:
        """Name of the branch."""
        return self.path[-1]


def route(config: Config, labels: Mapping[str, str]) -> tuple[Routed, ...]:
    """Whom the tree tells of something with these labels, in the order of the file.

    A receiver that several branches name is told once, by the first of them.
    """
    found: dict[Receiver, Routed] = {}
    for path in _branches((config.body.route,), labels):
        for receiver in _inherited(path):
            found.setdefault(receiver, _routed(receiver, path))
    return tuple(found.values())


def matches(branch: Route, labels: Mapping[str, str]) -> bool:
    """Whether every matcher of a branch holds."""
    return all(matcher.matches(labels) for matcher in branch.match)


def _branches(path: tuple[Route, ...], labels: Mapping[str, str]) -> list[tuple[Route, ...]]:
    taken: list[tuple[Route, ...]] = []
    for inner in path[-1].routes:
        if matches(inner, labels):
            taken += _branches((*path, inner), labels)
            if not inner.continue_:
                break
    return taken or [path]


def _inherited(path: tuple[Route, ...]) -> tuple[Receiver, ...]:
    return next((r.receivers for r in reversed(path) if r.receivers is not None), ())


def _routed(receiver: Receiver, path: tuple[Route, ...]) -> Routed:
    def nearest(name: str) -> timedelta | None:
        found = (getattr(branch, name) for branch in reversed(path))
        return next((value for value in found if value is not None), None)

    interval, repeat = nearest("group_interval"), nearest("repeat_interval")
    return Routed(
        receiver=receiver,
        path=tuple(branch.name for branch in path),
        because=tuple(str(matcher) for branch in path for matcher in branch.match),
        group_wait=nearest("group_wait"),
        group_interval=GROUP_INTERVAL if interval is None else interval,
        repeat_interval=REPEAT_INTERVAL if repeat is None else repeat,
        locale=next((b.locale for b in reversed(path) if b.locale is not None), None),
    )
