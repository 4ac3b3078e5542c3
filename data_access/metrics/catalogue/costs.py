"""What trouble after the sale costs, in money of the currency asked for."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

_RATES = (
    "Every amount is converted at the rate of its own day (the last one published within seven "
    "days) and added up exactly, so that the sum does not depend on the order."
)
_LEFT_OUT = (
    "Rows in a currency without a rate are left out and counted in `excluded`. Not in it: the "
    "money paid back, the freight of ordinary deliveries, disputes, and whatever nobody booked. "
    "Labour is in it only where the table `costs` has it."
)
_FINAL = "Final once the books of the period are closed; costs booked late are added to their day."
_ADDED = (
    "Booked costs of every kind, compensations on the day they were decided, fees of refunds on "
    "the day they were sent. A gift booked as goodwill and listed as a compensation counts twice: "
    "keep it in one of the two."
)

COSTS = (
    Kpi(
        name="cost_to_serve",
        title="Cost to serve per order",
        short="Cost to serve",
        unit="money_per_order",
        better="down",
        numerator="costs_incurred.value",
        denominator="orders_placed.n",
        interval="none",
        target=None,
        anchor="cost incurred; order placed",
        doc="What trouble after the sale costs for each order placed in the same period. " + _ADDED,
        formula="(costs + compensations + refund fees) / orders placed",
        exclusions=_LEFT_OUT,
        maturity=_FINAL + " Costs follow orders by weeks, so growth lowers it.",
        reference="Post-sale cost over orders; shared costs as the table `costs` allots them. "
        + _RATES,
    ),
    Kpi(
        name="after_sales_cost",
        title="After-sales cost",
        short="After-sales cost",
        unit="money",
        better="down",
        numerator="costs_incurred.value",
        denominator=None,
        interval="none",
        target=None,
        anchor="cost incurred",
        doc="What trouble after the sale cost altogether. " + _ADDED,
        formula="costs + compensations + refund fees",
        exclusions=_LEFT_OUT,
        maturity=_FINAL,
        reference=_RATES,
    ),
    Kpi(
        name="service_cost",
        title="Booked service cost",
        short="Service cost",
        unit="money",
        better="down",
        numerator="costs_incurred.booked_value",
        denominator=None,
        interval="none",
        target=None,
        anchor="cost incurred",
        doc="The booked costs of service: labour, freight, inspection, write-downs and the like.",
        formula="amounts of the table `costs`",
        exclusions="Compensations and refund fees. " + _LEFT_OUT,
        maturity=_FINAL,
        reference=_RATES,
    ),
    Kpi(
        name="cost_per_contact",
        title="Service cost per contact",
        short="Cost per contact",
        unit="money_per_contact",
        better="down",
        numerator="costs_incurred.booked_value",
        denominator="cases_created.n",
        interval="none",
        target=None,
        anchor="cost incurred; case created",
        doc="Booked costs of service for each request for help in the same period. Filtered by the "
        "kind labour it is what handling costs.",
        formula="amounts of the table `costs` / cases created",
        exclusions="Compensations and refund fees; spam, merged and deleted cases. " + _LEFT_OUT,
        maturity=_FINAL,
        reference=_RATES,
    ),
    Kpi(
        name="compensation_value",
        title="Compensation given",
        short="Compensation",
        unit="money",
        better="down",
        numerator="costs_incurred.given_value",
        denominator=None,
        interval="none",
        target=None,
        anchor="compensation decided",
        doc="What customers were given for trouble over and above what the law asks. Split by "
        "reason it is the cause that the compensation names, else the reason of its case.",
        formula="amounts of the table `compensations`",
        exclusions="Compensations without an amount count as nothing. Rows in a currency without a "
        "rate are left out and counted in `excluded`.",
        maturity="Final at once: the day of the decision counts, not that of the payment.",
        reference=_RATES,
    ),
    Kpi(
        name="compensation_per_1000_orders",
        title="Compensations per 1,000 orders",
        short="Compensations",
        unit="per_1000",
        better="down",
        numerator="costs_incurred.given_n",
        denominator="orders_placed.n",
        interval="byar",
        target=None,
        anchor="compensation decided; order placed",
        doc="How often customers were given something for trouble, for the orders placed in the "
        "same period.",
        formula="1,000 × compensations decided / orders placed",
        exclusions="None.",
        maturity="Final at once; compensations follow orders by weeks, so growth lowers it.",
        reference="Byar's approximation to the exact Poisson interval (Breslow & Day 1987, 2.3)",
    ),
)
