"""Values that fill a statement: from JSON to typed, and what the longest would be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import urlsplit

from babel.numbers import is_currency

from alerts.statements.locales import babel_locale

Type = Literal["text", "int", "money", "date", "datetime", "percent", "url", "list", "country"]

LONGEST: Mapping[str, int] = {"text": 60, "url": 60, "list": 120}
"""Most characters of a value that says nothing else."""

HOW: Mapping[str, str] = {
    "text": "write a text on one line",
    "int": "write a whole number",
    "money": "write amount and currency, such as 12.50 EUR",
    "date": "write a day, such as 2026-11-22",
    "datetime": "write a moment with its offset, such as 2026-11-22T18:00+01:00",
    "percent": "write a share between 0 and 1, such as 0.25",
    "url": "write a whole address that begins with https://",
    "list": "write a list of texts",
    "country": "write the code of a country, such as BR, or its English name",
}


class UnfitValueError(ValueError):
    """A value that cannot be used; the message says what to write."""


@dataclass(frozen=True)
class Money:
    """An amount in a currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Country:
    """A country or region by its ISO 3166 code; every language has its own name for it."""

    code: str


def typed(type_: str, raw: Any, longest: int | None = None) -> Any:
    """A value as JSON or a form has it, as the filters need it.

    Raises:
        UnfitValueError: it is not of the type, or too long; says what to write.
    """
    try:
        value = _READERS[type_](raw)
    except (
        ValueError,
        TypeError,
        InvalidOperation,
        KeyError,
        AttributeError,
        StopIteration,
    ) as error:
        raise UnfitValueError(HOW[type_]) from error
    most = longest or LONGEST.get(type_)
    size = len(", ".join(value)) if isinstance(value, tuple) else len(str(value))
    if most is not None and type_ in LONGEST and size > most:
        raise UnfitValueError(f"at most {most} characters")
    return value


def raw(value: Any) -> Any:
    """A value of YAML as JSON keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [raw(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): raw(part) for name, part in value.items()}
    return value


def worst(type_: str, example: Any, longest: int | None) -> Any:
    """As long a value of the type as may come, for measuring."""
    most = longest or LONGEST.get(type_, 0)
    if type_ == "money":
        return Money(Decimal("99999.99"), typed("money", example).currency)
    return {
        "text": "m" * most,
        "url": "https://" + "m" * max(most - 8, 1),
        "list": ("m" * most,),
        "country": Country("GB"),
        "int": 9_999_999,
        "date": date(2026, 9, 30),
        "datetime": datetime(2026, 9, 30, 23, 59, tzinfo=UTC),
        "percent": Decimal("0.999"),
    }[type_]


def _text(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise TypeError
    text = str(raw).strip()
    if not text or any(not letter.isprintable() for letter in text):
        raise ValueError
    return text


def _int(raw: Any) -> int:
    if isinstance(raw, bool) or (isinstance(raw, float) and raw != int(raw)):
        raise ValueError
    return int(raw)


def _money(raw: Any) -> Money:
    if isinstance(raw, str):
        amount, currency = raw.split()
    else:
        amount, currency = str(raw["amount"]), str(raw["currency"])
    found = Decimal(amount)
    if not found.is_finite() or not is_currency(currency.upper()):
        raise ValueError
    return Money(found, currency.upper())


def _date(raw: Any) -> date:
    if isinstance(raw, datetime):
        raise TypeError
    return raw if isinstance(raw, date) else date.fromisoformat(str(raw).strip())


def _datetime(raw: Any) -> datetime:
    found = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
    if found.tzinfo is None:
        raise ValueError
    return found


def _percent(raw: Any) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError
    found = Decimal(str(raw).strip())
    if not found.is_finite() or not 0 <= found <= 1:
        raise ValueError
    return found


def _url(raw: Any) -> str:
    text = _text(raw)
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or " " in text:
        raise ValueError
    return text


def _list(raw: Any) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    found = tuple(_text(part) for part in parts)
    if not 1 <= len(found) <= 30:
        raise ValueError
    return found


def _country(raw: Any) -> Country:
    names = babel_locale("en").territories
    text = _text(raw)
    if text.upper() in names and len(text) == 2:
        return Country(text.upper())
    wanted = text.casefold()
    return Country(
        next(code for code, name in names.items() if name.casefold() == wanted and len(code) == 2)
    )


_READERS = {
    "text": _text,
    "int": _int,
    "money": _money,
    "date": _date,
    "datetime": _datetime,
    "percent": _percent,
    "url": _url,
    "list": _list,
    "country": _country,
}
