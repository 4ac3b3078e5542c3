"""A list has exactly as many rows as the number it stands behind, whatever is filtered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from data_access.browse import ROW_KINDS, export_rows, row_page, without_effect
from data_access.marts import refresh
from data_access.metrics import Filter, Metrics, Query
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home

AS_OF = START + timedelta(days=60, hours=3)
FIRST = START.date()
FILTERS = (
    Filter(),
    Filter(start=FIRST + timedelta(days=10), end=FIRST + timedelta(days=40)),
    Filter(start=FIRST + timedelta(days=20), end=FIRST + timedelta(days=400), market=("DE",)),
    Filter(market=("", "US"), category=("toys",)),
    Filter(language=("de",), carrier=("post", "")),
)
ONLY_SURVEYS = (Filter(channel=("email",)), Filter(level=("3",), channel=("", "chat")))
BEHIND = {
    ("parcels", "due"): ("on_time_delivery", "denominator"),
    ("parcels", "on_time"): ("on_time_delivery", "numerator"),
    ("parcels", "late"): ("late_parcels", "numerator"),
    ("returns", "all"): ("return_rate_lines", "numerator"),
    ("reviews", "all"): ("low_review_share", "denominator"),
    ("reviews", "low"): ("low_review_share", "numerator"),
    ("surveys", "csat"): ("csat", "denominator"),
    ("surveys", "nps"): ("nps", "denominator"),
    ("cases", "all"): ("contacts", "numerator"),
    ("cases", "fr_due"): ("first_response_within_target", "denominator"),
    ("cases", "fr_met"): ("first_response_within_target", "numerator"),
    ("cases", "res_due"): ("resolution_within_target", "denominator"),
    ("cases", "res_met"): ("resolution_within_target", "numerator"),
    ("cases", "vendor"): ("vendor_sla_met", "denominator"),
    ("cases", "vendor_met"): ("vendor_sla_met", "numerator"),
    ("solved", "due"): ("reopen_rate", "denominator"),
    ("solved", "reopened"): ("reopen_rate", "numerator"),
    ("orders", "all"): ("contact_rate", "denominator"),
    ("lines", "sold"): ("return_rate_lines", "denominator"),
    ("sent_back", "defective"): ("defect_return_rate", "numerator"),
    ("delivered", "all"): ("lead_time_p50", "n"),
    ("first_responses", "watched"): ("first_response_p50", "n"),
    ("resolutions", "watched"): ("resolution_p90", "n"),
}

SELDOM = {("cases", "fr_met"), ("solved", "reopened")}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("home"))
    tables = company(Random(11), 200)
    # Hardly any case of the made-up company is answered within hours: this one is.
    tables["cases"].append({"case_id": "k", "created_at": START, "status": "open"})
    prompt = {"event_id": "e", "case_id": "k", "at": START + timedelta(minutes=5)}
    tables["case_events"].append({**prompt, "type": "agent_msg"})
    made.take_in(tables, AS_OF)
    refresh(made.warehouse, made.engine, AS_OF)
    yield made
    made.close()


@pytest.fixture(scope="module")
def metrics(home: Home) -> Metrics:
    return home.metrics(currency="EUR")


def listed(home: Home, kind: str, view: str, where: Filter, **given: Any) -> pl.DataFrame:
    options: dict[str, Any] = {"sort": (), "as_of": AS_OF}
    return export_rows(home.warehouse, where, kind=kind, view=view, **{**options, **given})


def filters(kind: str) -> tuple[Filter, ...]:
    return (*FILTERS, *ONLY_SURVEYS) if kind == "surveys" else FILTERS


@pytest.mark.parametrize(("kind", "view"), BEHIND)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_as_many_rows_as_the_number_says(
    home: Home, metrics: Metrics, kind: str, view: str, zone: str
) -> None:
    kpi, side = BEHIND[kind, view]
    found = []
    for where in filters(kind):
        for as_of in (AS_OF, AS_OF - timedelta(days=17, hours=5)):
            asked = metrics.kpi(Query(kpi, where=where, as_of=as_of, zone=zone))
            rows = listed(home, kind, view, where, as_of=as_of, zone=zone)
            assert rows.height == (asked[side].item() or 0), (where, as_of)
            found.append(rows.height)
    assert max(found) > (0 if (kind, view) in SELDOM else 10)


def test_rows_left_out_are_as_many_as_the_account_says(home: Home, metrics: Metrics) -> None:
    found = 0
    for kind, view, kpi in (
        ("cases", "fr_due", "first_response_within_target"),
        ("solved", "due", "reopen_rate"),
        ("parcels", "due", "on_time_delivery"),
        ("lines", "sold", "return_rate_lines"),
    ):
        for where in FILTERS:
            account = metrics.explain(Query(kpi, where=where)).accounts[0]
            for code, count in account.excluded.items():
                assert listed(home, kind, f"{view}-{code}", where).height == count
                found += count
    assert found > 50


def test_dissatisfied_and_detractors_complete_their_numbers(home: Home, metrics: Metrics) -> None:
    for where in filters("surveys"):
        csat = metrics.kpi(Query("csat", where=where)).row(0, named=True)
        low = listed(home, "surveys", "csat_low", where)
        assert low.height == (csat["denominator"] or 0) - (csat["numerator"] or 0)
        assert set(low["score"]) <= {1, 2, 3}
        assert set(low["kind"]) <= {"csat"}
        nps = metrics.kpi(Query("nps", where=where)).row(0, named=True)
        answers = listed(home, "surveys", "nps", where)
        promoters = answers.filter(pl.col("score") >= 9).height
        detractors = listed(home, "surveys", "detractors", where)
        assert promoters - detractors.height == (nps["numerator"] or 0)
        assert set(detractors["score"]) <= set(range(7))


def test_returned_value_adds_up(home: Home, metrics: Metrics) -> None:
    where = Filter(market=("DE", "FR"))
    asked = metrics.kpi(Query("return_rate_value", where=where))
    rows = listed(home, "returns", "all", where)
    assert rows["value_minor"].sum() == asked["numerator"].item() > 0


def test_a_parcel_says_how_it_stands(home: Home) -> None:
    everything = listed(home, "parcels", "all", Filter())
    for view, standing in (("late", ["late"]), ("on_time", ["on_time"])):
        rows = listed(home, "parcels", view, Filter())
        assert rows["standing"].unique().to_list() == standing
        assert rows.height == everything.filter(pl.col("standing") == standing[0]).height
    assert everything["standing"].null_count() > 0
    assert everything.filter(pl.col("promised_on") > AS_OF.date()).height == 0
    earlier = AS_OF - timedelta(days=30)
    then = listed(home, "parcels", "all", Filter(), as_of=earlier)
    assert (then["delivered_on"].drop_nulls() <= earlier.date()).all()


@pytest.mark.parametrize("kind", list(ROW_KINDS))
def test_pages_put_together_are_the_list(home: Home, kind: str) -> None:
    known = ROW_KINDS[kind]
    for column in known.columns:
        options: dict[str, Any] = {"kind": kind, "view": known.default, "as_of": AS_OF}
        sort = [(column, True)]
        whole = listed(home, kind, known.default, Filter(), sort=sort)
        pages = []
        for offset in range(0, whole.height, 40):
            page, total = row_page(
                home.warehouse, Filter(), sort=sort, offset=offset, limit=40, **options
            )
            assert total == whole.height
            pages.append(page)
        assert pl.concat([whole.clear(), *pages]).equals(whole)
        assert whole.select(known.key, "source").is_unique().all()


def test_the_newest_come_first_and_search_narrows(home: Home) -> None:
    rows = listed(home, "parcels", "due", Filter())
    assert rows["promised_on"].is_sorted(descending=True)
    wanted = rows["order_id"][3]
    found = listed(home, "parcels", "due", Filter(), text=wanted.upper())
    assert wanted in found["order_id"].to_list()
    assert 0 < found.height < rows.height


def test_what_the_list_does_not_know(home: Home) -> None:
    with pytest.raises(ValueError, match="cannot be sorted by 'hack'"):
        listed(home, "parcels", "due", Filter(), sort=[("hack", True)])
    where = Filter(market=("DE",), channel=("chat",))
    assert without_effect(where, kind="parcels", view="late") == ("channel",)
    assert without_effect(where, kind="surveys", view="csat") == ()
    kept = listed(home, "parcels", "late", where)
    assert kept.equals(listed(home, "parcels", "late", Filter(market=("DE",))))
