"""The machine of a review: a draft, then published; beside it a summary for everybody. Total. Pure.

The summary is published after the review, confirmed by a person for the very text shown, and from
then on frozen. Whoever changes a text takes the confirmation back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from alerts.reviews.cause_machine import Event, Refused
from alerts.reviews.opening import SECTIONS

LANGUAGES = ("en", "zh")
OPTIONAL = frozenset({"luck"})
"""Sections that may stay empty."""


class Status(StrEnum):
    """Where a review stands."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Summary(StrEnum):
    """Where its summary for everybody stands."""

    NONE = "none"
    DRAFTED = "drafted"
    CONFIRMED = "confirmed"
    """A person read the redacted text and said that it may be published."""
    PUBLIC = "public"


class Do(StrEnum):
    """What can be done."""

    SAVE = "save"
    TAKE = "take"
    """Who writes it."""
    PUBLISH = "publish"
    DRAFT_SUMMARY = "draft_summary"
    CONFIRM = "confirm"
    PUBLISH_SUMMARY = "publish_summary"


class Why(StrEnum):
    """Why something cannot be done; the screens hold a sentence for each."""

    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"
    PUBLISHED = "published"
    NOT_PUBLISHED = "not_published"
    SECTION_NEEDED = "section_needed"
    CAUSE_NEEDED = "cause_needed"
    """No root cause was found yet, or one is not analysed."""
    ACTION_NEEDED = "action_needed"
    """A root cause has neither an action nor a reason why not."""
    NO_SUMMARY = "no_summary"
    LANGUAGE_NEEDED = "language_needed"
    NOT_CONFIRMED = "not_confirmed"
    CHANGED = "changed"
    """The text is not the one that was shown."""
    PUBLIC = "public"
    SAME_OWNER = "same_owner"
    NOT_IN_ROLE = "not_in_role"


@dataclass(frozen=True)
class Review:
    """What the machine knows of a review.

    Attributes:
        sections: what people wrote, by name.
        texts: of the summary as written, by language.
        sha256: of the redacted texts as they are now; empty: there are none.
        confirmed_by: who confirmed just these.
    """

    status: Status = Status.DRAFT
    summary: Summary = Summary.NONE
    owner: str | None = None
    sections: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True)
class Causes:
    """Root causes of the crisis: all, those analysed, those that something is done about."""

    all: int = 0
    analysed: int = 0
    answered: int = 0


@dataclass(frozen=True)
class Action:
    """Something done to a review. What an action does not need is left empty.

    `sha256` is that of the redacted summary: as it will be (`draft_summary`), or as the person saw
    it (`confirm`, `publish_summary`).
    """

    do: Do
    actor: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    sha256: str = ""
    redacted: Mapping[str, str] = field(default_factory=dict)
    causes: Causes = Causes()


Outcome = tuple[Review, tuple[Event, ...]]
Transition = Callable[[Review, Action, datetime], Outcome]


def step(review: Review, action: Action, now: datetime) -> Outcome:
    """The next state and what to tell.

    Raises:
        Refused: the action cannot be done in this state.
    """
    return TABLE[review.status, review.summary, action.do](review, action, now)


def _save(review: Review, action: Action, _now: datetime) -> Outcome:
    sections = {name: action.sections.get(name, "").strip() for name in SECTIONS}
    if sections == dict(review.sections):
        return review, ()
    changed = [name for name in SECTIONS if sections[name] != review.sections.get(name, "")]
    return replace(review, sections=sections), (Event("review_saved", {"sections": changed}),)


def _take(review: Review, action: Action, _now: datetime) -> Outcome:
    owner = action.owner.strip() or None
    if owner == review.owner:
        raise Refused(Why.SAME_OWNER)
    data = {"before": review.owner or "", "after": owner or ""}
    return replace(review, owner=owner), (Event("review_assigned", data),)


def _publish(review: Review, action: Action, now: datetime) -> Outcome:
    empty = [n for n in SECTIONS if n not in OPTIONAL and not review.sections.get(n, "").strip()]
    if empty:
        raise Refused(Why.SECTION_NEEDED)
    if not action.causes.all or action.causes.analysed < action.causes.all:
        raise Refused(Why.CAUSE_NEEDED)
    if action.causes.answered < action.causes.all:
        raise Refused(Why.ACTION_NEEDED)
    after = replace(review, status=Status.PUBLISHED, published_by=action.actor, published_at=now)
    return after, (Event("review_published", {}),)


def _draft(review: Review, action: Action, _now: datetime) -> Outcome:
    texts = {language: action.texts.get(language, "").strip() for language in LANGUAGES}
    if not all(texts.values()):
        raise Refused(Why.LANGUAGE_NEEDED)
    after = replace(
        review,
        summary=Summary.DRAFTED,
        texts=texts,
        sha256=action.sha256,
        confirmed_by=None,
        confirmed_at=None,
    )
    return after, (Event("summary_drafted", {"sha256": action.sha256}),)


def _confirm(review: Review, action: Action, now: datetime) -> Outcome:
    _same(review, action)
    after = replace(review, summary=Summary.CONFIRMED, confirmed_by=action.actor, confirmed_at=now)
    return after, (Event("summary_confirmed", {"sha256": review.sha256}),)


def _make_public(review: Review, action: Action, _now: datetime) -> Outcome:
    _same(review, action)
    after = replace(review, summary=Summary.PUBLIC)
    return after, (Event("summary_published", {"sha256": review.sha256}),)


def _same(review: Review, action: Action) -> None:
    if action.sha256 != review.sha256:
        raise Refused(Why.CHANGED)


def _refused(why: Why) -> Transition:
    def refuse(_review: Review, _action: Action, _now: datetime) -> Outcome:
        raise Refused(why)

    return refuse


_public, _over = _refused(Why.PUBLIC), _refused(Why.PUBLISHED)
_unpublished, _no_summary = _refused(Why.NOT_PUBLISHED), _refused(Why.NO_SUMMARY)
_unconfirmed = _refused(Why.NOT_CONFIRMED)

_OF_REVIEW: Mapping[tuple[Status, Do], Transition] = {
    (Status.DRAFT, Do.SAVE): _save,
    (Status.DRAFT, Do.TAKE): _take,
    (Status.DRAFT, Do.PUBLISH): _publish,
    (Status.PUBLISHED, Do.SAVE): _over,
    (Status.PUBLISHED, Do.TAKE): _over,
    (Status.PUBLISHED, Do.PUBLISH): _over,
}
_OF_SUMMARY: Mapping[tuple[Summary, Do], Transition] = {
    (Summary.NONE, Do.DRAFT_SUMMARY): _draft,
    (Summary.NONE, Do.CONFIRM): _no_summary,
    (Summary.NONE, Do.PUBLISH_SUMMARY): _no_summary,
    (Summary.DRAFTED, Do.DRAFT_SUMMARY): _draft,
    (Summary.DRAFTED, Do.CONFIRM): _confirm,
    (Summary.DRAFTED, Do.PUBLISH_SUMMARY): _unconfirmed,
    (Summary.CONFIRMED, Do.DRAFT_SUMMARY): _draft,
    (Summary.CONFIRMED, Do.CONFIRM): _confirm,
    (Summary.CONFIRMED, Do.PUBLISH_SUMMARY): _make_public,
    (Summary.PUBLIC, Do.DRAFT_SUMMARY): _public,
    (Summary.PUBLIC, Do.CONFIRM): _public,
    (Summary.PUBLIC, Do.PUBLISH_SUMMARY): _public,
}


def _entry(status: Status, summary: Summary, do: Do) -> Transition:
    if (status, do) in _OF_REVIEW:
        return _OF_REVIEW[status, do]
    if do is Do.PUBLISH_SUMMARY and status is Status.DRAFT and summary is Summary.CONFIRMED:
        return _unpublished
    return _OF_SUMMARY[summary, do]


TABLE: Mapping[tuple[Status, Summary, Do], Transition] = {
    (status, summary, do): _entry(status, summary, do)
    for status in Status
    for summary in Summary
    for do in Do
}
"""State × action → transition."""
