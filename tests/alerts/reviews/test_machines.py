"""Every state × every action has one outcome, and none leads where nothing leads out of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reviews import action_machine, cause_machine, review_machine
from alerts.reviews.action_machine import Corrective
from alerts.reviews.cause_machine import Cause, Counts, Refused
from alerts.reviews.opening import SECTIONS
from alerts.reviews.review_machine import Causes, Review

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def test_the_tables_are_total() -> None:
    assert set(cause_machine.TABLE) == set(product(cause_machine.Status, cause_machine.Do))
    assert set(action_machine.TABLE) == set(product(action_machine.Status, action_machine.Do))
    assert set(review_machine.TABLE) == set(
        product(review_machine.Status, review_machine.Summary, review_machine.Do)
    )


# ---- root causes ----


def cause(do: cause_machine.Do, given: Cause = Cause(), **more: object) -> Cause:  # noqa: B008
    action = cause_machine.Action(do, "Anna", **more)  # type: ignore[arg-type]
    return cause_machine.step(given, action, NOW)[0]


ANALYSED = Cause(cause_machine.Status.ANALYSED, "supply.inspection", "Nobody looked")


def test_a_cause_follows_its_actions() -> None:
    found = cause(
        cause_machine.Do.ANALYSE, cause_code="supply.inspection", finding=" Nobody looked "
    )
    assert found == ANALYSED
    steps = [
        (Counts(open=1), "acting"),
        (Counts(done=1), "verifying"),
        (Counts(failed=1), "analysed"),
        (Counts(failed=1, open=1), "acting"),
        (Counts(failed=1, verified=1), "closed"),
    ]
    for counts, status in steps:
        found = cause(cause_machine.Do.RECKON, found, counts=counts)
        assert found.status == status
    assert found.closed_at == NOW


@given(st.builds(Counts, *(st.integers(0, 3) for _ in range(5))))
def test_a_cause_is_closed_by_help_that_was_seen_only(counts: Counts) -> None:
    closed = cause_machine.of_actions(counts) is cause_machine.Status.CLOSED
    assert closed == (counts.verified > 0 and not counts.open and not counts.done)


@pytest.mark.parametrize(
    ("given", "action", "why"),
    [
        (Cause(), cause_machine.Action(cause_machine.Do.ANALYSE, finding="x"), "code_needed"),
        (Cause(), cause_machine.Action(cause_machine.Do.ANALYSE, cause_code="x"), "finding_needed"),
        (Cause(), cause_machine.Action(cause_machine.Do.CLOSE, note="x"), "not_analysed"),
        (Cause(), cause_machine.Action(cause_machine.Do.REOPEN, note="x"), "not_closed"),
        (ANALYSED, cause_machine.Action(cause_machine.Do.CLOSE), "reason_needed"),
        (ANALYSED, cause_machine.Action(cause_machine.Do.COMMENT), "note_needed"),
        (ANALYSED, cause_machine.Action(cause_machine.Do.ASSIGN), "same_owner"),
    ],
)
def test_a_cause_refuses_by_name(given: Cause, action: cause_machine.Action, why: str) -> None:
    with pytest.raises(Refused) as refused:
        cause_machine.step(given, action, NOW)
    assert refused.value.why == why


def test_a_closed_cause_can_be_opened_again_and_forgets_why_it_was_closed() -> None:
    closed = cause(cause_machine.Do.CLOSE, ANALYSED, note="A one-off")
    assert (closed.status, closed.reason) == ("closed", "A one-off")
    assert cause(cause_machine.Do.REOPEN, closed, note="It is back") == ANALYSED
    merged = cause(cause_machine.Do.MERGE, Cause(), same_as=7)
    assert (merged.status, merged.same_as) == ("closed", 7)
    assert cause(cause_machine.Do.REOPEN, merged, note="It is another one") == Cause()


# ---- corrective actions ----

DONE = action_machine.Do
OPEN = Corrective("Bo", date(2026, 3, 9), date(2026, 3, 20))


def acted(given: Corrective, do: action_machine.Do, **more: object) -> Corrective:
    values = {"actor": "Bo", "note": "so", **more}
    action = action_machine.Action(do, **values)  # type: ignore[arg-type]
    return action_machine.step(given, action, NOW)[0]


def test_an_action_is_checked_by_somebody_else_on_its_day() -> None:
    done = acted(OPEN, DONE.DONE)
    assert (done.status, done.settled_by, done.result) == ("done", "Bo", "so")
    refusals = [
        ({"actor": "Bo"}, "same_person"),
        ({"actor": "Anna", "note": " "}, "evidence_needed"),
        ({"actor": "Anna"}, "too_early"),
    ]
    for said, why in refusals:
        with pytest.raises(Refused, match=why):
            acted(done, DONE.VERIFY, **said)
    due = Corrective("Bo", date(2026, 3, 9), date(2026, 3, 10), action_machine.Status.DONE)
    assert acted(due, DONE.VERIFY, actor="Anna").status == "verified"
    # That it did not help may be seen before.
    assert acted(done, DONE.FAIL, actor="Anna").status == "failed"


def test_whoever_did_it_for_somebody_else_does_not_check_it_either() -> None:
    done = acted(OPEN, DONE.DONE, actor="Cleo")
    for person in ("Bo", "Cleo"):
        with pytest.raises(Refused, match="same_person"):
            acted(done, DONE.FAIL, actor=person)


def test_a_later_day_needs_a_reason_and_takes_the_check_along() -> None:
    with pytest.raises(Refused, match="reason_needed"):
        acted(OPEN, DONE.CHANGE, due_on=date(2026, 4, 1), note="")
    moved = acted(OPEN, DONE.CHANGE, due_on=date(2026, 4, 1), note="Supplier is late")
    assert (moved.due_on, moved.check_on) == (date(2026, 4, 1), date(2026, 4, 1))
    with pytest.raises(Refused, match="check_before_due"):
        acted(OPEN, DONE.CHANGE, check_on=date(2026, 3, 1))


def test_what_is_settled_stays_so() -> None:
    for status in ("verified", "failed", "dropped"):
        over = Corrective("Bo", date(2026, 3, 9), date(2026, 3, 9), action_machine.Status(status))
        for do in action_machine.Do:
            with pytest.raises(Refused, match="settled"):
                acted(over, do, actor="Anna")


# ---- reviews ----

WRITTEN = dict.fromkeys(SECTIONS, "text")


def reviewed(given: Review, do: review_machine.Do, **more: object) -> Review:
    action = review_machine.Action(do, "Anna", **more)  # type: ignore[arg-type]
    return review_machine.step(given, action, NOW)[0]


def test_a_review_is_published_when_it_says_what_why_and_what_next() -> None:
    publish = review_machine.Do.PUBLISH
    draft = reviewed(Review(), review_machine.Do.SAVE, sections={**WRITTEN, "luck": ""})
    for causes, why in [
        (Causes(), "cause_needed"),
        (Causes(2, 1, 1), "cause_needed"),
        (Causes(2, 2, 1), "action_needed"),
    ]:
        with pytest.raises(Refused, match=why):
            reviewed(draft, publish, causes=causes)
    with pytest.raises(Refused, match="section_needed"):
        reviewed(Review(), publish, causes=Causes(1, 1, 1))
    published = reviewed(draft, publish, causes=Causes(1, 1, 1))
    assert (published.status, published.published_by) == ("published", "Anna")
    with pytest.raises(Refused, match="published"):
        reviewed(published, review_machine.Do.SAVE, sections={})


def test_a_summary_is_public_only_as_it_was_confirmed() -> None:
    do = review_machine.Do
    texts = {"en": "We recalled it.", "zh": "我们已召回。"}
    published = Review(review_machine.Status.PUBLISHED)
    drafted = reviewed(published, do.DRAFT_SUMMARY, texts=texts, sha256="a")
    with pytest.raises(Refused, match="not_confirmed"):
        reviewed(drafted, do.PUBLISH_SUMMARY, sha256="a")
    with pytest.raises(Refused, match="changed"):
        reviewed(drafted, do.CONFIRM, sha256="b")
    confirmed = reviewed(drafted, do.CONFIRM, sha256="a")
    again = reviewed(confirmed, do.DRAFT_SUMMARY, texts=texts, sha256="b")
    assert (again.summary, again.confirmed_by) == ("drafted", None)
    with pytest.raises(Refused, match="language_needed"):
        reviewed(published, do.DRAFT_SUMMARY, texts={"en": "x"}, sha256="c")
    early = Review(summary=review_machine.Summary.CONFIRMED, sha256="a")
    with pytest.raises(Refused, match="not_published"):
        reviewed(early, do.PUBLISH_SUMMARY, sha256="a")
    public = reviewed(confirmed, do.PUBLISH_SUMMARY, sha256="a")
    for frozen in (do.DRAFT_SUMMARY, do.CONFIRM, do.PUBLISH_SUMMARY):
        with pytest.raises(Refused, match="public"):
            reviewed(public, frozen, texts=texts, sha256="a")
