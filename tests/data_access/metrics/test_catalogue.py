"""The catalogue is complete, and its page is up to date."""

from __future__ import annotations

import pytest

from data_access.marts import MARTS
from data_access.metrics import CATALOGUE, DIMENSIONS, Kpi
from data_access.metrics.documentation import PAGE, metrics_page
from data_access.metrics.plan import dimensions, source_of, splits
from data_access.rollups.cohorts import COHORTS

PROMISED = {
    "contacts", "contact_rate", "backlog", "first_response_within_target",
    "resolution_within_target", "reopen_rate", "on_time_delivery", "late_parcels", "lead_time_p50",
    "lead_time_p90", "returns_requested", "return_rate_lines", "return_rate_value", "csat", "nps",
    "detractor_share", "low_review_share", "defect_return_rate",
    "vendor_sla_met", "next_response_within_target", "vip_live_within_target",
    "marketplace_within_2h", "marketplace_within_24h", "solution_within_target",
    "paused_while_waiting", "first_response_p50", "first_response_p90", "resolution_p50",
    "resolution_p90", "cost_to_serve", "after_sales_cost", "service_cost", "cost_per_contact",
    "compensation_value", "compensation_per_1000_orders", "anger", "angry_share",
}  # fmt: skip


def test_the_catalogue_holds_what_was_promised() -> None:
    assert set(CATALOGUE) == PROMISED


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_kpi_is_fully_declared(kpi: Kpi) -> None:
    for measure in filter(None, (kpi.numerator, kpi.denominator)):
        cohort, name = source_of(measure)
        assert name in cohort.measures
    told = (kpi.title, kpi.short, kpi.anchor, kpi.doc, kpi.formula, kpi.exclusions, kpi.maturity)
    assert all(told)
    assert kpi.reference
    # A ratio has an interval, or is one of money; a count has none.
    assert (kpi.interval == "none") == (
        (kpi.denominator is None and kpi.quantile is None) or kpi.money
    )


@pytest.mark.parametrize("name", list(COHORTS))
def test_every_dimension_of_a_cohort_is_in_its_mart_and_in_some_rollup(name: str) -> None:
    cohort = COHORTS[name]
    held = {*MARTS[cohort.mart].columns, "hour_of_week"}
    assert set(cohort.dims) <= held
    cut = {dim for dims in cohort.cuts for dim in dims}
    assert cut <= set(cohort.dims)
    assert () in cohort.cuts
    # What the filter bar offers; a market tells its continent.
    bar = {"market", "category", "channel", "language", "carrier", "source"}
    if name != "parcels_delivered":
        assert bar & set(cohort.dims) <= cut


def test_every_filter_of_the_bar_reaches_some_kpi() -> None:
    reached = {name for kpi in CATALOGUE for name in dimensions(kpi)}
    assert reached == set(DIMENSIONS)
    assert "age_bucket" in splits("backlog")
    assert "hour_of_week" in splits("contacts")


def test_the_page_is_what_the_catalogue_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == metrics_page()
