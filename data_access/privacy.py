"""What keeps persons out of the warehouse: keyed hashes of customer keys, redacted free text."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from data_access.distinct import map_distinct

_HASH_BYTES = 16

_EMAIL = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]+\s?[@＠]\s?(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])", re.UNICODE
)

_SEP = r"[ \u00a0.\-‐-―－/]"
_GAP = r"[ \u00a0\-‐-―－]"
_CARD = re.compile(rf"\d(?<![\w.+\-]\d)(?:{_GAP}?\d){{12,18}}(?![\w\-]|[.,]\d)")

# A number is a phone number when it is written as one, or when the text says so just before it.
_WORDS = (
    *(
        "tel",
        "telephone",
        "telefon",
        "teléfono",
        "telefono",
        "telefone",
        "téléphone",
        "phone",
        "ph",
    ),
    *("mobile", "mob", "cell", "call", "whatsapp", "viber", "fax", "handy", "rufnummer", "móvil"),
    *(
        "movil",
        "celular",
        "portable",
        "appeler",
        "appelez",
        "cellulare",
        "komórka",
        "komórkę",
        "тел",
    ),
    *(
        "телефон",
        "моб",
        "电话",
        "電話",
        "手机",
        "手機",
        "联系方式",
        "携帯",
        "전화",
        "휴대폰",
        "โทร",
    ),
    *("फ़ोन", "फोन", "هاتف", "جوال", "điện thoại", "sđt", "telp", "hp", "τηλ", "טלפון"),
)
_SPOKEN = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_PHONE = re.compile(
    # The first sign is looked at first: most places in a text are none of these.
    r"(?=[+＋(\d])(?:"
    + "|".join(
        (
            # +49 30 1234-5678, +1 (555) 123 4567; amounts such as +1 299.00 are too short or dotted
            rf"(?<![\w.])[+＋]\s?(?![0０])\d{{1,3}}(?:(?:{_GAP}|/)?\(?\d{{1,5}}\)?){{2,6}}(?![\w]|[.,]\d)",
            r"(?<![\w.])[+＋][1-9]\d{0,2}(?:\.\d{2,4}){2,4}(?![\w]|[.,]\d)",
            # 0049 30 12345678: with a gap, since 0049301234567 may be an order number
            rf"(?<![\w.\-/#])00[1-9]\d{{0,2}}{_GAP}\(?\d{{1,5}}\)?(?:{_GAP}?\d{{2,8}}){{1,5}}(?![\w\-]|[.,]\d)",
            # (555) 123-4567, 555-123-4567, 555.123.4567
            r"(?<![\w.\-/#])(?:1[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w\-]|[.,]\d)",
            # 06 12 34 56 78, 06.12.34.56.78
            r"(?<![\w.\-/#])0[1-9](?:[ .]\d\d){4}(?![\w\-]|[.,]\d)",
            # 030 12345678, 0171/2345678, (030) 1234 5678
            r"(?<![\w.\-/#])(?:\(0\d{1,4}\)\s?|0\d{2,4}[ /])\d{3,4}[ -]?\d{3,5}(?![\w\-/]|[.,]\d)",
            # 138 1234 5678 and 138-1234-5678, mainland China
            r"(?<![\w.\-/#])1[3-9]\d[ -]\d{4}[ -]\d{4}(?![\w\-]|[.,]\d)",
        )
    )
    + ")"
)
_FILLER = r"(?:no|nr|number|nummer|me|us|at|on|under|is|是|号码|番号)"
_NUMBER = r"(?P<number>[+＋(]?\d(?:[ \u00a0().\-‐-―－/]{0,3}\d){5,14})"
_ANNOUNCED = re.compile(
    rf"(?<![^\W_])(?<!\[){_SPOKEN}[^\w+＋(]{{0,4}}(?:{_FILLER}[^\w+＋(]{{0,4}}){{0,3}}{_NUMBER}(?!\w)",
    re.IGNORECASE,
)
# Chinese, Japanese and Thai put no space before the word: there the word may follow a letter.
_ANNOUNCED_JOINED = re.compile(
    rf"(?:电话|電話|手机|手機|联系方式|携帯|전화|휴대폰|โทร)[^\d+＋(]{{0,6}}{_NUMBER}(?!\d)"
)
_DATE = re.compile(r"(?:19|20)\d\d\D?[01]\d\D?[0-3]\d|[0-3]?\d\D[01]?\d\D(?:19|20)\d\d")

# Polars' regular expressions know no look-around, but are many times faster: a looser form of
# each pattern above picks the texts that go through it. What they leave out the patterns would
# leave alone, which a test checks with random texts. Letters beyond ASCII end a number here, since
# the two libraries do not agree on all of them.
_SPACE = r"[\s\x1C-\x1F]?"
_START = r"(?:^|[^0-9A-Za-z_.\-/#])"
_END = r"(?:$|[^0-9A-Za-z_\-.,]|[.,](?:$|[^0-9]))"
_DIGITS_OR_AT = r"[@＠]|\d(?:\D{0,3}\d){5}"
_LOOKS_LIKE = {
    "email": r"[@＠](?s:.)?[^ ]*\.[A-Za-z\x{80}-\x{10FFFF}]{2,}(?:$|[^0-9A-Za-z_\-])",
    "card": rf"(?:^|[^0-9A-Za-z_.+\-])[\d--[017-9]](?:{_GAP}?\d){{12,18}}{_END}",
    "phone": "|".join(
        (
            rf"(?:^|[^0-9A-Za-z_.])[+＋]{_SPACE}\d",
            rf"{_START}00\d{{1,3}}{_GAP}\(?\d",
            rf"{_START}(?:1[ .-])?(?:\(\d{{3}}\){_SPACE}|\d{{3}}[ .-])\d{{3}}[ .-]\d{{4}}{_END}",
            rf"{_START}0\d(?:[ .]\d\d){{4}}{_END}",
            rf"{_START}(?:\(0\d{{1,4}}\){_SPACE}|0\d{{2,4}}[ /])\d{{3,4}}[ -]?\d{{3,5}}{_END}",
            rf"{_START}1\d\d[ -]\d{{4}}[ -]\d{{4}}{_END}",
        )
    ),
}
_NO_WORD = "[^0-9A-Za-z_+＋(]"
_ANY_WORD = rf"(?i){_SPOKEN}[^0-9+＋(]{{0,6}}(?:{_FILLER}{_NO_WORD}{{0,4}}){{0,3}}[+＋(]?\d"

_PERSONAL_NAME = re.compile(
    r"""^name$|(?:first|last|full|given|family|middle|sur|nick|user|customer|buyer|client|contact|
    recipient|receiver|consignee|caller|sender|author|reviewer|shipping|ship|billing|bill|holder)
    [ _.-]*name|vorname|nachname|nombre|apellido|e[ _-]?mail|phone|mobile|telefon|address|street|
    stra(?:ss|ß)e|birth|passport|(?:^|[ _.-])(?:tel|cell|fax|ssn|iban|card)(?:$|[ _.-])|
    caller[ _.-]*id|姓名|电话|電話|手机|手機|地址|邮箱|郵箱|邮件|住所|이름|주소""",
    re.IGNORECASE | re.VERBOSE,
)
_PERSONAL_ID = re.compile(
    r"(?:customer|buyer|client|consumer)[ _.-]*(?:unique[ _.-]*)?(?:id|key|no|number|code)?$|"
    r"顾客|客户",
    re.IGNORECASE,
)


def customer_key(values: pl.Series, key: bytes) -> pl.Series:
    """Customer ids as keyed BLAKE2b hashes, 32 hex digits; null and empty stay as they are.

    Each distinct value is hashed once.
    """
    keyed = hashlib.blake2b(digest_size=_HASH_BYTES, key=_keyed(key))

    def hashed(distinct: pl.Series) -> pl.Series:
        texts = distinct.cast(pl.Binary)
        return pl.Series(
            distinct.name, [_hexdigest(keyed, text) for text in texts.to_list()], pl.String
        )

    return map_distinct(values, hashed)


def _hexdigest(keyed: hashlib.blake2b, value: bytes) -> str:
    # Copying a hash that has its key is half the work of making one.
    hashed = keyed.copy()
    hashed.update(value)
    return hashed.hexdigest() if value else ""


def hash_one(value: str, key: bytes) -> str:
    """The keyed hash of one customer id."""
    return hashlib.blake2b(value.encode(), digest_size=_HASH_BYTES, key=_keyed(key)).hexdigest()


def _keyed(key: bytes) -> bytes:
    # BLAKE2b takes keys of up to 64 bytes; longer ones are folded first.
    return key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()


def redact(text: pl.Expr) -> pl.Expr:
    """Free text with e-mails, phone and payment card numbers replaced by [email], [phone], [card].

    Order numbers, dates, amounts and tracking numbers stay.
    """
    return text.map_batches(redact_series, return_dtype=pl.String, is_elementwise=True)


def redact_series(texts: pl.Series) -> pl.Series:
    """As `redact`, for a series."""
    places = texts.str.contains(_DIGITS_OR_AT).arg_true()
    found = texts.gather(places)
    suspicious = _looks(found).select(pl.any_horizontal(pl.all())).to_series()
    if not suspicious.any():
        return texts
    found, places = found.filter(suspicious), places.filter(suspicious)
    distinct = found.unique()
    return texts.scatter(places, found.replace_strict(distinct, _redacted(distinct)))


def _redacted(texts: pl.Series) -> pl.Series:
    """The texts, each gone through the patterns that it looks like, until nothing changes."""
    # Of two numbers without a gap the second shows only once the first is gone.
    done = texts.clone()  # `scatter` writes in place
    left = pl.int_range(len(texts), eager=True)
    while len(left):
        before = done.gather(left)
        rows = zip(before, *_looks(before), strict=True)
        after = pl.Series([_redact_once(*row) for row in rows], dtype=pl.String)
        changed = after != before
        left = left.filter(changed)
        done.scatter(left, after.filter(changed))
    return done


def _looks(texts: pl.Series) -> pl.DataFrame:
    """Whether a text may hold an e-mail, a card, a phone number, one that words announce."""
    # The words stand in few texts: the pattern with all of them is tried on those alone.
    worded = texts.str.to_lowercase().str.contains_any(list(_WORDS)).arg_true()
    announced = pl.Series("announced", [False]).new_from_index(0, len(texts))
    return pl.DataFrame(
        [
            *(texts.str.contains(form).alias(kind) for kind, form in _LOOKS_LIKE.items()),
            announced.scatter(worded, texts.gather(worded).str.contains(_ANY_WORD)),
        ]
    )


def redact_text(text: str) -> str:
    """As `redact`, for one text."""
    while (clean := _redact_once(text)) != text:
        text = clean
    return text


def _redact_once(
    text: str,
    email: bool = True,
    card: bool = True,
    phone: bool = True,
    announced: bool = True,
) -> str:
    """The text after one round of the patterns that it may hold."""
    if email:
        text = _EMAIL.sub("[email]", text)
    if card:
        text = _CARD.sub(_card, text)
    # The search for words in thirty languages is the slowest.
    if announced:
        text = _ANNOUNCED_JOINED.sub(_announced, text)
        text = _ANNOUNCED.sub(_announced, text)
    return _PHONE.sub(_phone, text) if phone else text


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdigit()]


def _card(match: re.Match[str]) -> str:
    digits = _digits(match[0])
    return "[card]" if digits[0] in {2, 3, 4, 5, 6} and luhn(digits) else match[0]


def _phone(match: re.Match[str]) -> str:
    written = match[0]
    if not 7 <= len(_digits(written)) <= 15 or _DATE.fullmatch(written.lstrip("+＋ ")):
        return written
    return "[phone]"


def _announced(match: re.Match[str]) -> str:
    if _DATE.fullmatch(match["number"]):
        return match[0]
    return match[0][: match.start("number") - match.start()] + "[phone]"


def luhn(digits: Iterable[int]) -> bool:
    """Whether the digits pass the check of ISO/IEC 7812-1, as every payment card number does."""
    total = 0
    for place, digit in enumerate(reversed(list(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def redact_raw(raw: str, key: bytes) -> str:
    """A source row as JSON without the person in it, for the quarantine.

    Columns named like names, addresses or contact data are removed, customer ids hashed, the other
    texts redacted. A line that fell into no columns may hold anybody anywhere: only a keyed hash of
    it is kept, which tells one such line from another.
    """
    try:
        row = json.loads(raw)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        return json.dumps({"line": "[removed]", "hash": hash_one(raw, key)})
    clean = {name: redact_value(name, value, key) for name, value in row.items()}
    return json.dumps(clean, ensure_ascii=False)


def is_personal(column: str) -> bool:
    """Whether a source column's name says that it holds contact data or a person's name."""
    return _PERSONAL_NAME.search(column) is not None


def is_customer_id(column: str) -> bool:
    """Whether a source column's name says that it holds customer ids."""
    return _PERSONAL_ID.search(column) is not None


def redact_value(name: str, value: Any, key: bytes) -> Any:
    """One value of a source row without the person in it, judged by its column's name."""
    if isinstance(value, dict):
        return {inner: redact_value(inner, given, key) for inner, given in value.items()}
    if isinstance(value, list):
        return [redact_value(name, given, key) for given in value]
    if value is None or isinstance(value, bool):
        return value
    if is_personal(name):
        return "[removed]"
    if is_customer_id(name):
        return hash_one(str(value), key)
    clean = redact_text(str(value))
    return value if clean == str(value) else clean
