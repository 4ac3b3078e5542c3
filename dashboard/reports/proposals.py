"""Decisions that the numbers ask for: short rules over what was recorded. Pure.

A proposal is nobody's decision: it stands marked as what it is, until a person raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.reports import budgets
from dashboard.reports.context import Context
from dashboard.reports.document import Say, TableBlock
from dashboard.reports.series import number, series
from dashboard.reports.severity import severity
from dashboard.reports.signals import judge
from dashboard.reports.template import shown_kpis
from dashboard.reports.values import Code, Day, Instant, KpiName, Number, Plain, Value, Words

PATIENCE = timedelta(hours=24)
"""How long a proposed crisis or a critical incident may wait for somebody."""
GRAVE = 1.0
"""Severity from which a KPI is worth a headline; good news never comes near."""
MOST_GRAVE = 2
_MARKETS = 100
Rows = list[Mapping[str, Any]]
Rule = Callable[[Context], Iterator[Say]]


@dataclass(frozen=True)
class _Everything:
    markets: int = _MARKETS


def proposals(context: Context) -> tuple[Say, ...]:
    """What should be decided, the most urgent first."""
    return tuple(say for rule in RULES for say in rule(context))


def _leaderless(context: Context) -> Iterator[Say]:
    """A crisis goes on and nobody leads it."""
    for one in _rows(context, "crises"):
        if one["status"] in ("declared", "contained") and not one["lead"]:
            yield _say("propose_lead", title=_words(one["title"]))


def _terms(context: Context) -> Iterator[Say]:
    """A term that a law sets has passed."""
    for one in _rows(context, "crises"):
        for term in one["terms"]:
            due = term["due_at"]
            open_still = term["status"] in ("running", "missed") and not term["settled_at"]
            late = open_still and due and _time(due) <= context.as_of
            if late and one["status"] not in ("dismissed", "closed"):
                told = {"term": _words(term["title"]), "title": _words(one["title"])}
                yield _say("propose_term", due=Instant(value=_time(due)), **told)


def _undeclared(context: Context) -> Iterator[Say]:
    """A crisis is proposed, and nobody says whether it is one."""
    for one in _rows(context, "crises"):
        since = _time(one["detected_at"])
        if one["status"] == "proposed" and context.as_of - since > PATIENCE:
            title = _words(one["title"])
            yield _say("propose_declare", title=title, since=Instant(value=since))


def _unanswered(context: Context) -> Iterator[Say]:
    """A critical incident is open, and nobody has it."""
    part = context.record.part("incidents")
    for one in part.get("rows", []) if part else []:
        since = _time(one["opened_at"])
        waits = one["handling"] == "open" and one["severity"] == "critical"
        if waits and context.as_of - since > PATIENCE:
            title = _words(one["title"])
            yield _say("propose_take", title=title, since=Instant(value=since))


def _spent(context: Context) -> Iterator[Say]:
    """A month's budget of compensations is used up."""
    for block in budgets.blocks(context, _Everything()):
        if not isinstance(block, TableBlock):
            continue
        for row in block.rows:
            standing = row.cells.get("budget_standing")
            if not isinstance(standing, Code) or standing.value != "over":
                continue
            named = {name: row.cells[name] for name in ("market", "budget", "given")}
            yield _say("propose_budget", **{k: v for k, v in named.items() if v is not None})


def _actions(context: Context) -> Iterator[Say]:
    """A corrective action is late."""
    today = context.as_of.astimezone(ZoneInfo(context.zone)).date()
    for cause in _rows(context, "causes"):
        for one in cause["actions"]:
            due = date.fromisoformat(one["due_on"])
            if one["status"] == "open" and due < today:
                told = {"action": Plain(text=one["text"]), "owner": Plain(text=one["owner"])}
                yield _say("propose_action", due=Day(value=due), **told)


def _causes(context: Context) -> Iterator[Say]:
    """Nobody has said why: of a crisis by its name, of low scores together."""
    late = [
        one
        for one in _rows(context, "causes")
        if one["status"] == "open" and _time(one["due_at"]) <= context.as_of
    ]
    for one in late:
        if one["crisis"] is not None:
            due = Instant(value=_time(one["due_at"]))
            yield _say("propose_cause", title=Plain(text=one["title"]), due=due)
    rest = [one for one in late if one["crisis"] is None]
    if rest:
        yield _say("propose_causes", count=_whole(len(rest)))


def _unexplained(context: Context) -> Iterator[Say]:
    """A KPI is gravely out of the ordinary, and nobody is to say why."""
    if context.period.grain != "week":
        return
    judged = [judge(series(context, name)) for name in shown_kpis(context.template)]
    grave = [one for one in judged if one.news and severity(one) >= GRAVE]
    asked = tuple(
        str(one["figure"])
        for one in _decided(context)
        if one["status"] == "open" and one["figure"] is not None
    )
    due = Day(value=context.period.after().last)
    for one in sorted(grave, key=lambda one: -severity(one))[:MOST_GRAVE]:
        if not any(figure.startswith(f"kpis/{one.kpi.name}/") for figure in asked):
            now = number(one.series.now, one.kpi)
            yield _say("propose_explain", kpi=KpiName(name=one.kpi.name), now=now, due=due)


RULES: tuple[Rule, ...] = (
    _leaderless,
    _terms,
    _undeclared,
    _unanswered,
    _unexplained,
    _spent,
    _actions,
    _causes,
)
"""The most urgent first."""


def _decided(context: Context) -> Rows:
    part = context.record.part("decisions")
    return list(part["decisions"]) if part else []


def _rows(context: Context, part: str) -> Rows:
    found = context.record.part(part)
    return list(found) if isinstance(found, list) else []


def _say(code: str, **values: Value) -> Say:
    return Say(code=code, values=values)


def _words(title: Mapping[str, str]) -> Words:
    return Words(en=title["en"], zh=title["zh"])


def _whole(count: int) -> Number:
    return Number(value=count, unit="count")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
