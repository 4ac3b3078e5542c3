"""What the review of a crisis says: the record, what people wrote, causes, the public summary."""

from __future__ import annotations

from alerts.reviews.opening import SECTIONS
from alerts.reviews.record import DURATIONS, MILESTONES, troubled
from alerts.reviews.redaction import Redacted
from alerts.reviews.review_machine import LANGUAGES, Status, Summary
from alerts.reviews.summary import proposed
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import CrisisReview
from dashboard.languages import _, current, ngettext
from dashboard.reviews import Page
from dashboard.wording.cause_names import (
    duration_name,
    milestone_name,
    role_name,
    section_name,
    standing,
)
from dashboard.wording.cause_tables import (
    action_acts,
    actions_table,
    cause_acts,
    causes_table,
)

_LONG = 8000
_LINES = 8


def answer(page: Page) -> str:
    """Where the review stands."""
    review = page.stored.review
    if review.status is Status.PUBLISHED:
        return _("{title}: published.", title=page.record.crisis.title)
    if page.stored.due_at < page.now:
        return _("{title}: the review is overdue.", title=page.record.crisis.title)
    return _("{title}: being written.", title=page.record.crisis.title)


def facts(page: Page, zone: str) -> str:
    """Who, by when, and whether the level was right."""
    review, record = page.stored.review, page.record
    late = review.status is Status.DRAFT and page.stored.due_at < page.now
    shown = [
        rows.Fact(
            _("Due on"),
            formats.moment(page.stored.due_at, zone),
            status="breach" if late else "",
        ),
        rows.Fact(_("Who writes it"), review.owner or _("nobody yet")),
        _level(page),
        rows.Fact(
            _("Counts for recall"),
            _("yes") if page.stored.known_id else _("when it is published"),
        ),
    ]
    if record.crisis.drill_id is not None:
        shown.insert(0, rows.Fact(_("Drill"), _("It counts nowhere"), status="watch"))
    return rows.facts(shown)


def _level(page: Page) -> rows.Fact:
    declared, asked = page.record.declared_level, page.record.asked_level
    if declared is None:
        return rows.Fact(_("Level"), formats.NONE)
    text = _(
        "declared at {declared}, highest {highest}",
        declared=declared,
        highest=page.record.highest_level,
    )
    if asked is None:
        return rows.Fact(_("Level"), text, sub=_("no criterion asked for any level"))
    told = _("the criteria asked for {asked} at most", asked=asked)
    if declared == asked:
        return rows.Fact(_("Level"), text, sub=told, status="ok")
    return rows.Fact(_("Level"), text, sub=told, status="watch" if declared > asked else "breach")


def bar(page: Page, done: str) -> str:
    """What can be done about the review itself."""
    review = page.stored.review
    acts: list[Act] = []
    if review.status is Status.DRAFT:
        fields = tuple(
            Field(
                name,
                section_name(name),
                "text",
                value=review.sections.get(name, ""),
                longest=_LONG,
                lines=_LINES,
            )
            for name in SECTIONS
        )
        acts.append(Act("save", _("Write"), fields, submit=_("Save"), primary=True))
        who = Field("owner", _("Who writes it"), "person", value=review.owner or "")
        acts.append(Act("take", _("Give it to somebody"), (who,)))
        acts.append(Act("publish", _("Publish the review")))
    return _bar(page, acts, "review-act", done)


def _bar(page: Page, acts: list[Act], name: str, done: str) -> str:
    return actions(
        acts,
        id=name,
        store=CrisisReview.PRESSED,
        subject=page.stored.crisis_id,
        version=page.stored.version,
        done=done,
    )


def times_title(page: Page) -> str:
    """The delay that matters most."""
    seconds = page.record.durations.get("to_first_statement")
    if seconds is None:
        return _("When what happened")
    return _(
        "The first statement went out {after} after the declaration",
        after=formats.duration(seconds),
    )


def times(page: Page, zone: str) -> str:
    """Milestones with the lengths between them."""
    lengths = {until: name for name, (_since, until) in DURATIONS.items()}
    columns = [
        rows.Column(_("What")),
        rows.Column(_("When")),
        rows.Column(_("How long"), num=True),
    ]
    shown = []
    for name in MILESTONES:
        at = page.record.milestones.get(name)
        length = lengths.get(name, "")
        took = page.record.durations.get(length)
        shown.append(
            rows.Row(
                (
                    rows.Cell(milestone_name(name)),
                    rows.Cell(formats.moment(at, zone) if at else formats.NONE),
                    rows.Cell(
                        formats.duration(took) if took is not None else "",
                        sub=duration_name(length) if took is not None else "",
                    ),
                ),
                small=at is None,
            )
        )
    return rows.table(columns, shown)


def steps_count(page: Page) -> int:
    """Steps that a review must explain."""
    return len(troubled(page.record.steps))


def steps_title(page: Page) -> str:
    """How many steps did not go as planned."""
    bad = steps_count(page)
    if not bad:
        return _("Steps that did not go as planned")
    return ngettext(
        "{count} of {all} steps did not go as planned",
        "{count} of {all} steps did not go as planned",
        bad,
        all=formats.number(len(page.record.steps)),
    )


def steps(page: Page) -> str:
    """Late, skipped, left and unknown steps with the reasons given."""
    columns = [
        rows.Column(_("How it went")),
        rows.Column(_("Step")),
        rows.Column(_("Late by"), num=True),
        rows.Column(_("Reason given then")),
    ]
    language = "zh" if current().startswith("zh") else "en"
    shown = []
    for step in troubled(page.record.steps):
        word, kind = standing(step.standing)
        late = step.late_s if step.standing in ("late", "not_done", "unknown") else None
        who = " · ".join(part for part in (role_name(step.role), step.who or "") if part)
        shown.append(
            rows.Row(
                (
                    rows.Cell(word, status=kind),
                    rows.Cell(step.title[language], sub=who),
                    rows.Cell(formats.duration(late) if late else formats.NONE),
                    rows.Cell(step.note or formats.NONE),
                )
            )
        )
    return rows.table(columns, shown)


def written(page: Page) -> int:
    """How many sections hold something."""
    return sum(bool(text.strip()) for text in page.stored.review.sections.values())


def sections(page: Page) -> str:
    """What people wrote."""
    said = page.stored.review.sections
    return rows.quotes(
        [rows.Quote(said.get(name) or formats.NONE, section_name(name)) for name in SECTIONS]
    )


def causes_title(page: Page) -> str:
    """Whether it is known why."""
    if not page.causes:
        return _("Why it happened, and what is done about it")
    known = [one for one in page.causes if one.cause.status != "open"]
    return _(
        "{known} of {all} causes known, {actions} actions decided",
        known=len(known),
        all=len(page.causes),
        actions=len(page.actions),
    )


def causes(page: Page) -> str:
    """Root causes of the crisis."""
    return causes_table(page.causes, page.codes, {}, page.now)


def action_rows(page: Page) -> str:
    """Corrective actions of the crisis."""
    return actions_table(page.actions, page.codes, page.now.date())


def causes_bar(page: Page, done: str) -> str:
    """What can be done about causes and actions."""
    title = Field("title", _("What had to go wrong?"), "line", required=True, longest=200)
    acts = [Act("ask", _("Ask why"), (title,), primary=not page.causes)]
    acts += cause_acts(page.causes, page.codes, page.now.date())
    acts += action_acts(page.actions)
    return _bar(page, acts, "review-cause", done)


def summary_title(page: Page) -> str:
    """Where the summary stands."""
    return {
        Summary.NONE: _("Summary for everybody"),
        Summary.DRAFTED: _("Summary for everybody: read it, then confirm it"),
        Summary.CONFIRMED: _(
            "Summary for everybody: confirmed by {name}", name=page.stored.review.confirmed_by or ""
        ),
        Summary.PUBLIC: _(
            "Summary for everybody: published by {name}", name=page.stored.public_by or ""
        ),
    }[page.stored.review.summary]


def summary(page: Page) -> str:
    """The text as published beside what was taken out of it, in both languages."""
    if page.stored.review.summary is Summary.NONE:
        return rows.quotes([])
    shown = []
    for language in LANGUAGES:
        name = _("English") if language == "en" else _("Chinese")
        lang = "en" if language == "en" else "zh-Hans"
        found = page.redacted.get(language)
        # What was confirmed is what is shown: names that became known since change nothing.
        text = page.stored.redacted.get(language, "")
        shown.append(rows.Quote(text, _("{language}, as published", language=name), lang))
        if found is not None and page.stored.review.summary is not Summary.PUBLIC:
            shown.append(rows.Quote(_taken(found), _("{language}, taken out", language=name), lang))
    digest = page.stored.review.sha256
    shown.append(rows.Quote(digest, _("SHA-256 of both texts")))
    return rows.quotes(shown)


def _taken(found: Redacted) -> str:
    names = {
        "name": _("name"),
        "email": _("e-mail address"),
        "phone": _("phone number"),
        "number": _("number"),
        "key": _("reference of a customer"),
        "address": _("link"),
    }
    listed = [f"− {piece.text} ({names[piece.kind]})" for piece in found.taken if piece.kind]
    return "\n".join(dict.fromkeys(listed)) or _("nothing")


def summary_bar(page: Page, done: str) -> str:
    """What can be done about the summary."""
    review = page.stored.review
    acts: list[Act] = []
    if review.summary is not Summary.PUBLIC:
        texts = {
            language: review.texts.get(language) or _first(page, language) for language in LANGUAGES
        }
        fields = tuple(
            Field(
                language,
                _("In English") if language == "en" else _("In Chinese"),
                "text",
                value=texts[language],
                longest=_LONG,
                lines=_LINES,
                required=True,
            )
            for language in LANGUAGES
        )
        acts.append(Act("draft_summary", _("Draft the summary"), fields, submit=_("Redact it")))
    seen = {"sha256": review.sha256}
    if review.summary in (Summary.DRAFTED, Summary.CONFIRMED):
        acts.append(
            Act(
                "confirm",
                _("Confirm the redacted text"),
                values=seen,
                primary=review.summary is Summary.DRAFTED,
            )
        )
    if review.summary is Summary.CONFIRMED:
        acts.append(Act("publish_summary", _("Publish the summary"), values=seen, primary=True))
    return _bar(page, acts, "review-summary", done)


def _first(page: Page, language: str) -> str:
    """A proposal in the language of what people wrote; the other one they translate."""
    names = [
        page.codes.name(one.cause.cause_code, language)
        for one in page.causes
        if one.cause.cause_code
    ]
    decided = [action.text for action, _cause in page.actions if action.state.status != "dropped"]
    return proposed(language, page.stored.review.sections.get("happened", ""), names, decided)
