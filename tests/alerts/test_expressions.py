"""Conditions as data: what they say, what they refuse, and that they never run code."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.expressions import DEEPEST, LONGEST, Expression, ExpressionError, parse

NAMES: dict[str, type] = {
    "level": int,
    "rate": float,
    "market": str,
    "recall": bool,
    "injury": bool,
    "markets": tuple,
    "step.answer": str,
}


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("level >= 3", {"level": 3}, True),
        ("level >= 3", {"level": 2}, False),
        ("level >= 3", {}, None),
        ("level >= 3", {"level": None}, None),
        ("rate > 0.05", {"rate": 0.06}, True),
        ("rate > 0.05", {"rate": float("nan")}, None),
        ("rate > -1", {"rate": 0}, True),
        ("level == 2.0", {"level": 2}, True),
        ('market in ["DE", "FR"]', {"market": "FR"}, True),
        ('market not in ["DE", "FR"]', {"market": "FR"}, False),
        ("level in [1, 2]", {"level": 3}, False),
        ('"DE" in markets', {"markets": ("DE", "PL")}, True),
        ("market in markets", {"markets": ["PL"], "market": "DE"}, False),
        ("market in markets", {"market": "DE"}, None),
        ("recall", {"recall": True}, True),
        ("not recall", {}, None),
        ("recall or level > 9", {"recall": True}, True),
        ("recall and level > 9", {"recall": False}, False),
        ("recall and level > 9", {"recall": True}, None),
        (
            "not (recall or injury) and level == 1",
            {"recall": False, "injury": False, "level": 1},
            True,
        ),
        ("not recall or injury", {"recall": False}, True),
        ("recall == true", {"recall": False}, False),
        ("step.answer == 'yes'", {"step.answer": "yes"}, True),
        ("true", {}, True),
    ],
)
def test_what_conditions_say(text: str, values: dict[str, object], expected: bool | None) -> None:
    assert parse(text, NAMES).value(values) is expected


def test_and_binds_closer_than_or_and_not_closest() -> None:
    known = {"recall": True, "injury": False, "level": 0}
    assert parse("recall or injury and level > 1", NAMES).value(known) is True
    assert parse("(recall or injury) and level > 1", NAMES).value(known) is False
    assert parse("not injury and recall", NAMES).value(known) is True


def test_names_are_those_it_asks_for() -> None:
    assert parse("level > 1 or market == 'DE'", NAMES).names == {"level", "market"}


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("", 1, "no condition"),
        ("level", 1, "not yes or no"),
        ("level >= 3 recall", 12, "join with and"),
        ("levels > 3", 1, "known names: injury, level"),
        ("level = 3", 7, "write =="),
        ("market > 'DE'", 8, "== or != only"),
        ("market == 3", 8, "not compared with"),
        ("1 < level < 3", 11, "two values at a time"),
        ("market in 'DE'", 8, "stands a list"),
        ("market in [1]", 12, "among what is compared"),
        ("market in [level]", 12, "no names"),
        ("level in [1", 12, "ends with ]"),
        ("(recall", 8, "not closed"),
        ("recall and", 11, "missing before the end"),
        ("market == 'DE", 11, "no closing"),
        ("level >= 3x", 10, "is no number"),
        ("recall & injury", 8, "cannot be read"),
        ("level + 1 > 2", 7, "cannot be read"),
        ("__import__('os')", 1, "known names"),
        ("market.upper() == 'DE'", 1, "known names"),
        ("level and recall", 1, "not yes or no"),
        ("not level", 5, "not yes or no"),
        ("markets == 'DE'", 9, "list is not compared"),
        ("recall in [true]", 8, "cannot stand before in"),
        ("- > 3", 3, "after a minus"),
    ],
)
def test_faults_name_the_column_and_what_to_write(text: str, column: int, told: str) -> None:
    with pytest.raises(ExpressionError, match=f"^column {column}: ") as refused:
        parse(text, NAMES)
    assert told in str(refused.value)
    assert refused.value.column == column


def test_it_is_small() -> None:
    with pytest.raises(ExpressionError, match="longer than"):
        parse("recall or " * LONGEST + "recall", NAMES)
    deep = "(" * DEEPEST + "recall" + ")" * DEEPEST
    assert parse(deep, NAMES).value({"recall": True}) is True
    with pytest.raises(ExpressionError, match="one inside the other"):
        parse(f"({deep})", NAMES)
    with pytest.raises(ExpressionError, match="one inside the other"):
        parse("not " * (DEEPEST + 1) + "recall", NAMES)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="level is 'three', but must be a number"):
        parse("level > 1", NAMES).value({"level": "three"})
    with pytest.raises(TypeError, match="must be yes or no"):
        parse("recall", NAMES).value({"recall": 1})


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read = _read(text)
    if isinstance(read, ExpressionError):
        assert 1 <= read.column <= len(text) + 1
    else:
        assert read.value({}) in (None, True, False)


def _read(text: str) -> Expression | ExpressionError:
    try:
        return parse(text, NAMES)
    except ExpressionError as refused:
        return refused


ATOMS = ("recall", "injury", "level >= 2", "level == 1", 'market in ["DE", "FR"]', "true", "false")
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)
WORLDS = [
    {"recall": recall, "injury": injury, "level": level, "market": market}
    for recall, injury, level, market in product((True, False), (True, False), (1, 2), ("DE", "PL"))
]


@given(CONDITIONS, st.sets(st.sampled_from(sorted(WORLDS[0]))))
def test_what_is_said_without_knowing_all_holds_whatever_comes_to_light(
    text: str, known: set[str]
) -> None:
    condition = parse(text, NAMES)
    for world in WORLDS:
        said = condition.value({name: world[name] for name in known})
        whole = condition.value(world)
        assert whole is not None
        assert said is None or said is whole


@given(CONDITIONS, CONDITIONS)
def test_not_of_and_is_or_of_nots(one: str, other: str) -> None:
    left = parse(f"not (({one}) and ({other}))", NAMES)
    right = parse(f"not ({one}) or not ({other})", NAMES)
    for world in WORLDS:
        for known in (world, {"recall": world["recall"]}, {}):
            assert left.value(known) is right.value(known)
