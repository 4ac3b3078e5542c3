"""Documents taken apart into figures, and what differs between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.diff import Difference, as_json, diff, diff_inputs
from dashboard.reports.document import (
    ChangeBlock,
    DeckBlock,
    Document,
    MapBlock,
    Panel,
    Section,
    TableBlock,
)
from dashboard.reports.figures import COLUMNS, figures, flatten, segment_key
from dashboard.reports.inputs import Inputs, take
from dashboard.reports.values import Money, Number, Plain, Span, Term, Value
from dashboard.services import Services
from tests.dashboard.reports import report_home, sample_document

DOCUMENT = sample_document.document()


def with_panels(panels: tuple[Panel, ...]) -> Document:
    """The sample document with other panels in its deck."""
    sections: list[Section] = []
    for section in DOCUMENT.sections:
        blocks = tuple(
            block.model_copy(update={"panels": panels}) if block.block == "deck" else block
            for block in section.blocks
        )
        sections.append(section.model_copy(update={"blocks": blocks}))
    return DOCUMENT.model_copy(update={"sections": tuple(sections)})


def test_keys_are_unique_and_rows_have_the_promised_columns() -> None:
    keys = [figure.key for figure in figures(DOCUMENT)]
    assert len(keys) == len(set(keys))
    frame = flatten(DOCUMENT)
    assert dict(frame.schema) == COLUMNS
    numeric = [f for f in figures(DOCUMENT) if isinstance(f.value, Number | Money | Span)]
    assert frame["key"].to_list() == [figure.key for figure in numeric]


def of_deck(section: str, block: DeckBlock) -> Iterator[tuple[str, Value]]:
    for panel in block.panels:
        yield f"{section}/{panel.kpi}/now", panel.now
        for grain, points in (("week", panel.weeks), ("month", panel.months)):
            for point in points:
                yield f"{section}/{panel.kpi}/{grain}/{point.start}", point.number


def of_table(section: str, block: TableBlock) -> Iterator[tuple[str, Value]]:
    for row in block.rows:
        for column, value in row.cells.items():
            if value is not None:
                yield f"{section}/{block.key}/{row.key}/{column}", value


def of_change(section: str, block: ChangeBlock) -> Iterator[tuple[str, Value]]:
    base = f"{section}/{block.kpi}/{block.by}"
    yield f"{base}/now", block.now
    for name in ("total", "rate", "mix", "new", "lost"):
        yield f"{base}/{name}", Number(value=getattr(block, name), unit=block.unit)


def of_map(section: str, block: MapBlock) -> Iterator[tuple[str, Value]]:
    for cell in block.cells:
        yield f"{section}/{block.kpi}/market/{cell.market}", cell.number


def test_every_number_of_the_document_is_a_figure() -> None:
    found = {figure.key: figure.value for figure in figures(DOCUMENT)}
    expect: dict[str, Any] = {
        "deck": of_deck,
        "table": of_table,
        "change": of_change,
        "map": of_map,
    }
    met = set()
    for section in DOCUMENT.sections:
        for block in section.blocks:
            for key, value in expect.get(block.block, lambda *_: ())(section.key, block):
                assert found[key] == value
                met.add(block.block)
    assert met == set(expect)


def test_a_document_does_not_differ_from_itself() -> None:
    assert diff(DOCUMENT, DOCUMENT) == []


def test_one_changed_number_is_one_difference() -> None:
    panels = sample_document.panels()
    now = Number(value=110.0, unit=panels[0].now.unit, n=panels[0].now.n)
    was = panels[0].model_copy(update={"now": now.model_copy(update={"value": 100.0})})
    is_ = panels[0].model_copy(update={"now": now})
    found = diff(with_panels((was, *panels[1:])), with_panels((is_, *panels[1:])))
    (one,) = found
    assert one.kind == "changed"
    assert one.key.endswith(f"/{panels[0].kpi}/now")
    assert one.absolute == pytest.approx(10)
    assert one.relative == pytest.approx(0.1)
    (plain,) = as_json(found)
    assert json.loads(json.dumps(plain))["relative"] == pytest.approx(0.1)


def test_a_panel_that_came_or_went_is_told_figure_by_figure() -> None:
    panels = sample_document.panels()
    without = with_panels(panels[1:])
    gone, new = diff(with_panels(panels), without), diff(without, with_panels(panels))
    assert {one.kind for one in gone} == {"gone"}
    assert {one.kind for one in new} == {"new"}
    assert {one.key for one in gone} == {one.key for one in new}
    assert all(f"/{panels[0].kpi}/" in one.key for one in gone)
    assert all(one.absolute is None and one.relative is None for one in gone)


def test_rows_match_by_their_key_and_not_by_their_place() -> None:
    table = sample_document.table()
    turned = table.model_copy(update={"rows": tuple(reversed(table.rows))})

    def document(block: TableBlock) -> Document:
        section = DOCUMENT.sections[0].model_copy(update={"blocks": (block,)})
        return DOCUMENT.model_copy(update={"sections": (section,)})

    (one,) = diff(document(table), document(turned))
    assert one.key == f"{DOCUMENT.sections[0].key}/arrangement"
    assert one.absolute is None


def test_what_is_no_figure_is_told_too() -> None:
    toned = DOCUMENT.model_copy(update={"headline_tone": "unknown"})
    assert [one.key for one in diff(DOCUMENT, toned)] == ["opening/arrangement"]
    later = DOCUMENT.model_copy(update={"as_of": DOCUMENT.as_of.replace(year=2031)})
    assert [one.key for one in diff(DOCUMENT, later)] == ["inputs/as_of"]


def test_two_sections_of_one_kind_keep_their_figures_apart() -> None:
    twice = DOCUMENT.model_copy(update={"sections": (*DOCUMENT.sections, *DOCUMENT.sections)})
    keys = [figure.key for figure in figures(twice)]
    assert len(keys) == len(set(keys))
    assert any(key.endswith("~2") for key in keys)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (None, "rest"),
        (Term(dimension="market", value="PL"), "PL"),
        (Term(dimension="market", value=None), "unknown"),
        (Plain(text="x"), "x"),
    ],
)
def test_segments_are_called_by_what_they_are(value: Value | None, named: str) -> None:
    assert segment_key(value) == named


@given(was=st.none() | st.floats(-1e9, 1e9), is_=st.none() | st.floats(-1e9, 1e9))
def test_changes_are_told_only_between_numbers(was: float | None, is_: float | None) -> None:
    one = Difference(
        "k", "s", "changed", Number(value=was, unit="count"), Number(value=is_, unit="count")
    )
    if was is None or is_ is None:
        assert one.absolute is None
        assert one.relative is None
    else:
        assert one.absolute == pytest.approx(is_ - was, rel=1e-9, abs=1e-2)
        assert (one.relative is None) == (one.before == Number(value=0, unit="count"))


def test_money_is_compared_in_minor_units() -> None:
    was, is_ = Money(minor=1_000, currency="EUR"), Money(minor=1_250, currency="EUR")
    one = Difference("k", "s", "changed", was, is_)
    assert (one.absolute, one.relative) == (250, 0.25)


def test_changed_inputs_are_told_by_name(home: Services) -> None:
    inputs = take(home, report_home.weekly(home), report_home.week(), now=report_home.NOW)
    assert diff_inputs(inputs, inputs) == []
    catalogue = {**inputs.catalogue, "csat": {**inputs.catalogue["csat"], "formula": "another"}}
    rates = inputs.rates.model_copy(
        update={
            "last": tuple(
                rate.model_copy(update={"rate": rate.rate * 2, "day": date(2026, 3, 1)})
                if rate.currency == "USD"
                else rate
                for rate in inputs.rates.last
            )
        }
    )
    changed = inputs.model_copy(
        update={
            "targets": {**inputs.targets, "csat": 0.5},
            "catalogue": catalogue,
            "rates": rates,
            "template": inputs.template.model_copy(update={"sha256": "0" * 64}),
            "record": {**inputs.record, "decisions": [1]},
        }
    )
    found = {one.key: one for one in diff_inputs(inputs, changed)}
    assert set(found) == {
        "inputs/target/csat",
        "inputs/definition/csat/formula",
        "inputs/rate/USD",
        "inputs/rate/USD/day",
        "inputs/template",
        "inputs/record/decisions",
    }
    assert found["inputs/rate/USD"].relative == pytest.approx(1)
    assert found["inputs/target/csat"].absolute == pytest.approx(0.5 - inputs.targets["csat"])
    assert isinstance(changed, Inputs)
