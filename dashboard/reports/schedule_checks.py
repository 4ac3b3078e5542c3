"""What `reports.yaml` says of other files: templates that exist, people behind its receivers. Pure.

Nothing here stops the file from being used: a template may come later, and so may a person. What is
wrong now is told by the command line, by doctor and in the slots.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from alerts.crisis.people import holders
from alerts.notify import recipients
from alerts.notify.config import Config
from alerts.strict_yaml import Place, line_of
from dashboard.reports.periods import Grain
from dashboard.reports.schedule_file import Receiver, Schedule, Schedules

_DAYS: Mapping[Grain, str] = {
    "week": "weekday",
    "month": "day_of_month",
    "quarter": "day_of_quarter",
}


@dataclass(frozen=True)
class Finding:
    """Something wrong: an error keeps a report from being made or sent."""

    severity: Literal["error", "warning"]
    where: str
    """File, line and field."""
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def findings(schedules: Schedules, templates: Mapping[str, Grain], config: Config) -> list[Finding]:
    """Everything that is wrong with the schedules as things stand.

    Args:
        schedules: what is in force, or a file that is checked.
        templates: the home's templates by name, and the period each is about.
        config: `alerting.yaml` in force.
    """
    found: list[Finding] = []
    for name, schedule in schedules.body.schedules.items():
        place: Place = ("schedules", name)
        told = [*_template(schedule, templates), *_receivers(schedule, config)]
        for severity, inner, message in told:
            where = (*place, *inner)
            line = line_of(where, schedules.lines)
            field = ".".join(str(part) for part in where)
            found.append(Finding(severity, f"{schedules.where}, line {line}: {field}", message))
    return found


_Told = tuple[Literal["error", "warning"], Place, str]


def _template(schedule: Schedule, templates: Mapping[str, Grain]) -> Iterator[_Told]:
    grain = templates.get(schedule.template)
    if grain is None:
        known = ", ".join(templates)
        yield "error", ("template",), f"there is no report {schedule.template!r}; known: {known}."
    elif grain != schedule.grain:
        yield (
            "error",
            (_DAYS[schedule.grain],),
            f"the report {schedule.template} is about a {grain}; give {_DAYS[grain]} instead.",
        )


def _receivers(schedule: Schedule, config: Config) -> Iterator[_Told]:
    if not schedule.to:
        yield "warning", (), "nobody is named in to; the report goes into the archive only."
    reached = 0
    for index, receiver in enumerate(schedule.to):
        fault = _unreachable(receiver, config)
        if fault is None:
            reached += 1
        else:
            yield "warning", ("to", index), fault
    if schedule.to and not reached:
        yield "error", ("to",), "nobody can be reached; the report cannot be sent."


def _unreachable(receiver: Receiver, config: Config) -> str | None:
    """Why nobody is behind a receiver; None if somebody is."""
    body, name = config.body, receiver.name
    if receiver.kind == "role":
        people = holders(config, name)
        if not people:
            return f"nobody holds the role {name} in alerting.yaml."
        if not any(recipients.of_person(config, person) for person in people):
            return f"{', '.join(people)} can be reached over no channel; add addresses."
        return None
    known: tuple[str, ...] = tuple(body.channels)
    if receiver.kind != "channel":
        known = tuple(body.people if receiver.kind == "person" else body.rotas)
    if name not in known:
        return (
            f"there is no {receiver.kind} {name!r} in alerting.yaml; "
            f"known: {', '.join(known) or 'none'}."
        )
    if receiver.kind == "person" and not recipients.of_person(config, name):
        return f"{name} can be reached over no channel; add addresses."
    return None
