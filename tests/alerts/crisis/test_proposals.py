"""The worker's part: propose by cause, join, ask for higher levels, tell; twice is once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select, update

from alerts import event_log
from alerts.crisis import links, proposals, watching
from alerts.crisis.model import Do, Link, Status
from alerts.crisis.proposals import Report
from alerts.lease import LeaseLost, release
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.crisis.world import (
    CONFIG,
    HOUR,
    NOW,
    alert,
    do,
    incident,
    join,
    kinds,
    look,
    opened,
)
from tests.alerts.facts import Facts

VIDEO = pl.DataFrame(
    {
        "mention_id": ["m1", "m2"],
        "source": ["ears", "ears"],
        "sku": ["S10", "S10"],
        "at": [NOW - 30 * HOUR, NOW - 20 * HOUR],
        "author_kind": ["influencer", "media"],
        "reach": [420_000, 90_000],
        "lang": ["fr", "fr"],
        "country": ["FR", "FR"],
        "text": ["Depuis que j’utilise ce produit, ma peau brûle.", "Une vidéo fait le tour."],
        "anger": [70.0, 5.0],
    }
)
GOODS = pl.DataFrame({"sku": ["S10"], "source": ["shop"], "category": ["Beauty"]})


def cases(count: int, *, market: str = "FR", reason: str = "safety_concern") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "case_id": [f"C{n:03}" for n in range(count)],
            "source": ["desk"] * count,
            "order_id": [f"O{n:03}" for n in range(count)],
            "customer_key": [f"K{n % 40}" for n in range(count)],
            "created_at": [NOW - timedelta(minutes=10 * n + 1) for n in range(count)],
            "market": [market] * count,
            "category": ["Beauty"] * count,
            "reason": [reason] * count,
        }
    )


def tick(engine: Engine, facts: Facts | None = None, at: datetime = NOW) -> Report:
    services = SimpleNamespace(engine=engine, warehouse=facts or Facts())
    return proposals.run_due(engine, fakes.leading(engine), services, CONFIG, at)


def propose(engine: Engine, *labels: Mapping[str, str], **given: Any) -> list[int]:
    with writing(engine) as connection:
        return [incident(connection, one, **given) for one in labels]


def every(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(schema.crisis).order_by(schema.crisis.c.id)))


def messages(engine: Engine, crisis_id: int) -> list[Any]:
    box = schema.outbox
    query = select(box).where(box.c.crisis_id == crisis_id).order_by(box.c.id)
    with engine.connect() as connection:
        return list(connection.execute(query))


def test_a_surge_becomes_a_proposal_with_its_figures_links_and_message(room: Engine) -> None:
    (group,) = propose(room, {"market": "FR", "category": "Beauty"}, reasons=("safety_concern",))
    facts = Facts(facts_mentions=VIDEO, facts_products=GOODS, marts_cases=cases(120))
    assert tick(room, facts) == Report(1, 1, ())
    (row,) = every(room)
    stored = look(room, row.id)
    assert (stored.status, stored.level, stored.proposed_level) == (Status.PROPOSED, None, 3)
    assert dict(stored.labels) == {"topic": "service", "market": "FR", "category": "Beauty"}
    assert stored.title_in("zh") == "service 激增"
    assert stored.began_at == NOW - 2 * HOUR
    values = {name: one["value"] for name, one in stored.measured.items()}
    assert values["cases"] == 120
    assert values["surge_markets"] == 1
    assert values["mention_reach_max"] == 420_000
    assert values["media_reach_max"] == 90_000
    assert values["safety_injury"] == 1
    assert values["repeat_complaints"] == 40
    assert values["lot_cases"] is None
    first = stored.measured["mention_reach_max"]["evidence"]["rows"][0]
    assert first == {"kind": "mention", "source": "ears", "ref": "m1"}
    joined = links.of(room, row.id)
    assert joined.filter(kind="incident")["ref"].to_list() == [str(group)]
    assert joined.filter(kind="mention").height == 2
    assert joined.filter(kind="case").height == 100, "the newest hundred of them"
    assert stored.found["case"] == 120
    assert {"C000", "C099"} <= set(joined.filter(kind="case")["ref"])
    told = messages(room, row.id)
    assert {one.recipient for one in told} == {"Ana", "Sam"}
    assert {one.severity for one in told} == {"critical"}
    assert event_log.verify(room) is None


def test_a_second_look_changes_nothing(room: Engine) -> None:
    propose(room, {"market": "FR", "category": "Beauty"})
    tick(room)
    (row,) = every(room)
    before, told = kinds(room, row.id), len(messages(room, row.id))
    assert tick(room, at=NOW + timedelta(minutes=1)) == Report(0, 1, ())
    assert kinds(room, row.id) == before
    assert len(messages(room, row.id)) == told
    assert look(room, row.id).version == row.version


def test_markets_of_one_cause_are_one_crisis_of_a_higher_level(room: Engine) -> None:
    propose(room, {"market": "PL", "category": "Audio"})
    tick(room)
    (row,) = every(room)
    assert look(room, row.id).proposed_level == 2
    propose(room, {"market": "DE", "category": "Audio"}, {"market": "DE", "category": "Toys"})
    tick(room, at=NOW + HOUR)
    tick(room, at=NOW + HOUR)
    found = every(room)
    assert len(found) == 2, "another category is another cause"
    stored = look(room, row.id)
    assert dict(stored.labels) == {"topic": "service", "category": "Audio", "markets": "DE,PL"}
    assert stored.proposed_level == 3
    assert "level_proposed" in kinds(room, row.id)


def test_consequences_that_name_no_category_do_not_make_two_causes_one(room: Engine) -> None:
    with writing(room) as connection:
        for market, category in (("PL", "Audio"), ("FR", "Beauty")):
            group = incident(connection, {"market": market, "category": category})
            late = alert(connection, {"market": market}, kind="proportion")
            word = {"market": market, "term": "smoke"}
            join(connection, group, late)
            join(connection, group, alert(connection, word, kind="novelty", severity="info"))
    tick(room)
    assert [dict(look(room, row.id).labels) for row in every(room)] == [
        {"topic": "service", "market": "PL", "category": "Audio"},
        {"topic": "service", "market": "FR", "category": "Beauty"},
    ]


def test_of_a_running_crisis_the_lead_is_told_of_a_higher_level_once(room: Engine) -> None:
    propose(room, {"market": "PL", "category": "Audio"})
    tick(room)
    (row,) = every(room)
    assert do(room, row.id, Do.DECLARE, playbooks=(), actor="Sam").result == "done"
    do(room, row.id, Do.ASSIGN_ROLE, role="crisis_lead", person="Mei")
    before = len(messages(room, row.id))
    propose(room, {"market": "DE", "category": "Audio"})
    for minute in (1, 2, 3):
        tick(room, at=NOW + timedelta(minutes=minute))
    stored = look(room, row.id)
    assert (stored.status, stored.level, stored.proposed_level) == (Status.DECLARED, 2, 3)
    (told,) = messages(room, row.id)[before:]
    assert (told.recipient, told.severity, told.locale) == ("Mei", "critical", "zh")


@pytest.mark.parametrize("kind", ["deadline", "threshold", "feed"])
def test_what_is_no_surge_is_no_crisis_by_itself(sqlite_room: Engine, kind: str) -> None:
    propose(sqlite_room, {"market": "PL"}, topic="delivery", kind=kind)
    assert tick(sqlite_room) == Report(0, 0, ())
    assert every(sqlite_room) == []


def test_a_lot_that_fails_is_level_3_and_names_whoever_has_one(room: Engine) -> None:
    propose(
        room,
        {"category": "Electronics", "product": "V1", "lot": "X7"},
        topic="product",
        kind="threshold",
        playbook="faulty-lot",
    )
    orders = [f"O{n:03}" for n in range(40)]
    sold = pl.DataFrame(
        {"source": ["shop"] * 40, "order_id": orders, "line_id": orders, "lot": ["X7"] * 40}
    )
    back = pl.DataFrame(
        {
            "source": ["shop"] * 6,
            "order_id": orders[:6],
            "return_line_id": [f"{order}-1" for order in orders[:6]],
            "return_id": orders[:6],
            "lot": ["X7"] * 6,
            "reason": ["defective"] * 5 + ["changed_mind"],
        }
    )
    tick(room, Facts(marts_lines=sold, marts_return_lines=back))
    (row,) = every(room)
    stored = look(room, row.id)
    assert stored.measured["lot_cases"]["value"] == 5
    assert stored.measured["lot_rate"]["value"] == pytest.approx(5 / 40)
    assert stored.proposed_level == 3
    assert stored.found["order"] == 40
    assert links.of(room, row.id, kind="lot")["ref"].to_list() == ["X7"]


def test_a_person_who_takes_a_link_away_is_not_overruled(room: Engine) -> None:
    facts = Facts(marts_cases=cases(3), facts_products=GOODS)
    propose(room, {"market": "FR", "category": "Beauty"})
    tick(room, facts)
    (row,) = every(room)

    gone = Link("case", "desk", "C001")
    assert do(room, row.id, Do.UNLINK, links=(gone,)).result == "done"
    tick(room, facts, NOW + HOUR)
    assert links.of(room, row.id, kind="case")["ref"].to_list() == ["C000", "C002"]


def test_dismissed_incidents_are_not_proposed_again(room: Engine) -> None:
    propose(room, {"market": "FR", "category": "Beauty"})
    tick(room)
    (row,) = every(room)
    assert do(room, row.id, Do.DISMISS, note="a sale").result == "done"
    assert tick(room, at=NOW + HOUR) == Report(0, 0, ())
    propose(room, {"market": "IT", "category": "Beauty"})
    assert tick(room, at=NOW + HOUR).proposed == 1, "another incident is news"


def test_a_proposal_lapses_when_its_incidents_are_closed_and_all_is_quiet(room: Engine) -> None:
    (group,) = propose(room, {"market": "FR", "category": "Beauty"})
    tick(room)
    (row,) = every(room)
    with writing(room) as connection:
        connection.execute(
            update(schema.alert_group)
            .where(schema.alert_group.c.id == group)
            .values(closed_at=NOW, handling="closed", signal_open=False)
        )
        connection.execute(update(schema.alert_group_member).values(resolved_at=NOW))
    for hour in range(1, 18):
        tick(room, at=NOW + hour * HOUR)
        expected = Status.PROPOSED if hour < 17 else Status.DISMISSED
        assert look(room, row.id).status is expected, hour
    assert kinds(room, row.id)[-1] == "crisis_lapsed"


def test_drills_are_left_alone(room: Engine) -> None:
    number = opened(room)
    with writing(room) as connection:
        version = connection.execute(select(schema.document_version.c.id)).scalars().first()
        drill = connection.execute(
            schema.drill.insert()
            .values(
                title="x", playbook_version_id=version, scenario_json={}, speed=60.0,
                real_start=NOW, masked_start=NOW, status="running", started_by="Ana", version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(update(schema.crisis).values(drill_id=drill))
    before = kinds(room, number)
    assert tick(room) == Report(0, 0, ())
    assert kinds(room, number) == before
    assert watching.due(room) == []


def test_one_crisis_that_fails_does_not_stop_the_others(room: Engine) -> None:
    opened(room)
    opened(room, labels={"topic": "delivery", "market": "PL"}, title="Parcels")
    with writing(room) as connection:
        connection.execute(
            update(schema.crisis).where(schema.crisis.c.id == 1).values(labels_json={"markets": 3})
        )
    report = tick(room)
    assert report.measured == 1
    (fault,) = report.faults
    assert fault.startswith("crisis 1: ")


def test_a_worker_that_was_overtaken_writes_nothing(room: Engine) -> None:
    propose(room, {"market": "FR", "category": "Beauty"})
    lost = fakes.leading(room)
    release(room, lost)
    fakes.leading(room, "other")
    services = SimpleNamespace(engine=room, warehouse=Facts())
    with pytest.raises(LeaseLost):
        proposals.run_due(room, lost, services, CONFIG, NOW)
    assert every(room) == []


def test_children_of_a_surge_count_as_its_markets(sqlite_room: Engine) -> None:
    slices = (
        {"labels": {"category": "Audio", "market": "PL"}, "excess": 30.0},
        {"labels": {"category": "Audio", "market": "DE"}, "excess": 12.0},
        {"labels": {"category": "Audio", "market": "FR"}, "excess": 1.0},
    )
    propose(sqlite_room, {"category": "Audio"}, children=slices)
    tick(sqlite_room)
    (row,) = every(sqlite_room)
    evidence = look(sqlite_room, row.id).measured["surge_markets"]
    assert (evidence["value"], evidence["evidence"]["markets"]) == (2, ["DE", "PL"])
