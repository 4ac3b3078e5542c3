"""The clocks as data, and the page that shows them."""

from __future__ import annotations

import pytest

from data_access.clocks import CLOCKS
from data_access.clocks.documentation import PAGE, clock_table
from data_access.clocks.timeline import ORDER
from data_access.contracts.cases import CASE_EVENTS
from tests.data_access.clocks.stories import Story, case
from tests.data_access.tables import at


def test_the_page_shows_the_clocks_as_declared() -> None:
    assert clock_table() in PAGE.read_text(encoding="utf-8")


def test_the_clocks_of_the_architecture_are_there() -> None:
    assert list(CLOCKS) == [
        "first_response", "next_response", "vip_response", "marketplace_response",
        "marketplace_platform", "resolution", "full_resolution", "solution", "requester_wait",
        "agent_work", "on_hold",
    ]  # fmt: skip


def test_every_kind_of_event_has_its_place_within_an_instant() -> None:
    assert sorted(ORDER) == sorted(CASE_EVENTS)


def test_a_clock_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="lunch"):
        Story(case(at("2026-03-02"))).measured(clocks=["lunch"])
