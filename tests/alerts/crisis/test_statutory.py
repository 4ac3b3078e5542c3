"""Terms of laws: counted by hand, begun by what starts them, settled by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.crisis import rows, statutory_clocks
from alerts.crisis.effects import START_CLOCKS
from alerts.crisis.model import Do
from alerts.crisis.statutory import KIND, UNDUE, due_at
from alerts.library import DocumentError, shipped, shipped_library
from data_access.state.engine import writing
from tests.alerts.crisis.world import HOUR, NOW, do, kinds, opened

TEXT, DOCUMENT = shipped(KIND)["statutory"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("term", "starts", "zone", "due"),
    [
        # Hours count whatever the day: over the night in which clocks go back, and Christmas.
        ("PT72H", "2026-10-24T12:00+02:00", "Europe/Berlin", "2026-10-27T11:00+01:00"),
        ("PT72H", "2026-12-24T18:00+00:00", "UTC", "2026-12-27T18:00+00:00"),
        ("PT24H", "2026-11-22T11:46+00:00", "UTC", "2026-11-23T11:46+00:00"),
        # Days end with the last hour of the last one; the day of the event does not count.
        ("P14D", "2026-11-01T08:00+01:00", "Europe/Berlin", "2026-11-16T00:00+01:00"),
        ("P14D", "2026-11-01T23:30+01:00", "Europe/Helsinki", "2026-11-17T00:00+02:00"),
        ("P7D", "2026-02-25T10:00-03:00", "America/Sao_Paulo", "2026-03-05T00:00-03:00"),
        # Months end on the day of the same number, or on the last one where there is none.
        ("P1M", "2026-01-15T09:00+00:00", "UTC", "2026-02-16T00:00+00:00"),
        ("P1M", "2026-01-31T09:00+00:00", "UTC", "2026-03-01T00:00+00:00"),
        ("P1M", "2028-01-31T09:00+00:00", "UTC", "2028-03-01T00:00+00:00"),
        ("P1M", "2026-12-31T09:00+00:00", "UTC", "2027-02-01T00:00+00:00"),
        ("P2M", "2026-12-30T09:00+00:00", "UTC", "2027-03-01T00:00+00:00"),
        # Europe/Berlin goes back on 2026-10-25: the day ends an hour later in UTC.
        ("P1M", "2026-09-25T09:00+02:00", "Europe/Berlin", "2026-10-26T00:00+01:00"),
    ],
)
def test_terms_by_hand(term: str, starts: str, zone: str, due: str) -> None:
    assert due_at(term, moment(starts), zone) == moment(due)


def test_without_undue_delay_has_no_end() -> None:
    assert due_at(UNDUE, NOW, "UTC") is None


def test_what_ships_names_law_and_reviewer_and_says_it_is_no_advice() -> None:
    assert "Not legal advice" in DOCUMENT.notice.en
    assert "不构成法律意见" in DOCUMENT.notice.zh
    for rule in DOCUMENT.rules:
        assert rule.source.title, rule.key
        assert rule.source.place, rule.key
        assert rule.reviewed.role, rule.key
        assert rule.reviewed.by is None, "nobody has reviewed it; do not say so"
    findings = KIND.lint(DOCUMENT, shipped_library())
    assert [finding.rule for finding in findings] == ["not_reviewed"]


def test_the_terms_that_playbooks_watch_are_there() -> None:
    playbooks = shipped_library().models["playbook"]
    watched = {key for playbook in playbooks.values() for key in playbook.clocks}
    assert watched <= set(DOCUMENT.by_key)


@pytest.mark.parametrize(
    ("key", "day", "in_force"),
    [
        ("eu-withdrawal-function", "2026-06-18", False),
        ("eu-withdrawal-function", "2026-06-19", True),
        ("gpsr-notification", "2024-12-12", False),
        ("gdpr-72h", "2018-05-25", True),
    ],
)
def test_rules_are_law_from_a_day_on(key: str, day: str, in_force: bool) -> None:
    assert DOCUMENT.by_key[key].in_force(datetime.fromisoformat(day).date()) is in_force


def test_what_is_not_known_counts_as_if_the_rule_applied() -> None:
    rule, day = DOCUMENT.by_key["gdpr-72h"], NOW.date()
    breach = {"topic": "privacy", "flags": ()}
    assert rule.applies(breach, ["DE"], day)
    assert rule.applies(breach, [], day)
    assert not rule.applies(breach, ["US", "JP"], day)
    assert not rule.applies({"topic": "product", "flags": ()}, ["DE"], day)
    assert rule.applies({"topic": "product", "flags": ("personal_data_breach",)}, ["DE"], day)
    assert rule.applies({"topic": "product"}, ["DE"], day)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("term: PT72H", "term: 72 hours", "term = '72 hours'"),
        ("zone: Europe/Helsinki", "zone: Europe/Atlantis", "no such zone"),
        ("key: gdpr-persons", "key: gdpr-72h", "used twice"),
        ('"personal_data_breach" in flags', "data_breach", "known names: category"),
        (
            "valid_from: 2018-05-25",
            "valid_from: 2018-05-25\n    valid_to: 2017-01-01",
            "lies before",
        ),
        ("reviewed: {role: legal}", "reviewed: {role: legal, by: Lena}", "give both"),
        ("markets: [US]", "markets: [USA]", "markets"),
        ("schema_version: 1", "schema_version: 2", "schema_version"),
    ],
)
def test_faults_name_the_line(old: str, new: str, told: str) -> None:
    with pytest.raises(DocumentError, match="line ") as refused:
        KIND.parse(TEXT.replace(old, new, 1), "statutory.yaml")
    assert told in str(refused.value)


def test_a_flag_nobody_can_set_is_an_error() -> None:
    model = KIND.parse(TEXT.replace('"recall_hint" in', '"recal_hint" in', 1), "statutory.yaml")
    assert "unknown_flag" in [one.rule for one in KIND.lint(model, shipped_library())]


def clocks(engine: Engine, number: int) -> dict[str, str]:
    return {clock.key: clock.status for clock in statutory_clocks.of(engine, number)}


def test_declaring_starts_what_applies_and_a_flag_starts_what_it_makes_apply(room: Engine) -> None:
    number = opened(room)
    assert clocks(room, number) == {}
    do(room, number, Do.FLAG, flag="injury_confirmed", at=NOW + HOUR)
    running = clocks(room, number)
    assert {"gpsr-notification", "gpsr-dangerous-product"} <= set(running)
    assert "us-cpsc-15b" not in running, "sold in Germany only"
    assert "gdpr-72h" not in running


def test_a_breach_runs_72_hours_from_when_it_was_known(room: Engine) -> None:
    number = opened(room, 4, labels={"topic": "privacy", "market": "FR"}, title="Leak")
    (clock,) = [one for one in statutory_clocks.of(room, number) if one.key == "gdpr-72h"]
    assert clock.due_at == NOW + 72 * HOUR
    assert clock.rule is not None
    assert clock.rule.source.place == "Article 33(1)"
    assert [one.key for one in statutory_clocks.due(room, NOW + 72 * HOUR)] == ["gdpr-72h"]
    assert statutory_clocks.due(room, NOW + 71 * HOUR) == []


def test_terms_named_by_a_playbook_that_do_not_apply_are_on_record_and_revive(
    room: Engine,
) -> None:
    number = opened(room)
    with writing(room) as connection:
        stored = rows.load(connection, number)
        assert stored is not None
        begun = statutory_clocks.start(connection, stored, ["gdpr-72h", "no-such-rule"], NOW)
    assert begun == []
    assert clocks(room, number) == {"gdpr-72h": "not_applicable"}
    do(room, number, Do.FLAG, flag="personal_data_breach", at=NOW + HOUR)
    (clock,) = [one for one in statutory_clocks.of(room, number) if one.key == "gdpr-72h"]
    assert (clock.status, clock.due_at) == ("running", NOW + 73 * HOUR)


def settle(engine: Engine, number: int, status: str, **given: object) -> tuple[str, str]:
    outcome = statutory_clocks.settle(
        engine,
        number,
        "gdpr-72h",
        status,  # type: ignore[arg-type]
        actor=str(given.get("actor", "Lena")),
        note=str(given.get("note", "sent to the authority")),
        version=given.get("version"),  # type: ignore[arg-type]
        token=given.get("token"),  # type: ignore[arg-type]
        wall=given.get("wall", NOW),  # type: ignore[arg-type]
        starts_at=given.get("starts_at"),  # type: ignore[arg-type]
    )
    return outcome.result, str(outcome.why)


def test_people_settle_terms_once_and_say_how(room: Engine) -> None:
    number = opened(room, 4, labels={"topic": "privacy"}, title="Leak")
    assert settle(room, number, "met", note=" ") == ("refused", "reason_needed")
    assert settle(room, number, "met", actor="worker") == ("refused", "name_needed")
    assert settle(room, number, "met", version=1, token="t") == ("done", "")
    assert settle(room, number, "met", version=1, token="t") == ("repeated", "")
    assert settle(room, number, "met", version=1) == ("stale", "clock_settled")
    assert settle(room, number, "met") == ("refused", "same")
    earlier = NOW - timedelta(hours=30)
    assert settle(room, number, "running", starts_at=earlier, note="known since") == ("done", "")
    (clock,) = [one for one in statutory_clocks.of(room, number) if one.key == "gdpr-72h"]
    assert clock.due_at == earlier + 72 * HOUR
    assert kinds(room, number).count("clock_settled") == 2


def test_a_term_that_passed_is_missed_once(room: Engine) -> None:
    number = opened(room, 4, labels={"topic": "privacy"}, title="Leak")
    for _ in range(2):
        with writing(room) as connection:
            stored = rows.load(connection, number)
            assert stored is not None
            statutory_clocks.run_out(connection, stored, NOW + 73 * HOUR)
    assert clocks(room, number)["gdpr-72h"] == "missed"
    assert kinds(room, number).count("clock_missed") == 2, "one each: EU and United Kingdom"
    assert settle(room, number, "met", wall=NOW + 80 * HOUR) == ("done", "")


@pytest.mark.parametrize(("hurt", "status"), [(True, "running"), (False, "not_applicable")])
def test_an_injury_that_a_step_was_told_of_starts_the_terms_of_safety_law(
    room: Engine, hurt: bool, status: str
) -> None:
    number = opened(room, 3, labels={"topic": "product", "market": "DE"})
    given: Any = SimpleNamespace(
        crisis_id=number,
        params={"rules": ["gpsr-dangerous-product"], "hurt": "injury"},
        variables={"injury": hurt},
        now=NOW,
        actor="worker",
    )
    with writing(room) as connection:
        START_CLOCKS.commit(connection, given, START_CLOCKS.prepare(given))
    assert clocks(room, number)["gpsr-dangerous-product"] == status
    with writing(room) as connection:
        stored = rows.load(connection, number)
    assert stored is not None
    assert not stored.flags, "a person says so in the crisis; the worker does not"
