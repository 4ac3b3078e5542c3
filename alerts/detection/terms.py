"""Terms of short texts in any language, without a dictionary.

1. Compatibility forms are unified (Unicode NFKC) and letters case-folded.
2. Runs of letters, marks and digits are words. One with fewer than three characters says nothing,
   one of digits only is an order number: neither is a term. `e42` and `lot7b` are.
3. Scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give each pair of
   neighbouring characters; a lone character is a term by itself.

No stop words: what is common in a language is known, and only unknown terms are looked for.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

SHORTEST = 3
"""Characters of the shortest word that is a term."""
LONGEST = 40
"""Characters of the longest: beyond it is an address or a token."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff"  # iteration marks, kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Chinese characters
    "\U00020000-\U0003134f"
)
_RUN = re.compile(
    rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[\u0300-\u036f\u0900-\u0dff])*"
)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")


def terms(text: str) -> tuple[str, ...]:
    """The distinct terms of a text, in the order they first occur."""
    found: dict[str, None] = {}
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _UNSPACED_RUN.fullmatch(run):
            for at in range(max(len(run) - 1, 1)):
                found[run[at : at + 2]] = None
        elif SHORTEST <= len(run) <= LONGEST and not run.isdecimal():
            found[run] = None
    return tuple(found)


def by_term(cases: pl.DataFrame, text: str) -> pl.DataFrame:
    """One row per case and distinct term, as `value`, in the place of the column `text`."""
    found = [list(terms(subject or "")) for subject in cases[text].to_list()]
    return (
        cases.drop(text)
        .with_columns(pl.Series("value", found, dtype=pl.List(pl.String)))
        .explode("value", keep_nulls=False, empty_as_null=False)
        .drop_nulls("value")
    )
