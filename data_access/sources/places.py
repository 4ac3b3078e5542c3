"""Countries and languages as people write them, to ISO 3166 alpha-2 and BCP-47."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.core import get_global

_READ_IN = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "tr", "ja", "ko", "zh", "zh_Hant")
"""Languages in whose words a country or a language may be named."""

_ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "usa": "US",
    "united states of america": "US",
    "eire": "IE",
    "rsa": "ZA",
    "korea": "KR",
    "republic of korea": "KR",
    "korea, republic of": "KR",
    "russian federation": "RU",
    "viet nam": "VN",
    "czech republic": "CZ",
    "uae": "AE",
    "holland": "NL",
    "hong kong": "HK",
    "macau": "MO",
    "turkey": "TR",
}
_TAG = re.compile(r"^([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)$")


def country_code(name: str) -> str | None:
    """Give the ISO 3166 alpha-2 code of a country's name or code; None if it names none."""
    return _countries().get(_plain(name))


@cache
def _countries() -> dict[str, str]:
    named: dict[str, str] = {}
    codes = {
        code: name
        for code, name in Locale("en").territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    }
    for language in _READ_IN:
        for code, name in Locale.parse(language).territories.items():
            if code in codes:
                named.setdefault(_plain(name), code)
    for alias, now in get_global("territory_aliases").items():
        if len(now) == 1 and now[0] in codes and re.fullmatch("[A-Z]{3}", alias):
            named.setdefault(_plain(alias), now[0])
    return {**named, **{_plain(code): code for code in codes}, **_ALSO}


def language_tag(name: str) -> str | None:
    """Give the BCP-47 tag of a language's tag or name; None if it names none."""
    match = _TAG.match(name)
    if match and match[1].lower() in Locale("en").languages:
        subtags = re.split("[-_]", match[2])[1:]
        return "-".join([match[1].lower(), *(_cased(subtag) for subtag in subtags)])
    return _languages().get(_plain(name))


@cache
def _languages() -> dict[str, str]:
    named: dict[str, str] = {}
    for language in _READ_IN:
        for tag, name in Locale.parse(language).languages.items():
            named.setdefault(_plain(name), tag.replace("_", "-"))
    return named


def _cased(subtag: str) -> str:
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag.lower()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
