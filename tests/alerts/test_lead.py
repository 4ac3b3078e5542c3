"""Which alert of an incident speaks for it."""

from __future__ import annotations

from alerts.handling.lead import lead_order


def first(*members: tuple[str, bool, str, str, int, float | None]) -> str:
    """Name of the one that leads: name, goes on, severity, kind, labels, excess."""
    return min(
        members,
        key=lambda m: lead_order(
            goes_on=m[1], severity=m[2], kind=m[3], labels=m[4], excess=m[5], key=m[0]
        ),
    )[0]


def test_what_goes_on_leads_before_what_is_over() -> None:
    assert (
        first(("over", False, "critical", "surge", 1, 90.0), ("on", True, "info", "", 3, 1)) == "on"
    )


def test_the_most_severe_leads() -> None:
    assert (
        first(("a", True, "warning", "deadline", 1, 9), ("b", True, "critical", "feed", 2, 1))
        == "b"
    )


def test_complaints_lead_before_the_target_they_make_us_miss() -> None:
    missed = ("first responses", True, "warning", "threshold", 1, None)
    assert first(missed, ("complaints", True, "warning", "surge", 2, 5.0)) == "complaints"
    assert first(missed, ("a new word", True, "warning", "novelty", 2, 17.0)) == "first responses"


def test_of_one_kind_the_widest_slice_leads_then_the_largest_excess() -> None:
    wide = ("market", True, "warning", "surge", 1, 20.0)
    assert first(wide, ("market and category", True, "warning", "surge", 2, 30.0)) == "market"
    assert first(wide, ("other market", True, "warning", "surge", 1, 30.0)) == "other market"


def test_order_of_arrival_never_decides() -> None:
    one, two = ("a", True, "info", "surge", 1, 1.0), ("b", True, "info", "surge", 1, 1.0)
    assert first(one, two) == first(two, one) == "a"
