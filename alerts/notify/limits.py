"""How much text each kind of channel takes, and how it is measured. Pure.

Slack: 40,000 characters a message, of which apprise sends 35,000. Teams: 28 KB for the whole card.
WeCom robots: 2,048 bytes of UTF-8. DingTalk and Feishu robots: 20,000 bytes and 20 KB for the whole
request, in which every Chinese character is written as six.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ELLIPSIS = "…"


def _characters(text: str) -> int:
    return len(text)


def _utf8(text: str) -> int:
    return len(text.encode())


def _escaped(text: str) -> int:
    return len(json.dumps(text))


@dataclass(frozen=True)
class Limit:
    """Most that a body may measure."""

    most: int
    measure: Callable[[str], int]

    def fits(self, text: str) -> bool:
        """Whether the text can go out as it is."""
        return self.measure(text) <= self.most


SUBJECT = Limit(160, _characters)
LIMITS: Mapping[str, Limit] = {
    "email": Limit(100_000, _utf8),
    "webhook": Limit(100_000, _utf8),
    "log": Limit(8_000, _utf8),
    "slack": Limit(30_000, _characters),
    "teams": Limit(20_000, _escaped),
    "wecom": Limit(2_048, _utf8),
    "dingtalk": Limit(18_000, _escaped),
    "feishu": Limit(18_000, _escaped),
}


def cut(text: str, limit: Limit) -> str:
    """The longest beginning that fits, marked as cut; the text itself if it fits."""
    if limit.fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if limit.fits(text[:middle].rstrip() + ELLIPSIS):
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS
