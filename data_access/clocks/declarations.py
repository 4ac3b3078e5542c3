"""The clocks, declared as data: what starts them, what stops them, what they count.

`docs/clocks.md` shows this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

HOUR_S = 3600
LIVE_CHANNELS = ("chat", "phone")
VIP_TIERS = ("platinum", "diamond", "black")
OPEN_STATUSES = ("new", "open", "pending", "on_hold")

Starts = Literal["customer_turn", "creation", "escalation"]
Turns = Literal["first", "later", "every"]
Scope = Literal["every_case", "live_vip", "marketplace"]


@dataclass(frozen=True)
class Clock:
    """What one clock measures.

    `starts` says what starts it, `turns` which customer turns; `withdrawn_by` the kinds of events
    that end it without fulfilling it. `statuses` are those it counts in (None: all), `until` says
    whether the first or the last solution ends it. `default_s` is the target where no policy of the
    clock fits, `level_s` that of single levels. `always_on` clocks know no calendar and no
    pause; of those that are not `audited`, standing still is the nature and no pause to look into.
    """

    name: str
    doc: str
    starts: Starts
    stops: str
    default_s: int | None
    turns: Turns = "every"
    scope: Scope = "every_case"
    withdrawn_by: tuple[str, ...] = ("solved", "closed", "merged", "no_reply_needed")
    statuses: tuple[str, ...] | None = None
    until: Literal["first", "last"] = "first"
    level_s: tuple[tuple[int, int], ...] = ()
    always_on: bool = False
    audited: bool = True


_REPLY = "first public message of a person on our side"
_SOLVED_FIRST = "first solved or closed"
_SOLVED_LAST = "last solved or closed"

CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        clock.name: clock
        for clock in (
            Clock(
                "first_response",
                "First customer message to the first public human reply.",
                starts="customer_turn",
                turns="first",
                stops=_REPLY,
                default_s=4 * HOUR_S,
                level_s=((3, 2 * HOUR_S),),
            ),
            Clock(
                "next_response",
                "Every later unanswered customer turn, from its oldest message.",
                starts="customer_turn",
                turns="later",
                stops=_REPLY,
                default_s=24 * HOUR_S,
            ),
            Clock(
                "vip_response",
                "Every turn of a platinum, diamond or black customer on chat or phone.",
                starts="customer_turn",
                scope="live_vip",
                stops=_REPLY,
                default_s=15,
            ),
            Clock(
                "marketplace_response",
                "Every turn on a marketplace, our own promise; weekends count.",
                starts="customer_turn",
                scope="marketplace",
                stops=_REPLY,
                default_s=2 * HOUR_S,
                withdrawn_by=("merged", "no_reply_needed"),
                always_on=True,
            ),
            Clock(
                "marketplace_platform",
                "The same turns, as the platform counts them.",
                starts="customer_turn",
                scope="marketplace",
                stops=_REPLY,
                default_s=24 * HOUR_S,
                withdrawn_by=("merged", "no_reply_needed"),
                always_on=True,
            ),
            Clock(
                "resolution",
                "Creation to the first solution.",
                starts="creation",
                stops=_SOLVED_FIRST,
                default_s=48 * HOUR_S,
                withdrawn_by=("merged",),
            ),
            Clock(
                "full_resolution",
                "Creation to the last solution; between solved and reopened it stands still.",
                starts="creation",
                stops=_SOLVED_LAST,
                default_s=None,
                withdrawn_by=("merged",),
                statuses=OPEN_STATUSES,
                until="last",
            ),
            Clock(
                "solution",
                "Escalation to a proposed solution.",
                starts="escalation",
                stops="solution proposed, solved or closed",
                default_s=48 * HOUR_S,
                withdrawn_by=("merged",),
            ),
            Clock(
                "requester_wait",
                "Time in the statuses in which the customer waits for us.",
                starts="creation",
                stops=_SOLVED_LAST,
                default_s=None,
                withdrawn_by=("merged",),
                statuses=("new", "open", "on_hold"),
                until="last",
                audited=False,
            ),
            Clock(
                "agent_work",
                "Time in the statuses in which an agent has the case.",
                starts="creation",
                stops=_SOLVED_LAST,
                default_s=None,
                withdrawn_by=("merged",),
                statuses=("new", "open"),
                until="last",
                audited=False,
            ),
            Clock(
                "on_hold",
                "Time in which a third party has the case.",
                starts="creation",
                stops=_SOLVED_LAST,
                default_s=None,
                withdrawn_by=("merged",),
                statuses=("on_hold",),
                until="last",
                audited=False,
            ),
        )
    }
)
