"""Cases: how many come in, how many are open, how many come back."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

_GONE = "Spam, merged and deleted cases."

SERVICE = (
    Kpi(
        name="contacts",
        title="Contacts",
        short="Contacts",
        unit="count",
        better="down",
        numerator="cases_created.n",
        denominator=None,
        interval="none",
        target=None,
        anchor="case created",
        doc="Requests for help that came in.",
        formula="cases created",
        exclusions=_GONE,
        maturity="Final at once.",
        reference="HDI: contact volume",
        tainted="cases_created.tainted",
    ),
    Kpi(
        name="contact_rate",
        title="Contacts per 1,000 orders",
        short="Contact rate",
        unit="per_1000",
        better="down",
        numerator="cases_created.n",
        denominator="orders_placed.n",
        interval="byar",
        target=None,
        anchor="case created; order placed",
        doc="How often customers need help, for the orders placed in the same period. Split by a "
        "dimension that orders do not have (channel, priority, team, reason, level), the "
        "denominator is all orders. An order counts for its main line's category and product.",
        formula="1,000 × cases created / orders placed",
        exclusions=_GONE,
        maturity="Final at once; contacts follow orders by days, so growth lowers it.",
        reference="Byar's approximation to the exact Poisson interval (Breslow & Day 1987, 2.3)",
        tainted="cases_created.tainted",
    ),
    Kpi(
        name="backlog",
        title="Open cases",
        short="Backlog",
        unit="count",
        better="down",
        numerator="backlog.net",
        denominator=None,
        interval="none",
        target=None,
        anchor="end of the period, or as_of",
        doc="Cases open at the end of the period. `age_bucket` splits by time since creation: "
        "0-4h, 4-24h, 1-2d, 2-7d, >7d.",
        formula="cases opened or reopened so far − cases solved or closed so far",
        exclusions=_GONE[:-1] + "; solved or closed cases of which nobody knows when.",
        maturity="Final once the period is over.",
        reference="Computed from events at any instant, not from daily snapshots",
        tainted="backlog.tainted",
        stock=True,
    ),
    Kpi(
        name="reopen_rate",
        title="Reopened within 14 days",
        short="Reopened",
        unit="share",
        better="down",
        numerator="cases_solved.reopened",
        denominator="cases_solved.reopen_due",
        interval="wilson",
        target=0.05,
        anchor="case first solved",
        doc="Share of solved cases that came back.",
        formula="reopened within 14 days / cases first solved at least 14 days ago",
        exclusions=_GONE,
        maturity="A case counts 14 days after it was first solved.",
        reference="Wilson (1927)",
        tainted="cases_solved.reopen_tainted",
        waiting="cases_solved.reopen_waiting",
    ),
)
