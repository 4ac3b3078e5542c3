"""The sample company's sentences in twelve languages, drawn and filled in column by column.

`texts/<language>.toml` holds, per section and key, one sentence or several variants. Slots are
`{item}` (noun and model), `{product}` (model), `{order}` and `{days}`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.draw import Bools, Ints, labels

Slots = Mapping[str, pl.Series]
UNSPACED = ("ja", "zh-Hans")


@dataclass(frozen=True)
class Phrases:
    """All variants of all sentences, found by language and name (`section.key`)."""

    sentences: tuple[str, ...]
    names: Mapping[str, int]
    start: Ints
    count: Ints

    def draw(self, rng: np.random.Generator, language: Ints, name: Ints) -> pl.Series:
        """One variant per row."""
        count = self.count[language, name]
        chosen = self.start[language, name] + (rng.random(len(language)) * count).astype(np.int64)
        return labels(self.sentences, chosen)

    def of(self, rng: np.random.Generator, language: Ints, name: str) -> pl.Series:
        """One variant per row, the same name for all rows."""
        return self.draw(rng, language, np.full(len(language), self.names[name]))

    def one_of(self, prefix: str, keys: tuple[str, ...], index: Ints) -> Ints:
        """Names `prefix.key` by index into `keys`."""
        found = np.array([self.names[f"{prefix}.{key}"] for key in keys])
        return np.asarray(found[index])


def _flat(language: str) -> dict[str, list[str]]:
    text = (
        resources.files("data_access.sample").joinpath(f"texts/{language}.toml").read_text("utf-8")
    )
    flat = {}
    for section, entries in tomllib.loads(text).items():
        for key, value in entries.items():
            flat[f"{section}.{key}"] = [value] if isinstance(value, str) else list(value)
    return flat


@cache
def phrases() -> Phrases:
    """The phrase book of all languages."""
    books = [_flat(language) for language in company.LANGUAGES]
    names = {name: i for i, name in enumerate(books[0])}
    sentences: list[str] = []
    start = np.zeros((len(books), len(names)), dtype=np.int64)
    count = np.zeros_like(start)
    for row, book in enumerate(books):
        for name, column in names.items():
            start[row, column], count[row, column] = len(sentences), len(book[name])
            sentences += book[name]
    return Phrases(tuple(sentences), names, start, count)


def fill(sentences: pl.Series, slots: Slots) -> pl.Series:
    """Put the values of each row into its slots."""
    frame = pl.DataFrame({"text": sentences, **slots})
    text = pl.col("text")
    for slot in slots:
        text = text.str.replace(f"{{{slot}}}", pl.col(slot), literal=True)
    return frame.select(text).to_series()


def items(noun: Ints, model: pl.Series, language: Ints) -> pl.Series:
    """Noun and model as the language puts them together."""
    book = phrases()
    start = book.start[language, noun]
    return labels(book.sentences, start) + " " + model


def paragraph(parts: list[pl.Series], language: Ints) -> pl.Series:
    """Join sentences as the script does; null parts are left out."""
    tight = [company.LANGUAGES.index(name) for name in UNSPACED]
    frame = pl.DataFrame({str(i): part for i, part in enumerate(parts)})
    spaced = frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series()
    joined = frame.select(pl.concat_str(pl.all(), separator="", ignore_nulls=True)).to_series()
    return joined.zip_with(pl.Series(np.isin(language, tight)), spaced)


def letter(parts: list[pl.Series]) -> pl.Series:
    """Join salutation, body and close with blank lines; null parts are left out."""
    frame = pl.DataFrame({str(i): part for i, part in enumerate(parts)})
    return frame.select(pl.concat_str(pl.all(), separator="\n\n", ignore_nulls=True)).to_series()


def only(condition: Bools, text: pl.Series) -> pl.Series:
    """The text where the condition holds, null elsewhere."""
    return text.zip_with(pl.Series(condition), pl.Series([None], dtype=pl.String))
