"""Cases: how many there are, how fast they are answered and solved."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

_DEADLINES = "A case counts once its deadline has passed, answered or not; younger ones wait."
_NOT_JUDGED = (
    "Spam and merged cases. Cases without a single event or message: nobody can tell. "
    "Targets on business-hours clocks are not applied; such cases get the default target."
)

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
        exclusions="Spam and merged cases.",
        maturity="Final at once.",
        reference="HDI: contact volume",
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
        exclusions="Spam and merged cases.",
        maturity="Final at once; contacts follow orders by days, so growth lowers it.",
        reference="Byar's approximation to the exact Poisson interval (Breslow & Day 1987, 2.3)",
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
        exclusions="Spam and merged cases; solved or closed cases of which nobody knows when.",
        maturity="Final once the period is over.",
        reference="Computed from events at any instant, not from daily snapshots",
        stock=True,
    ),
    Kpi(
        name="first_response_within_target",
        title="First response within target",
        short="First response",
        unit="share",
        better="up",
        numerator="cases_created.fr_met",
        denominator="cases_created.fr_due",
        interval="wilson",
        target=0.9,
        anchor="case created",
        doc="Share of cases that a person answered publicly within the target: 4 h, level 3 2 h, "
        "unless a service policy says otherwise.",
        formula="answered in time / cases whose first-response deadline has passed",
        exclusions=_NOT_JUDGED + " Replies by bots do not count as an answer.",
        maturity=_DEADLINES,
        reference="Deadline-passed cohort; Wilson (1927)",
    ),
    Kpi(
        name="resolution_within_target",
        title="Resolution within target",
        short="Resolution",
        unit="share",
        better="up",
        numerator="cases_created.res_met",
        denominator="cases_created.res_due",
        interval="wilson",
        target=0.8,
        anchor="case created",
        doc="Share of cases first solved within 48 h, unless a service policy says otherwise.",
        formula="first solved in time / cases whose resolution deadline has passed",
        exclusions=_NOT_JUDGED,
        maturity=_DEADLINES,
        reference="Deadline-passed cohort; Wilson (1927)",
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
        exclusions="Spam and merged cases.",
        maturity="A case counts 14 days after it was first solved.",
        reference="Wilson (1927)",
    ),
)
