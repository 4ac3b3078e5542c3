"""Publishing a signed text at most once, and the record of exactly what went out.

The message, the state and the record are written in one transaction: a crash leaves either all of
them or none, and the message's key keeps it to one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.notify import outbox
from alerts.notify.config import Config
from alerts.notify.message import Message, idem_key, room
from alerts.statements import chain, rows, writing_texts
from alerts.statements.limits import CHANNELS
from alerts.statements.machine import Refused, Status, Why
from alerts.statements.rows import Statement
from alerts.statements.templates import Template

TOLERANCE = timedelta(minutes=5)
"""By so much may the clock of whoever noted a posting be ahead."""


def send(
    connection: Connection,
    config: Config,
    one: Statement,
    template: Template,
    slots: Sequence[chain.Slot],
    targets: Sequence[str],
    *,
    by: str,
    drill_id: int | None,
    now: datetime,
    wall: datetime,
) -> int:
    """Hand the text to the outbox for each target channel; gives the statement's version.

    Raises:
        Refused: no target, or one that `alerting.yaml` does not have.
    """
    known = list(config.body.channels)
    wanted = list(dict.fromkeys(target.strip() for target in targets if target.strip()))
    if not wanted or any(target not in known for target in wanted):
        raise Refused(Why.TARGET_UNKNOWN, data={"channels": known})
    records: list[dict[str, Any]] = []
    for target in wanted:
        message = _message(config, one, template, target, drill_id, wall)
        made = outbox.enqueue(connection, [message], wall)
        records.append(
            {
                "how": "outbox",
                "channel": target,
                "message": made[0] if made else None,
                "key": message.idem_key,
                "at": now.isoformat(),
                "by": by,
            }
        )
    return _sent(connection, one, slots, records, by=by, at=now, drill_id=drill_id, now=now)


def record(
    connection: Connection,
    one: Statement,
    slots: Sequence[chain.Slot],
    where: str,
    at: datetime | None,
    *,
    by: str,
    drill_id: int | None,
    now: datetime,
) -> int:
    """Note that a person published the text by hand; a sent one may be noted at more places.

    Raises:
        Refused: no place, or a moment to come.
    """
    place = where.strip()[:500]
    if not place:
        raise Refused(Why.WHERE_NEEDED)
    when = at or now
    if when > now + TOLERANCE:
        raise Refused(Why.IN_THE_FUTURE, at=now)
    noted = {
        "how": "by_hand",
        "where": place,
        "at": when.isoformat(),
        "noted_at": now.isoformat(),
        "by": by,
    }
    if one.status is not Status.SENT:
        return _sent(connection, one, slots, [noted], by=by, at=when, drill_id=drill_id, now=now)
    before = dict(one.sent or {})
    if any(place == known.get("where") for known in before.get("records", [])):
        raise Refused(Why.ALREADY, by=one.sent_by or "", at=one.sent_at)
    sent = {**before, "records": [*before.get("records", []), noted]}
    version = rows.change(connection, one, now, sent_json=sent)
    rows.tell(
        connection,
        one,
        "statement_recorded",
        actor=by,
        now=now,
        version=version,
        drill_id=drill_id,
        facts=noted,
    )
    return version


def _sent(
    connection: Connection,
    one: Statement,
    slots: Sequence[chain.Slot],
    records: list[dict[str, Any]],
    *,
    by: str,
    at: datetime,
    drill_id: int | None,
    now: datetime,
) -> int:
    signed = chain.valid(rows.signatures(connection, one.id), slots, one.sha256, one.author)
    sent: Mapping[str, Any] = {
        "text": one.body,
        "text_sha256": chain.text_sha256(one.body),
        "sha256": one.sha256,
        "source_sha256": one.source_sha256,
        "locale": one.locale,
        "channel": one.channel,
        "drill": drill_id,
        "signatures": [
            {"role": each.role, "by": each.by, "at": each.at.isoformat()} for each in signed
        ],
        "records": records,
    }
    version = rows.change(
        connection,
        one,
        now,
        status=str(Status.SENT),
        sent_at=at,
        sent_by=by,
        sent_json=sent,
    )
    facts = {"sha256": one.sha256, "text_sha256": sent["text_sha256"], "records": records}
    rows.tell(
        connection,
        one,
        "statement_sent",
        actor=by,
        now=now,
        version=version,
        drill_id=drill_id,
        facts=facts,
    )
    writing_texts.finish(connection, one, by=by, now=now)
    return version


def _message(
    config: Config,
    one: Statement,
    template: Template,
    target: str,
    drill_id: int | None,
    wall: datetime,
) -> Message:
    subject, body = parts(one.channel, one.body)
    reader = "zh" if one.locale.startswith("zh") else "en"
    return Message(
        idem_key=idem_key(
            f"statement:{one.id}",
            0,
            "statement",
            step=0,
            round=0,
            recipient=room(target),
            channel=target,
        ),
        group_id=None,
        kind="crisis",
        reason="statement",
        severity="critical",
        channel=target,
        recipient=room(target),
        locale=reader,
        subject=subject or (template.title.zh if reader == "zh" else template.title.en),
        body=body,
        not_before=wall,
        deadline=wall + config.body.deadlines.of("critical"),
        payload={
            "drill": drill_id,
            "data": {
                "statement": one.id,
                "crisis": one.crisis_id,
                "template": one.template,
                "channel": one.channel,
                "locale": one.locale,
                "sha256": one.sha256,
            },
        },
        crisis_id=one.crisis_id,
    )


def parts(channel: str, text: str) -> tuple[str, str]:
    """Subject and the rest; the subject is empty where the channel has none."""
    if not CHANNELS[channel].subject:
        return "", text
    head, _, rest = text.partition("\n")
    return head.strip(), rest.strip()
