"""What was said in each case, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_access.sample import cases as case_module
from data_access.sample import company, texts
from data_access.sample.cases import Cases
from data_access.sample.contacts import CHANNEL_NAMES
from data_access.sample.draw import (
    HOUR,
    Floats,
    chance,
    instants,
    labels,
    lognormal,
    where,
)
from data_access.sample.orders import Orders
from data_access.sample.plan import Plan
from data_access.sample.products import Products
from data_access.sample.reasons import OFFERS

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


def _follow_up_times(cases: Cases) -> tuple[Floats, Floats, Floats]:
    """First word back, the agent's answer to it, second word back."""
    once, twice = cases.follow_ups >= 1, cases.follow_ups == 2
    return where(once, cases.resumed), cases.replied, where(twice, cases.second_word)


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
    ours = cases.care.ours
    asked = cases.contacts.at
    calm = np.clip(cases.anger * 0.85 + 8 * rng.standard_normal(n), 0, 100)
    hot = np.clip(cases.anger + 12 + 8 * rng.standard_normal(n), 0, 100)
    after = (cases.solved - cases.first_response) > 0.2 * HOUR
    thanked = chance(rng, 0.24, n) & np.isnan(cases.reopened)
    return [
        _Letter("0", where(~ours, asked), opening, "customer", cases.anger),
        _Letter("1", where(bot, asked + 8), book.of(rng, lang, "agent.auto"), "bot"),
        _Letter("2", where(~ours, cases.first_response), first, "agent"),
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
        _Letter("0", where(ours, asked), first, "agent"),
    ]  # fmt: skip


def messages(
    plan: Plan, cases: Cases, catalogue: Products, orders: Orders
) -> tuple[pl.DataFrame, dict[str, Floats]]:
    """All messages, and when each kind was sent by its code."""
    rng = plan.stream("messages")
    parts: list[pl.DataFrame] = []
    sent: dict[str, Floats] = {}
    for letter in _letters(rng, cases, catalogue, orders):
        sent.setdefault(letter.code, letter.at)
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
