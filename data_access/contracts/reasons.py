"""Why a row was refused, in words a service manager can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_access.contracts.contract import ColumnInfo, Contract


@dataclass(frozen=True)
class Reason:
    """One sentence of what is wrong, one of what to do, and the columns that show it."""

    reason: str
    advice: str
    columns: tuple[str, ...]


_ORDER = "Check both times, their date format (day or month first?) and their time zone."


def _before(later: str, earlier: str) -> Reason:
    return Reason(f"{later} is before {earlier}", _ORDER, (later, earlier))


def _no_currency(amount: str) -> Reason:
    advice = "Give the currency of the row, or map a constant one."
    return Reason(f"{amount} has no currency", advice, (amount, "currency"))


RULES: Mapping[tuple[str, str], Reason] = {
    ("orders", "money_has_currency"): _no_currency("total"),
    ("orders", "cancelled_after_placed"): _before("cancelled_at", "placed_at"),
    ("order_lines", "money_has_currency"): _no_currency("price"),
    ("products", "money_has_currency"): _no_currency("cost"),
    ("shipments", "money_has_currency"): _no_currency("cost"),
    ("shipments", "delivered_not_before_shipped"): _before("delivered_at", "shipped_at"),
    ("returns", "received_after_request"): _before("received_at", "requested_at"),
    ("return_lines", "money_has_currency"): _no_currency("price"),
    ("refunds", "settled_after_request"): _before("settled_at", "requested_at"),
    ("disputes", "closed_after_opened"): _before("closed_at", "opened_at"),
    ("disputes", "money_has_currency"): _no_currency("amount"),
    ("compensations", "paid_after_decided"): _before("paid_at", "decided_at"),
    ("compensations", "money_has_currency"): _no_currency("amount"),
    ("surveys", "answered_after_sent"): _before("answered_at", "sent_at"),
    ("surveys", "score_in_range"): Reason(
        "score is outside the scale of its kind",
        "NPS runs from 0 to 10, CSAT from 1 to 5, CES from 1 to 7: check kind and scale.",
        ("kind", "score"),
    ),
    ("shifts", "ends_after_start"): Reason(
        "ends_at is not after starts_at", _ORDER, ("ends_at", "starts_at")
    ),
    ("calendars", "ends_after_start"): Reason(
        "end_minute is not after start_minute",
        "An interval over midnight ends after minute 1440.",
        ("end_minute", "start_minute"),
    ),
    ("holidays", "ends_not_before_start"): _before("ends_on", "starts_on"),
    ("holidays", "holds_somewhere"): Reason(
        "neither country nor calendar_id says where the holiday holds",
        "Fill in the country (DE, PL …) or the calendar it is for.",
        ("country", "calendar_id"),
    ),
}
"""By table and rule name; every rule of a contract is here."""


def of_rule(contract: Contract, rule: str) -> Reason:
    """The reason for a failed rule, given as dataframely names it: `rule` or `column|check`."""
    if "|" not in rule:
        return RULES[contract.name, rule]
    name, check = rule.split("|", 1)
    reason, advice = _of_check(contract.columns[name], check)
    return Reason(reason, advice, (name,))


def _of_check(info: ColumnInfo, check: str) -> tuple[str, str]:
    name = info.name
    if check == "nullability":
        return f"{name} is missing", f"Every row needs it: {info.doc}."
    if check == "min_length":
        return f"{name} is empty", f"Every row needs it: {info.doc}."
    if check == "regex":
        examples = {
            "currency": "three capital letters such as EUR",
            "country": "two capital letters such as DE",
            "language": "a tag such as en, pt-BR or zh-Hans",
        }
        wanted = examples.get(info.kind, "the documented form")
        return f"{name} is not written as {wanted}", "Map the values to that form."
    if check in {"inf", "nan"}:
        return f"{name} is infinite or no number", f"It is: {info.doc}. Leave it empty if unknown."
    if check.startswith(("min", "max")):
        return f"{name} is out of range", f"It is: {info.doc}. Check unit and decimal sign."
    return f"{name} is not valid ({check})", f"It is: {info.doc}."


def wrong_type(info: ColumnInfo) -> Reason:
    """The reason for a value that cannot be read as the column's dtype."""
    if info.allowed:
        shown = ", ".join(info.allowed)
        return Reason(f"{info.name} is none of the allowed values", f"One of: {shown}.", ())
    kinds = {
        pl.Int64: "a whole number",
        pl.Float64: "a number",
        pl.Boolean: "true or false",
        pl.Date: "a date",
        pl.Datetime: "a date and time",
    }
    wanted = next((word for dtype, word in kinds.items() if info.dtype == dtype), "text")
    return Reason(f"{info.name} is not {wanted}", "Correct the value or its format.", ())
