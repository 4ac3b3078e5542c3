"""How much text each way of publishing takes, and how it is counted there. Pure.

Short messages: 160 septets of the GSM 03.38 alphabet (its extension counts two), or 70 units of
UTF-16 as soon as one character is outside of it. Social posts: 280 by weight, where what is not
Latin, General Punctuation or the like counts two and every address 23 (the twitter-text rules).
The others are what common marketplaces, mail programs and our own banner take; templates may set
less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Ranges of code points that weigh one in a social post."""
_ADDRESS = re.compile(r"https?://[^\s\u2068\u2069]+")
ADDRESS_WEIGHT = 23


@dataclass(frozen=True)
class Limit:
    """Most that a text may measure: `of` gives its size and what fits, in the same unit."""

    of: Callable[[str], tuple[int, int]]
    subject: bool = False
    """The first line is a subject or headline."""


def septets(text: str) -> int | None:
    """Size in the GSM alphabet; None if a character is outside of it."""
    size = 0
    for letter in text:
        if letter in _GSM:
            size += 1
        elif letter in _GSM_TWICE:
            size += 2
        else:
            return None
    return size


def _sms(text: str) -> tuple[int, int]:
    size = septets(text)
    return (len(text.encode("utf-16-be")) // 2, 70) if size is None else (size, 160)


def weight(text: str) -> int:
    """Size of a social post."""
    bare, addresses = _ADDRESS.subn("", text)
    return addresses * ADDRESS_WEIGHT + sum(
        1 if any(low <= ord(letter) <= high for low, high in _LIGHT) else 2 for letter in bare
    )


def _up_to(most: int) -> Callable[[str], tuple[int, int]]:
    return lambda text: (len(text), most)


CHANNELS: Mapping[str, Limit] = MappingProxyType(
    {
        "sms": Limit(_sms),
        "social": Limit(lambda text: (weight(text), 280)),
        "marketplace": Limit(_up_to(2_000), subject=True),
        "email": Limit(_up_to(10_000), subject=True),
        "press": Limit(_up_to(6_000), subject=True),
        "banner": Limit(_up_to(360)),
    }
)
"""Ways of publishing, by the name that templates use."""


def measure(channel: str, text: str, most: int | None = None) -> tuple[int, int]:
    """Size of a text and what the channel takes; `most` is a template's own, lower limit."""
    size, fits = CHANNELS[channel].of(text)
    return size, fits if most is None else min(fits, most)
