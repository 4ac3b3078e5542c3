"""What the page of one batch says: the answer, state, sums, signatures, items, timeline."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from alerts.approvals import who_may
from alerts.compensation.exporting import webhooks
from alerts.compensation.machine import BatchState, Do
from alerts.compensation.policy import Policy
from alerts.compensation.reading import BatchPage
from alerts.compensation.signing import weigh
from alerts.notify.config import Config
from dashboard import formats, rows
from dashboard.acting import Act, Field
from dashboard.acting import actions as buttons
from dashboard.compensation import batch_path
from dashboard.ids import CompensationBatch
from dashboard.languages import _, ngettext
from dashboard.url_filter import link
from dashboard.wording.compensation import amounts, excluded_words
from dashboard.wording.compensation_names import (
    STATUS_OF_STATE,
    cause_name,
    joined,
    level_name,
    listed,
    reason_name,
    role_name,
    roles,
    said,
    state_name,
)

_S = BatchState
_CHANGEABLE = {_S.DRAFT, _S.SUBMITTED, _S.APPROVED}
_NAMED = 3
"""Currencies that a sentence has room for."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MARKS = {
    "batch_rejected": "breach",
    "batch_cancelled": "breach",
    "batch_exported": "message-out",
    "items_excluded": "scan",
    "items_included": "scan",
}


def answer(page: BatchPage) -> str:
    """What the batch is, what it comes to and what comes next."""
    stored = page.standing.stored
    count = page.proposed.height
    what = ngettext(
        "{cause}: {count} order, {amounts}.",
        "{cause}: {count} orders, {amounts}.",
        count,
        cause=stored.title or cause_name(page.standing.policy, stored.cause),
        amounts=_sum(page) or _("nothing"),
    )
    drill = _("This is a drill: nothing of it is paid.") if stored.batch.drill else ""
    return joined([drill, what, _next(page)])


def _sum(page: BatchPage) -> str:
    """What it comes to: each currency while they are few, else all in one."""
    currencies = page.proposed["currency"].n_unique()
    if currencies <= _NAMED:
        return amounts(page.proposed)
    return _("{total} in {count} currencies", total=_worth(page), count=currencies)


def _next(page: BatchPage) -> str:
    state, batch = page.standing.stored.batch.state, page.standing.stored.batch
    if state is _S.SUBMITTED:
        left = page.standing.need.people - len(page.standing.signatures)
        return ngettext(
            "{count} signature is missing: {roles}.",
            "{count} signatures are missing: {roles}.",
            left,
            roles=roles(page.standing.open_roles),
        )
    return {
        _S.DRAFT: _("Look through it, then submit it."),
        _S.APPROVED: _("Approved; it can be exported for whoever pays."),
        _S.REJECTED: _("Rejected by {name}.").format(name=batch.decided_by or formats.NONE),
        _S.EXPORTED: _("Exported by {name}; others pay.").format(
            name=batch.exported_by or formats.NONE
        ),
        _S.CANCELLED: _("Cancelled."),
    }[state]


def facts(page: BatchPage, zone: str, query: str) -> str:
    """State, policy, criteria, moment of the data, hash, and how these markets are answered."""
    stored = page.standing.stored
    batch, policy = stored.batch, page.standing.policy
    by = _("the worker") if batch.created_by == "worker" else batch.created_by
    shown = [
        rows.Fact(
            _("State"),
            state_name(batch.state),
            sub=_("drill") if batch.drill else "",
            status=STATUS_OF_STATE[batch.state],
        ),
        rows.Fact(_("Made by"), by, sub=formats.moment(batch.created_at, zone)),
        rows.Fact(
            _("Together"),
            _worth(page),
            sub=_("at the rates of {day}", day=formats.day(stored.rates.day, year=True)),
        ),
        rows.Fact(_("Looked for"), _criteria(page), sub=_unknown(stored.orders_unknown)),
        rows.Fact(
            _("Data as of"),
            formats.moment(stored.criteria.as_of, zone),
            sub=_("snapshots noted: {n}", n=sum(v is not None for v in stored.snapshots.values())),
        ),
        rows.Fact(
            _("Policy"),
            said(policy.title),
            sub=_("version {n}", n=page.document.n),
        ),
        rows.Fact(_("Content"), stored.sha256[:12], sub=_("what signatures are bound to")),
        rows.Fact(_("Excluded"), *_left_out(page)),
        *_tones(page, policy),
    ]
    if stored.crisis_id is not None:
        href = link(f"/crises/{stored.crisis_id}", query)
        shown.append(rows.Fact(_("Crisis"), f"#{stored.crisis_id}", href=href))
    return rows.facts(shown)


def _worth(page: BatchPage) -> str:
    weight = weigh(page.proposed, page.standing.stored.rates)
    if weight.total_minor is None:
        return _("no exchange rate")
    return formats.money(weight.total_minor, weight.currency)


def _left_out(page: BatchPage) -> tuple[str, str]:
    excluded = page.standing.items.filter(pl.col("state") == "excluded")
    return formats.number(excluded.height), excluded_words(excluded)


def _unknown(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "{count} entitled row names an order nobody knows",
        "{count} entitled rows name an order nobody knows",
        count,
    )


def _criteria(page: BatchPage) -> str:
    asked = page.standing.stored.criteria
    parts = [cause_name(page.standing.policy, asked.cause)]
    if asked.since is not None:
        parts.append(_("since {day}", day=formats.day(asked.since.date(), year=True)))
    parts += [formats.country(code) for code in asked.market]
    parts += [*asked.carrier, *asked.category, *asked.product, *asked.lot]
    if asked.orders:
        parts.append(ngettext("{count} named order", "{count} named orders", len(asked.orders)))
    return listed(parts)


def _tones(page: BatchPage, policy: Policy) -> list[rows.Fact]:
    """In which order the batch's largest markets are answered, with the reason for it."""
    counts = page.proposed.group_by("market").len().sort("len", "market", descending=[True, False])
    shown = []
    for market, _n in counts.head(2).iter_rows():
        tone = policy.tone_of(market)
        name = formats.country(market) if market else _("Unknown")
        order = " → ".join(_PHASES()[phase] for phase in tone.order)
        shown.append(
            rows.Fact(
                _("Order in {market}", market=name),
                order,
                sub=f"{said(tone.reason)} ({tone.source})",
            )
        )
    return shown


def _PHASES() -> dict[str, str]:  # noqa: N802 - a table that speaks the reader's language
    return {
        "compensate": _("compensate"),
        "apologise": _("apologise"),
        "remedy": _("remedy"),
    }


def sums(page: BatchPage) -> str:
    """Items and amounts by market, level and currency, then per currency."""
    policy = page.standing.policy
    columns = [
        rows.Column(_("Market")),
        rows.Column(_("Level")),
        rows.Column(_("Orders"), num=True),
        rows.Column(_("Amount"), num=True),
        rows.Column(_("Gives")),
    ]
    keys = ["market", "level", "currency"]
    grouped = (
        page.proposed.group_by(keys)
        .agg(n=pl.len(), total=pl.col("amount_minor").sum())
        .sort("n", *keys, descending=[True, False, False, False], nulls_last=True)
    )
    made = [
        rows.Row(
            (
                rows.Cell(formats.country(row["market"]) if row["market"] else _("Unknown")),
                rows.Cell(level_name(policy, row["level"])),
                rows.Cell(formats.number(row["n"])),
                rows.Cell(formats.money(row["total"], row["currency"])),
                rows.Cell(said(policy.levels[row["level"]].gives)),
            )
        )
        for row in grouped.iter_rows(named=True)
    ]
    return rows.table(columns, made)


def signatures(page: BatchPage, config: Config, zone: str) -> str:
    """Who signed, what counts, and who may still sign."""
    columns = [rows.Column(_("Role")), rows.Column(_("Who")), rows.Column(_("When"))]
    made = [
        rows.Row(
            (
                rows.Cell(role_name(one.role)),
                rows.Cell(one.by, sub=_standing(one.decision, counts=one.counts)),
                rows.Cell(formats.moment(one.at, zone)),
            )
        )
        for one in page.signatures
    ]
    if page.standing.stored.batch.state is _S.SUBMITTED:
        made += [
            rows.Row(
                (
                    rows.Cell(role_name(role), status="watch"),
                    rows.Cell(_may(page, config, role), sub=_("may sign")),
                    rows.Cell(formats.NONE),
                )
            )
            for role in page.standing.open_roles
        ]
    return rows.table(columns, made) if made else ""


def _may(page: BatchPage, config: Config, role: str) -> str:
    """People of a role who may sign this batch."""
    stored = page.standing.stored
    apart = {stored.batch.maker, *(one.by for one in page.standing.signatures)}
    people = [name for name in who_may(config, (role,), stored.roles) if name not in apart]
    return listed(people) or _("nobody else has this role")


def _standing(decision: str, *, counts: bool) -> str:
    if decision == "rejected":
        return _("said no")
    return _("counts") if counts else _("void: it was changed since")


def offered(page: BatchPage, config: Config, item: str, done: str) -> str:
    """Buttons of what the state allows."""
    stored = page.standing.stored
    state = stored.batch.state
    acts: list[Act] = []
    if state is _S.DRAFT:
        acts.append(Act(str(Do.SUBMIT), _("Submit for approval"), primary=True))
    if state is _S.SUBMITTED:
        acts.append(
            Act(str(Do.APPROVE), _("Approve"), primary=True, values={"seen": stored.sha256})
        )
        acts.append(Act(str(Do.REJECT), _("Reject"), (_reason(),)))
    if state in {_S.APPROVED, _S.EXPORTED}:
        again = state is _S.EXPORTED
        acts.append(
            Act(
                str(Do.EXPORT),
                _("Export again") if again else _("Export"),
                (_channel(config, drill=stored.batch.drill),),
                primary=not again,
            )
        )
    if state is _S.REJECTED:
        acts.append(Act(str(Do.REOPEN), _("Make it a draft again"), primary=True))
    if state in _CHANGEABLE:
        acts.append(Act(str(Do.EXCLUDE), _("Leave items out"), (_items(item), _reason())))
        acts.append(Act(str(Do.INCLUDE), _("Take items in"), (_items(item), _reason())))
    if state not in {_S.EXPORTED, _S.CANCELLED}:
        acts.append(Act(str(Do.CANCEL), _("Cancel the batch"), (_reason(),)))
    return buttons(
        acts,
        id="compensation-batch-act",
        store=CompensationBatch.PRESSED,
        subject=stored.id,
        version=stored.version,
        done=done,
    )


def _reason() -> Field:
    return Field("note", _("Why"), "text", required=True, note=_("Whoever signs reads it"))


def _items(item: str) -> Field:
    return Field(
        "items", _("Item numbers"), "line", value=item, required=True, note=_("Such as 3, 5-7")
    )


def _channel(config: Config, *, drill: bool) -> Field:
    options = [("", _("A file to download"))]
    if not drill:
        options += [(name, _("Webhook {name}", name=name)) for name in webhooks(config)]
    return Field("channel", _("Where to"), "choice", tuple(options))


def file_words(page: BatchPage) -> str:
    """The link to the file; empty before the batch was exported."""
    stored = page.standing.stored
    if stored.batch.state is not _S.EXPORTED:
        return ""
    return _("Download the file of batch {number} (CSV)", number=stored.id)


def item_title(row: Mapping[str, Any] | None) -> str:
    """Which item is shown."""
    return _("Item {n}", n=row["n"]) if row else _("One item")


def item(page: BatchPage, row: Mapping[str, Any] | None, zone: str) -> str:
    """Everything that is known of one item, and what speaks for it."""
    if row is None:
        return ""
    policy = page.standing.policy
    because = row["excluded_because"]
    why: Mapping[str, Any] = json.loads(row["why"] or "{}")
    shown = [
        rows.Fact(_("Order"), row["order_id"], sub=row["source"]),
        rows.Fact(
            _("State"), state_name(row["state"]), sub=reason_name(because) if because else ""
        ),
        rows.Fact(
            _("Amount"),
            formats.money(row["amount_minor"], row["currency"]) if row["currency"] else "",
            sub=level_name(policy, row["level"]),
        ),
        rows.Fact(_("Customer"), (row["customer_key"] or formats.NONE)[:16]),
        rows.Fact(
            _("Entitled since"),
            formats.moment(row["eligible_at"], zone) if row["eligible_at"] else formats.NONE,
        ),
        *(rows.Fact(_fact_name(name), _fact(value, zone)) for name, value in why.items() if value),
    ]
    return rows.facts(shown)


def _fact(value: object, zone: str) -> str:
    """A recorded fact; instants by the reader's clock."""
    text = str(value)
    if isinstance(value, float):
        return formats.number(value, 1)
    if _INSTANT.fullmatch(text):
        return formats.moment(datetime.fromisoformat(text), zone)
    return text


def _fact_name(name: str) -> str:
    return {
        "parcel": _("Parcel"),
        "carrier": _("Carrier"),
        "promised": _("Promised for"),
        "delivered": _("Delivered on"),
        "late_h": _("Hours late"),
        "customs_in": _("Into customs"),
        "customs_out": _("Out of customs"),
        "held_h": _("Hours held"),
        "refund": _("Refund"),
        "since": _("Since"),
        "settled": _("Settled"),
        "took_h": _("Hours taken"),
        "line": _("Order line"),
        "lot": _("Lot"),
        "product": _("Product"),
        "qty": _("Quantity"),
        "return_line": _("Return line"),
        "reason": _("Reason"),
        "case": _("Case"),
        "named": _("Named"),
    }.get(name, name)


def grid_rows(
    policy: Policy, number: int, shown: pl.DataFrame, zone: str, query: str
) -> list[dict[str, Any]]:
    """Items for the grid, ready to read but for instants."""
    found = []
    for row in shown.iter_rows(named=True):
        because = row["excluded_because"]
        standing = state_name(row["state"])
        if row["state"] == "excluded" and because:
            standing = f"{standing}: {reason_name(because)}"
        found.append(
            {
                "key": str(row["n"]),
                "href": link(batch_path(number), query, {"item": str(row["n"])}),
                "zone": zone,
                "order_id": row["order_id"],
                "n": row["n"],
                "amount": formats.money(row["amount_minor"], row["currency"])
                if row["currency"]
                else formats.NONE,
                "level": level_name(policy, row["level"]),
                "market": formats.country(row["market"]) if row["market"] else formats.NONE,
                "standing": standing,
                "eligible_at": formats.iso_utc(row["eligible_at"]) if row["eligible_at"] else None,
                "customer_key": (row["customer_key"] or formats.NONE)[:12],
            }
        )
    return found


def items_note(page: BatchPage) -> str:
    """How many items there are and how they are opened."""
    return _(
        "{n} items; a click or Enter shows what speaks for one",
        n=formats.number(page.standing.items.height),
    )


def moments(page: BatchPage, zone: str) -> str:
    """What happened to the batch, the newest first."""
    return rows.timeline([_moment(entry, zone) for entry in page.timeline])


def _moment(entry: Mapping[str, Any], zone: str) -> rows.Moment:
    local = formats.as_zone(entry["at"], zone)
    return rows.Moment(
        kind=MARKS.get(entry["kind"], "event"),
        day=formats.day(local.date(), year=True),
        time=f"{local:%H:%M}",
        at=entry["at"],
        head=_head(entry),
        text=str(entry.get("note") or ""),
        note=_("the worker") if entry["actor"] == "worker" else entry["actor"],
    )


def _head(entry: Mapping[str, Any]) -> str:
    held = entry.get("items")
    count = len(held) if isinstance(held, list) else int(held or 0)
    role = role_name(str(entry.get("role", "")))
    heads: dict[str, str] = {
        "batch_proposed": ngettext("Made with {count} item", "Made with {count} items", count),
        "batch_submitted": _("Submitted for approval"),
        "approved": _("Signed as {role}", role=role),
        "rejected": _("Said no as {role}", role=role),
        "batch_signed": _("One more signature is needed"),
        "batch_approved": _("Approved"),
        "batch_rejected": _("Rejected"),
        "batch_reopened": _("A draft again"),
        "items_excluded": ngettext("{count} item left out", "{count} items left out", count),
        "items_included": ngettext("{count} item taken in", "{count} items taken in", count),
        "batch_exported": _("Exported again") if entry.get("again") else _("Exported"),
        "batch_cancelled": _("Cancelled"),
    }
    return heads.get(entry["kind"], str(entry["kind"]))
