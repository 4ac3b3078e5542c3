"""What makes customers angry: reasons by market, what rose most, and which groups explain it.

The scores of anger are imported with messages, reviews and mentions. No text of a customer stands
in a report: examples are linked.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from alerts.library.reading import Strict
from dashboard.reports import anger
from dashboard.reports.anger import NONE, UNHEARD, Angry, Mean
from dashboard.reports.cells import columns, count, share
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    HeatBlock,
    HeatCell,
    NothingBlock,
    Number,
    Row,
    Say,
    SayBlock,
    TableBlock,
    Tone,
)
from dashboard.reports.values import Term, Value
from dashboard.row_lists import rows_link
from dashboard.url_filter import View, encode
from data_access.metrics import Filter

GROUPS = ("logistics", "policy", "product")
OTHER = "other"
"""Reasons of no group."""
_TONES: Mapping[str, Tone] = {"rose": "bad", "fell": "good", "small": "unknown"}


class Options(Strict):
    """How much is shown, and which reasons make up a group."""

    reasons: int = Field(default=8, ge=1, le=20)
    markets: int = Field(default=8, ge=1, le=20)
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("groups")
    @classmethod
    def _known(cls, groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in groups:
            if name not in GROUPS:
                raise ValueError(f"there is no group {name!r}; known: {', '.join(GROUPS)}")
        named = [reason for reasons in groups.values() for reason in reasons]
        twice = sorted({reason for reason in named if named.count(reason) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} stands in two groups")
        return groups


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A sentence, the heat of reasons by market, what rose, and the groups."""
    heard = anger.means(context)[()]
    whole, earlier = anger.angry(context)[()], anger.angry(context, earlier=True)[()]
    if not heard.n:
        ever = context.ask("anger", last=context.period.last)["n"].item()
        return (NothingBlock(say=Say(code="anger_none_now" if ever else "anger_none_ever")),)
    reasons = _by_reason(context)
    earlier_reasons = _by_reason(context, earlier=True)
    return (
        _opening(context, heard, whole, earlier, reasons),
        *_heat(context, options),
        *_drivers(context, options, reasons, earlier_reasons, whole, earlier),
        *_groups(context, options, reasons, earlier_reasons, whole, earlier),
    )


def _by_reason(context: Context, *, earlier: bool = False) -> dict[str | None, Angry]:
    return {key[0]: one for key, one in anger.angry(context, "reason", earlier=earlier).items()}


def _opening(
    context: Context,
    heard: Mean,
    whole: Angry,
    earlier: Angry,
    reasons: Mapping[str | None, Angry],
) -> SayBlock:
    values: dict[str, Value] = {
        "angry": count(whole.angry),
        "n": count(whole.n),
        "share": share(whole.angry, whole.n),
        "before": share(earlier.angry, earlier.n),
        "mean": _index(heard),
        "voices": count(heard.n),
    }
    trend = anger.trend(whole, earlier, whole.n, earlier.n)
    if not whole.n:
        says = [Say(code="anger_no_messages", values=values)]
    elif not earlier.n:
        says = [Say(code="anger_now", values=values), Say(code="anger_no_history")]
    else:
        says = [Say(code=f"anger_{trend}", values=values)]
    known = {name: one for name, one in reasons.items() if name is not None and one.angry}
    if known and whole.angry >= anger.FEWEST_ANGRY:
        most = min(known, key=lambda name: (-known[name].angry, name or ""))
        part = share(known[most].angry, whole.angry)
        term = Term(dimension="reason", value=most)
        says.append(Say(code="anger_most", values={"reason": term, "part": part}))
    if context.as_of < context.period.ends_at(context.zone):
        says.append(Say(code="anger_not_over"))
    says.append(Say(code="anger_imported"))
    return SayBlock(says=tuple(says), tone=_TONES.get(trend, "plain") if earlier.n else "unknown")


def _heat(context: Context, options: Options) -> tuple[HeatBlock, ...]:
    """Mean anger of reasons by market, each held against its own last three periods."""
    now = anger.means(context, "reason", "market")
    earlier = anger.means(context, "reason", "market", earlier=True)
    known = {key: one for key, one in now.items() if key[0] is not None and key[1] is not None}
    reasons = _loudest({key: one.n for key, one in known.items()}, 0, options.reasons)
    markets = _loudest({key: one.n for key, one in known.items()}, 1, options.markets)
    if not reasons or not markets:
        return ()
    cells = tuple(
        HeatCell(
            row=reason,
            column=market,
            number=_index(known.get((reason, market), UNHEARD)),
            standing=anger.cell(
                known.get((reason, market), UNHEARD), earlier.get((reason, market), UNHEARD)
            ),
        )
        for reason in reasons
        for market in markets
    )
    more = [cell for cell in cells if cell.standing == "more"]
    judged = [cell for cell in cells if cell.standing in ("more", "usual", "less")]
    values: dict[str, Value] = {"more": count(len(more)), "judged": count(len(judged))}
    if more:
        top = max(more, key=lambda cell: (cell.number.n or 0, cell.row, cell.column))
        values["reason"] = Term(dimension="reason", value=top.row)
        values["market"] = Term(dimension="market", value=top.column)
        values["mean"] = top.number
    code = "heat_more" if more else "heat_usual" if judged else "heat_small"
    return (
        HeatBlock(
            key="anger",
            rows=tuple(Term(dimension="reason", value=name) for name in reasons),
            row_keys=reasons,
            columns=tuple(Term(dimension="market", value=name) for name in markets),
            column_keys=markets,
            cells=cells,
            lead=Say(code=code, values=values),
        ),
    )


def _loudest(counted: Mapping[anger.Key, int], place: int, most: int) -> tuple[str, ...]:
    """The names at one place of the keys with most voices."""
    sums: dict[str, int] = {}
    for key, n in counted.items():
        name = str(key[place])
        sums[name] = sums.get(name, 0) + n
    return tuple(sorted(sums, key=lambda name: (-sums[name], name))[:most])


def _drivers(
    context: Context,
    options: Options,
    now: Mapping[str | None, Angry],
    earlier: Mapping[str | None, Angry],
    whole: Angry,
    whole_earlier: Angry,
) -> tuple[TableBlock, ...]:
    """Reasons by how much their angry messages became more frequent."""
    if not whole.n:
        return ()
    means, before = anger.means(context, "reason"), anger.means(context, "reason", earlier=True)
    names = {name for name in (*now, *earlier) if name is not None}
    found = [
        (name, now.get(name, NONE), earlier.get(name, NONE))
        for name in names
        if now.get(name, NONE).angry or earlier.get(name, NONE).angry
    ]
    if not found:
        return ()
    found.sort(key=lambda one: (-_rise(one[1], one[2], whole, whole_earlier), one[0]))
    rows = []
    risen: list[str] = []
    for name, one, was in found[: options.reasons]:
        trend = anger.trend(one, was, whole.n, whole_earlier.n)
        if trend == "rose":
            risen.append(name)
        rows.append(
            Row(
                key=name,
                cells={
                    "reason": Term(dimension="reason", value=name),
                    "angry_messages": count(one.angry),
                    "of_messages": share(one.angry, whole.n),
                    "of_messages_before": share(was.angry, whole_earlier.n),
                    "mean_anger": _index(means.get((name,), UNHEARD)),
                    "mean_anger_before": _index(before.get((name,), UNHEARD)),
                    "trend": Code(group="anger_trend", value=trend),
                },
                link=_voices(context, reason=(name,)),
                tone=_TONES.get(trend, "plain"),
            )
        )
    values: dict[str, Value] = {"count": count(len(risen))}
    if risen:
        values["reason"] = Term(dimension="reason", value=risen[0])
        values["now"] = share(now[risen[0]].angry, whole.n)
        values["before"] = share(earlier.get(risen[0], NONE).angry, whole_earlier.n)
    return (
        TableBlock(
            key="anger_drivers",
            lead=Say(code="drivers_rose" if risen else "drivers_none", values=values),
            columns=columns(
                "reason", "angry_messages", "of_messages", "of_messages_before", "mean_anger",
                "mean_anger_before", "trend",
                numeric=("angry_messages", "of_messages", "of_messages_before", "mean_anger",
                         "mean_anger_before"),
            ),
            rows=tuple(rows),
            more=len(found) - len(rows),
        ),
    )  # fmt: skip


def _rise(now: Angry, earlier: Angry, whole: Angry, whole_earlier: Angry) -> float:
    before = earlier.angry / whole_earlier.n if whole_earlier.n else 0.0
    return now.angry / whole.n - before


def _groups(
    context: Context,
    options: Options,
    now: Mapping[str | None, Angry],
    earlier: Mapping[str | None, Angry],
    whole: Angry,
    whole_earlier: Angry,
) -> tuple[TableBlock, ...]:
    """What share of the angry messages late logistics, policies and goods stand for."""
    if not options.groups or not whole.angry:
        return ()
    group_of = {reason: name for name, reasons in options.groups.items() for reason in reasons}
    sums: dict[str, Angry] = {}
    sums_earlier: dict[str, Angry] = {}
    for source, into in ((now, sums), (earlier, sums_earlier)):
        for reason, one in source.items():
            name = group_of.get(reason or "", OTHER)
            into[name] = into.get(name, NONE) + one
    order = sorted(sums, key=lambda name: (name == OTHER, -sums[name].angry, name))
    rows = tuple(
        Row(
            key=name,
            cells={
                "reason_group": Code(group="reason_group", value=name),
                "angry_messages": count(sums[name].angry),
                "of_angry": share(sums[name].angry, whole.angry),
                "of_angry_before": share(sums_earlier.get(name, NONE).angry, whole_earlier.angry),
                "angry_within": share(sums[name].angry, sums[name].n),
            },
            link=_voices(context, reason=options.groups[name]) if name != OTHER else None,
        )
        for name in order
    )
    most = max(sums, key=lambda name: (sums[name].angry, name))
    enough = whole.angry >= anger.FEWEST_ANGRY
    return (
        TableBlock(
            key="anger_groups",
            lead=Say(
                code="groups_most" if enough else "groups_few",
                values={
                    "angry": count(whole.angry),
                    "group": Code(group="reason_group", value=most),
                    "part": share(sums[most].angry, whole.angry),
                },
            ),
            columns=columns(
                "reason_group", "angry_messages", "of_angry", "of_angry_before", "angry_within",
                numeric=("angry_messages", "of_angry", "of_angry_before", "angry_within"),
            ),
            rows=rows,
        ),
    )  # fmt: skip


def _index(mean: Mean) -> Number:
    return Number(value=mean.value, unit="index", n=mean.n, low=mean.low, high=mean.high)


def _voices(context: Context, **where: tuple[str, ...]) -> str:
    """The angry messages themselves, where texts are shown to who may see them."""
    kept = Filter(start=context.period.first, end=context.period.last, **where)
    return rows_link("voices", "angry", encode(View(range="custom", filter=kept)))
