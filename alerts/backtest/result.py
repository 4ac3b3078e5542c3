"""What a backtest found, as a record that goes into the database and comes back the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from alerts.backtest.walking import Found
from alerts.event_log import canonical

SCHEMA = 1


@dataclass(frozen=True)
class DayCount:
    """All segments of one judged day together; `open` episodes after it.

    `y` is what was counted, `mu` what was expected; None where it is no sum of segments.
    """

    day: date
    y: float | None
    mu: float | None
    open: int


@dataclass(frozen=True)
class Detection:
    """A known incident, and when the rule would have told of it; `detected` None: it did not."""

    incident_id: int
    title: str
    began: date
    ended: date | None
    detected: date | None

    @property
    def delay_days(self) -> int | None:
        """Days from the true start to the first episode; 0 on the first day."""
        return None if self.detected is None else max(0, (self.detected - self.began).days)


@dataclass(frozen=True)
class Notices:
    """Messages with nobody acting, after grouping and bundling.

    `managers` are the people and rooms that got any; `busiest` is how many the busiest of them got,
    reminders left out: those end as soon as somebody acknowledges.
    """

    total: int
    managers: int
    by_reason: Mapping[str, int]
    busiest: int


@dataclass(frozen=True)
class Verdicts:
    """What people said of incidents that the episodes overlap; `episodes` says of how many."""

    episodes: int
    by_verdict: Mapping[str, int]


@dataclass(frozen=True)
class Backtest:
    """One version over past days; `days` counts those on which anything could be judged."""

    rule_id: str
    sha256: str
    first: date
    last: date
    days: int
    segments: int
    episodes: tuple[Found, ...]
    near_misses: int
    daily: tuple[DayCount, ...]
    detections: tuple[Detection, ...]
    notices: Notices
    verdicts: Verdicts
    data_version: str = ""
    seconds: float = 0.0

    @property
    def weeks(self) -> float:
        """Length of what was judged."""
        return self.days / 7

    @property
    def episodes_per_week(self) -> float | None:
        """None where nothing could be judged."""
        return len(self.episodes) / self.weeks if self.days else None

    @property
    def per_manager_day(self) -> float:
        """Messages a day for whoever gets most, reminders left out."""
        return self.notices.busiest / self.days if self.days else 0.0

    @property
    def flaps(self) -> int:
        """Relapses inside episodes."""
        return sum(one.flaps for one in self.episodes)

    @property
    def by_weekday(self) -> tuple[int, ...]:
        """Episodes by the weekday they opened on, Monday first."""
        counts = Counter(one.opened.weekday() for one in self.episodes)
        return tuple(counts[day] for day in range(7))

    def by_label(self, name: str) -> Mapping[str, int]:
        """Episodes by the value of one dimension, the most first; without it they are left out."""
        counts = Counter(one.labels[name] for one in self.episodes if name in one.labels)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def missed(self) -> tuple[Detection, ...]:
        """Known incidents the rule said nothing of."""
        return tuple(one for one in self.detections if one.detected is None)

    def to_json(self) -> str:
        """The record as canonical JSON."""
        return canonical({"schema": SCHEMA, **_plain(asdict(self))})

    @staticmethod
    def from_json(text: str) -> Backtest:
        """The record as it was written by `to_json`."""
        body = json.loads(text)
        body.pop("schema")
        return Backtest(
            **{
                **body,
                "first": date.fromisoformat(body["first"]),
                "last": date.fromisoformat(body["last"]),
                "episodes": tuple(
                    Found(**_with_days(one, "opened", "closed")) for one in body["episodes"]
                ),
                "daily": tuple(DayCount(**_with_days(one, "day")) for one in body["daily"]),
                "detections": tuple(
                    Detection(**_with_days(one, "began", "ended", "detected"))
                    for one in body["detections"]
                ),
                "notices": Notices(**body["notices"]),
                "verdicts": Verdicts(**body["verdicts"]),
            }
        )


@dataclass(frozen=True)
class Difference:
    """Episodes of two backtests over the days both cover."""

    first: date
    last: date
    only_old: tuple[Found, ...]
    only_new: tuple[Found, ...]
    both: tuple[tuple[Found, Found], ...]


def compare(old: Backtest, new: Backtest) -> Difference | None:
    """What changes from one version to another; None where no day is covered by both.

    Two episodes are the same if they are of one segment and share a day.
    """
    first, last = max(old.first, new.first), min(old.last, new.last)
    if first > last:
        return None
    olds, news = (_within(one.episodes, first, last) for one in (old, new))
    met: set[int] = set()
    both: list[tuple[Found, Found]] = []
    only_new: list[Found] = []
    for one in news:
        others = [n for n, other in enumerate(olds) if _same(one, other, last)]
        if not others:
            only_new.append(one)
        met.update(others)
        both += [(olds[n], one) for n in others[:1]]
    only_old = tuple(one for n, one in enumerate(olds) if n not in met)
    return Difference(first, last, only_old, tuple(only_new), tuple(both))


def _within(episodes: Sequence[Found], first: date, last: date) -> list[Found]:
    return [one for one in episodes if one.opened <= last and (one.closed or last) >= first]


def _same(one: Found, other: Found, last: date) -> bool:
    return (
        one.labels == other.labels
        and one.opened <= (other.closed or last)
        and other.opened <= (one.closed or last)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _with_days(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {
        **body,
        **{name: date.fromisoformat(body[name]) if body[name] else None for name in names},
    }
