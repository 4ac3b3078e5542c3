"""What the page of one number says: the value, what it is made of, what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.numbers import MATURE
from dashboard.row_lists import list_of, rows_link
from dashboard.url_filter import Period, link
from dashboard.vocabulary import dimension_name, kpi_short, kpi_unit
from dashboard.wording.exclusions import (
    check_advice,
    check_effect,
    check_name,
    reason_left_out,
    why_left_out,
)
from dashboard.wording.row_lists import kind_name, view_names
from dashboard.wording.standing import Standing, against_before, against_target, verdict_word
from dashboard.wording.tiles import tainted_text
from data_access.metrics import Account, Explanation


def standing(told: Explanation) -> Standing:
    """The value against its target."""
    row = told.answer
    return against_target(told.kpi, row["value"], int(row["n"] or 0), row["low"], row["high"])


def answer(told: Explanation, span: Period) -> str:
    """The value, what it is made of and how it stands, in one or two sentences."""
    value = told.answer["value"]
    if value is None:
        return _("There is nothing to count in {days}.", days=_days(span))
    unit = kpi_unit(told.kpi.name)
    text = formats.value(value, _unit(told)) + (f" {unit}" if unit else "")
    interval = formats.interval(told.answer["low"], told.answer["high"], told.kpi.unit)
    if interval:
        text = _("{value} ({interval})", value=text, interval=interval)
    parts = [_("{value} in {days}", value=text, days=_days(span))]
    if word := standing(told).word:
        parts.append(word)
    if immature(told):
        parts.append(_("Immature"))
    return " · ".join(parts)


def immature(told: Explanation) -> bool:
    """Whether much of what will count is still too young to be judged."""
    return told.mature is not None and told.mature < MATURE


def note(unsplit: Sequence[str]) -> str:
    """Which parts of the filter say nothing about this number."""
    if not unsplit:
        return ""
    names = ("、" if current() == "zh_Hans" else ", ").join(map(dimension_name, unsplit))
    return _(
        "The filter on {dimensions} has no effect: the rows behind this number have no such thing.",
        dimensions=names,
    )


def facts(
    told: Explanation, before: float | None, span: Period, *, fresh: datetime | None, zone: str
) -> str:
    """Value, interval, n, target, change, maturity, freshness."""
    kpi, row = told.kpi, told.answer
    value, low, high = row["value"], row["low"], row["high"]
    unit = kpi_unit(kpi.name)
    judged = standing(told)
    shown = [
        rows.Fact(kpi_short(kpi.name), with_unit(value, _unit(told), unit), sub=_days(span)),
        rows.Fact(_("Interval, 95%"), formats.interval(low, high, kpi.unit) or formats.NONE),
        rows.Fact(_("n"), formats.number(row["n"])),
        rows.Fact(
            _("Target"),
            judged.word or _("No target is set"),
            status=judged.kind if judged.word else "",
        ),
        _change(told, before, span),
        *_maturity(told),
        rows.Fact(_("As of"), formats.moment(row["as_of"], zone), sub=zone),
        rows.Fact(_("Data to"), formats.moment(fresh, zone) if fresh else formats.NONE),
    ]
    if row.get("excluded"):
        shown.append(
            rows.Fact(_("Lines without an exchange rate"), formats.number(row["excluded"]))
        )
    return rows.facts(shown)


def with_unit(value: float | None, unit: str, name: str) -> str:
    """A value and what its unit is called."""
    text = formats.value(value, unit)
    return f"{text} {name}" if name and value is not None else text


def _unit(told: Explanation) -> str:
    """The KPI's unit; of an amount of money with its currency."""
    return formats.in_currency(told.kpi.unit, told.answer.get("currency") or "")


def _change(told: Explanation, before: float | None, span: Period) -> rows.Fact:
    earlier = span.before
    if earlier is None or earlier.start is None or earlier.end is None:
        return rows.Fact(_("Before"), _("No comparison"))
    row = told.answer
    change = against_before(told.kpi, row["value"], before, row["low"], row["high"])
    text = formats.value(before, _unit(told))
    if change.text:
        text = _(
            "{before}, {change} since: {verdict}",
            before=text,
            change=change.text,
            verdict=verdict_word(change.verdict),
        )
    return rows.Fact(_("Before"), text, sub=formats.days(earlier.start, earlier.end))


def _maturity(told: Explanation) -> list[rows.Fact]:
    if told.mature is None:
        return []
    if not told.waiting:
        all_of_it = _("Everything that will count counts")
        return [rows.Fact(_("Maturity"), _("Mature"), sub=all_of_it, status="ok")]
    waiting = ngettext(
        "{count} row still waits for its deadline; {share} can be judged",
        "{count} rows still wait for their deadline; {share} can be judged",
        told.waiting,
        share=formats.percent(told.mature),
    )
    word = _("Immature") if immature(told) else _("Nearly mature")
    status = "watch" if immature(told) else "info"
    return [rows.Fact(_("Maturity"), word, sub=waiting, status=status)]


def sides(told: Explanation, query: str) -> str:
    """Numerator and denominator (or the one count), each with the way to its rows."""
    kpi, row = told.kpi, told.answer
    shown: list[tuple[str, str, float | None]] = []
    if kpi.denominator is None:
        shown.append((_("Counted"), kpi.numerator, row["n"]))
    else:
        above, below = row["numerator"], row["denominator"]
        if kpi.money:
            counted = {account.measure: account.counted for account in told.accounts}
            above, below = (
                counted.get(_COUNTING.get(side, side)) for side in (kpi.numerator, kpi.denominator)
            )
        elif kpi.interval == "mean":
            # What is added up are scores: of them the rows count.
            above = below
        shown.append((_("Numerator"), kpi.numerator, above))
        shown.append((_("Denominator"), kpi.denominator, below))
    columns = [
        rows.Column(_("Part")),
        rows.Column(_("Rows behind")),
        rows.Column(_("Lines") if kpi.money else _("Count"), num=True),
    ]
    lines = []
    for name, measure, count in shown:
        words, href = rows_of(measure, query)
        lines.append(
            rows.Row(
                (
                    rows.Cell(name),
                    rows.Cell(words, href=href),
                    rows.Cell(formats.number(count)),
                )
            )
        )
    return rows.table(columns, lines)


def rows_of(measure: str, query: str) -> tuple[str, str]:
    """What the rows of a measure are called and where they stand."""
    if measure.startswith("backlog."):
        return _("Open cases"), link("/cases", query, {"view": "open"})
    found = list_of(_COUNTING.get(measure, measure))
    if found is None:
        return formats.NONE, ""
    kind, view = found
    names = view_names(kind)
    words = kind_name(kind)
    if len(names) > 1:
        words = _("{list}: {view}", list=words, view=names[view])
    return words, rows_link(kind, view, query)


_COUNTING = {
    "surveys_nps.net": "surveys_nps.n",
    "sales_lines.value": "sales_lines.n",
    "return_lines_requested.value": "return_lines_requested.n",
    "costs_incurred.value": "costs_incurred.n",
    "costs_incurred.booked_value": "costs_incurred.booked_n",
    "costs_incurred.given_value": "costs_incurred.given_n",
    "voices_heard.anger": "voices_heard.n",
}
"""Measures that no list counts, to the one whose rows they are taken from."""


def account_title(told: Explanation) -> str:
    """How many of the rows in the period are counted."""
    if not told.accounts:
        return _("What is counted and what is not")
    account = told.accounts[0]
    return _(
        "{counted} of {rows} rows in the period are counted",
        counted=formats.number(account.counted),
        rows=formats.number(account.rows),
    )


def account_table(told: Explanation, query: str) -> str:
    """Rows in the period, what is left out for which reason, what remains."""
    columns = [
        rows.Column(_("Rows")),
        rows.Column(_("Count"), num=True),
        rows.Column(_("Why")),
    ]
    lines = [line for account in told.accounts for line in _account(account, query)]
    return rows.table(columns, lines)


def _account(account: Account, query: str) -> list[rows.Row]:
    found = list_of(account.measure)

    def href(code: str) -> str:
        return rows_link(found[0], f"{found[1]}-{code}", query) if found else ""

    whole = rows.Row(
        (
            rows.Cell(_("{rows} in the period", rows=mart_name(account.mart))),
            rows.Cell(formats.number(account.rows)),
            rows.Cell(),
        )
    )
    left_out = [
        rows.Row(
            (
                rows.Cell(f"− {reason_left_out(code)}"),
                rows.Cell(formats.number(count), href=href(code) if count else ""),
                rows.Cell(why_left_out(code)),
            )
        )
        for code, count in account.excluded.items()
    ]
    words, behind = rows_of(account.measure, query)
    counted = rows.Row(
        (
            rows.Cell("= " + _("Counted")),
            rows.Cell(formats.number(account.counted), href=behind),
            rows.Cell(words),
        )
    )
    return [whole, *left_out, counted]


def mart_name(mart: str) -> str:
    """What readers call the rows of a mart."""
    names = {
        "orders": _("Orders"),
        "lines": _("Order lines"),
        "parcels": _("Parcels"),
        "cases": _("Cases"),
        "clocks": _("Clocks of cases"),
        "open_spells": _("Cases"),
        "return_lines": _("Returned lines"),
        "reviews": _("Reviews"),
        "surveys": _("Survey answers"),
    }
    return names.get(mart, mart)


def quality_title(told: Explanation) -> str:
    """How many of the counted rows a check found something in."""
    if not told.tainted_rows:
        return _("Data quality")
    return tainted_text(told.tainted_rows, told.checked)


def quality_table(told: Explanation, query: str) -> str:
    """Counted rows by the check that they failed, what was assumed, what to do."""
    columns = [
        rows.Column(_("Check")),
        rows.Column(_("Rows"), num=True),
        rows.Column(_("How it is counted")),
        rows.Column(_("What to do")),
    ]
    behind = link("/cases", query, {"view": "tainted"})
    lines = [
        rows.Row(
            (
                rows.Cell(check_name(check)),
                rows.Cell(formats.number(n), href=behind),
                rows.Cell(check_effect(check)),
                rows.Cell(check_advice(check)),
            )
        )
        for check, n in told.tainted.iter_rows()
    ]
    return rows.table(columns, lines)


def _days(span: Period) -> str:
    return formats.days(span.first, span.last)


def reconcile_link(metric: str | None, query: str) -> str:
    """Where the definitions of other tools are compared."""
    own: Mapping[str, Any] = {"metric": metric} if metric else {}
    return link("/reconcile", query, own)
