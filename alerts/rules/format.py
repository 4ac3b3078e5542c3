"""What a rule file may say. `docs/alerts.md` explains every field.

Two files that say the same are the same rule version, however they are laid out: identity is the
SHA-256 of the body as canonical JSON, with defaults filled in.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from alerts.detection.surge import SurgeSpec
from alerts.lifecycle.model import Policy, Timing

TEXT_FIELDS = ("segment", "y", "mu", "increase", "excess", "day", "window_days", "exposure")
"""What texts may name in braces besides the rule's own dimensions."""

_DURATION = re.compile(r"(\d{1,4})([dh])")
_UNITS = {"d": "days", "h": "hours"}


class RuleError(Exception):
    """A rule file that cannot be used; the message names file, line, field, value and remedy."""


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration as a whole number and d or h, such as 2d or 12h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _written(value: timedelta) -> str:
    hours = int(value.total_seconds() // 3600)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(_written, return_type=str)
]


def _simple_fields(text: str) -> str:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"braces do not match ({error}); write {{{{ for a brace itself") from error
    for _, name, spec, conversion in parts:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"{{{name}}} is not a plain field; write {{name}} and nothing else")
    return text


Template = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_simple_fields)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Texts(_Strict):
    """One text in both languages."""

    en: Template
    zh: Template


class Exposure(_Strict):
    """What the count is proportional to: the denominator of another KPI."""

    denominator_of: str = Field(min_length=1)


class Signal(_Strict):
    """Which count, split by what."""

    kpi: str = Field(min_length=1)
    by: tuple[str, ...] = Field(min_length=1, max_length=4)
    exposure: Exposure | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Signal:
        if len(set(self.by)) != len(self.by):
            raise ValueError(f"by names a dimension twice: {', '.join(self.by)}")
        return self


class NoData(_Strict):
    """What a late feed does to alerts."""

    after: Duration = timedelta(days=2)
    policy: Policy = Policy.HOLD


class Rule(_Strict):
    """One rule. Days are days of the reporting zone; durations are whole hours or days."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    kind: Literal["surge"]
    owner: str | None = None
    severity: Literal["info", "warning", "critical"]
    signal: Signal
    window_days: Literal[1, 7]
    baseline_weeks: int = Field(default=8, ge=8, le=52)
    gap_weeks: int = Field(default=0, ge=0, le=26)
    min_increase: float = Field(default=0.5, gt=0, le=100)
    clear_increase: float = Field(default=0.2, ge=0)
    min_excess: float = Field(default=5, ge=0)
    alpha: float = Field(default=0.001, gt=0, le=0.1)
    fdr: float = Field(default=0.05, gt=0, le=1)
    for_: Duration = Field(default=timedelta(0), alias="for")
    keep: Duration = timedelta(days=2)
    lateness: Duration = timedelta(hours=6)
    nodata: NoData = NoData()
    max_segments: int = Field(default=5000, ge=1, le=100_000)
    title: Texts
    summary: Texts
    action: Texts

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if self.clear_increase >= self.min_increase:
            raise ValueError(
                f"clear_increase {self.clear_increase} must be below min_increase "
                f"{self.min_increase}: else an alert would open and clear on the same number"
            )
        known = {*TEXT_FIELDS, *self.signal.by}
        for field in ("title", "summary", "action"):
            for language in ("en", "zh"):
                text = getattr(getattr(self, field), language)
                unknown = _named(text) - known
                if unknown:
                    raise ValueError(
                        f"{field}.{language} names {{{min(unknown)}}}, which is not known; "
                        f"known: {', '.join(sorted(known))}"
                    )
        return self

    @property
    def spec(self) -> SurgeSpec:
        """The numbers the detector works with."""
        return SurgeSpec(
            window_days=self.window_days,
            baseline_weeks=self.baseline_weeks,
            gap_weeks=self.gap_weeks,
            min_increase=self.min_increase,
            alpha=self.alpha,
            fdr=self.fdr,
            min_excess=self.min_excess,
            clear_increase=self.clear_increase,
        )

    @property
    def timing(self) -> Timing:
        """The durations the signal machine works with."""
        return Timing(
            hold=self.for_,
            keep=self.keep,
            nodata_after=self.nodata.after,
            nodata_policy=self.nodata.policy,
        )


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


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
