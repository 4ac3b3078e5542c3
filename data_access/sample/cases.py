"""Cases: who takes them, how fast they are answered and solved, and which come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.sample import company, contacts, handling, texts
from data_access.sample.contacts import CHANNEL_NAMES, Contacts
from data_access.sample.draw import (
    DAY,
    HOUR,
    NEVER,
    Bools,
    Floats,
    Ints,
    chance,
    instants,
    labels,
    lognormal,
    numbered,
    pick,
    pick_rows,
    where,
)
from data_access.sample.handling import Care, Course
from data_access.sample.orders import COUNTRIES, Orders
from data_access.sample.parcels import Parcels
from data_access.sample.plan import Plan
from data_access.sample.products import Products
from data_access.sample.promises import CALENDAR_OF_TEAM, RELAY
from data_access.sample.reasons import LEVELS, OFFER_WEIGHTS
from data_access.sample.returns import Returns

TEAMS = tuple(company.TEAM_PACE)


@dataclass(frozen=True)
class Cases:
    """Cases by time of creation as arrays, with the whole course of each."""

    contacts: Contacts
    case_id: pl.Series
    market: Ints
    language: Ints
    product: Ints
    channel: Ints
    team: Ints
    level: Ints
    anger: Floats
    offer: Ints
    spam: Bools
    merged: Bools
    first_response: Floats
    follow_ups: Ints
    """How often the customer writes again before the solution, 0 to 2."""
    care: Care
    course: Course
    pending: Floats
    resumed: Floats
    """When the customer writes again."""
    replied: Floats
    """When he gets an answer to that before the solution."""
    second_word: Floats
    solved: Floats
    reopened: Floats
    solved_again: Floats
    closed: Floats
    frame: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of cases."""
        return len(self.market)

    @property
    def unparked(self) -> Floats:
        """When a case that waited for the customer is open again."""
        return self.course.unparked

    @property
    def last_solved(self) -> Floats:
        """The last time a case was solved, NaN for never."""
        return np.where(np.isnan(self.solved_again), self.solved, self.solved_again)


def _teams(reason: Ints, level: Ints, market: Ints) -> Ints:
    home = np.array([TEAMS.index(m.team) for m in company.MARKETS])[market]
    desk = np.isin(reason, [company.REASONS.index(r) for r in ("return_request", "refund_status")])
    return np.where(
        level >= 4, TEAMS.index("Escalations"), np.where(desk, TEAMS.index("Returns desk"), home)
    )


def _load(plan: Plan, found: Contacts, market: Ints, team: Ints) -> Floats:
    """How much slower than usual work goes while an incident floods a team."""
    load = np.ones(len(market))
    hold, viral = plan.incidents["customs_hold"], plan.incidents["viral_complaint"]
    backlog = plan.incidents["refund_backlog"]
    days_in = (found.at - hold.start_s) / DAY
    poland = (market == COUNTRIES.index("PL")) & (days_in > 1) & (found.at < hold.end_s)
    load = np.where(poland, 1.0 + np.clip(days_in / 3.0, 0.0, 2.6), load)
    south = (team == TEAMS.index("Europe South")) & (found.at > viral.start_s)
    load = np.where(south & (found.at < viral.start_s + 5 * DAY), 1.7, load)
    desk = (team == TEAMS.index("Returns desk")) & (found.at > backlog.start_s)
    return np.where(desk & (found.at < backlog.end_s + 3 * DAY), 2.8, load)


def generate(
    plan: Plan, catalogue: Products, orders: Orders, parcels: Parcels, returns: Returns
) -> Cases:
    """All cases up to the end of the horizon."""
    found = contacts.generate(plan, catalogue, orders, parcels, returns)
    rng = plan.stream("cases")
    n = len(found.order)
    market, language = orders.market[found.order], orders.language[found.order]
    weights = np.array([LEVELS[reason][0] for reason in company.REASONS], dtype=np.float64)
    level = 1 + pick_rows(rng, weights, found.reason)
    team = _teams(found.reason, level, market)
    pace = np.array([company.TEAM_PACE[name] for name in TEAMS])[team]
    tongue = np.array([company.LANGUAGE_PACE.get(name, 1.0) for name in company.LANGUAGES])[
        language
    ]
    weekday = (plan.market_offsets.local_day(market, found.at) + 3) % 7
    load = _load(plan, found, market, team) * np.where(weekday >= 5, 1.25, 1.0) * tongue
    urgency = np.where(level >= 3, 0.5, 1.0)
    channel = contacts.channels(rng, found, orders.marketplace[found.order])
    quick = np.where(np.isin(channel, [1, 2]), 0.35, 1.0)
    spam = chance(rng, 0.006, n) & ~found.viral
    merged = _merged(rng, found) & ~spam
    quiet = spam | merged
    looked_at = found.at + lognormal(rng, pace[:, 0] * load * urgency * quick, 1.03, n) * HOUR
    care = handling.care(plan, found, orders, channel, quiet=quiet)
    first = where(~quiet, np.where(np.isnan(care.first), looked_at, found.at + care.first))
    effort = np.array([LEVELS[reason][1] for reason in company.REASONS])[found.reason]
    one_touch = chance(rng, np.where(effort < 0.7, 0.5, 0.22), n)
    work = lognormal(rng, pace[:, 1] * effort * load**0.8 * 1.2, 1.0, n) * HOUR
    solved = np.where(one_touch, first + 90.0, first + work)
    follow_ups = np.where(one_touch, 0, pick(rng, [50, 34, 16], n))
    follow_ups = np.where(care.live_vip, np.minimum(follow_ups, 1), follow_ups)
    resumed, replied, second_word = _follow_ups(care, follow_ups, first, solved)
    back = chance(rng, 0.052 * np.where(effort > 1, 1.25, 0.9) * load**0.3, n)
    reopened = where(back, solved + np.minimum(lognormal(rng, 17.0, 0.7, n), 90.0) * HOUR)
    again = reopened + lognormal(rng, 9.0 * load, 0.8, n) * HOUR
    last = np.where(np.isnan(again), solved, again)
    closed = np.where(quiet, looked_at, last + 96 * HOUR)
    base = np.array([LEVELS[reason][2] for reason in company.REASONS])[found.reason]
    late = np.clip((found.at - found.since) / DAY, 0.0, 20.0)
    anger = np.clip(
        base + 1.1 * np.where(base > 30, late, 0.0) + 13 * rng.standard_normal(n), 0, 100
    )
    ids = numbered("C", np.arange(n) + 610_000, 7)
    course = handling.course(
        plan, found, first=first, solved=solved, resumed=resumed,
        answered=np.where(np.isnan(replied), solved, replied), level=level, anger=anger,
        one_touch=one_touch,
    )  # fmt: skip
    cases = Cases(
        found, ids, market, language, orders.product[found.order], channel, team, level,
        np.round(anger, 1), pick_rows(rng, OFFER_WEIGHTS, found.reason), spam, merged, first,
        follow_ups, care, course, where(follow_ups > 0, first + 60.0), resumed, replied,
        second_word, solved, reopened, again, closed, pl.DataFrame(),
    )  # fmt: skip
    return Cases(**{**vars(cases), "frame": _frame(rng, cases, catalogue, orders, parcels)})


def _follow_ups(
    care: Care, follow_ups: Ints, first: Floats, solved: Floats
) -> tuple[Floats, Floats, Floats]:
    """First word back, an answer to it before the solution, second word back."""
    span = solved - first
    twice = follow_ups == 2
    back = where(follow_ups > 0, first + 0.35 * span)
    second = where(twice, first + 0.75 * span)
    before = np.where(twice, second, solved)
    usual = where(twice, first + 0.55 * span)
    soon = back + np.minimum(care.reply, 0.9 * (before - back))
    return back, np.where(np.isnan(soon), usual, soon), second


def _merged(rng: np.random.Generator, found: Contacts) -> Bools:
    """A second contact about the same order within three days is often merged into the first."""
    before = _previous(found)
    gap = found.at - np.where(before >= 0, found.at[before], NEVER)
    return np.asarray((gap < 3 * DAY) & chance(rng, 0.4, len(found.at)))


def _previous(found: Contacts) -> Ints:
    """Position of the contact before on the same order, -1 where there is none."""
    frame = pl.DataFrame({"order": found.order}).with_row_index("row")
    before = frame.select(pl.col("row").cast(pl.Int64).shift(1).over("order")).to_series()
    return before.fill_null(-1).to_numpy()


def days_waited(cases: Cases) -> pl.Series:
    """Days the customer says he has waited, as text; small enough for plain plurals everywhere."""
    found = cases.contacts
    top = np.where(cases.language == company.LANGUAGES.index("ar"), 10, 45)
    days = np.clip(np.nan_to_num((found.at - found.since) / DAY, nan=3.0), 3, top)
    return pl.Series(days.astype(np.int64)).cast(pl.String)


def sentence_names(cases: Cases, catalogue: Products, section: str) -> Ints:
    """Sentence of each case's reason; goods without a plug have their own where there is one."""
    book = texts.phrases()
    usual = [book.names[f"{section}.{reason}"] for reason in company.REASONS]
    plain = [
        book.names.get(f"{section}.{reason}_plain", name)
        for reason, name in zip(company.REASONS, usual, strict=True)
    ]
    electric = np.array([noun in company.ELECTRIC for noun in catalogue.noun])[cases.product]
    reason = cases.contacts.reason
    return np.where(electric, np.array(usual)[reason], np.array(plain)[reason])


def slots(cases: Cases, catalogue: Products, orders: Orders) -> dict[str, pl.Series]:
    """What the sentences about each case are filled in with."""
    book = texts.phrases()
    noun = np.array([book.names[f"noun.{name}"] for name in catalogue.noun])[cases.product]
    model = catalogue.model.gather(cases.product)
    return {
        "item": texts.items(noun, model, cases.language),
        "product": model,
        "order": orders.order_id.gather(cases.contacts.order),
        "days": days_waited(cases),
    }


def _frame(
    rng: np.random.Generator, cases: Cases, catalogue: Products, orders: Orders, parcels: Parcels
) -> pl.DataFrame:  # fmt: skip
    found, book = cases.contacts, texts.phrases()
    n = cases.size
    name = sentence_names(cases, catalogue, "subject")
    drawn = texts.fill(book.draw(rng, cases.language, name), slots(cases, catalogue, orders))
    subject = drawn.str.slice(0, 1).str.to_uppercase() + drawn.str.slice(1)
    subject = subject.zip_with(~pl.Series(cases.spam), pl.Series(["Partnership offer"]))
    of_orders = orders.frame.select(
        pl.col("customer_key", "region", "marketplace").gather(found.order)
    )
    before = np.where(cases.merged, _previous(found), -1)
    return pl.DataFrame(
        {
            "case_id": cases.case_id,
            "order_id": orders.order_id.gather(found.order),
            "shipment_id": parcels.shipment_id.gather(np.maximum(found.parcel, 0)).zip_with(
                pl.Series(found.parcel >= 0), pl.Series([None], dtype=pl.String)
            ),
            "return_id": numbered("R", np.where(found.back >= 0, found.back + 510_000, -1), 7),
            "sku": catalogue.sku.gather(cases.product),
            "customer_key": of_orders["customer_key"],
            "channel": labels(CHANNEL_NAMES, cases.channel),
            "marketplace": texts.only(
                cases.channel == CHANNEL_NAMES.index("marketplace"),
                of_orders["marketplace"].fill_null(company.MARKETPLACES[0]),
            ),
            "lang": labels(company.LANGUAGES, cases.language),
            "country": labels(COUNTRIES, cases.market),
            "region": of_orders["region"],
            "category": catalogue.frame["category"].gather(cases.product),
            "reason": labels(company.REASONS, found.reason),
            "subject": subject,
            "severity": cases.level,
            "priority": labels(["low", "normal", "high", "urgent", "urgent"], cases.level - 1),
            "team": labels(TEAMS, cases.team),
            "calendar_id": labels(list(CALENDAR_OF_TEAM.values()), cases.team),
            "policy_id": labels(["standard", "priority"], (cases.level >= 3).astype(np.int64)),
            "created_at": instants(found.at),
            "merged_into": cases.case_id.gather(np.maximum(before, 0)).zip_with(
                pl.Series(before >= 0), pl.Series([None], dtype=pl.String)
            ),
            "spam": cases.spam,
            "_answered_at": instants(cases.first_response),
            "_pending_at": instants(cases.pending),
            "_resumed_at": instants(cases.unparked),
            "_held_at": instants(cases.course.held),
            "_released_at": instants(cases.course.released),
            "_regraded_at": instants(cases.course.regraded),
            "_severity_then": cases.level + 1,
            "_escalated_at": instants(cases.course.escalated),
            "_calendar_id_then": pl.repeat(RELAY, n, eager=True),
            "_solved_at": instants(cases.solved),
            "_reopened_at": instants(cases.reopened),
            "_solved_again_at": instants(cases.solved_again),
            "_closed_at": instants(cases.closed),
        }
    )
