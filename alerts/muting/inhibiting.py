"""Which incident keeps another one quiet. Pure.

Inhibitions make a graph: source → target. Where some inhibit each other in a circle, none of them
is kept quiet by the others, so that every muted incident has one upstream that speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alerts.muting.format import Inhibition
from alerts.muting.matching import matches
from alerts.muting.model import Subject


def inhibitor(
    subject: Subject, inhibitions: Sequence[Inhibition], others: Iterable[Subject]
) -> tuple[Inhibition, Subject] | None:
    """The inhibition that mutes an incident and the incident behind it; None if it may speak.

    Args:
        subject: the incident.
        inhibitions: in the order of the file; the first that holds is named.
        others: incidents that may inhibit it; those closed or over do not. The subject itself may
            be among them.
    """
    speaking = [o for o in others if o.firing and not o.closed and o.id != subject.id]
    speaking.sort(key=lambda other: other.id)
    found = [
        (inhibition, source)
        for inhibition in inhibitions
        for source in speaking
        if _inhibits(inhibition, source, subject)
    ]
    if not found:
        return None
    downstream = _reached(
        subject, speaking, lambda a, b: any(_inhibits(i, a, b) for i in inhibitions)
    )
    return next((pair for pair in found if pair[1].id not in downstream), None)


def _inhibits(inhibition: Inhibition, source: Subject, target: Subject) -> bool:
    return (
        source.id != target.id
        and matches(inhibition.source, source.labels)
        and matches(inhibition.target, target.labels)
        and all(
            source.labels.get(name, "") == target.labels.get(name, "") for name in inhibition.equal
        )
    )


def _reached(
    subject: Subject, others: Sequence[Subject], edge: Callable[[Subject, Subject], bool]
) -> set[int]:
    """Incidents that the subject inhibits, directly or through others."""
    if not subject.firing or subject.closed:
        return set()
    reached: set[int] = set()
    waiting = [subject]
    while waiting:
        source = waiting.pop()
        for target in others:
            if target.id not in reached and edge(source, target):
                reached.add(target.id)
                waiting.append(target)
    return reached
