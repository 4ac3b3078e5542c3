"""Redaction and hashes: what must go, what must stay."""

from __future__ import annotations

import json
import re

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data_access import privacy

EMAIL, PHONE, CARD = "[email]", "[phone]", "[card]"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to a.b+c@mail.example.co.uk, please", f"write to {EMAIL}, please"),
        ("O'Neil_x%y@example.com.", f"{EMAIL}."),
        ("почта иван@пример.рф!", f"почта {EMAIL}!"),
        ("邮箱是 wang@例子.公司 谢谢", f"邮箱是 {EMAIL} 谢谢"),
        ("joe＠example.com", EMAIL),
        ("<joe@example.com>;ann@example.org", f"<{EMAIL}>;{EMAIL}"),
        ("Call +49 30 1234-5678 now", f"Call {PHONE} now"),
        ("+1 (555) 123-4567", PHONE),
        ("+1.555.123.4567", PHONE),
        ("+8613812345678", PHONE),
        ("+33 6 12 34 56 78 ou 06.12.34.56.78", f"{PHONE} ou {PHONE}"),
        ("0049 30 12345678", PHONE),
        ("(555) 123-4567", PHONE),
        ("555-123-4567 555-123-4568", f"{PHONE} {PHONE}"),
        ("Ruf an: 0171/2345678", f"Ruf an: {PHONE}"),
        ("Mein Handy 01711234567", f"Mein Handy {PHONE}"),
        ("请打电话13812345678谢谢", f"请打电话{PHONE}谢谢"),
        ("手机号：138-1234-5678", f"手机号：{PHONE}"),
        ("電話：03-1234-5678 まで", f"電話：{PHONE} まで"),
        ("전화 010-1234-5678", f"전화 {PHONE}"),
        ("โทร 081-234-5678 ครับ", f"โทร {PHONE} ครับ"),
        ("тел. 8 (495) 123-45-67", f"тел. {PHONE}"),
        ("WhatsApp me on 5511987654321", f"WhatsApp me on {PHONE}"),
        ("phone number is 555 1234 567", f"phone number is {PHONE}"),
        ("هاتف: 0501234567", f"هاتف: {PHONE}"),
        ("+５５ １１ ９８７６５ ４３２１", PHONE),
        ("card 4111 1111 1111 1111 ok", f"card {CARD} ok"),
        ("5500-0000-0000-0004", CARD),
        ("Amex 378282246310005", f"Amex {CARD}"),
    ],
)
def test_persons_are_redacted(text: str, clean: str) -> None:
    assert privacy.redact_text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "order ORD-2018-000123",
        "order #100234567 and 112-1234567-1234567",
        "invoice INV00012345 of 20180105-0001",
        "Sendung 00340434161094042557",
        "RR123456789CN, 1Z999AA10123456784",
        "on 2018-01-05 10:30:00 or 05.01.2018 or 01/02/2018",
        "from 2018-01-05/2018-02-05, 10:00-18:00",
        "+5 %, +1,299.00 EUR, +1.299,00, +12.345.678,90",
        "1 299 000,00 and 10,000,000 and 12.345.678",
        "订单号 13812345678 还没到",
        "not a card: 4111111111111112",
        "EAN 4006381333931, SKU 123-456-78",
        "order 0012345678901",
        "192.168.100.200 and version 1.2.3.4567",
        "delivery call 2018-01-05 please",
        "phone case 2018, iPhone 13 128, Galaxy phone 12345",
        "follow me @shop or visit example.com",
        "3 x 12 pcs @ 4.50",
    ],
)
def test_numbers_of_the_trade_stay(text: str) -> None:
    assert privacy.redact_text(text) == text


@given(text=st.text(max_size=200))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = privacy.redact_text(text)
    assert privacy.redact_text(once) == once


@given(text=st.text(alphabet=st.characters(exclude_categories=["Nd"], exclude_characters="@＠")))
def test_text_without_digits_and_at_signs_is_untouched(text: str) -> None:
    assert privacy.redact_text(text) == text


WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(user=WORD, host=WORD, around=st.sampled_from([" ", "\n", ", ", "；", "(", "<", "'"]))
def test_any_address_goes(user: str, host: str, around: str) -> None:
    clean = privacy.redact_text(f"x{around}{user}@{host}.com{around}y")
    assert user + "@" not in clean
    assert EMAIL in clean


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in "0123456789" if privacy.luhn(map(int, digits + last)))


@given(
    body=st.from_regex(r"[3-6][0-9]{11,17}", fullmatch=True), gap=st.sampled_from(["", " ", "-"])
)
def test_card_numbers_go_and_others_stay(body: str, gap: str) -> None:
    number = with_check_digit(body)
    shown = gap.join(number[i : i + 4] for i in range(0, len(number), 4))
    assert CARD in privacy.redact_text(f"paid with {shown}, thanks")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assume(not privacy.luhn(map(int, wrong)))
    assert CARD not in privacy.redact_text(f"paid with {wrong}, thanks")


@given(body=st.from_regex(r"[1-9][0-9]{8,11}", fullmatch=True))
def test_international_numbers_go(body: str) -> None:
    assume(not re.fullmatch(r"(19|20)\d{6}", body))
    assert privacy.redact_text(f"ring +{body} today") == f"ring {PHONE} today"


@given(texts=st.lists(st.none() | st.text(alphabet="a@.5+ -", max_size=30)))
def test_a_column_is_redacted_like_its_texts(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    expected = [None if text is None else privacy.redact_text(text) for text in texts]
    assert frame.select(privacy.redact(pl.col("t")))["t"].to_list() == expected
    assert frame.lazy().select(privacy.redact(pl.col("t"))).collect()["t"].to_list() == expected


@pytest.mark.parametrize(
    "number", ["4111111111111111", "5500000000000004", "378282246310005", "6011111111111117"]
)
def test_luhn_knows_the_published_test_numbers(number: str) -> None:
    assert privacy.luhn(map(int, number))
    assert not privacy.luhn(map(int, number[:-1] + str((int(number[-1]) + 1) % 10)))


@given(values=st.lists(st.none() | st.text(max_size=10), max_size=10), key=st.binary(max_size=80))
def test_customer_keys_are_hashes_of_fixed_length(values: list[str | None], key: bytes) -> None:
    series = pl.Series("customer_key", values, dtype=pl.String)
    hashed = privacy.customer_key(series, key)
    assert hashed.name == "customer_key"
    for before, after in zip(values, hashed, strict=True):
        if not before:
            assert after == before
        else:
            assert re.fullmatch(r"[0-9a-f]{32}", after)
            assert after == privacy.hash_one(before, key)


def test_another_key_gives_other_hashes() -> None:
    assert privacy.hash_one("joe", b"one") != privacy.hash_one("joe", b"two")
    assert privacy.hash_one("joe", b"x" * 64 + b"a") != privacy.hash_one("joe", b"x" * 64 + b"b")


@pytest.mark.parametrize(
    "column",
    [
        *("name", "Customer Name", "first_name", "E-Mail", "phone_number", "cell", "Tel", "fax"),
        *("shipping_address", "street", "Vorname", "姓名", "手机号码", "card number", "Caller ID"),
    ],
)
def test_columns_of_persons_are_known_by_name(column: str) -> None:
    assert privacy.is_personal(column)


@pytest.mark.parametrize(
    "column",
    [
        *("cancelled_at", "discarded", "product_category_name", "hotel", "carrier", "file_name"),
        *("telemetry", "order_id", "excellent", "seller_city", "status"),
    ],
)
def test_other_columns_stay(column: str) -> None:
    assert not privacy.is_personal(column)


@pytest.mark.parametrize("raw", ["not json", "[1, 2]", '"text"', ""])
def test_text_that_is_no_row_is_not_kept(raw: str) -> None:
    clean = privacy.redact_raw(raw, b"k")
    assert json.loads(clean) == {"line": "[removed]", "hash": privacy.hash_one(raw, b"k")}


def test_rows_keep_their_shape() -> None:
    raw = '{"a": [1, "x@example.com"], "b": null, "c": true, "d": {"phone": 5, "n": 1.5}}'
    clean = privacy.redact_raw(raw, b"k")
    assert clean == (
        '{"a": [1, "[email]"], "b": null, "c": true, "d": {"phone": "[removed]", "n": 1.5}}'
    )


PIECES = st.sampled_from(
    [
        *("+", "00", "0", "1", "13", "49", "030", "0171", "555", "123", "4567", "12345678", "06"),
        *(" ", "-", ".", "/", "(", ")", "tel", "phone ", "电话", "Call me at ", "@", "a", ".com"),
        *("4111", "1111", "5500", "0004", "\u00a0", "＋", "number", ": ", "٣", "x"),
    ]
)


@given(texts=st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=20))
def test_the_fast_test_overlooks_nothing(texts: list[str]) -> None:
    expected = [privacy.redact_text(text) for text in texts]
    assert privacy.redact_series(pl.Series(texts)).to_list() == expected
