"""What happened to each case and what was said: case events and messages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.sample import cases as case_module
from data_access.sample import company, texts
from data_access.sample.cases import OFFERS, TEAMS, Cases
from data_access.sample.contacts import CHANNEL_NAMES
from data_access.sample.draw import (
    HOUR,
    Bools,
    Floats,
    Ints,
    chance,
    instants,
    labels,
    lognormal,
    where,
)
from data_access.sample.orders import Orders
from data_access.sample.people import People
from data_access.sample.plan import Plan
from data_access.sample.products import Products

SCORER = "sample-1"
SPAM = "We can bring your shop to the first page of every search engine. Reply for our price list."


@dataclass(frozen=True)
class _Letter:
    """One kind of message: when (NaN: not sent), its text, and who wrote it."""

    code: str
    at: Floats
    text: pl.Series
    author: str
    anger: Floats | None = None


def _agents(rng: np.random.Generator, cases: Cases, people: People) -> pl.Series:
    """An agent of each case who speaks its language."""
    start, count = people.by_language
    chosen = start[cases.language] + (rng.random(cases.size) * count[cases.language]).astype(
        np.int64
    )
    return people.speakers.gather(chosen)


def _follow_up_times(cases: Cases) -> tuple[Floats, Floats, Floats]:
    """First word back, the agent's answer to it, second word back."""
    span = cases.solved - cases.first_response
    once, twice = cases.follow_ups >= 1, cases.follow_ups == 2
    return (
        where(once, cases.resumed),
        where(twice, cases.first_response + 0.55 * span),
        where(twice, cases.first_response + 0.75 * span),
    )


def _opening(
    rng: np.random.Generator, cases: Cases, catalogue: Products, filled: dict[str, pl.Series]
) -> pl.Series:
    """The customer's first message."""
    book, lang = texts.phrases(), cases.language
    n = cases.size
    chatty = np.isin(
        cases.channel, [CHANNEL_NAMES.index(c) for c in ("chat", "messenger", "social")]
    )
    problem = book.draw(rng, lang, case_module.sentence_names(cases, catalogue, "problem"))
    body = texts.paragraph(
        [
            texts.fill(problem, filled),
            texts.only(chance(rng, 0.7, n), book.of(rng, lang, "customer.ask")),
            texts.only(cases.anger > 62, book.of(rng, lang, "customer.angry")),
        ],
        lang,
    )
    text = texts.letter(
        [
            texts.only(~chatty | chance(rng, 0.4, n), book.of(rng, lang, "customer.greeting")),
            body,
            texts.only(~chatty, book.of(rng, lang, "customer.sign")),
        ]
    )
    return text.zip_with(~pl.Series(cases.spam), pl.Series([SPAM]))


def _answers(
    rng: np.random.Generator, cases: Cases, catalogue: Products, filled: dict[str, pl.Series]
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The agent's first answer, the solution, and the solution after a reopening."""
    book, lang = texts.phrases(), cases.language
    n = cases.size

    def signed(parts: list[pl.Series]) -> pl.Series:
        return texts.letter(
            [
                book.of(rng, lang, "agent.greeting"),
                texts.paragraph(parts, lang),
                book.of(rng, lang, "agent.sign"),
            ]
        )

    answer = book.draw(rng, lang, case_module.sentence_names(cases, catalogue, "answer"))
    offer = book.one_of("resolution", OFFERS, cases.offer)
    first = signed(
        [
            texts.fill(book.of(rng, lang, "agent.ack"), filled),
            texts.fill(answer, filled),
            texts.only(chance(rng, 0.6, n), book.of(rng, lang, "agent.close")),
        ]
    )
    solution = signed([texts.fill(book.draw(rng, lang, offer), filled)])
    repair = signed(
        [
            texts.fill(book.draw(rng, lang, offer), filled),
            book.of(rng, lang, "agent.close"),
        ]
    )
    return first, solution, repair


def _letters(
    rng: np.random.Generator, cases: Cases, catalogue: Products, orders: Orders
) -> list[_Letter]:
    book, lang = texts.phrases(), cases.language
    filled = case_module.slots(cases, catalogue, orders)
    n = cases.size
    first, solution, repair = _answers(rng, cases, catalogue, filled)
    opening = _opening(rng, cases, catalogue, filled)
    one, reply, two = _follow_up_times(cases)
    bot = np.isin(cases.channel, [1, 3, 6]) & chance(rng, 0.5, n) & ~cases.spam
    calm = np.clip(cases.anger * 0.85 + 8 * rng.standard_normal(n), 0, 100)
    hot = np.clip(cases.anger + 12 + 8 * rng.standard_normal(n), 0, 100)
    after = (cases.solved - cases.first_response) > 0.2 * HOUR
    thanked = chance(rng, 0.24, n) & np.isnan(cases.reopened)
    return [
        _Letter("0", cases.contacts.at, opening, "customer", cases.anger),
        _Letter("1", where(bot, cases.contacts.at + 8), book.of(rng, lang, "agent.auto"), "bot"),
        _Letter("2", cases.first_response, first, "agent"),
        _Letter("3", one, book.of(rng, lang, "customer.follow"), "customer", calm),
        _Letter("4", reply, book.of(rng, lang, "agent.follow"), "agent"),
        _Letter("5", two, texts.paragraph(
            [book.of(rng, lang, "customer.follow"), book.of(rng, lang, "customer.angry")], lang),
            "customer", hot),
        _Letter("6", where(after, cases.solved), solution, "agent"),
        _Letter("7", cases.reopened, book.of(rng, lang, "customer.reopen"), "customer", hot),
        _Letter("8", cases.solved_again, repair, "agent"),
        _Letter("9", where(thanked, cases.solved + lognormal(rng, 3.0, 0.8, n) * HOUR),
                book.of(rng, lang, "customer.thanks"), "customer", np.round(calm * 0.1)),
    ]  # fmt: skip


def messages(
    plan: Plan, cases: Cases, catalogue: Products, orders: Orders
) -> tuple[pl.DataFrame, dict[str, Floats]]:
    """All messages, and when each kind was sent by its code."""
    rng = plan.stream("messages")
    parts, sent = [], {}
    for letter in _letters(rng, cases, catalogue, orders):
        sent[letter.code] = letter.at
        rows = np.flatnonzero(~np.isnan(letter.at))
        m = len(rows)
        scored = letter.anger is not None
        anger = letter.anger[rows] if letter.anger is not None else np.full(m, np.nan)
        parts.append(
            pl.DataFrame(
                {
                    "message_id": cases.case_id.gather(rows) + f"-m{letter.code}",
                    "case_id": cases.case_id.gather(rows),
                    "at": instants(letter.at[rows]),
                    "direction": pl.repeat("in" if scored else "out", m, eager=True),
                    "author_role": pl.repeat(letter.author, m, eager=True),
                    "public": pl.repeat(True, m, eager=True),
                    "lang": labels(company.LANGUAGES, cases.language[rows]),
                    "text": letter.text.gather(rows),
                    "anger": pl.Series(np.round(anger, 1)).fill_nan(None),
                    "model_version": pl.repeat(
                        SCORER if scored else None, m, dtype=pl.String, eager=True
                    ),
                }
            )
        )
    return pl.concat(parts), sent


@dataclass(frozen=True)
class _Step:
    """One kind of case event: when (NaN: never), its type and what changed."""

    code: str
    at: Floats
    kind: str
    role: str
    before: str | None = None
    after: str | pl.Series | None = None
    public: bool = False


def _steps(rng: np.random.Generator, cases: Cases, sent: dict[str, Floats]) -> list[_Step]:
    found = cases.contacts
    n = cases.size
    quiet = cases.spam | cases.merged
    team = labels(TEAMS, cases.team)
    routed = where(~cases.spam, found.at + 20 + rng.random(n) * 40)
    grave: Bools = (cases.level >= 4) | (cases.anger > 88)
    noted = where(chance(rng, 0.18, n) & ~quiet, cases.first_response + 240)
    earlier = np.where(np.isnan(cases.reopened), cases.closed, np.nan)
    return [
        _Step("00", found.at, "created", "customer", None, "new", True),
        _Step("01", sent["1"], "bot_msg", "bot", public=True),
        _Step("02", routed, "assign", "system", None, team),
        _Step("03", cases.first_response, "agent_msg", "agent", public=True),
        _Step("04", cases.first_response, "status", "agent", "new", "open"),
        _Step("05", where(grave & ~quiet, cases.first_response + 300), "escalated", "agent"),
        _Step("06", cases.pending, "status", "agent", "open", "pending"),
        _Step("07", sent["3"], "customer_msg", "customer", public=True),
        _Step("08", cases.resumed, "status", "system", "pending", "open"),
        _Step("09", sent["4"], "agent_msg", "agent", public=True),
        _Step("10", sent["5"], "customer_msg", "customer", public=True),
        _Step("11", noted, "note", "agent"),
        _Step("12", sent["6"], "agent_msg", "agent", public=True),
        _Step("13", cases.solved, "solved", "agent", "open", "solved", True),
        _Step("14", sent["9"], "customer_msg", "customer", public=True),
        _Step("15", cases.reopened, "reopened", "customer", "solved", "open", True),
        _Step("16", sent["7"], "customer_msg", "customer", public=True),
        _Step("17", sent["8"], "agent_msg", "agent", public=True),
        _Step("18", cases.solved_again, "solved", "agent", "open", "solved", True),
        _Step("19", where(cases.merged, cases.closed), "merged", "agent"),
        _Step("20", where(~np.isnan(cases.reopened), cases.closed), "closed", "system", "solved",
              "closed"),
        _Step("21", where(~quiet, earlier), "closed", "system", "solved", "closed"),
        _Step("22", where(quiet, cases.closed), "closed", "agent", "new", "closed"),
    ]  # fmt: skip


def events(plan: Plan, cases: Cases, people: People, sent: dict[str, Floats]) -> pl.DataFrame:
    """All case events."""
    rng = plan.stream("events")
    agent = _agents(rng, cases, people)
    parts = []
    for step in _steps(rng, cases, sent):
        rows = np.flatnonzero(~np.isnan(step.at))
        m = len(rows)

        def text(value: str | pl.Series | None, rows: Ints = rows, m: int = m) -> pl.Series:
            if isinstance(value, pl.Series):
                return value.gather(rows)
            return pl.repeat(value, m, dtype=pl.String, eager=True)

        parts.append(
            pl.DataFrame(
                {
                    "event_id": cases.case_id.gather(rows) + f"-{step.code}",
                    "case_id": cases.case_id.gather(rows),
                    "at": instants(step.at[rows]),
                    "type": text(step.kind),
                    "actor_id": text(agent if step.role == "agent" else None),
                    "actor_role": text(step.role),
                    "from": text(step.before),
                    "to": text(step.after),
                    "public": pl.repeat(step.public, m, eager=True),
                }
            )
        )
    return pl.concat(parts)
