"""The phrase books are complete, use known slots only, and fill them."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from data_access.sample import company, texts
from data_access.sample.world import World

SLOTS = {"item", "product", "order", "days"}
SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}\p{Han}]",
    "ko": r"\p{Hangul}",
    "zh-Hans": r"\p{Han}",
    "ar": r"\p{Arabic}",
}


@pytest.mark.parametrize("language", company.LANGUAGES)
def test_every_language_says_the_same_things_with_known_slots(language: str) -> None:
    book, english = texts._flat(language), texts._flat("en")
    assert book.keys() == english.keys()
    for name, variants in book.items():
        assert len(variants) >= 1
        assert len(set(variants)) == len(variants), name
        for variant in variants:
            assert variant == variant.strip()
            assert variant
            assert set(re.findall(r"{(.*?)}", variant)) <= SLOTS, (name, variant)
            for slot in SLOTS:
                assert variant.count(f"{{{slot}}}") <= 1, (name, variant)


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_texts_are_in_the_script_of_their_language(language: str) -> None:
    script = pl.Series([v for variants in texts._flat(language).values() for v in variants])
    assert script.str.contains(SCRIPTS[language]).all()


def test_no_slot_is_left_open_in_what_customers_and_agents_write(world: World) -> None:
    for table, column in [("messages", "text"), ("cases", "subject"), ("reviews", "text")]:
        written = world.tables[table][column]
        assert written.null_count() == 0
        assert not written.str.contains(r"[{}]").any(), table


def test_messages_are_in_the_language_of_their_case(world: World) -> None:
    both = world.tables["messages"].join(world.tables["cases"], on="case_id", suffix="_case")
    assert both.filter(pl.col("lang") != pl.col("lang_case")).height == 0


def test_opening_messages_are_varied(world: World) -> None:
    opened = world.tables["messages"].filter(pl.col("message_id").str.ends_with("-m0"))
    assert opened["text"].n_unique() > 0.8 * opened.height


def test_drawing_uses_every_variant_and_only_those_of_the_row() -> None:
    book, rng = texts.phrases(), np.random.default_rng(1)
    language = np.tile(np.arange(len(company.LANGUAGES)), 200)
    drawn = book.of(rng, language, "customer.greeting")
    for i, name in enumerate(company.LANGUAGES):
        mine = set(drawn.filter(pl.Series(language == i)))
        assert mine == set(texts._flat(name)["customer.greeting"])


def test_paragraphs_join_as_the_script_does() -> None:
    language = np.array([company.LANGUAGES.index("en"), company.LANGUAGES.index("ja")])
    parts = [pl.Series(["One.", "一。"]), pl.Series([None, "二。"], dtype=pl.String)]
    assert texts.paragraph(parts, language).to_list() == ["One.", "一。二。"]
    more = [pl.Series(["One.", "一。"]), pl.Series(["Two.", "二。"])]
    assert texts.paragraph(more, language).to_list() == ["One. Two.", "一。二。"]
