"""Whether, and how soon, a rule would have told of incidents that people know of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select

from alerts.backtest.result import Detection
from alerts.backtest.walking import Found
from data_access.state.schema import known_incident as table


@dataclass(frozen=True)
class KnownIncident:
    """Something that went wrong, as people declared it; `ended` None: one day, or unknown."""

    id: int
    title: str
    labels: Mapping[str, str]
    began: date
    ended: date | None


def read_incidents(engine: Engine, first: date, last: date) -> list[KnownIncident]:
    """Incidents that began within the days, the oldest first; withdrawn ones are left out."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(table)
            .where(table.c.withdrawn_at.is_(None), table.c.began_on.between(first, last))
            .order_by(table.c.began_on, table.c.id)
        ).all()
    return [
        KnownIncident(row.id, row.title, row.labels_json, row.began_on, row.ended_on)
        for row in rows
    ]


def detections(
    episodes: Sequence[Found], incidents: Sequence[KnownIncident]
) -> Iterator[Detection]:
    """The first episode of each incident: labels that agree, open on one of its days."""
    for incident in incidents:
        told = [max(one.opened, incident.began) for one in episodes if _tells(one, incident)]
        yield Detection(
            incident.id,
            incident.title,
            incident.began,
            incident.ended,
            min(told, default=None),
        )


def _tells(one: Found, incident: KnownIncident) -> bool:
    agree = all(incident.labels.get(name, value) == value for name, value in one.labels.items())
    until = incident.ended or incident.began
    over = one.closed is not None and one.closed < incident.began
    return agree and one.opened <= until and not over
