"""However an export is cut into pages, and in whatever order they come, it says the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.sources import freshdesk, gorgias, zendesk
from data_access.sources.base import Source
from tests.data_access.sources import test_freshdesk as fresh
from tests.data_access.sources import test_gorgias as gorg
from tests.data_access.sources import test_zendesk as zend
from tests.data_access.sources.helpdesk_aid import content, iso

Json = dict[str, Any]


def _zendesk() -> list[Json]:
    newer = zend.ticket(2, status="pending", updated_at="2026-03-08T23:30:00-10:00", tags=["x"])
    older = zend.ticket(2, updated_at="2026-03-09T09:00:00+02:00")
    tied = [zend.ticket(3, status=status) for status in ("open", "pending", "hold")]
    return [zend.FIRST, newer, older, *tied, zend.metric_set(1), *zend.HISTORY, *zend.USERS,
            *zend.GROUPS, *zend.FIELDS]  # fmt: skip


def _gorgias() -> list[Json]:
    older = gorg.ticket(1, updated_datetime=gorg.naive("3 09:00"))
    newer = gorg.ticket(1, status="closed", updated_datetime=gorg.naive("4 09:00"))
    return [older, newer, gorg.ticket(2), *gorg.MESSAGES, *gorg.EVENTS]


def _freshdesk() -> list[Json]:
    older = fresh.ticket(1, updated_at=iso("3 09:00"), status=2)
    newer = fresh.ticket(1, status=5, stats=fresh.STATS)
    return [older, newer, fresh.ticket(2), *fresh.TALK, *fresh.GROUPS, *fresh.ACTS]


EXPORTS: dict[str, tuple[Source, list[Json]]] = {
    "zendesk": (zendesk.SOURCE, _zendesk()),
    "gorgias": (gorgias.SOURCE, _gorgias()),
    "freshdesk": (freshdesk.SOURCE, _freshdesk()),
}


def saved(source: Source, pages: Sequence[Sequence[Json]]) -> dict[str, list[Json]]:
    """What the source reads of bare arrays saved to a file each."""
    with TemporaryDirectory() as folder:
        for place, records in enumerate(pages):
            text = json.dumps(records)
            (Path(folder) / f"{place:02}.json").write_text(text, encoding="utf-8")
        return content(source, Path(folder))


@pytest.mark.parametrize("product", EXPORTS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_pages_do_not_matter(product: str, data: st.DataObject) -> None:
    source, records = EXPORTS[product]
    shuffled = data.draw(st.permutations(records))
    repeated = data.draw(st.lists(st.sampled_from(records), max_size=5))
    every = [*shuffled, *repeated]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(every) - 1), max_size=6)))
    pages = [every[a:b] for a, b in zip([0, *cuts], [*cuts, len(every)], strict=True)]
    assert saved(source, pages) == saved(source, [records])


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", " ", "open", "2026-03-02T09:00:00Z", "x" * 50, "-1", "\u0000", "包裹"]),
)
_VALUES = st.one_of(
    _SCALARS,
    st.lists(_SCALARS, max_size=2),
    st.dictionaries(st.text(max_size=3), _SCALARS, max_size=2),
)


def _spoilt(data: st.DataObject, value: Any) -> Any:
    """The value with something in it replaced by something that should not be there."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: _spoilt(data, value[name])}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], _spoilt(data, value[place]), *value[place + 1 :]]
    return data.draw(_VALUES)


@pytest.mark.parametrize("product", EXPORTS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_an_export_holds_it_is_accounted_for(product: str, data: st.DataObject) -> None:
    """Nothing that somebody's system writes ends in a crash; `saved` checks the accounts."""
    source, records = EXPORTS[product]
    places = data.draw(st.sets(st.integers(0, len(records) - 1), min_size=1, max_size=4))
    spoilt = [
        _spoilt(data, record) if place in places else record for place, record in enumerate(records)
    ]
    assert "cases" in saved(source, [spoilt])
