"""What makes two troubles one: topic and what narrows it, whatever the market. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

NARROWING = ("lot", "product", "category", "carrier", "lane", "region", "reason", "supplier")
"""Labels that tell causes apart, the narrowest first. Markets, channels and languages do not:
one cause shows in many of them."""


def narrowed(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels that tell the cause."""
    return {name: labels[name] for name in NARROWING if labels.get(name)}


def key(topic: str, labels: Mapping[str, str], more: str = "") -> str:
    """Identity of a cause: SHA-256 over topic and narrowing labels, each length-prefixed.

    Args:
        topic: of the crisis.
        labels: those that do not tell causes apart are left out.
        more: what else tells it apart, such as the title of a crisis opened by hand.
    """
    lot = labels.get("lot")
    told = {"lot": lot} if lot else narrowed(labels)  # a lot is of one product, category, supplier
    parts = [topic, more, *(part for pair in sorted(told.items()) for part in pair)]
    packed = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(packed).hexdigest()


def shared(labels: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The labels on which all agree; different markets and channels are listed by comma.

    `market` is kept where there is one; of several, `markets` lists them.
    """
    every = list(labels)
    names = sorted({name for one in every for name in one})
    found: dict[str, str] = {}
    for name in names:
        values = sorted({one[name] for one in every if one.get(name)})
        if len(values) == 1 and all(one.get(name) for one in every):
            found[name] = values[0]
        elif name in ("market", "channel") and values:
            found[f"{name}s"] = ",".join(values)
    return found


def named(labels: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What narrows the cause as soon as one of them says it and none says otherwise."""
    every = list(labels)
    values = {name: {one[name] for one in every if one.get(name)} for name in NARROWING}
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


def joined(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Labels of a crisis that more incidents of its cause join: what both share, and all markets.

    Markets and channels that only one of them names stay; they are where the trouble shows.
    """
    spread = ("market", "channel")
    lists = tuple(f"{name}s" for name in spread)
    found = {
        name: value
        for name, value in one.items()
        if name not in (*spread, *lists) and other.get(name) == value
    }
    for name in spread:
        values = sorted(
            {
                value
                for labels in (one, other)
                for value in (labels.get(name, ""), *labels.get(f"{name}s", "").split(","))
                if value
            }
        )
        if len(values) == 1:
            found[name] = values[0]
        elif values:
            found[f"{name}s"] = ",".join(values)
    return found
