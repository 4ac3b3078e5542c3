"""Which alerts are one incident: of one topic, with labels that agree. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Grouping:
    """How a rule's alerts are grouped.

    `topic` is what the rule is about; rules of one topic share incidents. `by` names the labels
    that must agree; None: all labels of the alert.
    """

    topic: str
    by: tuple[str, ...] | None = None

    @classmethod
    def of(cls, rule_id: str, body: Mapping[str, Any]) -> Grouping:
        """As a rule's body says; without `topic` the rule is a topic of its own."""
        by = (body.get("group") or {}).get("by")
        return cls(body.get("topic") or rule_id, None if by is None else tuple(by))

    def labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """The labels an incident of this alert carries; those the alert lacks are left out."""
        wanted = labels if self.by is None else self.by
        return {name: labels[name] for name in wanted if name in labels}


def group_key(grouping: Grouping, labels: Mapping[str, str]) -> str:
    """Identity of an incident: SHA-256 of topic and sorted labels, each length-prefixed."""
    pairs = sorted(grouping.labels(labels).items())
    return _digest(["incident", grouping.topic, *(part for pair in pairs for part in pair)])


def _digest(parts: Sequence[str]) -> str:
    packed = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(packed).hexdigest()
