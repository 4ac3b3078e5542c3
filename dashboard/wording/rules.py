"""What the list of rules says: where each stands, what it watches, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from alerts.gate import BUDGET
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.rules import NEW, PATH, rule_path, templates
from dashboard.vocabulary import dimension_name
from dashboard.wording.incident_names import STATUS_OF_SEVERITY, severity_name
from data_access.metrics import CATALOGUE
from data_access.overdue import STATES

STATUS_OF_STAGE: Mapping[str, str] = {
    "live": "ok",
    "shadow": "info",
    "tested": "none",
    "draft": "none",
    "retired": "none",
}


def stage_name(stage: str) -> str:
    """Where a version stands."""
    return {
        "draft": _("Draft"),
        "tested": _("Tested"),
        "shadow": _("Shadow"),
        "live": _("Live"),
        "retired": _("Retired"),
    }.get(stage, stage)


def reason_words(reason: str | None, *, backtested: bool | None = None) -> str:
    """Why a version stands where it does.

    Args:
        reason: of the stage.
        backtested: whether the version has a backtest, which is what a provisional one waits for
            first; None where that is not known.
    """
    provisional = {
        True: _("provisional: its history is still short"),
        False: _("provisional: backtest still to come"),
        None: _("provisional: not through the gate yet"),
    }
    return {
        "passed": _("backtest passed"),
        "provisional": provisional[backtested],
        "forced": _("a person let it live for a reason"),
        "person": _("moved by a person"),
        "checked": _("checked: it can be evaluated"),
        "tests_failed": _("its tests fail"),
        "history_short": _("history too short for the gate"),
        "noisy": _("too many messages for one rule"),
        "crowded": _("too many messages with the other rules"),
        "no_backtest": _("never backtested"),
        "replaced": _("replaced by a newer version"),
        "superseded": _("a newer file took its place"),
        "deleted": _("its file was removed"),
    }.get(reason or "", reason or "")


def kind_name(kind: str) -> str:
    """What sort of rule it is."""
    return {
        "surge": _("Surge of a count"),
        "proportion": _("A share gets worse"),
        "threshold": _("A number beyond its limit"),
        "deadline": _("Rows that wait too long"),
        "novelty": _("Something nobody knew"),
        "feed": _("A source falls silent"),
    }.get(kind, kind)


def subject_name(kind: str, subject: str) -> str:
    """What a rule watches: a KPI by its title, anything else by its name."""
    if kind == "feed":
        return _("Arrivals of data")
    if kind == "deadline" and subject in STATES:
        state = STATES[subject]
        return state.doc if current() == "en" else state.doc_zh
    if subject in CATALOGUE:
        return _(CATALOGUE[subject].title)
    return subject.replace("_", " ")


def watched(kind: str, subject: str, by: Sequence[str]) -> str:
    """What a rule watches, and split by what."""
    if not by:
        return subject_name(kind, subject)
    split = " × ".join(dimension_name(name) for name in by)
    return _("{subject} by {split}", subject=subject_name(kind, subject), split=split)


def answer(rules: pl.DataFrame) -> str:
    """How many watch, how many are on trial, what they cost together."""
    if rules.is_empty():
        return ""
    live = rules.filter(pl.col("stage") == "live")
    shadow = rules.filter((pl.col("stage") == "shadow") | (pl.col("waiting_stage") == "shadow"))
    parts = [
        ngettext("{count} rule watches.", "{count} rules watch.", live.height),
        *(
            [ngettext("{count} is on trial.", "{count} are on trial.", shadow.height)]
            if shadow.height
            else []
        ),
    ]
    known = live.filter(pl.col("per_manager_day").is_not_null())
    if known.height:
        cost = {
            "messages": formats.number(float(known["per_manager_day"].sum()), 1),
            "budget": formats.number(BUDGET),
        }
        parts.append(
            _(
                "By their backtests they send a manager {messages} messages a day; "
                "the budget is {budget}.",
                **cost,
            )
            if known.height == live.height
            else ngettext(
                "Only {count} has a backtest so far: by it, {messages} messages a day for a "
                "manager; the budget is {budget}.",
                "Only {count} have a backtest so far: by these, {messages} messages a day for a "
                "manager; the budget is {budget}.",
                known.height,
                **cost,
            )
        )
    return (" " if current() == "en" else "").join(parts)


def note(rules: pl.DataFrame) -> str:
    """How far the costs can be trusted."""
    told = rules.filter((pl.col("stage") == "live") & pl.col("backtest_days").is_null()).height
    if told:
        return ngettext(
            "{count} live rule has no backtest yet; the worker does them one after the other",
            "{count} live rules have no backtest yet; the worker does them one after the other",
            told,
        )
    return _("Costs are those of the newest backtest of the version that is live")


def precision(quality: pl.DataFrame) -> dict[str, str]:
    """Rule to the share of its alarms that were true, where enough have a verdict.

    Args:
        quality: `rules` of `alerts.quality.report`.
    """
    told = {}
    for row in quality.iter_rows(named=True):
        if not row["judged"]:
            continue
        told[row["rule_id"]] = (
            f"{formats.percent(row['precision'], 0)} "
            f"({formats.interval(row['low'], row['high'], 'share')})"
            if row["enough"]
            else f"{_('too few to say')} ({formats.number(row['judged'])})"
        )
    return told


def table(rules: pl.DataFrame, precision: Mapping[str, str]) -> str:
    """Every rule, live ones first.

    Args:
        rules: as `alerts.rule_pages.overview`.
        precision: rule id to its precision in words, where people gave verdicts.
    """
    columns = [
        rows.Column(_("Rule")),
        rows.Column(_("Stage")),
        rows.Column(_("Episodes a week"), num=True, title=_("In its newest backtest")),
        rows.Column(
            _("Messages a day"), num=True, title=_("Per manager, after grouping, nobody acting")
        ),
        rows.Column(_("Precision"), title=_("Share of true alarms among those with a verdict")),
        rows.Column(_("Open"), num=True),
        rows.Column(_("Last fired")),
        rows.Column(_("Severity")),
    ]
    order = {"live": 0, "shadow": 1, "tested": 2, "draft": 3, "retired": 4}
    ranked = rules.sort(
        pl.col("stage").replace_strict(order, return_dtype=pl.Int8), pl.col("rule_id")
    )
    return rows.table(columns, [_row(row, precision) for row in ranked.iter_rows(named=True)])


def _row(row: Mapping[str, Any], precision: Mapping[str, str]) -> rows.Row:
    return rows.Row(
        (
            rows.Cell(
                row["rule_id"],
                href=rule_path(row["rule_id"]),
                sub=_told_of(row),
            ),
            _stage(row),
            rows.Cell(
                formats.number(row["episodes_per_week"], 2),
                sub=""
                if row["backtest_days"] is None
                else _("{days} days", days=formats.number(row["backtest_days"])),
            ),
            rows.Cell(formats.number(row["per_manager_day"], 2)),
            rows.Cell(precision.get(row["rule_id"], formats.NONE)),
            rows.Cell(formats.number(row["open_alerts"])),
            _fired(row["fired_at"]),
            rows.Cell(severity_name(row["severity"]), status=STATUS_OF_SEVERITY[row["severity"]]),
        )
    )


def _told_of(row: Mapping[str, Any]) -> str:
    """What a rule watches and whose it is."""
    what = watched(row["kind"], row["subject"], row["by"])
    return f"{what} · {row['owner']}" if row["owner"] else what


def _stage(row: Mapping[str, Any]) -> rows.Cell:
    waiting = (
        _("version {n}: {stage}", n=row["waiting_n"], stage=stage_name(row["waiting_stage"]))
        if row["waiting_n"]
        else ""
    )
    reason = reason_words(row["reason"], backtested=row["backtest_days"] is not None)
    told = [part for part in (reason, waiting) if part]
    return rows.Cell(
        stage_name(row["stage"]), status=STATUS_OF_STAGE[row["stage"]], sub=" · ".join(told)
    )


def _fired(at: datetime | None) -> rows.Cell:
    return rows.Cell(formats.NONE if at is None else f"{at:%Y-%m-%d %H:%M} UTC", at=at)


def template_list() -> str:
    """A link for every kind of rule that one ships of."""
    return rows.items(
        [
            rows.Item(
                kind_name(kind),
                f"{PATH}/{NEW}?template={kind}",
                note=_("as in {rule}", rule=rule_id),
            )
            for kind, rule_id in templates().items()
        ]
    )
