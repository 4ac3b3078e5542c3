"""What people do to a review: write it, publish it, publish a redacted summary of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts.actions import Outcome
from alerts.crisis import rows as crisis_rows
from alerts.crisis.people import holders, may
from alerts.crisis.rows import SUBJECT, StoredCrisis
from alerts.notify.config import Config
from alerts.quality import known as known_incidents
from alerts.reviews import cause_rows, review_rows, summary
from alerts.reviews.cause_machine import Status as CauseStatus
from alerts.reviews.pressing import clock, fresh, press, refuse, tell
from alerts.reviews.record import gather
from alerts.reviews.review_machine import Action, Causes, Do, Review, Why, step
from alerts.reviews.review_rows import StoredReview
from alerts.reviews.summary import Known
from data_access.state import schema

MAY_PUBLISH = ("crisis_lead", "service_manager")
MAY_MAKE_PUBLIC = ("pr", "legal", "crisis_lead")
_CUSTOMERS = ("case", "order", "parcel", "return", "review", "survey", "dispute", "mention")


def act(
    engine: Engine,
    crisis_id: int,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to the review of a crisis.

    Args:
        engine: state database.
        crisis_id: the crisis.
        action: what to do; actor, hash of a new summary and causes are filled in here.
        config: who holds which role.
        actor: who does it.
        version: of the review as the person saw it.
        token: made for each press of a button.
        wall: the wall clock.
    """

    def work(connection: Connection, name: str) -> Outcome:
        crisis = crisis_rows.load(connection, crisis_id)
        stored = review_rows.load(connection, crisis_id, lock=True)
        if crisis is None or stored is None:
            raise refuse(Why.NOT_FOUND)
        fresh(
            connection,
            (SUBJECT, str(crisis_id)),
            seen=version,
            version=stored.version,
            about=("review", crisis_id),
        )
        _permit(config, crisis, action.do, name)
        now = clock(connection, crisis_id, wall)
        named = _completed(connection, config, stored, replace(action, actor=name))
        after, events = step(stored.review, named, now)
        if after == stored.review and not events:
            return Outcome("done", stored.version)
        written = _consequences(connection, crisis, stored, after, named, now)
        saved = review_rows.save(connection, written, now)
        facts: dict[str, Any] = {"review": crisis_id, "version": saved}
        if crisis.drill_id is not None:
            facts["drill"] = crisis.drill_id
        subject = (SUBJECT, str(crisis_id))
        tell(connection, subject, events, actor=name, now=now, facts=facts)
        return Outcome("done", saved)

    kind, subject = f"review_{action.do}", str(crisis_id)
    return press(engine, work, actor=actor, token=token, kind=kind, subject=subject, wall=wall)


def _permit(config: Config, crisis: StoredCrisis, do: Do, name: str) -> None:
    roles = {
        Do.PUBLISH: MAY_PUBLISH,
        Do.CONFIRM: MAY_MAKE_PUBLIC,
        Do.PUBLISH_SUMMARY: MAY_MAKE_PUBLIC,
    }
    asked = roles.get(do)
    if asked is None or any(may(config, name, role, crisis.roles) for role in asked):
        return
    who = dict.fromkeys(
        person
        for role in asked
        for person in (*holders(config, role), crisis.roles.get(role))
        if person
    )
    raise refuse(Why.NOT_IN_ROLE, by=", ".join(who), data={"roles": list(asked)})


def _completed(
    connection: Connection, config: Config, stored: StoredReview, action: Action
) -> Action:
    """What the machine must know beyond what the person said."""
    if action.do is Do.PUBLISH:
        return replace(action, causes=_causes(connection, stored.crisis_id))
    if action.do is Do.DRAFT_SUMMARY:
        known = known_of(connection, config, stored.crisis_id)
        made = summary.redacted(action.texts, known)
        texts = {language: one.text for language, one in made.items()}
        return replace(action, sha256=summary.sha256_of(texts), redacted=texts)
    return action


def _causes(connection: Connection, crisis_id: int) -> Causes:
    found = cause_rows.of_crisis(connection, crisis_id)
    counts = [cause_rows.counts(connection, one.id) for one in found]
    answered = [
        one.cause.status is CauseStatus.CLOSED or bool(n.open + n.done + n.verified)
        for one, n in zip(found, counts, strict=True)
    ]
    analysed = sum(one.cause.status is not CauseStatus.OPEN for one in found)
    return Causes(len(found), analysed, sum(answered))


def _consequences(
    connection: Connection,
    crisis: StoredCrisis,
    stored: StoredReview,
    after: Review,
    action: Action,
    now: datetime,
) -> StoredReview:
    """What else is written when a review moves on."""
    written = replace(stored, review=after)
    if action.do is Do.DRAFT_SUMMARY:
        return replace(written, redacted=action.redacted, public_at=None, public_by=None)
    if action.do is Do.PUBLISH_SUMMARY:
        return replace(written, public_at=now, public_by=action.actor)
    if action.do is not Do.PUBLISH:
        return written
    record = gather(connection, crisis.id, now)
    assert record is not None
    known_id = None
    if crisis.drill_id is None:  # recall is measured against what happened, not what was played
        known_id = known_incidents.note(
            connection,
            crisis.title,
            crisis.labels,
            began_on=crisis.began_at.date(),
            ended_on=_day(crisis.contained_at or crisis.closed_at, crisis.began_at),
            author=action.actor,
            now=now,
        )
    return replace(written, facts=record.stored(), known_id=known_id)


def _day(ended: datetime | None, began: datetime) -> date | None:
    return None if ended is None else max(ended, began).date()


def known_of(connection: Connection, config: Config, crisis_id: int) -> Known:
    """Names and references that must not be published: people here, customers of the crisis."""
    crisis = crisis_rows.look(connection, crisis_id)
    if crisis is None:
        return Known()
    log, link, item = schema.event_log, schema.crisis_link, schema.compensation_item
    batch = schema.compensation_batch
    actors = connection.execute(
        select(log.c.actor)
        .where(log.c.subject_kind == SUBJECT, log.c.subject_id == str(crisis_id))
        .distinct()
    ).scalars()
    names = {*config.body.people, *actors, *crisis.roles.values(), crisis.lead or ""}
    refs = connection.execute(
        select(link.c.ref).where(link.c.crisis_id == crisis_id, link.c.kind.in_(_CUSTOMERS))
    ).scalars()
    paid = connection.execute(
        select(item.c.order_id, item.c.customer_key)
        .join(batch, batch.c.id == item.c.batch_id)
        .where(batch.c.crisis_id == crisis_id)
    ).all()
    keys = {*refs, *(row.order_id for row in paid), *(row.customer_key or "" for row in paid)}
    return Known(
        tuple(sorted(name for name in names if name and name != "worker")),
        tuple(sorted(key for key in keys if key)),
        tuple(sorted(str(value) for value in crisis.labels.values())),
    )


def redacted_of(connection: Connection, config: Config, stored: StoredReview) -> Mapping[str, Any]:
    """The summary with what was taken out of it, by language; empty without one."""
    if not stored.review.texts:
        return {}
    return summary.redacted(stored.review.texts, known_of(connection, config, stored.crisis_id))
