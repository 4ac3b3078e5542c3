"""What reports say of anger: against the own past, judged only where there is enough of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dashboard.languages import use_language
from dashboard.reports import anger, showing
from dashboard.reports.anger import Angry, Mean
from dashboard.reports.context import Context
from dashboard.reports.document import Block, HeatBlock, NothingBlock, SayBlock, TableBlock
from dashboard.reports.periods import parse
from dashboard.reports.record import Record
from dashboard.reports.sections import triggers
from dashboard.reports.template import shipped
from data_access.marts import refresh
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows, at

NOW = at("2026-06-02 09:00")
GROUPS = {"logistics": ("late",), "policy": ("refund",)}
REASONS = {"late": "DE", "refund": "FR", "rare": "DE"}


def letters(name: str, month: str, scores: list[float]) -> Rows:
    first = at(f"{month}-01 08:00")
    return [
        {
            "message_id": f"{name}-{month}-{n}", "case_id": name, "direction": "in",
            "author_role": "customer", "at": first + timedelta(hours=6 * n), "anger": score,
            "text": "a secret of a customer",
        }
        for n, score in enumerate(scores)
    ]  # fmt: skip


CASES: Rows = [
    {"case_id": name, "reason": name, "country": market, "status": "open",
     "created_at": at("2026-02-01")}
    for name, market in REASONS.items()
]  # fmt: skip
CALM, HOT = [20.0, 30.0, 40.0] * 10, [85.0, 70.0, 90.0] * 13
MONTHS = ("2026-02", "2026-03", "2026-04")
PAST = [
    row for month in MONTHS for name in ("late", "refund") for row in letters(name, month, CALM)
]
MAY = [
    *letters("late", "2026-05", HOT),
    *letters("refund", "2026-05", CALM),
    *letters("rare", "2026-05", [99.0]),
]


def context(made: Home, month: str = "2026-05") -> Context:
    return Context(
        template=shipped()["monthly-triggers"],
        period=parse(month, "month"),
        metrics=made.metrics(),
        as_of=NOW,
        zone="UTC",
        currency="EUR",
        targets={},
        record=Record(),
    )


def home(folder: Path, messages: Rows) -> Home:
    made = Home(folder)
    made.take_in({"cases": CASES, "messages": messages}, NOW)
    refresh(made.warehouse, made.engine, NOW)
    return made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = home(tmp_path_factory.mktemp("anger"), [*PAST, *MAY])
    yield made
    made.close()


def blocks(made: Home, month: str = "2026-05") -> tuple[Block, ...]:
    return triggers.build(context(made, month), triggers.Options(groups=GROUPS))


def told(found: tuple[Block, ...], language: str = "en") -> str:
    with use_language(language), showing.strict():
        said = []
        for block in found:
            if isinstance(block, SayBlock):
                said += [showing.sentence(say, "UTC") for say in block.says]
            elif isinstance(block, NothingBlock):
                said.append(showing.sentence(block.say, "UTC"))
            elif isinstance(block, HeatBlock | TableBlock) and block.lead is not None:
                said.append(showing.sentence(block.lead, "UTC"))
            if isinstance(block, TableBlock):
                said += [showing.word(column.title) for column in block.columns]
                said += [
                    showing.text_of(cell, "UTC")
                    for row in block.rows
                    for cell in row.cells.values()
                    if cell is not None
                ]
        return "\n".join(said)


def test_what_rose_is_named_with_its_numbers(company: Home) -> None:
    said = told(blocks(company))
    # 26 of 39 late letters and the one of "rare" are angry; none of 180 was before.
    assert "Customers were angrier: 38.6% of messages (27 of 70), after 0.0% in the three" in said
    assert "“Late” is behind 96.3%" in said or "late” is behind 96.3%" in said.lower()
    assert "1 reason clearly makes more messages angry" in said
    assert "Most angry messages are about late or damaged deliveries: 96.3%." in said


def test_a_place_is_held_against_its_own_past_and_small_ones_are_hatched(company: Home) -> None:
    (heat,) = (block for block in blocks(company) if isinstance(block, HeatBlock))
    standing = {(cell.row, cell.column): cell.standing for cell in heat.cells}
    assert standing["late", "DE"] == "more"
    assert standing["refund", "FR"] == "usual"
    assert standing["rare", "DE"] == "small"
    assert standing["late", "FR"] == "no_data"


def test_examples_are_linked_and_never_quoted(company: Home) -> None:
    found = blocks(company)
    tables = [block for block in found if isinstance(block, TableBlock)]
    links = [row.link for table in tables for row in table.rows]
    assert any(
        link and "/rows/voices?view=angry" in link and "reason=late" in link for link in links
    )
    assert "secret" not in str(found)


def test_groups_hold_all_angry_messages(company: Home) -> None:
    (table,) = (
        block
        for block in blocks(company)
        if isinstance(block, TableBlock) and block.key == "anger_groups"
    )
    counted = {row.key: row.cells["angry_messages"].value for row in table.rows}  # type: ignore[union-attr]
    assert counted == {"logistics": 26, "policy": 0, "other": 1}


def test_one_month_of_history_is_called_too_little(tmp_path: Path) -> None:
    made = home(tmp_path / "young", MAY)
    said = told(blocks(made))
    assert "what is usual is not yet known" in said
    assert "clearly makes more" not in said.replace("No reason clearly makes more", "")
    (heat,) = (block for block in blocks(made) if isinstance(block, HeatBlock))
    assert {cell.standing for cell in heat.cells} <= {"small", "no_data"}
    (nothing,) = blocks(made, "2026-03")
    assert told((nothing,)).startswith("No message, review or mention carries a score")
    made.close()


def test_it_is_worded_in_chinese(company: Home) -> None:
    assert "客户更愤怒了" in told(blocks(company), "zh_Hans")


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ({"weather": ("late",)}, "no group 'weather'"),
        ({"logistics": ("late",), "policy": ("late",)}, "'late' stands in two groups"),
    ],
)
def test_groups_of_a_template_are_checked(groups: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        triggers.Options(groups=groups)


@pytest.mark.parametrize(
    ("now", "before", "of_now", "of_before", "trend"),
    [
        (Angry(30, 60), Angry(10, 180), 100, 300, "rose"),
        (Angry(1, 60), Angry(60, 180), 100, 300, "fell"),
        (Angry(10, 60), Angry(30, 180), 100, 300, "steady"),
        (Angry(3, 60), Angry(1, 180), 100, 300, "small"),
        (Angry(30, 60), Angry(0, 0), 100, 0, "small"),
    ],
)
def test_trends(now: Angry, before: Angry, of_now: int, of_before: int, trend: str) -> None:
    assert anger.trend(now, before, of_now, of_before) == trend


@given(st.integers(0, 500), st.floats(0, 100), st.floats(0, 20))
def test_the_same_is_never_a_change(n: int, value: float, half: float) -> None:
    mean = Mean(n, value, value - half, value + half)
    assert anger.cell(mean, mean) in ("usual", "small", "no_data")
    assert (anger.cell(mean, mean) == "usual") == (n >= anger.FEWEST)
