"""Read models of the screens on which alerts are understood and acted on: the list of incidents.

An incident is a row of `alert_group` with the alerts that joined it. Its numbers are the evidence
of its *lead*: of the members whose episode is the one that joined, the one that explains most.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

import polars as pl
from sqlalchemy import Connection, Engine, Row, func, or_, select

from alerts.rules.texts import segment_text
from data_access.metrics import Filter
from data_access.state import schema

View = Literal["needs_me", "mine", "acknowledged", "awaiting_verdict", "muted", "closed"]
VIEWS: tuple[View, ...] = get_args(View)
CLOSED_FOR = timedelta(days=90)
"""How long closed incidents are listed."""

RANK = {"info": 0, "warning": 1, "critical": 2}
NUMBERS = ("y", "mu", "low", "high", "increase", "excess", "explains")
TEXTS = ("title", "summary", "action")
SPARK_DAYS = 28

INBOX: Mapping[str, pl.DataType] = {
    "group_id": pl.Int64(),
    "version": pl.Int64(),
    "rule_id": pl.String(),
    "kpi": pl.String(),
    "severity": pl.String(),
    "handling": pl.String(),
    "firing": pl.Boolean(),
    "opened_at": pl.Datetime("us", "UTC"),
    "resolved_at": pl.Datetime("us", "UTC"),
    "closed_at": pl.Datetime("us", "UTC"),
    "acknowledged_at": pl.Datetime("us", "UTC"),
    "acknowledged_by": pl.String(),
    "assignee": pl.String(),
    "snooze_until": pl.Datetime("us", "UTC"),
    "notify_at": pl.Datetime("us", "UTC"),
    "notify_reason": pl.String(),
    "notices": pl.Int64(),
    "next_step_at": pl.Datetime("us", "UTC"),
    "mute_kind": pl.String(),
    "mute_words": pl.String(),
    "mute_until": pl.Datetime("us", "UTC"),
    "verdict": pl.String(),
    "verdict_note": pl.String(),
    "members": pl.Int64(),
    "firing_members": pl.Int64(),
    "day": pl.Date(),
    "first_day": pl.Date(),
    "labels": pl.String(),
    "segment": pl.String(),
    **{f"{name}_{language}": pl.String() for name in TEXTS for language in ("en", "zh")},
    **{name: pl.Float64() for name in NUMBERS},
    "spark": pl.List(pl.Float64()),
    "spark_low": pl.List(pl.Float64()),
    "spark_high": pl.List(pl.Float64()),
}


@dataclass(frozen=True)
class Member:
    """An alert in an incident; `evidence` is empty when it belongs to a later episode."""

    alert_id: int
    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    severity: str
    signal: str
    episode: int
    joined_at: datetime
    resolved_at: datetime | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Mute:
    """Why nobody is told: `silence`, `inhibited`, `calendar`, `snoozed` or `shadow`."""

    kind: str
    words: str
    until: datetime | None


def news(engine: Engine) -> str:
    """A text that changes when an incident, a message, a silence or a rule may have changed."""
    log, group, message = schema.event_log.c, schema.alert_group.c, schema.outbox.c
    attempt = schema.delivery_attempt.c
    with engine.connect() as connection:
        row = connection.execute(
            select(
                select(func.max(log.seq)).scalar_subquery(),
                select(func.max(group.updated_at)).scalar_subquery(),
                select(func.max(message.finished_at)).scalar_subquery(),
                select(func.max(attempt.started_at)).scalar_subquery(),
            )
        ).one()
    return " ".join(str(part or 0) for part in row)


def needing(engine: Engine, now: datetime) -> int:
    """How many incidents wait for somebody, of all markets: the view `needs_me`."""
    return inbox(engine, None, "needs_me", now).height


@dataclass(frozen=True)
class Watch:
    """That somebody looks: the newest slot judged, and how many live rules there are."""

    judged: datetime | None
    rules: int


def watch(engine: Engine) -> Watch:
    """When rules were judged last and how many are live."""
    slot, version = schema.eval_slot.c, schema.rule_version.c
    with engine.connect() as connection:
        judged = connection.execute(
            select(func.max(slot.slot_utc, type_=schema.UtcDateTime)).where(slot.status == "done")
        ).scalar()
        rules = connection.execute(select(func.count()).where(version.stage == "live")).scalar_one()
    return Watch(judged, rules)


def inbox(
    engine: Engine, where: Filter | None, view: View, now: datetime, *, actor: str = ""
) -> pl.DataFrame:
    """The incidents of one view, in the order in which they need somebody.

    Args:
        engine: state database.
        where: dimension values that pass; an incident without that dimension passes.
        view: `needs_me` (open, unacknowledged, not muted), `mine` (assigned to or acknowledged by
            `actor`, not closed), `acknowledged`, `awaiting_verdict`, `muted` (not closed, and
            nobody is told), `closed` (in the last 90 days).
        now: for what ends by itself: snoozes and silences.
        actor: whose incidents `mine` are.

    Returns:
        Columns of `INBOX`. `needs_me` has the most severe and then the longest waiting first,
        `closed` the newest first.
    """
    return listed(engine, where, now, actor=actor)[view]


def listed(
    engine: Engine, where: Filter | None, now: datetime, *, actor: str = ""
) -> dict[View, pl.DataFrame]:
    """Every view at once; see `inbox`."""
    group = schema.alert_group
    with engine.connect() as connection:
        groups = connection.execute(
            select(group).where(
                or_(group.c.closed_at.is_(None), group.c.closed_at >= now - CLOSED_FOR)
            )
        ).all()
        members = members_of(connection, [row.id for row in groups])
        steps = _next_steps(connection)
    records = [record(row, members.get(row.id, []), steps, now) for row in groups]
    passing = [(labels, found) for labels, found in records if passes(labels, where)]
    return {
        view: _frame([found for _labels, found in passing if _is_in(view, found, actor)], view)
        for view in VIEWS
    }


def record(
    row: Row[Any], members: Sequence[Member], steps: Mapping[int, datetime], now: datetime
) -> tuple[Mapping[str, str], dict[str, Any]]:
    """The labels of an incident, and its row of `INBOX`."""
    lead = lead_of(members)
    evidence: Mapping[str, Any] = lead.evidence if lead else {}
    labels = dict(lead.labels if lead else row.labels_json)
    mute = mute_of(row, now)
    texts, numbers = evidence.get("texts", {}), evidence.get("numbers", {})
    series = list(evidence.get("series", []))[-SPARK_DAYS:]
    last: Mapping[str, Any] = series[-1] if series else {}
    where = evidence.get("where", {})
    return labels, {
        "group_id": row.id,
        "version": row.version,
        "rule_id": row.rule_id or (lead.rule_id if lead else None),
        "kpi": evidence.get("rule", {}).get("kpi"),
        "severity": row.severity,
        "handling": row.handling,
        "firing": row.signal_open,
        **{
            name: getattr(row, name)
            for name in (
                "opened_at", "resolved_at", "closed_at", "acknowledged_at", "acknowledged_by",
                "assignee", "notify_at", "notify_reason", "notices", "verdict", "verdict_note",
            )
        },
        "snooze_until": row.snooze_until,
        "next_step_at": steps.get(row.id),
        "mute_kind": mute.kind if mute else None,
        "mute_words": mute.words if mute else None,
        "mute_until": mute.until if mute else None,
        "members": len(members),
        "firing_members": sum(member.resolved_at is None for member in members),
        "day": _day(evidence.get("day")),
        "first_day": _day(where.get("start")),
        "labels": json.dumps(labels, ensure_ascii=False),
        "segment": segment_text(list(labels.values())),
        **{
            f"{name}_{language}": texts.get(name, {}).get(language, "")
            for name in TEXTS
            for language in ("en", "zh")
        },
        **{name: numbers.get(name, last.get(name)) for name in NUMBERS},
        "spark": [point.get("y") for point in series],
        "spark_low": [point.get("low") for point in series],
        "spark_high": [point.get("high") for point in series],
    }  # fmt: skip


def labels_of(engine: Engine, group_id: int) -> Mapping[str, str]:
    """The slice of an incident; empty if there is no such incident."""
    group = schema.alert_group.c
    with engine.connect() as connection:
        lead = lead_of(members_of(connection, [group_id]).get(group_id, []))
        own = connection.execute(select(group.labels_json).where(group.id == group_id)).scalar()
    return lead.labels if lead else own or {}


def lead_of(members: Sequence[Member]) -> Member | None:
    """The member whose evidence speaks for the incident: it goes on, fixes least, exceeds most."""

    def order(member: Member) -> tuple[bool, bool, int, float, int]:
        excess = member.evidence.get("numbers", {}).get("excess") or 0.0
        over = member.resolved_at is not None
        return not member.evidence, over, len(member.labels), -excess, member.alert_id

    return min(members, key=order, default=None)


def members_of(connection: Connection, group_ids: Iterable[int]) -> dict[int, list[Member]]:
    """Members by incident, each alert once with its newest episode there."""
    joined, alert = schema.alert_group_member.c, schema.alert.c
    rows = connection.execute(
        select(
            joined.group_id, joined.episode, joined.joined_at, joined.resolved_at,
            alert.id, alert.rule_id, alert.fingerprint, alert.labels_json, alert.severity,
            alert.signal, alert.evidence_json, alert.episode.label("present"),
        )
        .join(schema.alert, alert.id == joined.alert_id)
        .where(joined.group_id.in_(list(group_ids)))
        .order_by(joined.group_id, joined.episode, alert.id)
    )  # fmt: skip
    found: dict[int, dict[int, Member]] = {}
    for row in rows:
        evidence = row.evidence_json if row.present == row.episode else None
        found.setdefault(row.group_id, {})[row.id] = Member(
            row.id, row.rule_id, row.fingerprint, row.labels_json, row.severity, row.signal,
            row.episode, row.joined_at, row.resolved_at, evidence or {},
        )  # fmt: skip
    return {group_id: list(members.values()) for group_id, members in found.items()}


def mute_of(row: Row[Any], now: datetime) -> Mute | None:
    """Why nobody is told of an incident at `now`; None when somebody is."""
    if row.snooze_until is not None and row.snooze_until > now:
        return Mute("snoozed", "", row.snooze_until)
    found = row.mute_json
    if not found:
        return None
    until = datetime.fromisoformat(found["until"]) if found.get("until") else None
    if until is not None and until <= now:
        return None
    what = found.get("words") or found.get("what") or ""
    words = what.get("words", "") if isinstance(what, dict) else str(what)
    return Mute(str(found.get("kind", "silence")), words, until)


def passes(labels: Mapping[str, str], where: Filter | None) -> bool:
    """Whether labels agree with a filter; a dimension that they lack agrees."""
    wanted = where.values() if where else {}
    return all(labels.get(name, values[0]) in values for name, values in wanted.items())


def _next_steps(connection: Connection) -> dict[int, datetime]:
    step = schema.escalation.c
    rows = connection.execute(
        select(step.group_id, step.next_at).where(
            step.next_at.is_not(None), step.stopped_at.is_(None)
        )
    )
    return {row.group_id: row.next_at for row in rows}


def _is_in(view: View, row: Mapping[str, Any], actor: str) -> bool:
    handling, muted = row["handling"], row["mute_kind"] is not None
    if view == "mine":
        mine = actor != "" and actor in {row["assignee"], row["acknowledged_by"]}
        return mine and handling != "closed"
    if view == "muted":
        return muted and handling != "closed"
    if view == "needs_me":
        return bool(handling == "open") and not muted
    return bool(handling == view)


def _frame(records: Sequence[Mapping[str, Any]], view: View) -> pl.DataFrame:
    frame = pl.DataFrame(records, schema=INBOX, orient="row")
    rank = pl.col("severity").replace_strict(RANK, return_dtype=pl.Int8)
    if view == "closed":
        return frame.sort("closed_at", "group_id", descending=True)
    return frame.sort(rank, "opened_at", "group_id", descending=[True, False, False])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
