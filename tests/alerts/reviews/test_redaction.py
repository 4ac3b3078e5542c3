"""What is published holds no person and no number of a customer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reviews.redaction import PLACEHOLDERS, redact
from alerts.reviews.summary import as_html, proposed, sha256_of


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Anna Müller decided.", "[name] decided."),
        ("anna müller and Mueller", "[name] and Mueller"),
        ("Write to a.b+c@shop.example.de, please", "Write to [e-mail], please"),
        ("Call +49 (170) 123-45 67 now", "Call [phone] now"),
        ("Order O-2024-00123 and 4471", "Order [number] and 4471"),
        (
            "On 2026-11-22 and 22.11.2026, 41% of 1,200",
            "On 2026-11-22 and 22.11.2026, 41% of 1,200",
        ),
        ("Lot L2401-7 is recalled", "Lot L2401-7 is recalled"),
        ("Case C-77 of K-9", "Case [reference] of [reference]"),
        ("see https://shop.example/o?id=7 there", "see [link] there"),
        ("ＡＢ１２３４５", "[number]"),
        ("Anna\u200b M\u200büller", "[name]"),
        ("Mu\u0308ller, anna\u00a0mu\u0308ller", "[name], [name]"),
        ("Call +49\u00a030\u00a012\u00a034\u00a056 now", "Call [phone] now"),
        ("Call 030\u201112\u201134\u201156 now", "Call [phone] now"),
        ("Tel 030\u2009123\u2009456\u202f78 and ORD\u2011123\u201145", "Tel [phone] and [number]"),
        ("Case C\u201177 of K\u20139", "Case [reference] of [reference]"),
    ],
)
def test_what_is_taken_out_and_what_stays(text: str, published: str) -> None:
    made = redact(text, "en", names=["Anna Müller"], keys=["C-77", "K-9"], keep=["L2401-7"])
    assert made.text == published


def test_chinese_is_redacted_too() -> None:
    text = "张伟电话138 0000 0000，订单2024001234"
    made = redact(text, "zh", names=["张伟"])
    assert made.text == "〔姓名〕电话〔电话〕，订单〔号码〕"
    assert [piece.kind for piece in made.taken] == ["name", "phone", "number"]
    assert "".join(piece.text for piece in made.pieces) == text


def test_a_name_is_never_kept() -> None:
    assert redact("Kepler", "en", names=["Kepler"], keep=["Kepler"]).text == "[name]"


NAMES = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=12)
DIGITS = st.text("0123456789", min_size=6, max_size=14)
MAILS = st.builds(
    "{}@{}.{}".format,
    st.text("abcxyz0189._-", min_size=1, max_size=8).filter(lambda t: t.strip("._-")),
    st.text("abcxyz", min_size=1, max_size=8),
    st.sampled_from(["com", "de", "example", "com.br"]),
)
ORDERS = st.builds("{}-{}".format, st.text("ABCXYZ", min_size=1, max_size=4), DIGITS)
WORDS = st.text(st.characters(categories=["L", "P", "Zs", "Nd"], codec="utf-8"), max_size=20)


@given(
    st.lists(WORDS, min_size=5, max_size=5),
    NAMES,
    MAILS,
    DIGITS,
    ORDERS,
    st.sampled_from(["en", "zh"]),
)
def test_nothing_that_was_sown_survives(
    words: list[str], name: str, mail: str, phone: str, order: str, locale: str
) -> None:
    text = " ".join([words[0], name, words[1], mail, words[2], phone, words[3], order, words[4]])
    made = redact(text, locale, names=[name], keys=[order])
    left = made.text
    for placeholder in PLACEHOLDERS[locale].values():
        left = left.replace(placeholder, "\0")
    assert name not in left
    for sown in (mail, phone, order):
        assert sown.casefold() not in left.casefold()
    assert not re.search(r"[0-9]{5}", left)


@given(WORDS, st.lists(NAMES, max_size=3))
def test_what_was_published_once_stays_as_it_is(text: str, names: list[str]) -> None:
    placeholders = "".join(PLACEHOLDERS["en"].values())
    harmless = [name for name in names if name.casefold() not in placeholders.casefold()]
    once = redact(text, "en", names=harmless).text
    assert redact(once, "en", names=harmless).text == once


def test_the_proposal_is_made_of_what_the_review_says() -> None:
    text = proposed("en", "Kettles leaked.", ["Not inspected"], ["Inspect every lot"])
    assert text == (
        "What happened\nKettles leaked.\n\nWhy\n- Not inspected\n\n"
        "What we do about it\n- Inspect every lot"
    )


def test_a_page_holds_no_markup_of_the_text() -> None:
    page = as_html("en", "a <b>\n\nc & d", published="On x", sha256="f" * 64)
    assert "a &lt;b&gt;" in page
    assert "<p>c &amp; d</p>" in page


def test_the_hash_is_of_both_languages() -> None:
    assert sha256_of({"en": "a", "zh": "b"}) != sha256_of({"en": "a", "zh": "c"})
