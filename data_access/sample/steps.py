"""The course of each case as case events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from data_access.sample.blemishes import blemishes
from data_access.sample.cases import TEAMS, Cases
from data_access.sample.draw import Floats, Ints, chance, instants, labels, where
from data_access.sample.people import People
from data_access.sample.plan import Plan
from data_access.sample.promises import CALENDAR_OF_TEAM, RELAY


@dataclass(frozen=True)
class Step:
    """One kind of case event: when (NaN: never), its type and what changed."""

    code: str
    at: Floats
    kind: str
    role: str
    before: str | pl.Series | None = None
    after: str | pl.Series | None = None
    public: bool = False
    milliseconds: int = 0
    """After the whole second of `at`."""


def _steps(rng: np.random.Generator, cases: Cases, sent: dict[str, Floats]) -> list[Step]:
    found, care = cases.contacts, cases.care
    n = cases.size
    quiet = cases.spam | cases.merged
    team = labels(TEAMS, cases.team)
    routed = where(~cases.spam, found.at + 20 + rng.random(n) * 40)
    noted = where(chance(rng, 0.18, n) & ~quiet, cases.first_response + 240)
    earlier = np.where(np.isnan(cases.reopened), cases.closed, np.nan)
    return [
        Step("00", where(~care.ours, found.at), "created", "customer", None, "new", True),
        Step("00", where(care.ours, found.at), "created", "agent", None, "new", True),
        Step("01", sent["1"], "bot_msg", "bot", public=True),
        Step("02", routed, "assign", "system", None, team),
        Step("03", sent["2"], "agent_msg", "agent", public=True),
        Step("04", cases.first_response, "status", "agent", "new", "open"),
        Step("06", cases.pending, "status", "agent", "open", "pending"),
        Step("07", sent["3"], "customer_msg", "customer", public=True),
        Step("08", cases.unparked, "status", "system", "pending", "open"),
        Step("09", sent["4"], "agent_msg", "agent", public=True),
        Step("10", sent["5"], "customer_msg", "customer", public=True),
        Step("11", noted, "note", "agent"),
        Step("12", sent["6"], "agent_msg", "agent", public=True),
        Step("13", cases.solved, "solved", "agent", "open", "solved", True),
        Step("14", sent["9"], "customer_msg", "customer", public=True),
        Step("15", cases.reopened, "reopened", "customer", "solved", "open", True),
        Step("16", sent["7"], "customer_msg", "customer", public=True),
        Step("17", sent["8"], "agent_msg", "agent", public=True),
        Step("18", cases.solved_again, "solved", "agent", "open", "solved", True),
        Step("19", where(cases.merged, cases.closed), "merged", "agent"),
        Step("20", where(~np.isnan(cases.reopened), cases.closed), "closed", "system", "solved",
             "closed"),
        Step("21", where(~quiet, earlier), "closed", "system", "solved", "closed"),
        Step("22", where(quiet, cases.closed), "closed", "agent", "new", "closed"),
    ]  # fmt: skip


def _handling(cases: Cases, sent: dict[str, Floats]) -> list[Step]:
    """What happens besides answering: escalation, hold, another level, no reply needed."""
    course = cases.course
    home = labels(list(CALENDAR_OF_TEAM.values()), cases.team)
    moved = where(home.to_numpy() != RELAY, course.escalated)
    level, above = (pl.Series(level).cast(pl.String) for level in (cases.level, cases.level + 1))
    return [
        Step("05", course.escalated, "escalated", "agent"),
        Step("23", where(cases.care.ours, cases.contacts.at), "agent_msg", "agent", public=True),
        Step("24", course.held, "status", "agent", "open", "on_hold"),
        Step("25", course.released, "status", "system", "on_hold", "open"),
        Step("26", moved, "schedule", "system", home, RELAY),
        Step("27", course.proposed, "solution_proposed", "agent"),
        Step("28", course.regraded, "level", "agent", level, above),
        Step("29", sent["9"] + cases.care.unneeded, "no_reply_needed", "agent"),
    ]


def _damaged(cases: Cases, sent: dict[str, Floats]) -> list[Step]:
    """The few records that a real export would have, too: told twice, too early, to and fro."""
    spoilt = blemishes(~np.isnan(sent["2"]), ~np.isnan(cases.pending))
    flicker = where(spoilt.flickering, cases.first_response + 30)
    to_and_fro = [
        Step(f"3{2 + i}", flicker, "status", "system", before, after, milliseconds=200 * i)
        for i, (before, after) in enumerate([("open", "pending"), ("pending", "open")] * 2)
    ]
    return [
        Step("30", where(spoilt.told_twice, sent["2"]), "agent_msg", "agent", public=True),
        Step("31", where(spoilt.too_early, cases.contacts.at - 40), "tag", "system", None, "web"),
        *to_and_fro,
    ]


def _agents(rng: np.random.Generator, cases: Cases, people: People) -> pl.Series:
    """An agent of each case who speaks its language."""
    start, count = people.by_language
    drawn = (rng.random(cases.size) * count[cases.language]).astype(np.int64)
    return people.speakers.gather(start[cases.language] + drawn)


def events(plan: Plan, cases: Cases, people: People, sent: dict[str, Floats]) -> pl.DataFrame:
    """All case events; `sent` is when each kind of message was sent."""
    rng = plan.stream("events")
    agent = _agents(rng, cases, people)
    steps = [*_steps(rng, cases, sent), *_handling(cases, sent), *_damaged(cases, sent)]
    return pl.concat([_rows(step, cases, agent) for step in steps])


def _rows(step: Step, cases: Cases, agent: pl.Series) -> pl.DataFrame:
    rows: Ints = np.flatnonzero(~np.isnan(step.at))
    m = len(rows)

    def text(value: str | pl.Series | None) -> pl.Series:
        if isinstance(value, pl.Series):
            return value.gather(rows)
        return pl.repeat(value, m, dtype=pl.String, eager=True)

    return pl.DataFrame(
        {
            "event_id": cases.case_id.gather(rows) + f"-{step.code}",
            "case_id": cases.case_id.gather(rows),
            "at": instants(step.at[rows]) + timedelta(milliseconds=step.milliseconds),
            "type": text(step.kind),
            "actor_id": text(agent if step.role == "agent" else None),
            "actor_role": text(step.role),
            "from": text(step.before),
            "to": text(step.after),
            "public": pl.repeat(step.public, m, eager=True),
        }
    )
