"""Last stage: what goes beyond a budget waits until the oldest message of the hour falls out.

Nothing is lost or overtakes: of one recipient and channel, what comes after a message that waits
waits as well, unless its severity is spared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.notify.stages.waiting import Waiting

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Budget:
    """At most `limit` messages within an hour, per channel or per recipient of a channel."""

    limit: int
    per: Literal["channel", "recipient"]
    channel: str | None = None
    spare: tuple[str, ...] = ()

    def account(self, message: Waiting) -> tuple[str, ...] | None:
        """What a message is counted under; None if this budget is not about it."""
        if self.channel is not None and message.channel != self.channel:
            return None
        return (message.channel,) if self.per == "channel" else message.line


@dataclass(frozen=True)
class Sent:
    """A message that went out, or was tried."""

    channel: str
    recipient: str
    at: datetime


@dataclass(frozen=True)
class Delayed:
    """A message that waits for its budget."""

    waiting: Waiting
    until: datetime


def throttled(
    messages: Iterable[Waiting],
    budgets: Sequence[Budget],
    sent: Iterable[Sent],
    now: datetime,
) -> tuple[list[Waiting], list[Delayed]]:
    """Split into what may go now and what waits, both in the order given.

    Args:
        messages: in order.
        budgets: all of them hold.
        sent: what went out within the last hour.
        now: the moment.
    """
    accounts: list[dict[tuple[str, ...], list[datetime]]] = [{} for _ in budgets]
    for one in sent:
        if now - HOUR < one.at <= now:
            probe = Waiting(0, None, "", "", "", one.channel, one.recipient, one.at)
            _book(accounts, budgets, probe, one.at)
    passing: list[Waiting] = []
    waiting: list[Delayed] = []
    behind: dict[tuple[str, str], datetime] = {}
    for message in messages:
        until = max(
            (
                free
                for budget, account in zip(budgets, accounts, strict=True)
                if message.severity not in budget.spare
                and (free := _free_at(budget, account, message, now)) is not None
            ),
            default=None,
        )
        spared = bool(budgets) and all(message.severity in budget.spare for budget in budgets)
        if not spared and message.line in behind:
            until = max(until or now, behind[message.line])
        if until is None or until <= now:
            passing.append(message)
            _book(accounts, budgets, message, now)
        else:
            waiting.append(Delayed(message, until))
            behind[message.line] = until
            _book(accounts, budgets, message, until)
    return passing, waiting


def _book(
    accounts: Sequence[dict[tuple[str, ...], list[datetime]]],
    budgets: Sequence[Budget],
    message: Waiting,
    at: datetime,
) -> None:
    for budget, account in zip(budgets, accounts, strict=True):
        name = budget.account(message)
        if name is not None:
            account.setdefault(name, []).append(at)


def _free_at(
    budget: Budget,
    account: dict[tuple[str, ...], list[datetime]],
    message: Waiting,
    now: datetime,
) -> datetime | None:
    """When the budget has room: an hour after the message that stands `limit` before this one."""
    name = budget.account(message)
    booked = sorted(account.get(name, ())) if name is not None else []
    if len(booked) < budget.limit:
        return None
    return max(booked[-budget.limit] + HOUR, now)
