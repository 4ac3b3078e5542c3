"""Exchange rates of one day, frozen with a batch, and what amounts are worth by them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

import polars as pl

from data_access.metrics.currency import WITHIN_DAYS, published
from data_access.money import MINOR_UNITS


@dataclass(frozen=True)
class Rates:
    """Units of each currency for one unit of `to`, as published last by `day`.

    A currency without a rate within a week is not there: what is in it cannot be added up, which is
    said and never passed over.
    """

    to: str
    day: date
    per: Mapping[str, str] = field(default_factory=dict)

    def factor(self, frm: str, to: str) -> Decimal | None:
        """Minor units of `to` for one minor unit of `frm`; None where a rate is missing."""
        if frm == to and frm in MINOR_UNITS:
            return Decimal(1)
        known = {**self.per, self.to: "1"}
        if frm not in known or to not in known or not {frm, to} <= MINOR_UNITS.keys():
            return None
        decimals = Decimal(10) ** (MINOR_UNITS[to] - MINOR_UNITS[frm])
        return Decimal(known[to]) / Decimal(known[frm]) * decimals

    def convert(self, minor: int, frm: str, to: str, *, down: bool = False) -> int | None:
        """Minor units of `frm` in `to`: half up to the whole unit, or down for what is a limit."""
        factor = self.factor(frm, to)
        if factor is None:
            return None
        rounding = ROUND_FLOOR if down else ROUND_HALF_UP
        return int((Decimal(minor) * factor).to_integral_value(rounding))

    def as_json(self) -> dict[str, object]:
        """What is stored with a batch."""
        return {"to": self.to, "day": self.day.isoformat(), "per": dict(self.per)}


def of_json(stored: Mapping[str, object]) -> Rates:
    """The rates stored with a batch."""
    per = stored["per"]
    assert isinstance(per, Mapping)
    return Rates(str(stored["to"]), date.fromisoformat(str(stored["day"])), dict(per))


def on(fx_rates: pl.DataFrame, to: str, day: date) -> Rates:
    """Rates in force on a day.

    Args:
        fx_rates: facts `fx_rates` (date, base, quote, rate).
        to: the currency that amounts are compared in.
        day: the last published rate up to it counts, if it is no older than a week.
    """
    known = (
        published(fx_rates)
        .filter(pl.col("date") <= day, pl.col("date") >= day - pl.duration(days=WITHIN_DAYS))
        .sort("date")
        .group_by("currency")
        .agg(pl.col("per_base").last())
        .sort("currency")
    )
    per_base = {code: Decimal(repr(rate)) for code, rate in known.iter_rows()}
    one = per_base.get(to)
    if one is None:
        return Rates(to, day)
    per = {code: str(rate / one) for code, rate in per_base.items() if code != to}
    return Rates(to, day, per)
