"""The headline of a report: one sentence chosen by rules from what its sections found. Pure.

Rules in their order; the first one that has something to say gives the headline, what the others
have to say fills the sentences below it, at most three. They are written down for readers in
`docs/reports.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain

from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    ChangeBlock,
    Code,
    DeckBlock,
    HeatBlock,
    NothingBlock,
    Number,
    Panel,
    Say,
    SayBlock,
    Section,
    TableBlock,
    Tone,
)
from dashboard.reports.series import number, series, small, whole
from dashboard.reports.severity import severity
from dashboard.reports.signals import Judged, judge, verdict
from dashboard.reports.values import KpiName, Listed, Value, Words
from data_access.metrics import CATALOGUE
from data_access.metrics.differences import Estimated, differ

MOST = 3
"""Sentences below the headline."""

GRAVE = 3
"""A crisis of this level or above leads the page, whatever the numbers say."""


@dataclass(frozen=True)
class Headline:
    """One sentence, how good or bad it is, and at most three more."""

    say: Say
    tone: Tone
    summary: tuple[Say, ...]


@dataclass(frozen=True)
class Found:
    """What the sections hold that a headline may be about."""

    context: Context
    sections: tuple[Section, ...]
    panels: tuple[Panel, ...]
    changes: Mapping[str, ChangeBlock]
    judged: tuple[Judged, ...]
    """The KPIs with signals, the gravest first."""


Told = tuple[Say, Tone]
Rule = Callable[[Found], list[Told]]


def headline(context: Context, sections: tuple[Section, ...]) -> Headline:
    """Choose the headline."""
    found = _found(context, sections)
    if not found.panels:
        empty = any(section.key == "kpis" for section in sections)
        return Headline(_nothing_recorded(found), "unknown", ()) if empty else _opening(found)
    told = list(chain.from_iterable(rule(found) for rule in RULES))
    say, tone = told[0]
    more = [one for one, _ in told[1:] if one.code not in _ALONE]
    qualified = [Say(code="incomplete")] if context.missing and say.code not in _QUALIFIED else []
    if tone == "bad":
        more += [*_avoidable(sections), *_first_unknown(sections)]
    return Headline(say, tone, tuple((qualified + more)[:MOST]))


def _avoidable(sections: tuple[Section, ...]) -> list[Say]:
    """What the reasons of contacts beyond a good period cost, and which cost most."""
    blocks = [block for one in sections if one.key == "causes" for block in one.blocks]
    leads = [block.lead for block in blocks if isinstance(block, TableBlock) and block.lead]
    return [lead for lead in leads if lead.code.startswith("causes_by_avoidable")][:1]


def _first_unknown(sections: tuple[Section, ...]) -> list[Say]:
    """What may yet change the picture most."""
    blocks = [block for one in sections if one.key == "not_yet_known" for block in one.blocks]
    says = [say for block in blocks if isinstance(block, SayBlock) for say in block.says]
    return [say for say in says if say.code in ("unknown_reviews", "unknown_returns")][:1]


def _no_data(found: Found) -> list[Told]:
    """Nothing was recorded in the period."""
    if any(panel.now.value is not None for panel in found.panels):
        return []
    return [(_nothing_recorded(found), "unknown")]


def _grave_crises(found: Found) -> list[Told]:
    """Crises of level 3 and above that are declared and not closed."""
    return _crises(found, grave=True)


def _leading_section(found: Found) -> list[Told]:
    """What the section says that the template lets lead, such as what makes customers angry.

    What is worse than it should be comes first: no headline says that all is well above it.
    """
    lead = found.context.template.body.lead
    told = [
        one
        for section in found.sections
        if section.key == lead
        for block in section.blocks
        if (one := _first_said(block)) is not None
    ]
    return sorted(told, key=lambda one: one[1] != "bad")


def _first_said(block: Block) -> Told | None:
    match block:
        case SayBlock(says=(first, *_), tone=tone):
            return first, tone
        case TableBlock(lead=Say() as first, rows=rows):
            return first, "bad" if any(row.tone == "bad" for row in rows) else "plain"
        case HeatBlock(lead=first, cells=cells):
            return first, "bad" if any(one.standing == "more" for one in cells) else "plain"
        case _:
            return None


def _longer_periods(found: Found) -> list[Told]:
    """Months and quarters have no limits: targets missed, then changes beyond noise."""
    if found.context.period.grain == "week":
        return []
    missed = [panel for panel in found.panels if panel.standing == "missed"]
    moved = [panel for panel in found.panels if panel not in missed and _moved(found, panel)]
    told = [_target_missed(panel) for panel in missed] + [
        _period_change(found, panel) for panel in moved
    ]
    return sorted(told, key=lambda one: one[1] != "bad")


def _bad_news(found: Found) -> list[Told]:
    """KPIs out of the ordinary for the worse: those whose change was taken apart, then the gravest.

    What has a cause can be decided on; it leads as long as it is grave enough by itself.
    """
    bad = [one for one in found.judged if _verdict(one) == "bad" and one.news]
    bad.sort(key=lambda one: not (one.kpi.name in found.changes and severity(one) >= 1))
    return [(_about(found, one), "bad") for one in bad]


def _lesser_crises(found: Found) -> list[Told]:
    """Other declared crises."""
    return _crises(found, grave=False)


def _incidents(found: Found) -> list[Told]:
    """Critical incidents that are open."""
    part = found.context.record.part("incidents")
    rows = part.get("rows", []) if isinstance(part, Mapping) else part
    count = sum(row.get("severity") == "critical" and not row.get("closed_at") for row in rows)
    if not count:
        return []
    amount = Number(value=count, unit="count")
    return [(Say(code="headline_incidents", values={"count": amount}), "bad")]


def _good_news(found: Found) -> list[Told]:
    """KPIs out of the ordinary for the better, and those that are neither."""
    rest = [one for one in found.judged if _verdict(one) != "bad" and one.news]
    tones: dict[str, Tone] = {"good": "good", "plain": "plain"}
    return [(_about(found, one), tones[_verdict(one)]) for one in rest]


def _as_ever(found: Found) -> list[Told]:
    """Targets missed as they have been for more than six weeks."""
    old = [one for one in found.judged if not one.news]
    if not old:
        return []
    names = tuple(KpiName(name=one.kpi.name) for one in old)
    values: dict[str, Value] = {
        "kpis": Listed(values=names),
        "count": Number(value=len(names), unit="count"),
    }
    return [(Say(code="headline_as_ever", values=values), "plain")]


def _nothing(found: Found) -> list[Told]:
    """Nothing unusual."""
    code = "nothing_unusual_incomplete" if found.context.missing else "nothing_unusual"
    return [(Say(code=code), "plain")]


RULES: tuple[Rule, ...] = (
    _no_data,
    _grave_crises,
    _leading_section,
    _longer_periods,
    _bad_news,
    _lesser_crises,
    _incidents,
    _good_news,
    _as_ever,
    _nothing,
)
"""In the order in which they are asked."""

_ALONE = frozenset({"nothing_unusual", "nothing_unusual_incomplete", "headline_no_data"})
"""Sentences that are a headline or nothing."""

_QUALIFIED = frozenset({"nothing_unusual_incomplete"})


def _found(context: Context, sections: tuple[Section, ...]) -> Found:
    blocks = [block for section in sections for block in section.blocks]
    panels = tuple(
        panel for block in blocks if isinstance(block, DeckBlock) for panel in block.panels
    )
    judged = (
        [judge(series(context, panel.kpi)) for panel in panels if panel.exception]
        if context.period.grain == "week"
        else []
    )
    return Found(
        context,
        sections,
        panels,
        {block.kpi: block for block in blocks if isinstance(block, ChangeBlock)},
        tuple(sorted(judged, key=lambda one: -severity(one))),
    )


def _opening(found: Found) -> Headline:
    """A report without KPIs opens with the first sentences of its sections."""
    blocks = [block for section in found.sections for block in section.blocks]
    told = _leading_section(found) or [one for one in map(_first_said, blocks) if one is not None]
    if not told:
        told = [(block.say, "unknown") for block in blocks if isinstance(block, NothingBlock)]
    if not told:
        told = [(_nothing_recorded(found), "unknown")]
    say, tone = told[0]
    return Headline(say, tone, tuple(one for one, _ in told[1 : MOST + 1]))


def _nothing_recorded(found: Found) -> Say:
    grain = Code(group="grain", value=found.context.period.grain)
    return Say(code="headline_no_data", values={"grain": grain})


def _crises(found: Found, *, grave: bool) -> list[Told]:
    rows = [
        row
        for row in found.context.record.part("crises")
        if row.get("status") in ("declared", "contained")
        and ((row.get("level") or 0) >= GRAVE) == grave
    ]
    if not rows:
        return []
    worst = max(rows, key=lambda row: (row.get("level") or 0, -row["id"]))
    values: dict[str, Value] = {
        "count": Number(value=len(rows), unit="count"),
        "level": Number(value=worst.get("level") or 0, unit="count"),
        "title": Words(**worst["title"]),
    }
    return [(Say(code="headline_crises", values=values), "bad")]


def _moved(found: Found, panel: Panel) -> bool:
    """Whether it differs from the period before by more than noise.

    Never where either has too few rows or is too young to be judged.
    """
    now, before = panel.now, panel.before
    if before is None or now.value is None or before.value is None:
        return False
    context = found.context
    kpi, period = context.kpi(panel.kpi), context.period
    spots = [whole(context, panel.kpi, one) for one in (period, period.before())]
    if any(small(kpi, spot) or spot.provisional for spot in spots):
        return False
    return bool(
        differ(
            Estimated(now.value, now.low, now.high),
            Estimated(before.value, before.low, before.high),
        )
    )


def _target_missed(panel: Panel) -> Told:
    values: dict[str, Value] = {
        "kpi": KpiName(name=panel.kpi),
        "now": panel.now,
        "target": Number(value=panel.target, unit=panel.now.unit),
        "signal": Code(group="signal", value="target_missed"),
        "verdict": Code(group="verdict", value="bad"),
    }
    return Say(code="headline_kpi", values=values), "bad"


def _period_change(found: Found, panel: Panel) -> Told:
    assert panel.before is not None
    change = (panel.now.value or 0.0) - (panel.before.value or 0.0)
    tones: dict[str, Tone] = {"good": "good", "bad": "bad", "plain": "plain"}
    unit = "points" if panel.now.unit == "share" else panel.now.unit
    values: dict[str, Value] = {
        "kpi": KpiName(name=panel.kpi),
        "now": panel.now,
        "before": panel.before,
        "change": Number(value=change, unit=unit, signed=True),
        "kind": Code(group="kind", value="period_before"),
    }
    told = verdict(CATALOGUE[panel.kpi], "above" if change > 0 else "below")
    block = found.changes.get(panel.kpi)
    say = Say(code="headline_change", values=values) if block is None else _about_change(block)
    return say, tones[told]


def _verdict(judged: Judged) -> str:
    return judged.strongest.verdict if judged.strongest is not None else "plain"


def _about(found: Found, judged: Judged) -> Say:
    """A KPI out of the ordinary: with its change where that was taken apart, else by its signal."""
    block = found.changes.get(judged.kpi.name)
    if block is not None and block.says:
        return _about_change(block)
    strongest = judged.strongest
    assert strongest is not None
    kpi = judged.kpi
    values: dict[str, Value] = {
        "kpi": KpiName(name=kpi.name),
        "now": number(judged.series.now, kpi),
        "signal": Code(group="signal", value=strongest.code),
        "verdict": Code(group="verdict", value=strongest.verdict),
    }
    if kpi.target is not None:
        values["target"] = Number(value=kpi.target, unit=kpi.unit)
    if strongest.side is not None:
        values["side"] = Code(group="side", value=strongest.side)
    if strongest.code == "beyond_limits" and judged.limits is not None:
        values["low"] = Number(value=judged.limits.low, unit=kpi.unit)
        values["high"] = Number(value=judged.limits.high, unit=kpi.unit)
    if judged.before is not None:
        values["before"] = Number(value=judged.before.center, unit=kpi.unit)
    return Say(code="headline_kpi", values=values)


def _about_change(block: ChangeBlock) -> Say:
    """The first sentence of a change, with the segment that its gravest part names."""
    first, *others = block.says
    values = dict(first.values)
    values["kind"] = Code(group="kind", value=first.code.removeprefix("change_"))
    named = next(
        (say for say in others if "first" in say.values and "against" not in say.values), None
    )
    if named is not None:
        values |= {
            name: named.values[name]
            for name in ("first", "first_now", "first_before")
            if name in named.values
        }
    return Say(code="headline_change", values=values)
