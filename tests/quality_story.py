"""Two months of warnings with verdicts, messages and known incidents, written by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select

from alerts import quality
from alerts.actions import act
from alerts.handling import Action, Do, Verdict
from alerts.lifecycle import Seen
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.by_hand import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LETTERS = {
    "t": Verdict.TRUE,
    "f": Verdict.FALSE,
    "d": Verdict.DUPLICATE,
    "n": Verdict.NOT_ACTIONABLE,
    "p": Verdict.POOR_DETAILS,
}
RULES = {
    "customs-dwell": ("PL", "tttttntttftt", "critical"),
    "complaint-surge": ("DE", "tffpfffdfffff", "warning"),
    "review-burst": ("JP", "tf-", "warning"),
}
"""Rule → market, verdicts in order (`-`: none yet), severity."""


def tell(engine: Engine, now: datetime) -> None:
    """Write it; all of it in the 27 days before `now`."""
    number = 0
    for rule_id, (market, verdicts, severity) in RULES.items():
        world = World(engine, rule_id=rule_id)
        for n, letter in enumerate(verdicts):
            at = now - 27 * DAY + 2 * n * DAY
            # Each in a slice of its own: none is taken for the one before.
            place = f"{market}{n}" if n else market
            world.slot(at, {place: Seen.BREACH}, now=at + HOUR, severity=severity)
            number = _newest(engine)
            _set_market(engine, number, market)
            _message(engine, number, "mei" if n % 2 else "ana", at + HOUR)
            if letter != "-":
                _close(engine, number, LETTERS[letter], at + HOUR)
    for title, market, ago, length in (
        ("Customs hold at the Polish border", "PL", 28, 20),
        ("Strike of a French carrier", "FR", 12, 2),
    ):
        first = (now - ago * DAY).date()
        quality.declare(
            engine,
            title,
            {"market": market},
            began_on=first,
            ended_on=first + length * DAY,
            author="Mei",
            token=title,
            now=now,
        )


def _newest(engine: Engine) -> int:
    group = schema.alert_group.c
    with engine.connect() as connection:
        found = connection.execute(select(group.id).order_by(group.id.desc()).limit(1)).scalar()
    assert found is not None
    return found


def _set_market(engine: Engine, number: int, market: str) -> None:
    table = schema.alert_group
    with writing(engine) as connection:
        connection.execute(
            table.update().where(table.c.id == number).values(labels_json={"market": market})
        )


def _close(engine: Engine, number: int, verdict: Verdict, at: datetime) -> None:
    def do(action: Action, when: datetime) -> None:
        done = act(engine, number, action, actor="Mei", version=None, token=None, now=when)
        assert done.result == "done"

    if verdict is Verdict.TRUE:
        do(Action(Do.ACKNOWLEDGE), at + HOUR)
    start = at - 5 * HOUR if verdict is Verdict.TRUE else None
    closing = Action(Do.CLOSE, verdict=verdict, note="looked at it", true_start=start)
    do(closing, at + 9 * HOUR)


def _message(engine: Engine, number: int, person: str, at: datetime) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(schema.outbox).values(
                idem_key=f"{number:064d}",
                group_id=number,
                kind="incident",
                reason="first",
                severity="warning",
                channel="chat",
                recipient=person,
                locale="en",
                subject="",
                body="",
                body_sha256="0" * 64,
                payload_json="{}",
                state="sent",
                created_at=at,
                not_before=at,
                deadline=at,
                attempts=1,
                finished_at=at,
            )
        )
