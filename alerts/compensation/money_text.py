"""Amounts as a policy writes them: `20 EUR`, or a number under its currency. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from data_access.money import MINOR_UNITS

LARGEST = 10**15
"""Minor units; more is a mistake, and sums of many still fit 64 bits."""


@dataclass(frozen=True)
class Money:
    """Whole minor units of a currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{Decimal(self.minor) / 10 ** MINOR_UNITS[self.currency]:f} {self.currency}"


def minor_of(amount: object, currency: str) -> int:
    """An amount in units, as written, as whole minor units.

    Raises:
        ValueError: no amount, an unknown currency, or more decimals than the currency has.
    """
    if currency not in MINOR_UNITS:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217; write EUR, USD, JPY …")
    if isinstance(amount, bool) or not isinstance(amount, int | float | str | Decimal):
        raise ValueError("write an amount such as 20 or 4.50")  # noqa: TRY004 - pydantic's way
    try:
        exact = Decimal(str(amount)) * 10 ** MINOR_UNITS[currency]
    except InvalidOperation as error:
        raise ValueError("write an amount such as 20 or 4.50") from error
    if not exact.is_finite() or exact < 0 or exact > LARGEST:
        raise ValueError("write an amount of zero or more that money can be")
    if exact != exact.to_integral_value():
        raise ValueError(
            f"amounts in {currency} have {MINOR_UNITS[currency]} decimals; write no more of them"
        )
    return int(exact)


def _money(value: Any) -> Any:
    if isinstance(value, Money):
        return value
    parts = str(value).split()
    if len(parts) != 2 or isinstance(value, bool):
        raise ValueError("write an amount and its currency, such as 20 EUR")
    return Money(minor_of(parts[0], parts[1]), parts[1])


def _by_currency(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError("write an amount for each currency, such as {EUR: 5, JPY: 800}")
    return {
        str(code): one if isinstance(one, Money) else Money(minor_of(one, str(code)), str(code))
        for code, one in value.items()
    }


MoneyText = Annotated[Money, BeforeValidator(_money), PlainSerializer(str)]
"""`20 EUR`."""

MoneyByCurrency = Annotated[dict[str, Money], BeforeValidator(_by_currency)]
"""`{EUR: 5, JPY: 800}`."""
