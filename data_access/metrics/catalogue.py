"""The KPI catalogue: every number Afterwatch shows, declared once as data.

Pages, alerts, the command line and `docs/metrics.md` read these declarations; no formula stands
anywhere else. A numerator or denominator is `cohort.measure`, see `data_access.rollups.cohorts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "share", "per_1000", "days", "hours", "score"]
Better = Literal["up", "down", "none"]
Interval = Literal["none", "wilson", "byar", "nps", "order_statistics"]


@dataclass(frozen=True)
class Kpi:
    """One KPI: what is counted, when, for whom it counts and how sure the number is."""

    name: str
    title: str
    short: str
    unit: Unit
    better: Better
    numerator: str
    """`cohort.measure`; for a quantile the cohort that holds the histogram."""
    denominator: str | None
    """`cohort.measure`; None: the numerator is the value."""
    interval: Interval
    target: float | None
    """In the unit of the value (0.9 is 90 %)."""
    anchor: str
    """The moment that decides which day a row belongs to."""
    doc: str
    formula: str
    exclusions: str
    maturity: str
    reference: str
    quantile: float | None = None
    stock: bool = False
    """A level at the end of a period (backlog), not a flow during it."""

    @property
    def scale(self) -> float:
        """What the ratio is multiplied by."""
        return {"per_1000": 1000.0, "score": 100.0}.get(self.unit, 1.0)

    @property
    def money(self) -> bool:
        """Whether numerator and denominator are amounts of money."""
        return self.numerator.endswith(".value")


_DEADLINES = "A case counts once its deadline has passed, answered or not; younger ones wait."
_NOT_JUDGED = (
    "Spam and merged cases. Cases without a single event or message: nobody can tell. "
    "Targets on business-hours clocks are not applied; such cases get the default target."
)

_DECLARED = (
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
    Kpi(
        name="on_time_delivery",
        title="Delivered on time",
        short="On time",
        unit="share",
        better="up",
        numerator="parcels_promised.on_time",
        denominator="parcels_promised.due",
        interval="wilson",
        target=0.95,
        anchor="promised date",
        doc="Share of parcels that kept their original promise, by the day promised.",
        formula="delivered on or before the promised date / parcels handed to a carrier whose "
        "promised date has passed",
        exclusions="Parcels cancelled before hand-over, never handed over, or without a promise.",
        maturity="A parcel counts from the day after its promised date; undelivered is late.",
        reference="Original promise, never the carrier's updated estimate; Wilson (1927)",
    ),
    Kpi(
        name="late_parcels",
        title="Late parcels",
        short="Late",
        unit="count",
        better="down",
        numerator="parcels_promised.late",
        denominator=None,
        interval="none",
        target=None,
        anchor="promised date",
        doc="Parcels that missed their promised date, delivered since or not.",
        formula="parcels due − parcels on time",
        exclusions="As for delivered on time.",
        maturity="As for delivered on time.",
        reference="The complement of on_time_delivery",
    ),
    Kpi(
        name="lead_time_p50",
        title="Lead time, median",
        short="Lead time P50",
        unit="days",
        better="down",
        numerator="parcels_delivered.n",
        denominator=None,
        interval="order_statistics",
        target=None,
        anchor="parcel delivered",
        doc="Days from order to delivery that half of the delivered parcels needed at most.",
        formula="50 % quantile of delivered − ordered, within 1 %",
        exclusions="Parcels not delivered; delivered before they were ordered.",
        maturity="By delivery date: final at once, blind to parcels still on their way.",
        reference="Log-bucket histogram (DDSketch, Masson et al. 2019); binomial ranks",
        quantile=0.5,
    ),
    Kpi(
        name="lead_time_p90",
        title="Lead time, 90th percentile",
        short="Lead time P90",
        unit="days",
        better="down",
        numerator="parcels_delivered.n",
        denominator=None,
        interval="order_statistics",
        target=None,
        anchor="parcel delivered",
        doc="Days from order to delivery that nine in ten delivered parcels needed at most.",
        formula="90 % quantile of delivered − ordered, within 1 %",
        exclusions="Parcels not delivered; delivered before they were ordered.",
        maturity="By delivery date: final at once, blind to parcels still on their way.",
        reference="Log-bucket histogram (DDSketch, Masson et al. 2019); binomial ranks",
        quantile=0.9,
    ),
    Kpi(
        name="return_rate_lines",
        title="Return rate, lines",
        short="Returns (lines)",
        unit="share",
        better="down",
        numerator="return_lines_requested.n",
        denominator="sales_lines.n",
        interval="wilson",
        target=None,
        anchor="return requested; order placed",
        doc="Return lines requested per order line sold in the same period (event date). Split by "
        "reason, the denominator is all lines.",
        formula="return lines requested / order lines sold",
        exclusions="Lines of zero or negative quantity are no sales.",
        maturity="Final at once; returns follow sales by weeks, so growth lowers it.",
        reference="Cash basis: event date on both sides; interval only while returns ≤ sales",
    ),
    Kpi(
        name="return_rate_value",
        title="Return rate, value",
        short="Returns (value)",
        unit="share",
        better="down",
        numerator="return_lines_requested.value",
        denominator="sales_lines.value",
        interval="none",
        target=None,
        anchor="return requested; order placed",
        doc="Sales value of the return lines requested per sales value in the same period (event "
        "date). n is the number of lines sold. Amounts of several currencies are converted, each "
        "day at that day's rate (the last one published within seven days); a single currency "
        "needs no rate.",
        formula="value of return lines requested / value of order lines sold",
        exclusions="Lines of zero or negative quantity are no sales. Lines in a currency without a "
        "rate are left out and counted in `excluded`.",
        maturity="Final at once; a single large return can move it.",
        reference="Numerator and denominator are converted and added up, never averages of ratios",
    ),
    Kpi(
        name="csat",
        title="Satisfied customers",
        short="CSAT",
        unit="share",
        better="up",
        numerator="surveys_csat.top",
        denominator="surveys_csat.n",
        interval="wilson",
        target=0.8,
        anchor="survey answered",
        doc="Share of answers that are 4 or 5 of 5.",
        formula="answers 4 or 5 / answers",
        exclusions="Surveys without an answer.",
        maturity="Final at once; silent customers are not in it.",
        reference="Top-two-box share; Wilson (1927)",
    ),
    Kpi(
        name="nps",
        title="Net promoter score",
        short="NPS",
        unit="score",
        better="up",
        numerator="surveys_nps.net",
        denominator="surveys_nps.n",
        interval="nps",
        target=None,
        anchor="survey answered",
        doc="Promoters (9, 10) minus detractors (0 to 6), in points from −100 to 100.",
        formula="100 × (promoters − detractors) / answers",
        exclusions="Surveys without an answer.",
        maturity="Final at once; silent customers are not in it.",
        reference="Normal interval with variance p + d − (p − d)²",
    ),
    Kpi(
        name="low_review_share",
        title="Low reviews",
        short="Low reviews",
        unit="share",
        better="down",
        numerator="reviews_written.low",
        denominator="reviews_written.n",
        interval="wilson",
        target=None,
        anchor="review written",
        doc="Share of reviews with one or two stars.",
        formula="reviews of 1 or 2 stars / reviews with stars",
        exclusions="Reviews without a rating.",
        maturity="Final at once; reviews follow deliveries by weeks.",
        reference="Wilson (1927)",
    ),
    Kpi(
        name="vendor_sla_met",
        title="SLA met, as the source says",
        short="Source's SLA",
        unit="share",
        better="up",
        numerator="cases_created.vendor_met",
        denominator="cases_created.vendor_n",
        interval="wilson",
        target=None,
        anchor="case created",
        doc="Share of cases whose own system calls its SLA met. Their definition, not ours: shown "
        "to compare and to check an import.",
        formula="cases flagged as met / cases with a flag",
        exclusions="Spam and merged cases; cases whose source gives no flag.",
        maturity="As final as the source's flag.",
        reference="The source's own verdict; Wilson (1927)",
    ),
)

CATALOGUE: Mapping[str, Kpi] = {kpi.name: kpi for kpi in _DECLARED}
"""Every KPI by name, in the order of the documentation."""
