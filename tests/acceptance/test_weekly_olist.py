"""The weekly page of the marketplace for the spring of 2018: the collapse leads, RJ is named.

Figures are worked out here a second time from the files, with plain Polars that shares no code with
the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboard.languages import use_language
from dashboard.reports import showing
from dashboard.reports.document import ChangeBlock, DeckBlock, Document, Panel, SayBlock
from dashboard.reports.issuing import issue
from dashboard.reports.periods import parse
from dashboard.reports.template import template
from dashboard.reports.values import Number, Say, Term
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from data_access.importing import import_path
from data_access.marts import refresh
from data_access.sources import registry
from data_access.sources.base import SourceOptions

pytestmark = pytest.mark.acceptance

ZONE = "America/Sao_Paulo"
WEEK, LAST_SIX = (date(2018, 3, 26), date(2018, 4, 1)), (date(2018, 2, 19), date(2018, 4, 1))
HALF_YEAR_BEFORE = (date(2017, 8, 21), date(2018, 2, 18))
AS_OF = datetime.combine(date(2018, 4, 3), time())
"""24 hours after the week, on the clock of the marketplace: what the page knows by itself."""


@pytest.fixture(scope="module")
def home(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("olist")
    services = open_services(load_settings(home=folder, time_zone=ZONE, currency="BRL"))
    now = datetime.now(UTC)
    key = services.settings.hash_key()
    import_path(
        registry.get("olist"),
        real_data / "olist",
        warehouse=services.warehouse,
        engine=services.engine,
        options=SourceOptions(None, None, None, key, now),
        now=now,
    )
    refresh(services.warehouse, services.engine, now, zone=ZONE)
    yield services
    services.warehouse.close()
    services.engine.dispose()


def weekly(home: Services, week: str) -> Document:
    chosen = template(home.settings.home, "weekly")
    return issue(home, chosen, parse(week, "week"), by="a test", now=datetime.now(UTC)).document


@pytest.fixture(scope="module")
def document(home: Services) -> Document:
    return weekly(home, "2018-W13")


@pytest.fixture(scope="module")
def parcels(real_data: Path) -> pl.DataFrame:
    """promised, state, on_time, of what was handed over by `AS_OF`."""
    folder = real_data / "olist"
    orders = pl.read_csv(folder / "olist_orders_dataset.csv", try_parse_dates=True)
    customers = pl.read_csv(folder / "olist_customers_dataset.csv")
    handed, delivered = "order_delivered_carrier_date", "order_delivered_customer_date"
    promised = pl.col("order_estimated_delivery_date").dt.date()
    kept = orders.filter(
        pl.col(handed) < AS_OF,
        # What was delivered before it was handed over is refused when it is imported.
        ~(pl.col(delivered) < pl.col(handed)).fill_null(value=False),
    )
    return kept.join(customers, on="customer_id").select(
        promised=promised,
        state="customer_state",
        on_time=((pl.col(delivered) < AS_OF) & (pl.col(delivered).dt.date() <= promised)).fill_null(
            value=False
        ),
    )


def share(rows: pl.DataFrame, span: tuple[date, date], state: str | None = None) -> float:
    found = rows.filter(pl.col("promised").is_between(*span))
    if state is not None:
        found = found.filter(state=state)
    value = found["on_time"].mean()
    assert isinstance(value, float)
    return value


def panel(document: Document, kpi: str) -> Panel:
    blocks = [block for section in document.sections for block in section.blocks]
    decks = [block for block in blocks if isinstance(block, DeckBlock)]
    return next(one for deck in decks for one in deck.panels if one.kpi == kpi)


def change(document: Document) -> ChangeBlock:
    blocks = [block for section in document.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, ChangeBlock))


def amount(say: Say, name: str) -> float:
    found = say.values[name]
    assert isinstance(found, Number)
    assert found.value is not None
    return found.value


def unknown(document: Document) -> list[Say]:
    (section,) = (one for one in document.sections if one.key == "not_yet_known")
    return [say for block in section.blocks if isinstance(block, SayBlock) for say in block.says]


def test_the_collapse_of_deliveries_is_the_headline(document: Document) -> None:
    assert document.headline_tone == "bad"
    with use_language("en"), showing.strict():
        assert showing.sentence(document.headline, ZONE) == (
            "Delivered on time fell to 67.0% over the last 6 weeks, from 79.6% before, most of all "
            "in RJ (38.3%, after 65.3%)."
        )
    with use_language("zh_Hans"), showing.strict():
        chinese = showing.sentence(document.headline, ZONE)
    assert chinese == (
        "最近 6 周准时送达率降至 67.0%，此前为 79.6%，以RJ最为明显（由 65.3% 变为 38.3%）。"
    )


def test_the_numbers_are_those_of_the_files(document: Document, parcels: pl.DataFrame) -> None:
    told = panel(document, "on_time_delivery")
    assert told.now.value == pytest.approx(share(parcels, WEEK))
    assert told.now.n == parcels.filter(pl.col("promised").is_between(*WEEK)).height
    say = document.headline
    assert amount(say, "now") == pytest.approx(share(parcels, LAST_SIX))
    assert amount(say, "before") == pytest.approx(share(parcels, HALF_YEAR_BEFORE))
    assert say.values["first"] == Term(dimension="region", value="RJ")
    assert amount(say, "first_now") == pytest.approx(share(parcels, LAST_SIX, "RJ"))
    assert amount(say, "first_before") == pytest.approx(share(parcels, HALF_YEAR_BEFORE, "RJ"))


def test_the_change_is_split_by_region_as_by_hand(
    document: Document, parcels: pl.DataFrame
) -> None:
    """Kitagawa's effect of the rate of RJ: mean of its shares × change of its rate."""
    told = change(document)
    assert (told.kpi, told.by) == ("on_time_delivery", "region")
    sizes = [
        parcels.filter(pl.col("promised").is_between(*s)) for s in (HALF_YEAR_BEFORE, LAST_SIX)
    ]
    weights = [rows.filter(state="RJ").height / rows.height for rows in sizes]
    rates = [share(parcels, span, "RJ") for span in (HALF_YEAR_BEFORE, LAST_SIX)]
    rio = next(one for one in told.effects if one.segment == Term(dimension="region", value="RJ"))
    assert rio.rate == pytest.approx(sum(weights) / 2 * (rates[1] - rates[0]))
    assert rio == min(told.effects, key=lambda one: one.total)
    assert sum(one.total for one in told.effects) == pytest.approx(told.total)
    assert told.total == pytest.approx(share(parcels, LAST_SIX) - share(parcels, HALF_YEAR_BEFORE))


def test_the_weeks_before_the_shift_do_not_shout(home: Services) -> None:
    for week in ("2018-W03", "2018-W04", "2018-W05", "2018-W06", "2018-W07"):
        calm = weekly(home, week)
        assert calm.headline_tone != "bad", week


def test_the_lag_of_reviews_is_not_yet_known(document: Document, real_data: Path) -> None:
    found = next(say for say in unknown(document) if say.code == "unknown_reviews")
    folder = real_data / "olist"
    orders = pl.read_csv(folder / "olist_orders_dataset.csv", try_parse_dates=True)
    reviews = pl.read_csv(folder / "olist_order_reviews_dataset.csv", try_parse_dates=True)
    first = reviews.group_by("order_id").agg(at=pl.col("review_creation_date").min())
    placed = orders.select("order_id", placed="order_purchase_timestamp")
    this_week = placed.filter(pl.col("placed").dt.date().is_between(*WEEK))
    seen = this_week.join(first, on="order_id").filter(pl.col("at") < AS_OF)
    assert amount(found, "seen") == seen.height
    oldest = AS_OF - timedelta(weeks=39)
    old = placed.filter(
        pl.col("placed").is_between(oldest, oldest + timedelta(weeks=26), closed="left")
    )
    lag = (pl.col("at") - pl.col("placed")).dt.total_days()
    lags = old.join(first, on="order_id").filter(pl.col("at") < AS_OF, lag.is_between(0, 90))
    days = lags.select(lag)["at"]
    assert amount(found, "median") == pytest.approx(days.median(), abs=1)
    assert amount(found, "most") == pytest.approx(days.quantile(0.9), abs=1)
    expected = this_week.height * days.len() / old.height
    assert amount(found, "expected") == pytest.approx(expected, rel=0.02)
    assert amount(found, "seen") < 0.1 * amount(found, "expected")


def test_what_nobody_recorded_is_no_zero(document: Document) -> None:
    blocks = [block for section in document.sections for block in section.blocks]
    decks = [block for block in blocks if isinstance(block, DeckBlock)]
    shown = [one.kpi for deck in decks for one in deck.panels]
    assert shown == ["on_time_delivery", "low_review_share"]
    found = next(say for say in unknown(document) if say.code == "unknown_never")
    with use_language("en"), showing.strict():
        assert "Contact rate, Backlog" in showing.sentence(found, ZONE)


def test_a_week_before_the_data_has_nothing_to_say(home: Services) -> None:
    document = weekly(home, "2016-W01")
    assert (document.headline.code, document.headline_tone) == ("headline_no_data", "unknown")
    with use_language("en"), showing.strict():
        told = showing.sentence(document.headline, ZONE)
    assert told == "Nothing was recorded in this week: there is nothing to say."
    assert document.summary == ()
