"""What every kind of rule says: who it belongs to, how long, when, and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from alerts.lifecycle.model import Policy, Timing
from alerts.rules.format.fields import Duration, Strict, Texts, distinct, named

Severity = Literal["info", "warning", "critical"]
Topic = Literal["delivery", "product", "service", "payment", "data"]
DeclaredEvent = Literal["holidays", "promotions"]

COMMON_TEXT_FIELDS = ("segment", "y", "mu", "increase", "excess", "day")
"""What texts may name in braces besides the rule's own dimensions and the fields of its kind."""
LONGEST = timedelta(days=60)
"""A `for`, `keep`, `lateness` or `nodata.after` beyond this would make a rule that never speaks."""


class NoData(Strict):
    """What a late feed does to alerts."""

    after: Duration = timedelta(days=2)
    policy: Policy = Policy.HOLD


class Group(Strict):
    """Which alerts of one topic are one incident: those alike in these dimensions."""

    by: tuple[str, ...] = Field(max_length=4)

    @model_validator(mode="after")
    def _distinct(self) -> Group:
        distinct(self.by, "by")
        return self


class Common(Strict):
    """Fields of every rule. Days are days of the reporting zone; durations whole hours or days."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    owner: str | None = Field(default=None, min_length=1, max_length=200)
    severity: Severity
    topic: Topic = "service"
    for_: Duration = Field(default=timedelta(0), alias="for")
    keep: Duration = timedelta(days=2)
    lateness: Duration = timedelta(hours=6)
    nodata: NoData = NoData()
    max_segments: int = Field(default=5000, ge=1, le=100_000)
    group: Group | None = None
    events: tuple[DeclaredEvent, ...] = ()
    playbook: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    title: Texts
    summary: Texts
    action: Texts

    @model_validator(mode="after")
    def _durations(self) -> Common:
        distinct(self.events, "events")
        for field, value in (
            ("for", self.for_),
            ("keep", self.keep),
            ("lateness", self.lateness),
            ("nodata.after", self.nodata.after),
        ):
            if value > LONGEST:
                raise ValueError(f"{field} is longer than {LONGEST.days}d; the rule would sleep")
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions of the finest slices; none but what a kind says."""
        return ()

    @property
    def group_by(self) -> tuple[str, ...]:
        """Dimensions that tell incidents apart; by default all that the rule splits by."""
        return self.group.by if self.group is not None else self.by

    @property
    def timing(self) -> Timing:
        """The durations the signal machine works with."""
        return Timing(
            hold=self.for_,
            keep=self.keep,
            nodata_after=self.nodata.after,
            nodata_policy=self.nodata.policy,
        )


def check_words(rule: Common, own: tuple[str, ...]) -> None:
    """Refuse texts that name what nobody fills, and grouping by what no alert has.

    Raises:
        ValueError: naming the text and what is known.
    """
    by = rule.by
    known = {*COMMON_TEXT_FIELDS, *own, *by}
    for field in ("title", "summary", "action"):
        for language in ("en", "zh"):
            unknown = named(getattr(getattr(rule, field), language)) - known
            if unknown:
                raise ValueError(
                    f"{field}.{language} names {{{min(unknown)}}}, which is not known; "
                    f"known: {', '.join(sorted(known))}"
                )
    foreign = [name for name in (rule.group.by if rule.group else ()) if name not in by]
    if foreign:
        raise ValueError(
            f"group.by names {foreign[0]}, which the rule does not split by; "
            f"it splits by: {', '.join(by) or 'nothing'}"
        )
