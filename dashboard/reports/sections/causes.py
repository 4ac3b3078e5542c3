"""The causes that cost most of what need not have been spent, and what is done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.avoidable import Reason, reasons
from dashboard.reports.behind import rows_behind
from dashboard.reports.cells import columns, count, filled, moment, named, person
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    Money,
    NothingBlock,
    Number,
    Row,
    Say,
    SayBlock,
    TableBlock,
    Tone,
)
from dashboard.reports.values import Day, Listed, Term, Value
from data_access.metrics import CATALOGUE
from data_access.money import MINOR_UNITS

COST = "after_sales_cost"
"""Costs, compensations and fees of refunds, by the reason they are booked to."""
CONTACTS = "contact_rate"
By = Literal["avoidable_cost", "cost", "avoidable_contacts", "contacts"]
"""What causes are ranked by: the best that is known of all of them."""
_ORDER = {
    "overdue": 0, "check_overdue": 1, "open": 2, "to_check": 3, "failed": 4, "verified": 5,
    "dropped": 6,
}  # fmt: skip


class Options(Strict):
    """How many causes and actions, and what is compared."""

    most: int = Field(default=3, ge=1, le=20)
    actions: int = Field(default=6, ge=1, le=50)
    baseline: int = Field(default=8, ge=4, le=52)
    """Weeks before (months of longer reports) by which a good one is known."""
    fewest: int = Field(default=10, ge=1)
    """Contacts of a reason below which it is not ranked."""


@dataclass(frozen=True)
class _Ranked:
    by: By
    reasons: tuple[Reason, ...]
    """Those with anything to save, the most first."""
    judged: int
    """How many reasons had contacts enough."""
    unnamed: int | None
    """Minor units booked to no reason."""


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """Causes by avoidable cost, how that is reckoned, and the actions against them."""
    ranked = _ranked(context, options)
    causes: list[Mapping[str, Any]] = list(context.record.part("causes"))
    blocks: list[Block] = []
    if ranked.reasons:
        blocks.append(_table(context, ranked, causes, options))
        blocks.append(SayBlock(says=tuple(_reckoning(context, ranked, options))))
    actions = _actions(context, causes, options)
    if not blocks and not actions:
        return (NothingBlock(say=_nothing(ranked, options)),)
    if not blocks:
        tone: Tone = "good" if ranked.judged else "unknown"
        blocks.append(SayBlock(says=(_nothing(ranked, options),), tone=tone))
    return (*blocks, *(actions or (SayBlock(says=(Say(code="actions_none"),)),)))


def _nothing(ranked: _Ranked, options: Options) -> Say:
    if ranked.judged:
        return Say(code="causes_nothing_avoidable")
    return Say(code="causes_too_few", values={"fewest": count(options.fewest)})


def _bucket(context: Context, options: Options) -> tuple[str, date]:
    """The grain, and the first day asked for."""
    first = context.period.first
    if context.period.grain == "week":
        return "week", first - timedelta(days=7 * options.baseline)
    months = first.year * 12 + first.month - 1 - options.baseline
    return "month", date(months // 12, months % 12 + 1, 1)


def _ranked(context: Context, options: Options) -> _Ranked:
    bucket, since = _bucket(context, options)
    counts = context.ask(CONTACTS, "reason", bucket, first=since, last=context.period.last)
    cost = context.ask(COST, "reason") if COST in CATALOGUE else None
    booked = cost is not None and _is_booked(cost)
    scale = 10 ** MINOR_UNITS[context.currency]
    found = reasons(counts, bucket, context.period.first, cost if booked else None, scale)
    enough = [one for one in found if one.contacts >= options.fewest]
    by = _by(enough)
    worth = [(one, _worth(one, by)) for one in enough]
    kept = sorted((pair for pair in worth if pair[1] > 0), key=lambda p: (-p[1], p[0].reason))
    unnamed = _unnamed(cost, scale) if cost is not None and booked else None
    return _Ranked(by, tuple(one for one, _ in kept), len(enough), unnamed)


def _is_booked(cost: pl.DataFrame) -> bool:
    """Whether anything at all is booked to a reason."""
    named_ = cost.filter(pl.col("reason").is_not_null() & (pl.col("reason") != ""))
    return bool((named_["value"].fill_null(0) > 0).any())


def _unnamed(cost: pl.DataFrame, scale: int) -> int:
    rows = cost.filter(pl.col("reason").is_null() | (pl.col("reason") == ""))
    return round(float(rows["value"].sum() or 0.0) * scale)


def _by(found: Sequence[Reason]) -> By:
    judged = bool(found) and all(one.expected is not None for one in found)
    booked = bool(found) and all(one.minor is not None for one in found)
    if booked:
        return "avoidable_cost" if judged else "cost"
    return "avoidable_contacts" if judged else "contacts"


def _worth(one: Reason, by: By) -> float:
    match by:
        case "avoidable_cost":
            return one.avoidable or 0
        case "cost":
            return one.minor or 0
        case "avoidable_contacts":
            return one.beyond or 0.0
        case "contacts":
            return one.contacts


def _table(
    context: Context, ranked: _Ranked, causes: Sequence[Mapping[str, Any]], options: Options
) -> TableBlock:
    shown = ranked.reasons[: options.most]
    numbers = ["contacts", "contacts_beyond"] if _judged(ranked) else ["contacts"]
    if ranked.by in ("avoidable_cost", "cost"):
        numbers += ["reason_cost", "avoidable_cost"] if _judged(ranked) else ["reason_cost"]
    return TableBlock(
        key="causes",
        lead=_lead(context, ranked, shown),
        columns=columns("reason", *numbers, "root_cause", numeric=tuple(numbers)),
        rows=tuple(_row(context, one, numbers, causes) for one in shown),
        more=len(ranked.reasons) - len(shown),
    )


def _judged(ranked: _Ranked) -> bool:
    return ranked.by in ("avoidable_cost", "avoidable_contacts")


def _lead(context: Context, ranked: _Ranked, shown: Sequence[Reason]) -> Say:
    values: dict[str, Value] = {
        "reason": _term(shown[0]),
        "n": count(len(shown)),
    }
    total = sum(_worth(one, ranked.by) for one in shown)
    first = _worth(shown[0], ranked.by)
    if ranked.by in ("avoidable_cost", "cost"):
        values["first"] = Money(minor=round(first), currency=context.currency)
        values["total"] = Money(minor=round(total), currency=context.currency)
    else:
        values["first"], values["total"] = count(round(first)), count(round(total))
    return Say(code=f"causes_by_{ranked.by}", values=values)


def _row(
    context: Context, one: Reason, numbers: Sequence[str], causes: Sequence[Mapping[str, Any]]
) -> Row:
    beyond = one.beyond
    known: dict[str, Value] = {
        "contacts": count(one.contacts),
        "contacts_beyond": Number(
            value=None if beyond is None else round(beyond), unit="count", signed=True
        ),
        "reason_cost": Money(minor=one.minor, currency=context.currency),
        "avoidable_cost": Money(minor=one.avoidable, currency=context.currency),
    }
    first, last = context.period.first, context.period.last
    return Row(
        key=f"reason-{one.reason}",
        cells={
            "reason": _term(one),
            **{name: known[name] for name in numbers},
            "root_cause": _found(one.reason, causes),
        },
        link=rows_behind("contacts", first, last, reason=(one.reason,)),
    )


def _found(reason: str, causes: Sequence[Mapping[str, Any]]) -> Value:
    """What people found behind a reason: names of causes, each once; else where the search is."""
    own = [one for one in causes if one["reason"] == reason]
    names = {one["code"]: named(one["name"]) for one in own if one["name"]}
    if names:
        return Listed(values=tuple(names[code] for code in sorted(names)))
    return Code(group="cause_search", value="asked" if own else "not_asked")


def _reckoning(context: Context, ranked: _Ranked, options: Options) -> list[Say]:
    says = []
    if _judged(ranked):
        grain = "weeks" if context.period.grain == "week" else "months"
        values: dict[str, Value] = {"periods": count(options.baseline)}
        says.append(Say(code=f"avoidable_reckoned_{grain}", values=values))
    else:
        says.append(Say(code="avoidable_not_known"))
    if ranked.by in ("avoidable_contacts", "contacts"):
        says.append(Say(code="causes_no_costs"))
    if ranked.unnamed:
        money = Money(minor=ranked.unnamed, currency=context.currency)
        says.append(Say(code="costs_without_reason", values={"money": money}))
    return says


def _actions(
    context: Context, causes: Sequence[Mapping[str, Any]], options: Options
) -> tuple[Block, ...]:
    today = context.as_of.astimezone(ZoneInfo(context.zone)).date()
    found = [(cause, act, _state(act, today)) for cause in causes for act in cause["actions"]]
    found = [each for each in found if _concerns(context, each[1])]
    if not found:
        return ()
    found.sort(key=lambda each: (_ORDER[each[2]], each[1]["due_on"], each[1]["id"]))
    shown = found[: options.actions]
    states = [state for _, _, state in found]
    lead: dict[str, Value] = {
        "open": count(sum(state in ("overdue", "open") for state in states)),
        "overdue": count(states.count("overdue")),
        "verified": count(states.count("verified")),
    }
    names = ("corrective_action", "root_cause", "action_owner", "due_on", "action_state")
    rows = tuple(_action(*each) for each in shown)
    table = TableBlock(
        key="actions",
        lead=Say(code="actions_stand", values=lead),
        columns=filled(columns(*names), rows),
        rows=rows,
        more=len(found) - len(shown),
    )
    return (table,)


def _concerns(context: Context, action: Mapping[str, Any]) -> bool:
    """Open ones, and those settled since the period began."""
    if action["status"] in ("open", "done"):
        return True
    settled = moment(action["settled_at"])
    begins = context.period.before().ends_at(context.zone)
    return settled is not None and settled >= begins


def _state(action: Mapping[str, Any], today: date) -> str:
    match action["status"]:
        case "open":
            return "overdue" if date.fromisoformat(action["due_on"]) < today else "open"
        case "done":
            late = date.fromisoformat(action["check_on"]) < today
            return "check_overdue" if late else "to_check"
    return str(action["status"])


def _action(cause: Mapping[str, Any], action: Mapping[str, Any], state: str) -> Row:
    tones: Mapping[str, Tone] = {"overdue": "bad", "failed": "bad", "verified": "good"}
    due = action["check_on"] if state in ("to_check", "check_overdue") else action["due_on"]
    return Row(
        key=f"action-{action['id']}",
        cells={
            "corrective_action": person(action["text"]),
            "root_cause": named(cause["name"]) if cause["name"] else person(cause["title"]),
            "action_owner": person(action["owner"]),
            "due_on": Day(value=date.fromisoformat(due)),
            "action_state": Code(group="action_state", value=state),
        },
        link="/reviews",
        tone=tones.get(state, "plain"),
    )


def _term(one: Reason) -> Term:
    return Term(dimension="reason", value=one.reason)
