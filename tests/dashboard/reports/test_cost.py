"""What reports say of cost: parts that add up, rates that are named, silence where it is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.languages import use_language
from dashboard.reports import showing
from dashboard.reports.context import Context
from dashboard.reports.document import Block, Money, NothingBlock, SayBlock, TableBlock
from dashboard.reports.periods import parse
from dashboard.reports.record import Record
from dashboard.reports.sections import cost
from dashboard.reports.template import shipped
from data_access.marts import refresh
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows, at

NOW = at("2026-03-16 09:00")
WEEK = parse("2026-W11", "week")  # 9 to 15 March
RATES = [
    {"date": date(2026, month, day), "base": "EUR", "quote": quote, "rate": units}
    for month, day in ((3, 6), (3, 9), (3, 13))
    for quote, units in (("USD", 1.25), ("JPY", 160.0))
]
BUDGETS = {
    "policy": {"name": "standard", "version": 1},
    "default": {"minor": 100_00, "currency": "EUR"},
    "markets": {
        "US": {"minor": 9_00, "currency": "USD"},
        "JP": {"minor": 50_000, "currency": "JPY"},
    },
}


def booked(name: str, moment: str, kind: str, minor: int, currency: str = "EUR") -> dict[str, Any]:
    return {
        "cost_id": name, "at": at(moment), "kind": kind, "amount": minor, "currency": currency,
        "ref_table": "cases", "ref_id": "k1" if kind == "labour" else None,
    }  # fmt: skip


ORDERS: Rows = [
    {"order_id": f"o{n}", "country": "US", "placed_at": at(day)}
    for n, day in enumerate(["2026-03-03", "2026-03-04", "2026-03-10", "2026-03-11", "2026-03-12"])
]
TABLES: dict[str, Rows] = {
    "fx_rates": RATES,
    "orders": ORDERS,
    "cases": [
        {"case_id": "k1", "order_id": "o3", "reason": "delivery_late", "status": "open",
         "created_at": at("2026-03-10")},
    ],
    "costs": [
        booked("c1", "2026-03-10", "labour", 1000),
        # Thirds of a cent: 101 / 1.25 = 80.8
        booked("c2", "2026-03-10", "qc", 101, "USD"),
        booked("c3", "2026-03-14", "parts", 101, "USD"),
        booked("c4", "2026-03-14", "duty", 101, "USD"),
        booked("c5", "2026-03-12", "qc", 777, "SEK"),
        booked("c6", "2026-03-04", "labour", 400),
    ],
    "compensations": [
        {"comp_id": "g1", "order_id": "o4", "cause": "late_72h", "level": 1, "amount": 1250,
         "currency": "USD", "decided_at": at("2026-03-13")},
    ],
}  # fmt: skip


def home(folder: Path, tables: dict[str, Rows]) -> Home:
    made = Home(folder)
    made.take_in(tables, NOW)
    refresh(made.warehouse, made.engine, NOW)
    return made


def context(
    made: Home, *, currency: str = "EUR", week: str = "2026-W11", as_of: datetime = NOW,
    budgets: Any = None,
) -> Context:  # fmt: skip
    return Context(
        template=shipped()["weekly"],
        period=parse(week, "week"),
        metrics=made.metrics(),
        as_of=as_of,
        zone="UTC",
        currency=currency,
        targets={},
        record=Record({"compensation_budgets": budgets or {}}),
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = home(tmp_path_factory.mktemp("cost"), TABLES)
    yield made
    made.close()


def blocks(made: Home, **more: Any) -> tuple[Block, ...]:
    return cost.build(context(made, **more), cost.Options())


def told(found: tuple[Block, ...], language: str = "en") -> str:
    """Everything that is said; a code without words is an error."""
    with use_language(language), showing.strict():
        said = []
        for block in found:
            if isinstance(block, SayBlock):
                said += [showing.sentence(say, "UTC") for say in block.says]
            elif isinstance(block, NothingBlock):
                said.append(showing.sentence(block.say, "UTC"))
            elif isinstance(block, TableBlock):
                said.append(showing.sentence(block.lead, "UTC") if block.lead else "")
                said += [showing.word(column.title) for column in block.columns]
                said += [
                    showing.text_of(cell, "UTC")
                    for row in block.rows
                    for cell in row.cells.values()
                    if cell is not None
                ]
        return "\n".join(said)


def table(found: tuple[Block, ...], key: str) -> TableBlock:
    return next(b for b in found if isinstance(b, TableBlock) and b.key == key)


def amounts(found: TableBlock, column: str) -> dict[str, int | None]:
    cells = {row.key: row.cells[column] for row in found.rows}
    return {key: cell.minor for key, cell in cells.items() if isinstance(cell, Money)}


def test_parts_add_up_to_the_total_that_is_shown(company: Home) -> None:
    kinds = amounts(table(blocks(company), "cost_kinds"), "cost_now")
    # 10.00 + 3 × 0.808 + 12.50 / 1.25 = 22.424: two of the three parts are 81 cents, one 80.
    total = kinds.pop("total")
    assert total == 2242
    assert sum(minor or 0 for minor in kinds.values()) == total
    assert kinds["labour"] == 1000
    assert sorted([kinds["qc"], kinds["parts"], kinds["duty"]]) == [80, 81, 81]  # type: ignore[type-var]
    assert kinds["compensation_1"] == 1000


def test_it_says_per_order_which_rates_and_what_is_left_out(company: Home) -> None:
    said = told(blocks(company))
    assert "After-sales cost €22.42: €7.47 per order placed, €2.00 in the period before." in said
    assert "at each day’s rate, published 9 Mar 2026 to 13 Mar 2026" in said
    assert "1 row is left out: SEK" in said
    assert "Import rates of SEK" in said
    assert "labour, of which none is booked" not in said
    assert "The most expensive reason is “Delivery late”: €10.00." in said
    assert "1 compensation worth €10.00 was decided, for “Over 72 hours late”" in said


def test_it_is_worded_in_chinese(company: Home) -> None:
    said = told(blocks(company, budgets=BUDGETS), "zh_Hans")
    assert "售后成本" in said
    assert "请导入 SEK 的汇率" in said


def test_another_currency(company: Home) -> None:
    kinds = amounts(table(blocks(company, currency="JPY"), "cost_kinds"), "cost_now")
    # 10.00 euros are 1,600 yen at the rate of their day; a yen has no cents.
    assert kinds["labour"] == 1600
    assert kinds["total"] == sum(minor or 0 for key, minor in kinds.items() if key != "total")


def test_budgets_in_their_own_currency(company: Home) -> None:
    found = table(blocks(company, budgets=BUDGETS), "compensation_budgets")
    (row,) = found.rows
    assert (row.key, row.tone) == ("US", "bad")
    assert row.cells["budget"] == Money(minor=900, currency="USD")
    assert row.cells["given"] == Money(minor=1250, currency="USD")
    assert "of 2 markets 1 are over and 0 ahead of the month" in told((found,))


def test_a_week_that_is_not_over_is_compared_with_nothing(company: Home) -> None:
    found = blocks(company, as_of=at("2026-03-14 12:00"))
    assert "not yet compared" in told(found)
    assert amounts(table(found, "cost_kinds"), "cost_before") == {}


def test_a_week_without_bookings_and_a_home_without_costs(company: Home, tmp_path: Path) -> None:
    (nothing,) = blocks(company, week="2026-W08")
    assert isinstance(nothing, NothingBlock)
    assert told((nothing,)).startswith("No costs are recorded"), "none was booked by then"
    (nothing,) = blocks(company, week="2026-W12", as_of=at("2026-03-30"))
    assert told((nothing,)).startswith("No cost is booked in the period")
    made = home(tmp_path / "bare", {"orders": ORDERS})
    (nothing,) = blocks(made)
    assert told((nothing,)).startswith("No costs are recorded")
    made.close()


def test_a_currency_without_any_rate_gives_no_number(tmp_path: Path) -> None:
    kronor = [booked("c1", "2026-03-10", "qc", 777, "SEK")]
    made = home(tmp_path / "kronor", {"orders": ORDERS, "costs": kronor, "fx_rates": RATES})
    (nothing,) = blocks(made)
    assert told((nothing,)).startswith("What was spent cannot be told in EUR: ")
    assert amounts(table(blocks(made, currency="SEK"), "cost_kinds"), "cost_now")["total"] == 777
    made.close()
