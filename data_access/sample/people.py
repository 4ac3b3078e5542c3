"""Agents at three sites on three shifts a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from data_access.sample import company, promises
from data_access.sample.draw import DAY, HOUR, Ints, instants
from data_access.sample.plan import HORIZON_DAYS, Plan

ROSTER_DAYS = 182
"""Days of past rosters that are kept."""
SHIFTS = (("early", 6, 0.42), ("late", 14, 0.38), ("night", 22, 0.20))


@dataclass(frozen=True)
class People:
    """The service organisation; `speakers` lists agents language by language."""

    agents: pl.DataFrame
    shifts: pl.DataFrame
    calendars: pl.DataFrame
    holidays: pl.DataFrame
    sla_policies: pl.DataFrame
    speakers: pl.Series
    by_language: tuple[Ints, Ints]


def generate(plan: Plan) -> People:
    """The organisation as it stands at the plan's instant."""
    rng = plan.stream("people")
    agents = _agents(rng)
    speakers: list[str] = []
    start = np.zeros(len(company.LANGUAGES), dtype=np.int64)
    count = np.zeros_like(start)
    for i, language in enumerate(company.LANGUAGES):
        known = agents.filter(pl.col("langs").str.split(" ").list.contains(language))["agent_id"]
        start[i], count[i] = len(speakers), len(known)
        speakers += known.to_list()
    return People(
        agents, _shifts(plan, rng, agents), promises.calendars(plan), promises.holidays(plan),
        promises.policies(), pl.Series(speakers), (start, count),
    )  # fmt: skip


def _agents(rng: np.random.Generator) -> pl.DataFrame:
    rows = []
    for site in company.SITES:
        for seat in range(site.seats):
            first = site.languages[1 + seat % (len(site.languages) - 1)]
            spoken = ["en", first]
            if rng.random() < 0.3:
                other = site.languages[int(rng.integers(0, len(site.languages)))]
                spoken += [other] if other not in spoken else []
            rows.append(
                {
                    "agent_id": f"A-{site.country}-{seat + 1:03d}",
                    "team": _team(site, first, seat),
                    "site": site.name,
                    "tz": site.zone,
                    "langs": " ".join(spoken),
                    "is_local": bool(rng.random() < 0.4),
                }
            )
    return pl.DataFrame(rows)


def _team(site: company.Site, language: str, seat: int) -> str:
    if seat % 9 == 8:
        return "Returns desk"
    if seat % 12 == 11:
        return "Escalations"
    homes = {
        "de": "DACH", "fr": "Europe South", "es": "Europe South", "it": "Europe South",
        "nl": "Europe North", "pl": "Europe East", "ar": "Oceania and Gulf", "ja": "East Asia",
        "ko": "East Asia", "zh-Hans": "East Asia", "pt-BR": "Americas",
    }  # fmt: skip
    return "Americas" if site.country == "MX" else homes[language]


def _shifts(plan: Plan, rng: np.random.Generator, agents: pl.DataFrame) -> pl.DataFrame:
    """Five eight-hour shifts a week; everybody changes shift each week."""
    n, days = agents.height, ROSTER_DAYS + HORIZON_DAYS
    zones = [site.zone for site in company.SITES]
    site = np.repeat(np.arange(len(company.SITES)), [s.seats for s in company.SITES])
    offsets = plan.offsets(zones)
    first = (plan.now.date() - timedelta(days=ROSTER_DAYS) - date(1970, 1, 1)).days
    agent, day = np.divmod(np.arange(n * days), days)
    day_off = rng.integers(0, 7, n)
    works = ((day + day_off[agent]) % 7 < 5).astype(bool)
    agent, day = agent[works], day[works]
    week = day // 7
    turn = np.searchsorted(np.cumsum([s[2] for s in SHIFTS])[:-1], rng.random((n, days // 7 + 1)))
    shift = turn[agent, week]
    noon = (first + day) * DAY + 12 * HOUR
    begin = np.array([s[1] for s in SHIFTS])[shift]
    starts = (first + day) * DAY - offsets.at(site[agent], noon) + begin * HOUR
    return pl.DataFrame(
        {
            "shift_id": agents["agent_id"].gather(agent)
            + "-"
            + pl.Series(first + day).cast(pl.Int32).cast(pl.Date).dt.strftime("%Y%m%d"),
            "agent_id": agents["agent_id"].gather(agent),
            "starts_at": instants(starts),
            "ends_at": instants(starts + 8 * HOUR),
            "kind": pl.Series([s[0] for s in SHIFTS]).gather(shift),
            "_rostered_at": instants(starts - 14 * DAY),
        }
    )
