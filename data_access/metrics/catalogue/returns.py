"""Returns, by line and by value."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

RETURNS = (
    Kpi(
        name="returns_requested",
        title="Returns asked for, lines",
        short="Returns",
        unit="count",
        better="down",
        numerator="return_lines_requested.n",
        denominator=None,
        interval="none",
        target=None,
        anchor="return requested",
        doc="Return lines that customers asked for, by the day of the request.",
        formula="return lines requested",
        exclusions="None.",
        maturity="Final at once.",
        reference="The numerator of return_rate_lines",
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
        name="defect_return_rate",
        title="Returned as defective, lines",
        short="Defective (lines)",
        unit="share",
        better="down",
        numerator="sales_returned.defective",
        denominator="sales_lines.n",
        interval="wilson",
        target=None,
        anchor="order placed",
        doc="Of the order lines sold in the period, the share that customers have asked to send "
        "back as defective so far. By product and lot it tells a bad lot.",
        formula="lines of these sales asked back as defective / order lines sold",
        exclusions="Lines of zero or negative quantity are no sales. Claimed, not confirmed by "
        "inspection; a return is counted by the lot that its own line names.",
        maturity="Claims follow sales by weeks: the youngest sales look better than they are.",
        reference="Claimed defects per unit shipped (claimed DPPM), by cohort of sale",
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
)
