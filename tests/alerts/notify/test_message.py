"""Keys, backoff and limits: the small pure parts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.notify.backoff import FIRST_S, LONGEST_S, wait_s
from alerts.notify.escaping import ESCAPES
from alerts.notify.limits import LIMITS, cut
from alerts.notify.message import idem_key

PARTS = st.tuples(
    st.text(max_size=5),
    st.integers(0, 99),
    st.text(max_size=5),
    st.integers(0, 99),
    st.integers(0, 99),
    st.text(max_size=5),
    st.text(max_size=5),
)


def key(parts: tuple[str, int, str, int, int, str, str]) -> str:
    group, episode, reason, step, round_, recipient, channel = parts
    return idem_key(
        group, episode, reason, step=step, round=round_, recipient=recipient, channel=channel
    )


@given(PARTS, PARTS)
def test_other_parts_make_another_key(
    one: tuple[str, int, str, int, int, str, str], other: tuple[str, int, str, int, int, str, str]
) -> None:
    assume(one != other)
    assert key(one) != key(other)


def test_a_separator_inside_a_part_is_no_separator() -> None:
    assert key(("1:a", 1, "b", 0, 0, "c", "d")) != key(("1", 1, "a:b", 0, 0, "c", "d"))
    assert key(("a", 1, "b", 0, 0, "cd", "")) != key(("a", 1, "b", 0, 0, "c", "d"))


@given(st.integers(1, 200), st.integers(), st.none() | st.floats(0, 86_400))
def test_the_wait_has_bounds(attempts: int, seed: int, asked: float | None) -> None:
    waited = wait_s(attempts, Random(seed), retry_after_s=asked)
    ceiling = min(LONGEST_S, FIRST_S * 2 ** (attempts - 1))
    assert (asked or 0) <= waited <= (asked or 0) + ceiling


def test_the_wait_is_spread_over_its_whole_range() -> None:
    rng = Random(3)
    waits = [wait_s(4, rng) for _ in range(2_000)]
    assert min(waits) < 0.05 * 8 * FIRST_S
    assert max(waits) > 0.95 * 8 * FIRST_S
    assert sum(waits) / len(waits) == pytest.approx(4 * FIRST_S, rel=0.1)


@given(st.text(), st.sampled_from(sorted(LIMITS)), st.integers(10, 200))
def test_what_is_cut_fits_and_begins_alike(text: str, kind: str, most: int) -> None:
    limit = type(LIMITS[kind])(most, LIMITS[kind].measure)
    made = cut(text, limit)
    assert limit.fits(made)
    assert made == text or (made.endswith("…") and text.startswith(made[:-1]))


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("slack", "<!channel> A&B", "&lt;!channel&gt; A&amp;B"),
        ("teams", "[x](y) *a* <at>b</at>", r"\[x\](y) \*a\* \<at\>b\</at\>"),
        ("dingtalk", "# Title\n- item", "\\# Title\n\\- item"),
        ("email.html", "<script>&", "&lt;script&gt;&amp;"),
        ("wecom", "<b>*x*", "<b>*x*"),
        ("email", "a\x00b\x1bc\td\ne", "a b c\td\ne"),
    ],
)
def test_data_command_nothing(kind: str, text: str, shown: str) -> None:
    assert ESCAPES[kind](text) == shown
