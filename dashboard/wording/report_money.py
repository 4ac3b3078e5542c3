"""How reports speak of cost and compensation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _, ngettext
from dashboard.wording.report_operations import Raw, Sentence, Shown, count_of, only


def _left_out(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{count} row is left out: {amounts} has no rate to {currency} in the seven days before. "
        "Import rates of {currencies} (table fx_rates).",
        "{count} rows are left out: {amounts} have no rate to {currency} in the seven days before. "
        "Import rates of {currencies} (table fx_rates).",
        count_of(raw, "count"),
        **only(shown, "amounts", "currency", "currencies"),
    )


def _left_out_before(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return ngettext(
        "In the periods compared with {count} row is left out for the same reason.",
        "In the periods compared with {count} rows are left out for the same reason.",
        count_of(raw, "count"),
    )


def _given(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{count} compensation worth {total} was decided, for “{largest}”: {amount}.",
        "{count} compensations worth {total} were decided, mostly for “{largest}”: {amount}.",
        count_of(raw, "count"),
        **only(shown, "total", "largest", "amount"),
    )


def _no_rate(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _(
        "What was spent cannot be told in {currency}: {amounts} have no rate. Import rates of "
        "{currencies} (table fx_rates).",
        **only(shown, "currency", "amounts", "currencies"),
    )


SENTENCES: Mapping[str, Sentence] = {
    "cost_none_ever": lambda shown, raw: _(  # noqa: ARG005
        "No costs are recorded, so what trouble costs is not known. Import the tables costs and "
        "compensations."
    ),
    "cost_none_now": lambda shown, raw: _(  # noqa: ARG005
        "No cost is booked in the period; that does not mean that there was none."
    ),
    "cost_no_rate": _no_rate,
    "cost_now": lambda shown, raw: _(  # noqa: ARG005
        "After-sales cost {total}: {per_order} per order placed.", **shown
    ),
    "cost_without_orders": lambda shown, raw: _(  # noqa: ARG005
        "After-sales cost {total}; no order was placed to divide it by.", **only(shown, "total")
    ),
    "cost_now_before": lambda shown, raw: _(  # noqa: ARG005
        "After-sales cost {total}: {per_order} per order placed, {before} in the period before.",
        **shown,
    ),
    "cost_now_before_prior": lambda shown, raw: _(  # noqa: ARG005
        "After-sales cost {total}: {per_order} per order placed, {before} in the period before and "
        "{prior} a year ago.",
        **shown,
    ),
    "cost_not_over": lambda shown, raw: _(  # noqa: ARG005
        "The period is not over: it is not yet compared with others."
    ),
    "cost_holds": lambda shown, raw: _(  # noqa: ARG005
        "Included: booked costs, compensations decided, refund fees. Not included: money "
        "refunded, freight of ordinary deliveries, disputes."
    ),
    "cost_holds_no_labour": lambda shown, raw: _(  # noqa: ARG005
        "Included: booked costs, compensations decided, refund fees. Not included: money "
        "refunded, freight of ordinary deliveries, disputes, and labour, of which none is booked."
    ),
    "cost_by_kind": lambda shown, raw: _(  # noqa: ARG005
        "The largest item is {largest}: {amount}.", **shown
    ),
    "cost_reasons_lead": lambda shown, raw: _(  # noqa: ARG005
        "The most expensive reason is “{largest}”: {amount}.", **shown
    ),
    "compensation_none": lambda shown, raw: _(  # noqa: ARG005
        "No compensation was decided in the period."
    ),
    "compensation_given": _given,
    "budgets_strained": lambda shown, raw: _(  # noqa: ARG005
        "Compensation budgets, {first} to {last}: of {markets} markets {over} are over and {ahead} "
        "ahead of the month.",
        **shown,
    ),
    "budgets_kept": lambda shown, raw: _(  # noqa: ARG005
        "Compensation budgets, {first} to {last}: no market is over or ahead of the month.",
        **only(shown, "first", "last"),
    ),
    "cost_rates": lambda shown, raw: _(  # noqa: ARG005
        "Amounts are converted to {currency} at each day’s rate, published {first} to {last}; "
        "earlier periods at the rates of their own days.",
        **shown,
    ),
    "cost_rates_of_one_day": lambda shown, raw: _(  # noqa: ARG005
        "Amounts are converted to {currency} at the rates published on {first}; earlier periods "
        "at the rates of their own days.",
        **only(shown, "currency", "first"),
    ),
    "cost_no_rates_needed": lambda shown, raw: _(  # noqa: ARG005
        "No exchange rate was needed: everything was booked in {currency}.", **shown
    ),
    "cost_left_out": _left_out,
    "cost_left_out_before": _left_out_before,
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "cost_now": lambda: _("This period"),
        "cost_before": lambda: _("Period before"),
        "cost_prior": lambda: _("A year ago"),
        "cost_per_order": lambda: _("Per order"),
        "budget": lambda: _("Budget of the month"),
        "given": lambda: _("Decided so far"),
        "budget_share": lambda: _("Of the budget"),
        "budget_standing": lambda: _("Standing"),
    },
    "cost": {"total": lambda: _("Total")},
    "budget": {
        "over": lambda: _("Over budget"),
        "ahead": lambda: _("Ahead of the month"),
        "within": lambda: _("Within budget"),
        "unknown": lambda: _("No rate"),
    },
}
