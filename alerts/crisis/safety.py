"""Which texts tell of danger and an injury, by words in twelve languages. Pure.

A hint, not a finding: it raises a level so that a person reads the texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import polars as pl
import yaml

_WITHOUT_SPACES = frozenset({"zh", "ja", "ko", "ar"})
"""Languages in which words are not set off at their beginning."""


@cache
def terms() -> Mapping[str, tuple[str, str]]:
    """Patterns of danger and of injury by language."""
    text = resources.files("alerts.crisis").joinpath("safety_terms.yaml").read_text("utf-8")
    return {
        language: (_pattern(language, lists["danger"]), _pattern(language, lists["injury"]))
        for language, lists in yaml.safe_load(text).items()
    }


def _pattern(language: str, words: list[str]) -> str:
    begin = "" if language in _WITHOUT_SPACES else r"\b"
    return rf"(?i){begin}(?:{'|'.join(re.escape(word) for word in words)})"


def alarming(text: str, lang: str) -> pl.Expr:
    """Whether a text tells of danger and an injury, in its language or, if unknown, in any.

    Args:
        text: name of the column of texts; null is no.
        lang: name of the column of languages (BCP-47).
    """
    words, language = pl.col(text), pl.col(lang)
    known = pl.lit(False)
    for code, (danger, injury) in terms().items():
        spoken = language.is_null() | language.str.starts_with(code)
        known = known | (spoken & words.str.contains(danger) & words.str.contains(injury))
    return known.fill_null(value=False)
