"""A rule of any kind, and its identity: the hash of what it says.

Two files that say the same are the same rule version, however they are laid out: identity is the
SHA-256 of the body as canonical JSON, with defaults filled in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule

Rule = SurgeRule | ProportionRule | ThresholdRule | DeadlineRule | NoveltyRule | FeedRule

KINDS: Mapping[str, type[Rule]] = {
    "surge": SurgeRule,
    "proportion": ProportionRule,
    "threshold": ThresholdRule,
    "deadline": DeadlineRule,
    "novelty": NoveltyRule,
    "feed": FeedRule,
}
"""Every kind of rule by its name."""


def parse(body: Mapping[str, Any] | str) -> Rule:
    """A rule from the fields of its file, or from a stored `body_json`.

    Raises:
        KeyError: there is no such kind.
        pydantic.ValidationError: one fault per field; `loading.load` puts them into words.
    """
    fields = json.loads(body) if isinstance(body, str) else body
    return KINDS[fields["kind"]].model_validate(fields)


@dataclass(frozen=True)
class RuleVersion:
    """A rule as it stood at one moment; `sha256` over `body_json` is its identity."""

    rule: Rule
    where: str

    @cached_property
    def body_json(self) -> str:
        """The body as canonical JSON: keys sorted, no spaces, defaults written out."""
        body = self.rule.model_dump(mode="json", by_alias=True)
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def sha256(self) -> str:
        """Identity of the version."""
        return hashlib.sha256(self.body_json.encode()).hexdigest()


def fingerprint(rule_id: str, dims: Sequence[str], values: Sequence[str]) -> str:
    """Identity of an alert: SHA-256 of rule id and sorted labels, each length-prefixed.

    A separator instead of lengths would let two different label sets read the same.
    """
    parts = [rule_id, *(part for pair in sorted(zip(dims, values, strict=True)) for part in pair)]
    packed = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(packed).hexdigest()
