"""What the Quality screens say: trust and cost in two sentences, then where each comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from alerts.quality import BUDGET, FEWEST, QualityReport
from alerts.quality.rates import DOUBTED
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import Quality
from dashboard.languages import _, current, ngettext
from dashboard.quality import list_link
from dashboard.rules import rule_path
from dashboard.url_filter import link, narrow
from dashboard.vocabulary import value_name
from dashboard.wording.incident_names import (
    STATUS_OF_SEVERITY,
    handling_name,
    severity_name,
    slice_words,
    title_of,
    verdict_names,
)

_HOUR = 3600


def answer(found: QualityReport) -> str:
    """Whether the warnings can be trusted, and what they cost."""
    return (" " if current() == "en" else "").join([_trust(found.overall), _cost(found)])


def _trust(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return _("No warning was given in these days.")
    if not told["judged"]:
        return ngettext(
            "{count} warning, without a verdict yet: nobody can say whether it was right.",
            "{count} warnings, none with a verdict yet: nobody can say how many were right.",
            told["incidents"],
        )
    counts = {"right": formats.number(told["right"]), "n": formats.number(told["judged"])}
    if not told["enough"]:
        return _("{right} of {n} judged warnings were right: too few to say.", **counts)
    rate, band = _rate(told), formats.interval(told["low"], told["high"], "share")
    if told["doubted"]:
        return _(
            "Most warnings are wrong: {right} of {n} were right ({rate}, {interval}).",
            **counts,
            rate=rate,
            interval=band,
        )
    return _(
        "{rate} of the warnings were right ({interval}, {right} of {n}).",
        **counts,
        rate=rate,
        interval=band,
    )


def _cost(found: QualityReport) -> str:
    if found.people.is_empty():
        return _("No message reached a person.")
    most = found.people.row(0, named=True)
    told = {
        "person": most["person"],
        "n": formats.number(most["per_day"], 1),
        "budget": formats.number(BUDGET),
    }
    if most["over"]:
        return _("{person} gets {n} messages a day, above the budget of {budget}.", **told)
    return _("Nobody gets more than {n} messages a day; the budget is {budget}.", **told)


def note(found: QualityReport) -> str:
    """Which days, which incidents."""
    return _("Incidents opened {days}", days=formats.days(found.first, found.last))


def facts(found: QualityReport, query: str) -> str:
    """The numbers of the whole, each with the incidents behind it."""
    told = found.overall
    if told is None:
        return rows.facts([])
    return rows.facts(
        [
            rows.Fact(
                _("Precision"),
                _rate(told) if told["judged"] else formats.NONE,
                sub=_of(told),
                status=_precision_status(told),
                href=list_link("judged", query),
            ),
            _recall(found),
            _delay(_("From the true start to the warning"), told, "detected", "timed", query),
            _delay(
                _("From the warning to acknowledging"), told, "acknowledged", "acknowledged", query
            ),
            _delay(_("From the warning to closing"), told, "closed", "closed", query),
            rows.Fact(
                _("Messages per incident"),
                formats.number(told["messages"], 1),
                sub=_("{n} in all", n=formats.number(told["messages_total"])),
                href=list_link("told", query),
            ),
            rows.Fact(
                _("Relapses per episode"),
                formats.number(told["flap_rate"], 2),
                sub=_("{n} in all", n=formats.number(told["flaps"])),
                href=list_link("relapsed", query),
            ),
            rows.Fact(
                _("Acted on"), formats.percent(told["acted"], 0), href=list_link("acted", query)
            ),
            rows.Fact(
                _("Kept quiet"), formats.percent(told["muted"], 0), href=list_link("muted", query)
            ),
            rows.Fact(
                _("Without a verdict"),
                formats.number(told["waiting"]),
                status="watch" if told["waiting"] else "",
                href=list_link("waiting", query),
            ),
        ]
    )


def _recall(found: QualityReport) -> rows.Fact:
    told = found.recall
    if not told["known"]:
        return rows.Fact(
            _("Recall"), formats.NONE, sub=_("nobody declared what really happened, see below")
        )
    parts = [
        _("{found} of {n} known", found=told["found"], n=told["known"]),
        formats.interval(told["low"], told["high"], "share"),
    ]
    if told["known"] < FEWEST:
        parts.append(_("too few to say"))
    return rows.Fact(_("Recall"), formats.percent(told["value"], 0), sub=", ".join(parts))


def _delay(label: str, told: Mapping[str, Any], name: str, of: str, query: str) -> rows.Fact:
    n = told[f"{name}_n"]
    return rows.Fact(
        label,
        _hours(told[f"{name}_h"]),
        sub=_("median, n = {n}", n=formats.number(n)) if n else _("not known of any"),
        href=list_link(of, query) if n else "",
    )


def rules_title(found: QualityReport) -> str:
    """Which rules cry wolf."""
    doubted = found.rules.filter(pl.col("doubted"))["rule_id"].to_list()
    if len(doubted) == 1:
        return _("{rule} is wrong more often than right", rule=doubted[0])
    if doubted:
        return ngettext(
            "{count} rule is wrong more often than right",
            "{count} rules are wrong more often than right",
            len(doubted),
        )
    if found.rules.filter(pl.col("enough")).height:
        return _("No rule is wrong more often than right for certain")
    return _("No rule has enough verdicts yet")


def rule_table(found: QualityReport, query: str) -> str:
    """Every rule that warned, the busiest first."""
    columns = [
        rows.Column(_("Rule")),
        rows.Column(_("Incidents"), num=True),
        *_precision_columns(),
        rows.Column(_("Wrong"), num=True),
        rows.Column(_("To the warning"), num=True, title=_("Median from the true start, with n")),
        rows.Column(_("To closing"), num=True, title=_("Median from the warning, with n")),
        rows.Column(_("Messages"), num=True, title=_("Per incident")),
        rows.Column(_("Relapses"), num=True, title=_("Per episode")),
        rows.Column(_("Acted on"), num=True),
        rows.Column(_("What to do")),
    ]
    lines = [_rule_row(row, query) for row in found.rules.iter_rows(named=True)]
    return rows.table(columns, lines)


def _rule_row(row: Mapping[str, Any], query: str) -> rows.Row:
    rule = row["rule_id"]
    return rows.Row(
        (
            rows.Cell(rule, href=rule_path(rule)),
            rows.Cell(formats.number(row["incidents"]), href=list_link("all", query, rule=rule)),
            *_precision_cells(row),
            _counted(row["wrong"], list_link("wrong", query, rule=rule)),
            _median_cell(row, "detected"),
            _median_cell(row, "closed"),
            rows.Cell(formats.number(row["messages"], 1)),
            rows.Cell(formats.number(row["flap_rate"], 2)),
            rows.Cell(formats.percent(row["acted"], 0)),
            _advice(row, query),
        ),
        small=not row["enough"],
    )


def _advice(row: Mapping[str, Any], query: str) -> rows.Cell:
    if row["doubted"] and row["stage"] == "live":
        return rows.Cell(_("Put it into shadow"), href=rule_path(row["rule_id"]))
    if row["doubted"]:
        return rows.Cell(_("In shadow already") if row["stage"] == "shadow" else _("Retired"))
    if row["enough"]:
        return rows.Cell(_("Keep it"))
    waiting = list_link("waiting", query, rule=row["rule_id"])
    if row["waiting"]:
        text = ngettext("Give {count} verdict", "Give {count} verdicts", row["waiting"])
        return rows.Cell(text, href=waiting)
    return rows.Cell(_("Too few to say"))


def markets_title(found: QualityReport) -> str:
    """Where most of it happens."""
    if found.markets.is_empty():
        return _("Market by market")
    most = found.markets.sort("incidents", "market", descending=[True, False]).row(0, named=True)
    return _("Most warnings: {market}", market=_market(most["market"]))


def market_table(found: QualityReport, query: str) -> str:
    """Every market that was warned of, the busiest first."""
    columns = [
        rows.Column(_("Market")),
        rows.Column(_("Incidents"), num=True),
        *_precision_columns(),
        rows.Column(_("Wrong"), num=True),
    ]
    ordered = found.markets.sort("incidents", "market", descending=[True, False])
    lines = []
    for row in ordered.iter_rows(named=True):
        there = narrow(query, market=row["market"]) if row["market"] else query
        lines.append(
            rows.Row(
                (
                    rows.Cell(_market(row["market"])),
                    rows.Cell(formats.number(row["incidents"]), href=list_link("all", there)),
                    *_precision_cells(row),
                    _counted(row["wrong"], list_link("wrong", there)),
                ),
                small=not row["enough"],
            )
        )
    return rows.table(columns, lines)


def people_title(found: QualityReport) -> str:
    """Whether somebody hears too much."""
    over = found.people.filter(pl.col("over")).height
    if not found.people.height:
        return _("Who is told how often")
    if over:
        return ngettext(
            "{count} person gets more than the budget",
            "{count} people get more than the budget",
            over,
        )
    return _("Everybody is within the budget of {budget} a day", budget=formats.number(BUDGET))


def people_table(found: QualityReport) -> str:
    """Every person who got messages, the noisiest first; the tick is the budget."""
    columns = [
        rows.Column(_("Person")),
        rows.Column(_("A day"), num=True, title=_("Messages a day; the tick is the budget")),
        rows.Column(_("Worst day"), num=True),
        rows.Column(_("In all"), num=True),
    ]
    scale = 2 * BUDGET
    lines = [
        rows.Row(
            (
                rows.Cell(row["person"]),
                rows.Cell(
                    formats.number(row["per_day"], 1),
                    status="breach" if row["over"] else "ok",
                    meter=(min(row["per_day"] / scale, 1.0), None, None, BUDGET / scale),
                ),
                rows.Cell(formats.number(row["worst"]), sub=formats.day(row["worst_day"])),
                rows.Cell(formats.number(row["messages"])),
            )
        )
        for row in found.people.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def known_title(found: QualityReport) -> str:
    """How much was missed."""
    told = found.recall
    missed = told["known"] - told["found"]
    if not told["known"]:
        return _("What really happened")
    if missed:
        return ngettext(
            "{count} known incident came without a warning",
            "{count} known incidents came without a warning",
            missed,
        )
    return _("All known incidents were warned of")


def known_table(found: QualityReport, query: str) -> str:
    """What people know of, and the warning that belongs to it."""
    columns = [
        rows.Column(_("What")),
        rows.Column(_("Warned")),
        rows.Column(_("Where and when")),
        rows.Column(_("Declared by")),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(row["title"]),
                _warned(row, query),
                rows.Cell(slice_words(json.loads(row["labels"])), sub=_when(row)),
                rows.Cell(row["author"]),
            )
        )
        for row in found.known.iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def _when(row: Mapping[str, Any]) -> str:
    if row["ended_on"] is None:
        return _("from {day}", day=formats.day(row["began_on"], year=True))
    return formats.days(row["began_on"], row["ended_on"])


def _warned(row: Mapping[str, Any], query: str) -> rows.Cell:
    if row["group_id"] is None:
        return rows.Cell(_("Missed"), status="breach")
    delay = row["delay_days"]
    when = (
        ngettext("after {count} day", "after {count} days", delay) if delay else _("the first day")
    )
    return rows.Cell(when, href=link(f"/alerts/{row['group_id']}", query))


def known_actions(found: QualityReport, done: str) -> str:
    """The buttons that declare and withdraw, with their forms."""
    declare = Act(
        "declare",
        _("Declare an incident"),
        (
            Field("title", _("What happened"), "line", required=True),
            Field(
                "market",
                _("Market"),
                "line",
                note=_("Two letters such as PL; empty: all markets"),
            ),
            Field("began_on", _("First day"), "date", required=True),
            Field("ended_on", _("Last day"), "date", note=_("Empty if nobody knows")),
        ),
        submit=_("Declare"),
    )
    options = tuple((str(row["id"]), row["title"]) for row in found.known.iter_rows(named=True))
    withdraw = Act(
        "withdraw",
        _("Withdraw one"),
        (Field("known", _("Which one"), "choice", options),) if options else (),
        submit=_("Withdraw"),
    )
    return actions(
        [declare, withdraw] if options else [declare],
        id="quality-act",
        store=Quality.PRESSED,
        subject="known",
        version=0,
        done=done,
    )


def outcome(told: Any, action: str) -> tuple[str, str]:
    """What is said of an action, and its status."""
    if told.result in {"done", "repeated"}:
        return (_("Withdrawn.") if action == "withdraw" else _("Declared."), "ok")
    texts = {
        "name_needed": _("Say at the top who you are, then press again."),
        "title_needed": _("Say what happened, then press again."),
        "title_too_long": _("Say it in at most 200 characters."),
        "future": _("The first day lies in the future; choose a day that is over or today."),
        "ends_before_it_began": _("The last day lies before the first; swap them."),
        "not_found": _("It was withdrawn already."),
    }
    fallback = _("That was not understood. Fill in the first day and press again.")
    return texts.get(told.why, fallback), "watch"


def list_answer(count: int, of: str, rule: str) -> str:
    """Which incidents these are and how many."""
    shown = ngettext("{count} incident", "{count} incidents", count)
    parts = [shown, list_name(of)]
    if rule:
        parts.append(_("of rule {rule}", rule=rule))
    return " · ".join(part for part in parts if part)


def list_name(of: str) -> str:
    """What the incidents of a list have in common; empty for all of them."""
    return {
        "judged": _("judged right or wrong"),
        "right": _("judged right"),
        "wrong": _("judged wrong"),
        "duplicate": _("judged a duplicate"),
        "waiting": _("without a verdict"),
        "acted": _("that somebody acted on"),
        "muted": _("with a message that was kept quiet"),
        "timed": _("whose true start is known"),
        "acknowledged": _("that were acknowledged"),
        "closed": _("that were closed"),
        "relapsed": _("with a relapse"),
        "told": _("with a message"),
    }.get(of, "")


def incident_table(shown: pl.DataFrame, query: str, zone: str) -> str:
    """Incidents with their verdict and delays."""
    columns = [
        rows.Column(_("Incident")),
        rows.Column(_("Opened")),
        rows.Column(_("Severity")),
        rows.Column(_("Verdict")),
        rows.Column(_("To the warning"), num=True, title=_("From the true start")),
        rows.Column(_("To closing"), num=True, title=_("From the warning")),
        rows.Column(_("Messages"), num=True),
    ]
    lines = []
    for row in shown.iter_rows(named=True):
        labels = json.loads(row["labels"])
        severity = row["severity"]
        lines.append(
            rows.Row(
                (
                    rows.Cell(title_of(row, labels)),
                    rows.Cell(formats.moment(row["opened_at"], zone)),
                    rows.Cell(severity_name(severity), status=STATUS_OF_SEVERITY[severity]),
                    rows.Cell(
                        verdict_names().get(row["verdict"] or "", handling_name(row["handling"]))
                    ),
                    rows.Cell(_hours(row["detected_h"])),
                    rows.Cell(_hours(row["closed_h"])),
                    rows.Cell(formats.number(row["messages"])),
                ),
                href=link(f"/alerts/{row['group_id']}", query),
            )
        )
    return rows.table(columns, lines)


def _precision_columns() -> tuple[rows.Column, rows.Column]:
    return (
        rows.Column(_("Precision"), title=_("Share that was right, with its 95% interval")),
        rows.Column(_("0 to 100%")),
    )


def _precision_cells(row: Mapping[str, Any]) -> tuple[rows.Cell, rows.Cell]:
    """The share in words, and its interval drawn where all of them can be compared."""
    if not row["judged"]:
        return rows.Cell(formats.NONE, sub=_("no verdict")), rows.Cell()
    drawn = rows.Cell(meter=(row["precision"], row["low"], row["high"], None))
    return rows.Cell(_rate(row), sub=_of(row), status=_precision_status(row)), drawn


def _precision_status(row: Mapping[str, Any]) -> str:
    if not row["enough"]:
        return ""
    if row["doubted"]:
        return "breach"
    return "ok" if row["low"] >= DOUBTED else "watch"


def _of(row: Mapping[str, Any]) -> str:
    """`45–94%, 7 of 9: too few to say`."""
    if not row["judged"]:
        return _("no verdict")
    counts = _("{right} of {n}", right=row["right"], n=row["judged"])
    told = f"{formats.interval(row['low'], row['high'], 'share')}, {counts}"
    return told if row["enough"] else _("{numbers}: too few to say", numbers=told)


def _rate(row: Mapping[str, Any]) -> str:
    return formats.percent(row["precision"], 0)


def _counted(count: int, href: str) -> rows.Cell:
    return rows.Cell(formats.number(count), href=href if count else "")


def _median_cell(row: Mapping[str, Any], name: str) -> rows.Cell:
    n = row[f"{name}_n"]
    if not n:
        return rows.Cell(formats.NONE)
    return rows.Cell(_hours(row[f"{name}_h"]), sub=_("n = {n}", n=formats.number(n)))


def _hours(hours: float | None) -> str:
    return formats.NONE if hours is None else formats.duration(hours * _HOUR)


def _market(market: str) -> str:
    return value_name("market", market) if market else _("No single market")
