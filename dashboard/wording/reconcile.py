"""What the Reconcile screen says: products, causes, the answer, definitions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.reconcile import Question, Step, has_metric
from dashboard.url_filter import Period, case_link
from dashboard.wording.definition_switches import switch_rows
from dashboard.wording.reconcile_causes import cause_doc, cause_name, reason_name
from data_access.browse.reconciliations import Found
from data_access.presets import PRESETS, Definition, Reconciliation, Side, preset
from data_access.presets.recorded import NAME as RECORDED_NAME

EXACT_BELOW_S = 3600
"""Durations below this are told to the second."""


def metric_name(metric: str) -> str:
    """What readers call a time metric."""
    return {
        "first_response": _("First response time"),
        "next_response": _("Next response time"),
        "first_resolution": _("First resolution time"),
        "full_resolution": _("Full resolution time"),
        "requester_wait": _("Requester wait time"),
        "agent_work": _("Agent work time"),
        "on_hold": _("Time on hold"),
    }[metric]


def side_name(side: str) -> str:
    """A product as readers know it, with its hours where they were chosen."""
    if side == RECORDED_NAME:
        return _("The source's own figure")
    product, _colon, hours = side.partition(":")
    title = PRESETS[product].title
    if hours == "business":
        return _("{product}, business hours", product=title)
    if hours == "calendar":
        return _("{product}, calendar hours", product=title)
    return title


def statistic_name(statistic: str) -> str:
    """Median or mean."""
    return {"median": _("Median"), "mean": _("Mean")}[statistic]


def duration(seconds: float | None) -> str:
    """A duration without a sign: to the second below an hour, else to the nearest minute.

    Two numbers and their difference stand side by side here: what is rounded away must not be
    what a reader would add up.
    """
    if seconds is None:
        return formats.NONE
    whole = round(abs(seconds))
    if whole < 60:
        return _("{s} s", s=formats.number(whole))
    minutes, rest = divmod(whole, 60)
    if whole < EXACT_BELOW_S and rest:
        return _("{m} min {s} s", m=formats.number(minutes), s=formats.number(rest))
    return formats.duration(60 * round(whole / 60))


def signed(seconds: float) -> str:
    """A duration with its sign."""
    text = duration(seconds)
    return text if round(seconds) == 0 else f"{'−' if seconds < 0 else '+'}{text}"


def answer(found: Reconciliation) -> str:
    """Both numbers and the biggest cause of the gap."""
    left, right = found.left, found.right
    if left.value_s is None or right.value_s is None:
        empty = left if left.value_s is None else right
        return _("{side} has no value for these cases.", side=side_name(empty.name))
    start = _(
        "{left} says {left_value}, {right} {right_value}.",
        left=side_name(left.name),
        left_value=duration(left.value_s),
        right=side_name(right.name),
        right_value=duration(right.value_s),
    )
    return start + (" " if current() == "en" else "") + biggest(found)


def gap_title(found: Reconciliation) -> str:
    """How far apart the numbers are, as the title of the bridge."""
    gap = found.gap_s or 0.0
    names = {"left": side_name(found.left.name), "right": side_name(found.right.name)}
    if round(gap) == 0:
        return _("{right} and {left} show the same", **names)
    if gap > 0:
        return _("{right} shows {gap} more than {left}", gap=duration(gap), **names)
    return _("{right} shows {gap} less than {left}", gap=duration(gap), **names)


def biggest(found: Reconciliation) -> str:
    """The biggest cause of the gap."""
    gap = found.gap_s or 0.0
    if found.causes.is_empty() or not found.causes["effect_s"].abs().max():
        return _("Nothing tells them apart on these cases.")
    cause, effect = found.causes.select("cause", "effect_s").row(0)
    if round(gap) == 0:
        return _(
            "The numbers agree; “{cause}” ({effect}) is made up for by others.",
            cause=cause_name(cause),
            effect=signed(effect),
        )
    return _(
        "The biggest cause is “{cause}”: {effect} of {gap}.",
        cause=cause_name(cause),
        effect=signed(effect),
        gap=signed(gap),
    )


def note(asked: Question, span: Period, found: Found) -> str:
    """Which number over which cases."""
    parts = [
        metric_name(asked.metric),
        statistic_name(asked.statistic),
        _("cases created {days}", days=formats.days(span.first, span.last)),
    ]
    if found.taken < found.of_cases:
        parts.append(
            _(
                "an even sample of {taken} of {all} cases",
                taken=formats.number(found.taken),
                all=formats.number(found.of_cases),
            )
        )
    else:
        parts.append(ngettext("{count} case", "{count} cases", found.of_cases))
    return " · ".join(parts)


def number(side: Side) -> tuple[str, str]:
    """A side's value, and what is behind it."""
    parts = [_("n = {n}", n=formats.number(side.n))]
    out = sum(side.left_out.values())
    if out:
        reasons = (
            f"{reason_name(why)} {formats.number(count)}"
            for why, count in sorted(side.left_out.items(), key=lambda item: -item[1])
        )
        parts.append(
            _(
                "{count} left out: {reasons}",
                count=formats.number(out),
                reasons=("、" if current() == "zh_Hans" else ", ").join(reasons),
            )
        )
    return duration(side.value_s), " · ".join(parts)


def number_facts(found: Reconciliation) -> str:
    """Both numbers with what is behind them, and the gap."""
    shown = []
    for side in (found.left, found.right):
        value, behind = number(side)
        shown.append(rows.Fact(side_name(side.name), value, behind))
    gap = formats.NONE if found.gap_s is None else signed(found.gap_s)
    return rows.facts([*shown, rows.Fact(_("Gap"), gap)])


def step_rows(steps: Sequence[Step], found: Reconciliation) -> pl.DataFrame:
    """Rows of the bridge for the figure."""
    names = {"left": side_name(found.left.name), "right": side_name(found.right.name)}
    shown: list[dict[str, Any]] = []
    for step in steps:
        total = step.cause in names
        label = duration(step.end_s) if total else signed(step.effect_s)
        name = names.get(step.cause) or cause_name(step.cause)
        doc = "" if total else f"<br>{cause_doc(step.cause)}"
        shown.append(
            {
                "name": name,
                "start": step.start_s,
                "end": step.end_s,
                "kind": "total" if total else ("more" if step.effect_s > 0 else "less"),
                "label": label,
                "hover": f"{name}: {label}{doc}",
            }
        )
    return pl.DataFrame(shown, schema=_STEP)


_STEP = {
    "name": pl.String,
    "start": pl.Float64,
    "end": pl.Float64,
    "kind": pl.String,
    "label": pl.String,
    "hover": pl.String,
}


def no_steps() -> pl.DataFrame:
    """The bridge of a question without an answer."""
    return pl.DataFrame(schema=_STEP)


def no_rows() -> str:
    """A table of such a question."""
    return rows.table([], [])


def cause_table(found: Reconciliation) -> str:
    """Every cause with what it adds and how many cases it touches; the last row is the gap."""
    columns = [
        rows.Column(_("Cause")),
        rows.Column(_("Adds"), num=True),
        rows.Column(_("Times changed"), num=True, title=_("By this switch alone")),
        rows.Column(_("What it is")),
    ]
    most = max((abs(effect) for effect in found.causes["effect_s"]), default=0.0) or 1.0
    lines = [
        rows.Row(
            (
                rows.Cell(cause_name(cause)),
                rows.Cell(signed(effect), bar=effect / most),
                rows.Cell(formats.number(count)),
                rows.Cell(cause_doc(cause)),
            )
        )
        for cause, effect, count in found.causes.iter_rows()
    ]
    if found.gap_s is not None:
        lines.append(
            rows.Row(
                (rows.Cell(_("Gap")), rows.Cell(signed(found.gap_s)), rows.Cell(), rows.Cell())
            )
        )
    return rows.table(columns, lines)


def top_table(found: Reconciliation, query: str) -> str:
    """The cases that each cause changes most, with a link to each."""
    columns = [
        rows.Column(_("Case")),
        rows.Column(_("Cause")),
        rows.Column(side_name(found.left.name), num=True),
        rows.Column(_("With this switch alone"), num=True),
    ]
    lines = []
    for row in found.top.iter_rows(named=True):
        again = f" #{row['instance']}" if row["instance"] > 1 else ""
        lines.append(
            rows.Row(
                (
                    rows.Cell(row["case_id"] + again, sub=row["source"]),
                    rows.Cell(cause_name(row["cause"])),
                    rows.Cell(_counted(row["left_s"])),
                    rows.Cell(_counted(row["right_s"])),
                ),
                href=case_link(row["case_id"], row["source"], query),
            )
        )
    return rows.table(columns, lines)


def _counted(seconds: float | None) -> str:
    return _("left out") if seconds is None else duration(seconds)


def definition_table(asked: Question) -> str:
    """Both definitions switch by switch; those that differ first."""
    made = _definitions(asked)
    columns = [rows.Column(_("Choice")), *(rows.Column(side_name(s)) for s in sides(asked))]
    lines = [
        rows.Row(
            (
                rows.Cell(row.name, status="watch" if row.differs else ""),
                rows.Cell(row.left, sub=_assumed(row.left_assumed)),
                rows.Cell(row.right, sub=_assumed(row.right_assumed)),
            )
        )
        for row in switch_rows(asked.metric, made[0], made[1])
    ]
    return rows.table(columns, lines)


def source_facts(asked: Question) -> str:
    """Where each definition is written down: its title and its address."""
    shown = []
    for side, made in zip(sides(asked), _definitions(asked), strict=True):
        if made is None:
            shown.append(rows.Fact(side_name(side), _("As recorded in the export")))
            continue
        shown += [rows.Fact(side_name(side), one.title, one.url) for one in made.sources]
    return rows.facts(shown)


def _definitions(asked: Question) -> tuple[Definition | None, Definition | None]:
    """Both definitions; None for the source's own figure and for a metric that a side has not."""
    left, right = (
        None if side == RECORDED_NAME else preset(side).metrics.get(asked.metric)
        for side in sides(asked)
    )
    return left, right


def sides(asked: Question) -> tuple[str, str]:
    """Left and right."""
    return asked.left, asked.right


def _assumed(assumed: bool) -> str:
    return _("assumed") if assumed else ""


def refused(asked: Question) -> str:
    """Why a question has no answer, whatever the cases; empty where it may have one."""
    if asked.left == asked.right == RECORDED_NAME:
        return _("Compare the source's own figure with a definition.")
    for side in sides(asked):
        if not has_metric(side, asked.metric):
            return _(
                "{product} has no such metric: {metric}.",
                product=side_name(side),
                metric=metric_name(asked.metric),
            )
    return ""
