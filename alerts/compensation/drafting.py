"""From a policy and criteria to a batch that can be looked at before it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from alerts import library
from alerts.compensation import candidates, facts, rates, rows
from alerts.compensation.candidates import Candidates
from alerts.compensation.criteria import Criteria
from alerts.compensation.machine import Refused, Why
from alerts.compensation.policy import FOUND_BY_ITSELF, Policy
from alerts.compensation.rates import Rates
from alerts.compensation.rows import Draft
from alerts.compensation.signing import Needed, Weight, needed, weigh
from alerts.library import Document
from data_access.warehouse import Warehouse

STANDARD = "standard"


@dataclass(frozen=True)
class Prepared:
    """What a batch would hold, who would have to approve it, and by what it was found."""

    document: Document
    criteria: Criteria
    found: Candidates
    rates: Rates
    snapshots: dict[str, int | None]

    @property
    def policy(self) -> Policy:
        """The policy it goes by."""
        model = self.document.model
        assert isinstance(model, Policy)
        return model

    @property
    def weight(self) -> Weight:
        """What the proposed items come to."""
        return weigh(self.found.proposed, self.rates)

    @property
    def needed(self) -> Needed:
        """Who would have to approve it."""
        return needed(self.policy, self.weight)

    def draft(self, title: str = "") -> Draft:
        """The same as a batch to be made, of no crisis and in earnest."""
        return Draft(
            self.document.id,
            title,
            self.criteria,
            self.snapshots,
            self.rates,
            self.found.rows,
            self.found.orders_unknown,
        )


def policy_in_force(
    engine: Engine, name: str = STANDARD, *, at: datetime | None = None
) -> Document:
    """The policy of a name, as it is in force now or was at a moment.

    Raises:
        Refused: there is none; the worker registers those that ship.
    """
    with engine.connect() as connection:
        found = library.current(connection, "compensation", name, at=at)
    if found is None:
        raise Refused(Why.NO_POLICY, data={"policy": name})
    return found


def prepare(
    engine: Engine,
    warehouse: Warehouse,
    criteria: Criteria,
    *,
    document: Document | None = None,
) -> Prepared:
    """Find who is owed what; writes nothing.

    Args:
        engine: state database: policy, and what other batches hold.
        warehouse: facts and marts.
        criteria: cause, filter, as of when.
        document: the policy; None: the one in force.

    Raises:
        Refused: there is no policy, or it does not know the cause.
    """
    document = document or policy_in_force(engine)
    policy: Policy = document.model
    criteria = _within_reach(policy, criteria)
    load = facts.pinned(warehouse, engine)
    day = rates.on(load("fx_rates").collect(), policy.currency, criteria.as_of.date())
    with engine.connect() as connection:
        taken = rows.taken(connection)
    try:
        found = candidates.find(policy, criteria, load, day, taken)
    except candidates.UnknownCauseError as error:
        raise Refused(Why.UNKNOWN_CAUSE, data={"message": str(error)}) from error
    return Prepared(document, criteria, found, day, load.snapshots)


def _within_reach(policy: Policy, criteria: Criteria) -> Criteria:
    """Leave old claims out where nobody said since when; what a person names has no age."""
    cause = policy.causes.get(criteria.cause)
    if criteria.since is not None or cause is None or cause.source not in FOUND_BY_ITSELF:
        return criteria
    return replace(criteria, since=criteria.as_of - timedelta(days=policy.look_back_days))
