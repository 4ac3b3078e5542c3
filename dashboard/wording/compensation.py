"""What the Compensation screen says: the answer, batches, budget, leaks and the rows behind."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from alerts.compensation.policy import Policy
from alerts.compensation.reading import Money
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.compensation import LEAKS, PATH, SHOWN, batch_path
from dashboard.ids import Compensation
from dashboard.languages import _, ngettext
from dashboard.row_lists import cases_of
from dashboard.url_filter import link
from dashboard.wording.compensation_names import (
    STATUS_OF_STATE,
    cause_name,
    joined,
    leak_name,
    level_name,
    listed,
    reason_name,
    roles,
    said,
    state_name,
)

if TYPE_CHECKING:
    from alerts.compensation.drafting import Prepared

_STANDING = {"within": "ok", "ahead": "watch", "over": "breach", "unknown": "none"}


def answer(batches: pl.DataFrame, money: Money | None, pace: pl.DataFrame) -> str:
    """Who is owed what, what is promised, and whether it fits, in three sentences."""
    if money is None:
        return _("No policy is in force yet; the worker registers the one that ships.")
    return joined([_owed(money), _waiting(batches), _fits(pace)])


def _owed(money: Money) -> str:
    summary = {row["kind"]: row for row in money.leakage.summary().iter_rows(named=True)}
    omitted = summary["omission"]
    if not omitted["n"]:
        return _("Nobody is overdue for a compensation.")
    return ngettext(
        "{count} order is entitled and got nothing in time, worth {amount}.",
        "{count} orders are entitled and got nothing in time, worth {amount}.",
        omitted["n"],
        amount=formats.money(omitted["worth"], money.leakage.currency),
    )


def _waiting(batches: pl.DataFrame) -> str:
    mine = batches.filter(pl.col("mine")).height
    open_ = batches.filter(pl.col("state").is_in(["draft", "submitted", "approved", "rejected"]))
    if mine:
        return ngettext("{count} batch waits for you.", "{count} batches wait for you.", mine)
    if open_.height:
        return ngettext(
            "{count} batch is under way.", "{count} batches are under way.", open_.height
        )
    return _("No batch is under way.")


def _fits(pace: pl.DataFrame) -> str:
    over = pace.filter(pl.col("standing") == "over")["market"].to_list()
    ahead = pace.filter(pl.col("standing") == "ahead")["market"].to_list()
    if over:
        return _("Over budget this month: {markets}.", markets=_markets(over))
    if ahead:
        return _("At this pace over budget by the end: {markets}.", markets=_markets(ahead))
    return _("Every market keeps its budget at this pace.")


def _markets(codes: Collection[str]) -> str:
    return listed(formats.country(code) for code in codes)


def table(batches: pl.DataFrame, policy: Policy | None, query: str) -> str:
    """Batches: those that wait for the reader, then open ones, then the rest."""
    rank = {"submitted": 0, "approved": 1, "rejected": 2, "draft": 3}
    order = pl.col("state").replace_strict(rank, default=9, return_dtype=pl.Int64)
    shown = batches.sort(
        ~pl.col("mine"), order, pl.col("batch"), descending=[False, False, True]
    ).head(SHOWN)
    columns = [
        rows.Column(_("Batch")),
        rows.Column(_("Cause")),
        rows.Column(_("State")),
        rows.Column(_("Orders"), num=True),
        rows.Column(_("Worth"), num=True),
        rows.Column(_("Signed"), num=True),
        rows.Column(_("Made by")),
        rows.Column(_("Made")),
    ]
    return rows.table(columns, [_batch(row, policy, query) for row in shown.iter_rows(named=True)])


def _batch(row: Mapping[str, Any], policy: Policy | None, query: str) -> rows.Row:
    href = link(batch_path(row["batch"]), query)
    worth = formats.money(row["worth"], row["currency"]) if row["worth"] is not None else ""
    note = _("waits for you") if row["mine"] else roles(row["roles"])
    return rows.Row(
        (
            rows.Cell(f"#{row['batch']}", sub=_("drill") if row["drill"] else "", href=href),
            rows.Cell(row["title"] or cause_name(policy, row["cause"])),
            rows.Cell(state_name(row["state"]), sub=note, status=STATUS_OF_STATE[row["state"]]),
            rows.Cell(formats.number(row["items"])),
            rows.Cell(worth or _("no exchange rate")),
            rows.Cell(_("{n} of {most}", n=row["signed"], most=row["people"])),
            rows.Cell(_("the worker") if row["created_by"] == "worker" else row["created_by"]),
            rows.Cell(formats.day(row["created_at"].date()), at=row["created_at"]),
        ),
        href=href,
    )


def pace_note(money: Money | None) -> str:
    """How the forecast is made, and as of when."""
    if money is None or money.pace.is_empty():
        return ""
    share = money.pace["share_of_month"][0]
    return _(
        "{share} of the month has passed; the forecast goes on at the same pace. Promised: "
        "approved in a batch, not yet reported as given",
        share=formats.percent(share, 0),
    )


def pace(shown: pl.DataFrame) -> str:
    """Each market: what it may spend, has spent and will have spent."""
    columns = [
        rows.Column(_("Market")),
        rows.Column(_("Spent"), num=True),
        rows.Column(_("Promised"), num=True),
        rows.Column(_("Budget"), num=True),
        rows.Column(_("Of budget"), num=True),
        rows.Column(_("Forecast"), num=True, title=_("At the end of the month, at this pace")),
        rows.Column(_("Standing")),
    ]
    return rows.table(columns, [_pace(row) for row in shown.iter_rows(named=True)])


def _pace(row: Mapping[str, Any]) -> rows.Row:
    code = row["currency"]
    words = {
        "within": _("within"),
        "ahead": _("will break it"),
        "over": _("over"),
        "unknown": _("cannot be told"),
    }
    left_out = (
        ngettext("{count} without rate", "{count} without rate", row["no_rate"])
        if row["no_rate"]
        else ""
    )
    forecast = row["forecast_minor"]
    return rows.Row(
        (
            rows.Cell(formats.country(row["market"])),
            rows.Cell(
                formats.money(row["spent_minor"], code),
                sub=listed([f"n = {formats.number(row['n'])}", left_out]),
            ),
            rows.Cell(formats.money(row["promised_minor"], code)),
            rows.Cell(formats.money(row["budget_minor"], code)),
            rows.Cell(formats.percent(row["share_of_budget"], 0)),
            rows.Cell(formats.money(forecast, code) if forecast is not None else _("too early")),
            rows.Cell(words[row["standing"]], status=_STANDING[row["standing"]]),
        )
    )


def leaks_note(money: Money | None, zone: str) -> str:
    """What was compared with what, over which time."""
    if money is None:
        return ""
    report = money.leakage
    return _(
        "{given} given and {entitled} entitled {days}, against policy {policy} version {n}",
        given=formats.number(report.given),
        entitled=formats.number(report.entitled),
        days=formats.days(
            formats.as_zone(report.first, zone).date(), formats.as_zone(report.as_of, zone).date()
        ),
        policy=money.document.name,
        n=money.document.n,
    )


def leaks(money: Money, markets: Collection[str], query: str) -> str:
    """How many of each kind, worth what; each leads to its orders."""
    columns = [
        rows.Column(_("Kind")),
        rows.Column(_("Orders"), num=True),
        rows.Column(_("Worth"), num=True),
        rows.Column(_("What it means")),
    ]
    found = leaks_of(money, markets)
    return rows.table(columns, [_leak(kind, found, money, query) for kind in LEAKS])


def leaks_of(money: Money, markets: Collection[str]) -> pl.DataFrame:
    """Leaks of the filter's markets; of all where it names none."""
    found = money.leakage.leaks
    return found.filter(pl.col("market").is_in(list(markets))) if markets else found


def _leak(kind: str, found: pl.DataFrame, money: Money, query: str) -> rows.Row:
    own = found.filter(pl.col("kind") == kind)
    no_rate = own["worth"].null_count()
    what = {
        "duplicate": _("One order was compensated again for the same cause."),
        "omission": _("Entitled for more than {days} days, and nothing was given.").format(
            days=money.document.model.omitted_after_days
        ),
        "over": _("At a higher level than the policy's, or above the cap."),
        "under": _("At a lower level than the policy's."),
        "without_cause": _("No cause was recorded, or the facts do not bear it out."),
    }
    status = "breach" if kind in {"duplicate", "omission"} else "watch"
    href = link(PATH, query, {"leak": kind}) if own.height else ""
    sub = ngettext("{count} without rate", "{count} without rate", no_rate) if no_rate else ""
    return rows.Row(
        (
            rows.Cell(leak_name(kind), status=status if own.height else "ok"),
            rows.Cell(formats.number(own.height)),
            rows.Cell(formats.money(int(own["worth"].sum()), money.leakage.currency), sub=sub),
            rows.Cell(what[kind]),
        ),
        href=href,
    )


def rows_title(kind: str, count: int) -> str:
    """Which orders are listed, and how many there are."""
    if kind not in LEAKS or not count:
        return _("The orders behind it")
    more = _("the newest {n} of {count}", n=SHOWN, count=formats.number(count))
    return f"{leak_name(kind)}: {more if count > SHOWN else formats.number(count)}"


def leak_rows(found: pl.DataFrame, policy: Policy, zone: str, query: str) -> str:
    """Orders of one kind of leak, the newest first."""
    columns = [
        rows.Column(_("Order")),
        rows.Column(_("Market")),
        rows.Column(_("Cause")),
        rows.Column(_("Level")),
        rows.Column(_("By policy")),
        rows.Column(_("Amount"), num=True),
        rows.Column(_("When")),
    ]
    shown = found.sort("at", "order_id", descending=[True, False], nulls_last=True).head(SHOWN)
    made = [_leak_row(row, policy, zone, query) for row in shown.iter_rows(named=True)]
    return rows.table(columns, made)


def _leak_row(row: Mapping[str, Any], policy: Policy, zone: str, query: str) -> rows.Row:
    at: datetime | None = row["at"]
    href = cases_of(row["order_id"], at.date(), at.date(), query) if at else ""
    amount = formats.money(row["amount_minor"], row["currency"]) if row["currency"] else ""
    return rows.Row(
        (
            rows.Cell(row["order_id"] or _("no order"), sub=row["comp_id"] or "", href=href),
            rows.Cell(formats.country(row["market"]) if row["market"] else formats.NONE),
            rows.Cell(cause_name(policy, row["cause"])),
            rows.Cell(level_name(policy, row["level"])),
            rows.Cell(level_name(policy, row["policy_level"])),
            rows.Cell(amount or formats.NONE),
            rows.Cell(formats.moment(at, zone) if at else formats.NONE),
        ),
        href=href,
    )


def preview(found: Prepared | None, zone: str) -> str:
    """What a batch would hold, before anything is written."""
    if found is None:
        return rows.facts([])
    policy, proposed = found.policy, found.found.proposed
    excluded = found.found.rows.filter(pl.col("excluded_because").is_not_null())
    return rows.facts(
        [
            rows.Fact(
                _("Would be proposed"),
                ngettext("{count} order", "{count} orders", proposed.height),
                sub=amounts(proposed),
            ),
            rows.Fact(_("Together"), worth(found), sub=_by_level(proposed, policy)),
            rows.Fact(_("Excluded"), formats.number(excluded.height), sub=excluded_words(excluded)),
            rows.Fact(
                _("Orders nobody knows"),
                formats.number(found.found.orders_unknown),
                sub=_("entitled by a feed, but no shop has the order"),
            ),
            rows.Fact(
                _("To be signed by"),
                ngettext("{count} person", "{count} people", found.needed.people),
                sub=roles(found.needed.roles),
            ),
            rows.Fact(_("As of"), formats.moment(found.criteria.as_of, zone)),
        ]
    )


def worth(found: Prepared) -> str:
    """The total in the policy's currency."""
    weight = found.weight
    if weight.total_minor is None:
        return _("no exchange rate")
    return formats.money(weight.total_minor, weight.currency)


def amounts(items: pl.DataFrame) -> str:
    """Sums per currency, the largest number of items first; five at most are named."""
    sums = (
        items.group_by("currency")
        .agg(n=pl.len(), total=pl.col("amount_minor").sum())
        .sort("n", "currency", descending=[True, False])
    )
    named = [formats.money(total, code) for code, _n, total in sums.head(5).iter_rows()]
    more = sums.height - len(named)
    if more > 0:
        named.append(ngettext("{count} more currency", "{count} more currencies", more))
    return listed(named)


def _by_level(items: pl.DataFrame, policy: Policy) -> str:
    counts = items.group_by("level").len().sort("level")
    return listed(
        f"{level_name(policy, level)}: {formats.number(n)}" for level, n in counts.iter_rows()
    )


def excluded_words(items: pl.DataFrame) -> str:
    """How many are left out for which reason."""
    counts = (
        items.group_by("excluded_because")
        .len()
        .sort("len", "excluded_because", descending=[True, False])
    )
    return listed(f"{reason_name(why)}: {formats.number(n)}" for why, n in counts.iter_rows())


def buttons(policy: Policy | None, found: Prepared | None, *, made: int, done: str) -> str:
    """New batch: look first, then make it."""
    if policy is None:
        return actions(
            [], id="compensation-act", store=Compensation.PRESSED, subject="new", version=0
        )
    acts = []
    if found is not None and found.found.proposed.height:
        acts.append(
            Act(
                "create",
                ngettext(
                    "Make this batch of {count} order ({worth})",
                    "Make this batch of {count} orders ({worth})",
                    found.found.proposed.height,
                    worth=worth(found),
                ),
                primary=True,
                values={"criteria": json.dumps(found.criteria.as_json())},
            )
        )
    if found is not None:
        acts.append(Act("discard", _("Discard")))
    acts.append(Act("preview", _("New batch"), _fields(policy), submit=_("Look first")))
    return actions(
        acts,
        id="compensation-act",
        store=Compensation.PRESSED,
        subject="new",
        # The same wish after a batch was made is another one.
        version=made,
        done=done,
    )


def _fields(policy: Policy) -> tuple[Field, ...]:
    causes = tuple((name, said(cause.title)) for name, cause in policy.causes.items())
    any_ = _("Separate several by commas; empty: all")
    return (
        Field("cause", _("Cause"), "choice", causes),
        Field("market", _("Markets"), "line", note=_("Codes such as DE, FR; empty: all")),
        Field("carrier", _("Carriers"), "line", note=any_),
        Field("category", _("Categories"), "line", note=any_),
        Field("lot", _("Lots"), "line", note=_("For what was bought from a faulty lot")),
        Field("orders", _("Orders"), "text", note=_("For causes that are found by order number")),
        Field(
            "since",
            _("Entitled since"),
            "date",
            note=_("Empty: {days} days back", days=policy.look_back_days),
        ),
    )
