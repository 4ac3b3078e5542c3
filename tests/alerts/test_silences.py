"""Silences: made, changed and ended by people, each once, and kept as they were."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from alerts import silences
from alerts.event_log import verify
from alerts.lifecycle import Seen
from alerts.muting import Matcher, Subject, muted
from alerts.silences import Why
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import by_hand
from tests.alerts.by_hand import START, World

HOUR = timedelta(hours=1)
NOW = START
POLAND = [Matcher("market", "=", "PL")]


def made(engine: Engine, **changed: object) -> silences.Outcome:
    keys = {"ends": NOW + 4 * HOUR, "author": "Anna", "reason": "known", "token": None, "now": NOW}
    matchers = changed.pop("matchers", POLAND)
    return silences.create(engine, matchers, **{**keys, **changed})  # type: ignore[arg-type]


def rows(engine: Engine) -> list[tuple[int, datetime, datetime, int | None]]:
    table = schema.silence.c
    with engine.connect() as connection:
        found = connection.execute(
            select(table.id, table.starts_at, table.ends_at, table.replaces_id).order_by(table.id)
        ).all()
    return [tuple(row) for row in found]


def kinds(engine: Engine) -> list[str]:
    log = schema.event_log.c
    with engine.connect() as connection:
        query = select(log.kind).where(log.subject_kind == "silence").order_by(log.seq)
        return list(connection.execute(query).scalars())


def test_a_silence_is_in_force_until_its_end(engine: Engine) -> None:
    assert made(engine) == silences.Outcome("done", 1)
    (found,) = silences.active(engine, NOW)
    assert (found.matchers, found.author, found.reason) == (tuple(POLAND), "Anna", "known")
    assert silences.active(engine, NOW + 4 * HOUR) == []


def test_one_to_come_is_listed_and_does_not_hold_yet(engine: Engine) -> None:
    made(engine, starts=NOW + HOUR)
    (found,) = silences.active(engine, NOW)
    assert not found.holds({"market": "PL"}, NOW)
    assert found.holds({"market": "PL"}, NOW + HOUR)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"author": " "}, Why.NAME_NEEDED),
        ({"reason": ""}, Why.REASON_NEEDED),
        ({"matchers": []}, Why.NO_MATCHERS),
        ({"matchers": POLAND * 21}, Why.TOO_MANY_MATCHERS),
        ({"matchers": [Matcher("market", "=~", ".*")]}, Why.MATCHES_EVERYTHING),
        ({"matchers": [Matcher("market", "!=", "PL")]}, Why.MATCHES_EVERYTHING),
        ({"ends": NOW}, Why.PAST),
        ({"ends": NOW + timedelta(days=31)}, Why.TOO_LONG),
    ],
)
def test_what_cannot_be_silenced_is_refused_by_name(
    sqlite_engine: Engine, changed: dict[str, object], why: Why
) -> None:
    refused = made(sqlite_engine, token="t", **changed)
    assert (refused.result, refused.why) == ("refused", why)
    assert rows(sqlite_engine) == []
    # The press was undone with it: the corrected form may carry the same token.
    assert made(sqlite_engine, token="t").result == "done"


def test_a_double_click_makes_one(engine: Engine) -> None:
    made(engine, token="t")
    assert made(engine, token="t", now=NOW + HOUR) == silences.Outcome(
        "repeated", by="Anna", at=NOW
    )
    assert len(rows(engine)) == 1


def test_a_change_ends_the_old_row_and_writes_a_new_one(engine: Engine) -> None:
    made(engine)
    later = NOW + HOUR
    changed = silences.edit(
        engine, 1, author="Bo", token=None, now=later, ends=NOW + 9 * HOUR, reason="longer"
    )
    assert changed == silences.Outcome("done", 2)
    assert rows(engine) == [(1, NOW, later, None), (2, later, NOW + 9 * HOUR, 1)]
    (found,) = silences.active(engine, later)
    assert (found.id, found.author, found.reason) == (2, "Bo", "longer")
    again = silences.edit(engine, 1, author="Bo", token=None, now=later, ends=NOW + 9 * HOUR)
    assert again.why == Why.OVER
    assert kinds(engine) == ["silence_created", "silence_replaced"]
    assert verify(engine) is None


def test_a_change_that_is_refused_leaves_the_old_row(engine: Engine) -> None:
    made(engine)
    refused = silences.edit(engine, 1, author="Bo", token=None, now=NOW + HOUR, ends=NOW)
    assert (refused.why, rows(engine)) == (Why.PAST, [(1, NOW, NOW + 4 * HOUR, None)])


def test_ending_one_that_has_not_begun_means_it_never_holds(engine: Engine) -> None:
    made(engine, starts=NOW + HOUR)
    assert silences.expire(engine, 1, actor="Bo", token="x", now=NOW).result == "done"
    assert silences.expire(engine, 1, actor="Bo", token="x", now=NOW).result == "repeated"
    assert silences.active(engine, NOW) == []
    assert silences.expire(engine, 1, actor="Bo", token=None, now=NOW).why == Why.OVER
    assert silences.expire(engine, 9, actor="Bo", token=None, now=NOW).why == Why.NOT_FOUND
    assert silences.expire(engine, 1, actor="", token=None, now=NOW).why == Why.NAME_NEEDED


def test_an_incident_is_silenced_with_everything_inside_it(engine: Engine) -> None:
    World(engine, topic="late").slot(START, {"PL": Seen.BREACH})
    done = silences.silence_incident(
        engine, 1, ends=NOW + 4 * HOUR, actor="Anna", reason="customs", token="t", now=NOW
    )
    assert done == silences.Outcome("done", 1)
    (found,) = silences.active(engine, NOW)
    assert [str(matcher) for matcher in found.matchers] == ["topic=late", "market=PL"]

    def quiet(**labels: str) -> bool:
        return muted(Subject(9, labels), [found], [], [], [], NOW) is not None

    assert quiet(topic="late", market="PL")
    assert quiet(topic="late", market="PL", carrier="DHL")
    assert not quiet(topic="late", market="DE")
    assert not quiet(topic="refunds", market="PL")
    assert by_hand.told(engine, 1)[-1] == "silenced"
    nobody = silences.silence_incident(
        engine, 7, ends=NOW + HOUR, actor="Anna", reason="x", token=None, now=NOW
    )
    assert nobody.why == Why.NOT_FOUND


def test_what_was_kept_quiet_is_planned_again_when_the_silence_is_ended(engine: Engine) -> None:
    World(engine).slot(START, {"PL": Seen.BREACH})
    made(engine)
    with writing(engine) as connection:
        connection.execute(
            update(schema.alert_group).values(
                mute_json={"kind": "silence", "what": "1"}, notify_at=NOW + 4 * HOUR
            )
        )
    silences.expire(engine, 1, actor="Bo", token=None, now=NOW + HOUR)
    assert by_hand.groups(engine)[0].notify_at == NOW + HOUR
