"""Matchers: four operators, missing labels, and patterns that cannot take long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.muting import Matcher, MatcherError, matches

LABELS = {"market": "PL", "carrier": "DHL Express", "empty": ""}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("market=PL", True),
        ("market=P", False),
        ("market!=PL", False),
        ("market!=DE", True),
        ("market=~P|PL", True),
        ("market=~P", False),  # the whole value, not a part
        ("market!~P", True),
        ("market!~D.|P.", False),
        ("carrier=~DHL.*", True),
        ("carrier=~(DHL|UPS) Express", True),
        ("absent=", True),
        ("absent!=x", True),
        ("absent=~.*", True),
        ("absent=~.+", False),
        ("empty=", True),
        ('market="PL"', True),
        (" market = PL ", True),
    ],
)
def test_a_matcher_holds_or_not(text: str, holds: bool) -> None:
    assert Matcher.parse(text).matches(LABELS) is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("market", "is not a matcher"),
        ("=PL", "is not a matcher"),
        ("mar ket=PL", "is not a matcher"),
        ("a=~(b+)+", "single character"),
        ("a=~(b|b)*", "single character"),
        ("a=~.*.*.*", "repeats 3 times"),
        ("a=~b{2,}c+d*", "repeats 3 times"),
        (r"a=~(b)\1", "cannot be used there"),
        ("a=~(?=b)", "single character"),
        ("a=~(b", "not a pattern"),
        ("a=~[z-a]", "not a pattern"),
        ("a=~b**", "single character"),
        ("a=~" + "b" * 201, "longer than 200"),
    ],
)
def test_what_is_no_matcher_says_why(text: str, said: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(said)):
        Matcher.parse(text)


def test_all_of_several_must_hold() -> None:
    both = [Matcher.parse("market=PL"), Matcher.parse("carrier!~UPS.*")]
    assert matches(both, LABELS)
    assert not matches([*both, Matcher.parse("empty!=")], LABELS)


MATCHERS = st.builds(
    Matcher,
    st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    st.sampled_from(["=", "!="]),
    st.text(max_size=20),
)


@given(MATCHERS)
def test_what_is_written_is_read_back(matcher: Matcher) -> None:
    assert Matcher.parse(str(matcher)) == matcher


@given(MATCHERS, st.dictionaries(st.sampled_from("abc"), st.text(max_size=5)))
def test_not_equal_is_the_opposite_of_equal(matcher: Matcher, labels: dict[str, str]) -> None:
    other = Matcher(matcher.label, "!=" if matcher.operator == "=" else "=", matcher.value)
    assert matcher.matches(labels) is not other.matches(labels)
