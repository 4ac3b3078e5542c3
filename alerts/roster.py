"""Who is on call now and next, and what the rotas leave open, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.notify.config import Config
from alerts.oncall.localtime import local_day
from alerts.oncall.rota import Duty, Finding, Override, check, duty_at, next_handover


@dataclass(frozen=True)
class OnDuty:
    """One rota at one moment: who is on call (None: nobody), and who comes next."""

    rota: str
    zone: str
    duty: Duty | None
    following: Duty | None


def on_duty(
    config: Config, overrides: Mapping[str, Sequence[Override]], at: datetime
) -> list[OnDuty]:
    """Every rota at `at`, in the order of the file."""
    return [
        OnDuty(
            name,
            rota.zone,
            duty_at(rota, overrides.get(name, ()), at),
            next_handover(rota, overrides.get(name, ()), at),
        )
        for name, rota in config.body.rotas.items()
    ]


def findings(
    config: Config, overrides: Mapping[str, Sequence[Override]], now: datetime, *, days: int = 400
) -> Iterator[tuple[str, Finding]]:
    """What is wrong with the rotas over the next days; gaps that are over are left out."""
    people = frozenset(config.body.people)
    for name, rota in config.body.rotas.items():
        first = local_day(now, rota.zone)
        kept = overrides.get(name, ())
        for finding in check(rota, first, days, people=people, overrides=kept):
            if finding.starts_at is None or finding.ends_at is None:
                yield name, finding
            elif finding.ends_at > now:
                yield name, replace(finding, starts_at=max(finding.starts_at, now))
