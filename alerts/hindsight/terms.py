"""Terms of a crisis that laws set, as they stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.crisis.rows import StoredCrisis
from alerts.crisis.statutory import Rule
from alerts.crisis.statutory_clocks import Clock
from alerts.hindsight.told import Told, after, until

STARTED, SETTLED, MISSED = "clock_started", "clock_settled", "clock_missed"
KINDS = (STARTED, SETTLED, MISSED)


@dataclass(frozen=True)
class Term:
    """One term. `due_at` None: no fixed end; `settled_at`: when it was met."""

    key: str
    rule: Rule | None
    status: Literal["running", "met", "missed", "not_applicable"]
    starts_at: datetime
    due_at: datetime | None
    settled_at: datetime | None


def stood(
    crisis: StoredCrisis, clock: Clock, told: Sequence[Told], moment: datetime
) -> Term | None:
    """A term by a moment; None where it had not begun.

    One that runs past its end is missed, whether or not anybody had looked by then.

    Args:
        crisis: as it stands now; of it only what never changes is read, and when it was declared.
        clock: as it stands now.
        told: entries of the crisis in the event log, in order.
        moment: the moment.
    """
    own = [one for one in told if one.kind in KINDS and one.data.get("rule") == clock.key]
    known = until(own, moment)
    if not known:
        return None
    starts_at, due_at = clock.starts_at, clock.due_at
    if after(own, moment):
        starts_at = _starts_at(crisis, clock.rule, known)
        per_customer = clock.rule is not None and clock.rule.scope == "customer"
        # A rule that cannot be read any more says nothing of its end.
        due_at = None if clock.rule is None or per_customer else clock.rule.due_at(starts_at)
    status, at = _status(known)
    if status == "running" and due_at is not None and due_at <= moment:
        status = "missed"
    return Term(clock.key, clock.rule, status, starts_at, due_at, at)


def _starts_at(crisis: StoredCrisis, rule: Rule | None, known: Sequence[Told]) -> datetime:
    begun = [one for one in known if one.kind == STARTED]
    said = [one.data["starts_at"] for one in known if one.data.get("starts_at")]
    if said:
        return datetime.fromisoformat(said[-1])
    if len(begun) > 1 or rule is None or rule.from_ == "now":
        return (begun or known)[-1].at
    moment = crisis.detected_at if rule.from_ == "detected" else crisis.declared_at
    return moment or known[0].at


def _status(
    known: Sequence[Told],
) -> tuple[Literal["running", "met", "missed", "not_applicable"], datetime | None]:
    last = known[-1]
    if last.kind == MISSED:
        return "missed", None
    said = last.data.get("status") if last.kind == SETTLED else "running"
    if said == "met":
        return "met", last.at
    return ("not_applicable", last.at) if said == "not_applicable" else ("running", None)
