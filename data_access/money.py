"""Currencies of ISO 4217 and how many decimals of each make a minor unit."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

# Active codes of ISO 4217 list one that are money (funds, metals and test codes are not).
_ACTIVE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYI UYW UZS VED VES VND VUV WST XAF
XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
# Withdrawn codes (list three) that exports and published rates of the last 30 years still hold.
_WITHDRAWN = """
ANG ATS AZM BEF BGN BYR CSD CYP DEM EEK ESP FIM FRF GHC GRD HRK IEP ITL LTL LUF LVL MRO MTL MZM NLG
PTE ROL SDD SIT SKK SLL SRG STD TMM TRL VEB VEF YUM ZMK ZWD ZWL
"""
_DECIMALS = {
    0: "BIF BYR CLP DJF ESP GNF ISK ITL JPY KMF KRW LUF PYG RWF TRL UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


def _minor_units() -> Mapping[str, int]:
    units = dict.fromkeys((_ACTIVE + _WITHDRAWN).split(), 2)
    for decimals, codes in _DECIMALS.items():
        units.update(dict.fromkeys(codes.split(), decimals))
    return dict(sorted(units.items()))


MINOR_UNITS: Mapping[str, int] = _minor_units()
"""Known currency codes, each with its number of decimals."""


def is_known(code: pl.Expr) -> pl.Expr:
    """Whether a text column holds a known currency code; null for null."""
    return code.is_in(list(MINOR_UNITS))


def minor_factor(code: pl.Expr) -> pl.Expr:
    """Minor units in one unit of the currency (100 for EUR, 1 for JPY); null where unknown."""
    return code.replace_strict(
        {code: 10**decimals for code, decimals in MINOR_UNITS.items()},
        default=None,
        return_dtype=pl.Int64,
    )


def to_minor(amount: pl.Expr, code: pl.Expr) -> pl.Expr:
    """Amounts in units (Float64 or Decimal) as whole minor units, half away from zero.

    Null where the amount is null or the currency unknown.
    """
    factor = minor_factor(code)
    # 1.005 * 100 is 100.49999…: the nearest thousandth of a minor unit is what was meant.
    exact = (amount.cast(pl.Float64) * factor).round(3)
    half = pl.when(exact < 0).then(-0.5).otherwise(0.5)
    return (exact + half).cast(pl.Int64)


def from_minor(amount: pl.Expr, code: pl.Expr) -> pl.Expr:
    """Whole minor units as Float64 units of the currency; null where the currency is unknown."""
    return amount / minor_factor(code)
