"""Who may approve a batch: by its dearest item and its total, and how many of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from alerts.approvals import Approval
from alerts.compensation.policy import Limit, Policy
from alerts.compensation.rates import Rates


@dataclass(frozen=True)
class Weight:
    """What a batch comes to, in the policy's currency; None: a rate is missing, nobody can tell."""

    items: int
    total_minor: int | None
    dearest_minor: int | None
    currency: str


@dataclass(frozen=True)
class Needed:
    """Who must sign: `people` different people in as many different roles of `roles`."""

    roles: tuple[str, ...]
    people: int


def weigh(rows: pl.DataFrame, rates: Rates) -> Weight:
    """What items come to together.

    Args:
        rows: items (amount_minor, currency), or sums of them by currency (n, total, dearest).
        rates: of the day of the batch.
    """
    if "total" not in rows.columns:
        amount = pl.col("amount_minor")
        rows = rows.group_by("currency").agg(n=pl.len(), total=amount.sum(), dearest=amount.max())
    total, dearest = 0, 0
    for currency, sum_, most in rows.select("currency", "total", "dearest").iter_rows():
        worth = rates.convert(sum_, currency or "", rates.to)
        most_worth = rates.convert(most, currency or "", rates.to)
        if worth is None or most_worth is None:
            return Weight(int(rows["n"].sum()), None, None, rates.to)
        total, dearest = total + worth, max(dearest, most_worth)
    return Weight(int(rows["n"].sum()), total, dearest, rates.to)


def needed(policy: Policy, weight: Weight) -> Needed:
    """Roles whose limits the batch keeps, and whether two of them must sign.

    What nobody can add up is treated as the dearest there can be. Where only one role may approve
    so much, the next lower one signs beside it.
    """
    roles = list(policy.approval.roles)
    fit = [name for name, limit in policy.approval.roles.items() if _within(limit, weight)]
    two = weight.total_minor is None or weight.total_minor > policy.approval.two_roles_above.minor
    if two and len(fit) < 2:
        fit = roles[-2:]
    return Needed(tuple(fit), 2 if two else 1)


def signed(approvals: Iterable[Approval], need: Needed, sha256: str) -> tuple[Approval, ...]:
    """Approvals that count for this very content, one for each role and person."""
    found: dict[str, Approval] = {}
    for approval in approvals:
        fits = approval.subject_sha256 == sha256 and approval.decision == "approved"
        if fits and approval.role in need.roles:
            new = approval.by not in {other.by for other in found.values()}
            if new and approval.role not in found:
                found[approval.role] = approval
    return tuple(found.values())


def open_roles(done: Sequence[Approval], need: Needed) -> tuple[str, ...]:
    """Roles that may still sign; none when enough have."""
    if len(done) >= need.people:
        return ()
    return tuple(role for role in need.roles if role not in {found.role for found in done})


def _within(limit: Limit, weight: Weight) -> bool:
    pairs = ((limit.item, weight.dearest_minor), (limit.total, weight.total_minor))
    return all(most is None or (is_ is not None and is_ <= most.minor) for most, is_ in pairs)
