"""Values, words and sentences of reports in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import showing
from dashboard.reports.showing import (
    DuplicateWordingError,
    UnwordedError,
    clean,
    figure_text,
    sentence,
    strict,
    text_of,
    word,
)
from dashboard.reports.values import (
    Code,
    Day,
    Instant,
    KpiName,
    Listed,
    Money,
    Number,
    Plain,
    Say,
    Span,
    Term,
    Value,
    Words,
)

ZONE = "Europe/Berlin"


def both(value: Value) -> tuple[str, str]:
    """A value as English and Chinese readers see it."""
    with use_language("en"):
        english = text_of(value, ZONE)
    with use_language("zh_Hans"):
        return english, text_of(value, ZONE)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (Number(value=0.842, unit="share"), "84.2%", "84.2%"),
        (Number(value=-0.024, unit="points"), "−2.4 pts", "−2.4 个百分点"),
        (Number(value=0.024, unit="points"), "+2.4 pts", "+2.4 个百分点"),
        (Number(value=0.0001, unit="points"), "0.0 pts", "0.0 个百分点"),
        (Number(value=12.34, unit="hours", signed=True), "+12.3 h", "+12.3 小时"),
        (Number(value=None, unit="days"), "–", "–"),
        (Number(value=2_345_678, unit="count"), "2.35M", "235万"),
        (Number(value=1.083, unit="ratio"), "1.08", "1.08"),
        (Number(value=-12.3, unit="score"), "−12.3", "−12.3"),
        (Money(minor=12_345, currency="EUR"), "€123.45", "€123.45"),
        (Money(minor=-12_345_678, currency="EUR"), "−€123,457", "−€123,457"),
        (Money(minor=123_456_789, currency="EUR", signed=True), "+€1.23M", "+€123万"),
        (Money(minor=123_456, currency="JPY"), "¥123,456", "JP¥123,456"),
        (Money(minor=0, currency="BRL", signed=True), "R$0.00", "R$0.00"),
        (Money(minor=None, currency="EUR"), "–", "–"),
        (Day(value=date(2026, 11, 2)), "2 Nov 2026", "2026年11月2日"),
        (Span(seconds=93_600), "1 d 2 h", "1 天 2 小时"),
        (Term(dimension="market", value="PL"), "Poland", "波兰"),
        (Term(dimension="market", value=None), "Unknown", "未知"),
        (KpiName(name="gone_by_now"), "Gone by now", "Gone by now"),
        (Code(group="standing", value="met"), "Target met", "达标"),
        (Words(en="late", zh="迟到"), "late", "迟到"),
    ],
)
def test_values_read_as_the_language_writes_them(value: Value, english: str, chinese: str) -> None:
    assert both(value) == (english, chinese)


def test_instants_are_shown_in_the_zone_of_the_document() -> None:
    at = Instant(value=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert both(at)[0] == "23 Nov 2026 00:30"


def test_lists_are_joined_as_the_language_joins_them() -> None:
    listed = Listed(values=(Plain(text="a"), Plain(text="b"), Plain(text="c")))
    assert both(listed) == ("a, b, and c", "a、b和c")
    assert both(Listed(values=())) == ("–", "–")


def test_money_of_a_kpi_is_in_the_currency_of_the_report() -> None:
    assert figure_text(3.127, "money_per_order") == "3.13"
    assert figure_text(3.127, "money_per_order:BRL") == "R$3.13"
    assert figure_text(-1234.5, "money:BRL", signed=True) == "−R$1,234"


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "BRL", "KWD"]))
def test_money_says_the_same_amount_in_both_languages(minor: int, currency: str) -> None:
    english, chinese = both(Money(minor=minor, currency=currency))
    assert amount(english) == pytest.approx(amount(chinese), rel=1e-12)


def amount(text: str) -> float:
    """The number that a short form stands for."""
    scale = 1.0
    for sign, size in (
        ("万亿", 1e12),
        ("亿", 1e8),
        ("万", 1e4),
        ("M", 1e6),
        ("B", 1e9),
        ("T", 1e12),
    ):
        if text.endswith(sign):
            scale, text = size, text.removesuffix(sign)
            break
    kept = "".join(char for char in text if char.isdigit() or char == ".").strip(".")
    return scale * float(kept) * (-1 if "−" in text else 1)


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_every_number_has_a_text(value: float, signed: bool) -> None:
    for unit in ("share", "points", "count", "money:EUR", "money_per_order:JPY", "score", "days"):
        shown = text_of(Number(value=value, unit=unit, signed=signed), ZONE)
        assert 0 < len(shown) < 40


# Words


def test_an_unworded_code_is_readable_and_refused_where_it_must_be_worded() -> None:
    unknown = Code(group="standing", value="half_met")
    say = Say(code="nobody_says_this", values={"market": Term(dimension="market", value="PL")})
    assert word(unknown) == "Half met"
    assert sentence(say, ZONE) == "Nobody says this: Poland"
    with strict():
        with pytest.raises(UnwordedError, match="half_met"):
            word(unknown)
        with pytest.raises(UnwordedError, match="nobody_says_this"):
            sentence(say, ZONE)


def test_a_sentence_that_lacks_a_value_is_readable_too() -> None:
    assert sentence(Say(code="as_written"), ZONE) == "As written."
    with strict(), pytest.raises(UnwordedError, match="lacks 'text'"):
        sentence(Say(code="as_written"), ZONE)


@pytest.fixture
def two_areas(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SimpleNamespace, SimpleNamespace]]:
    """Two areas instead of the real ones."""
    one, other = SimpleNamespace(), SimpleNamespace()
    modules = {"report_one": one, "report_other": other}
    monkeypatch.setattr(showing, "areas", lambda: tuple(modules))
    monkeypatch.setattr(showing, "import_module", modules.__getitem__)
    showing.known.cache_clear()
    yield one, other
    showing.known.cache_clear()


def test_a_sentence_in_two_areas_is_refused(
    two_areas: tuple[SimpleNamespace, SimpleNamespace],
) -> None:
    for area in two_areas:
        area.SENTENCES = {"same": lambda _shown, _raw: "same"}
    with pytest.raises(DuplicateWordingError, match="report_one and report_other"):
        showing.known()


def test_a_word_in_two_areas_is_refused_unless_it_is_the_same(
    two_areas: tuple[SimpleNamespace, SimpleNamespace],
) -> None:
    two_areas[0].WORDS = {"column": {"owner": lambda: "Owner"}}
    two_areas[1].WORDS = {"column": {"owner": lambda: "Owner"}}
    assert showing.known().words["column"]["owner"]() == "Owner"
    showing.known.cache_clear()
    two_areas[1].WORDS = {"column": {"owner": lambda: "Keeper"}}
    with pytest.raises(DuplicateWordingError, match=r"column\.owner"):
        showing.known()


@pytest.mark.parametrize("language", SUPPORTED)
def test_every_word_says_something(language: str) -> None:
    with use_language(language):
        for group, words in showing.known().words.items():
            for value, write in words.items():
                assert write().strip(), f"{group}.{value}"


# Somebody's text


def test_unseen_signs_are_taken_out() -> None:
    assert clean("a\x00b\u202egnp.exe\u202c\nc") == "abgnp.exe c"


def test_what_is_written_from_right_to_left_turns_nothing_around_it() -> None:
    assert clean("عربي") == "\u2068عربي\u2069"


@given(st.text())
def test_clean_text_has_neither_control_signs_nor_turns(text: str) -> None:
    kept = clean(text)
    inner = kept.removeprefix("\u2068").removesuffix("\u2069")
    assert all(char >= " " for char in kept)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(inner)
