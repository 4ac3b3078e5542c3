"""How `afterwatch crisis` shows crises: as tables for people, as records for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output

if TYPE_CHECKING:
    from alerts.crisis.statutory_clocks import Clock
    from alerts.crisis_room import Listed, Room
    from alerts.crisis_room.model import Moment

_INSTANT = pl.Datetime("us", "UTC")
_LISTED = {
    "crisis_id": pl.Int64(),
    "status": pl.String(),
    "level": pl.Int64(),
    "proposed_level": pl.Int64(),
    "title": pl.String(),
    "labels": pl.String(),
    "lead": pl.String(),
    "began_at": _INSTANT,
    "declared_at": _INSTANT,
    "criteria": pl.String(),
    "next": pl.String(),
    "next_due_at": _INSTANT,
    "overdue": pl.Int64(),
    "drill_id": pl.Int64(),
}
_TERMS = {
    "rule": pl.String(),
    "status": pl.String(),
    "starts_at": _INSTANT,
    "due_at": _INSTANT,
    "what": pl.String(),
    "term": pl.String(),
    "source": pl.String(),
    "reviewed_by": pl.String(),
    "note": pl.String(),
}
_SHOWN = 30
"""Entries of the log that the table shows, the newest."""


def listed(found: Sequence[Listed]) -> pl.DataFrame:
    """One row for each crisis."""
    rows = [
        (
            one.crisis.id,
            str(one.crisis.status),
            one.crisis.level,
            one.crisis.proposed_level,
            one.crisis.title,
            _labels(one.crisis.labels),
            one.crisis.lead,
            one.crisis.began_at,
            one.crisis.declared_at,
            ", ".join(held.name for held in one.held),
            one.next.name if one.next else None,
            one.next.due_at if one.next else None,
            one.overdue,
            one.crisis.drill_id,
        )
        for one in found
    ]
    return pl.DataFrame(rows, schema=_LISTED, orient="row")


def _labels(labels: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()))


def terms(clocks: Sequence[Clock]) -> pl.DataFrame:
    """One row for each term of a law."""
    rows = [
        (
            clock.key,
            clock.status,
            clock.starts_at,
            clock.due_at,
            clock.rule.to.en if clock.rule else None,
            clock.rule.term if clock.rule else None,
            f"{clock.rule.source.title}, {clock.rule.source.place}" if clock.rule else None,
            _reviewed(clock),
            clock.note,
        )
        for clock in clocks
    ]
    return pl.DataFrame(rows, schema=_TERMS, orient="row")


def _reviewed(clock: Clock) -> str | None:
    if clock.rule is None:
        return None
    mark = clock.rule.reviewed
    return f"{mark.by}, {mark.on}" if mark.by else f"not yet reviewed ({mark.role} should)"


def record(room: Room, happened: Sequence[Moment]) -> dict[str, Any]:
    """One crisis as JSON."""
    crisis = room.crisis
    return {
        "crisis_id": crisis.id,
        "status": str(crisis.status),
        "level": crisis.level,
        "proposed_level": crisis.proposed_level,
        "title": crisis.title,
        "titles": dict(crisis.titles),
        "labels": dict(crisis.labels),
        "began_at": crisis.began_at,
        "detected_at": crisis.detected_at,
        "declared_at": crisis.declared_at,
        "declared_by": crisis.declared_by,
        "clear_since": crisis.clear_since,
        "contained_at": crisis.contained_at,
        "closed_at": crisis.closed_at,
        "close_reason": crisis.close_reason,
        "lead": crisis.lead,
        "roles": dict(crisis.roles),
        "flags": dict(crisis.flags),
        "drill_id": crisis.drill_id,
        "version": crisis.version,
        "measures": dict(crisis.measured),
        "found": dict(crisis.found),
        "criteria": [
            {
                "criterion": one.name,
                "level": one.level,
                "holds": one.holds,
                "held_since": one.held_since,
                "checked_at": one.checked_at,
                "evidence": one.evidence.en if one.evidence else None,
            }
            for one in room.criteria
        ],
        "terms": terms(room.terms).to_dicts(),
        "runs": [{"run": run.id, "playbook": run.playbook} for run in room.runs],
        "links": {part.kind: part.count for part in room.links},
        "log": [
            {"seq": one.seq, "at": one.at, "actor": one.actor, "kind": one.kind, **one.data}
            for one in happened
        ],
    }


def show(room: Room, happened: Sequence[Moment]) -> None:
    """Print one crisis."""
    from dashboard.wording.crisis_names import level_words, status_name

    crisis = room.crisis
    proposed = crisis.level is None
    click.echo(f"{crisis.title}")
    click.echo(
        f"{status_name(str(crisis.status))}. "
        f"{level_words(room.levels, room.level, proposed=proposed)}."
    )
    if crisis.level and crisis.proposed_level:
        click.echo(f"The figures ask for level {crisis.proposed_level}.")
    click.echo(f"Slice: {_labels(crisis.labels)}")
    click.echo(f"Lead: {crisis.lead or '–'}")
    if crisis.flags:
        click.echo(f"Flags: {', '.join(sorted(crisis.flags))}")
    if crisis.found:
        joined = ", ".join(f"{count} {kind}" for kind, count in sorted(crisis.found.items()))
        click.echo(f"Its labels select: {joined}")
    _table(
        "Criteria",
        ["level", "criterion", "holds", "figures"],
        [
            (one.level, one.name, "yes" if one.holds else "no", one.evidence.en)
            for one in sorted(room.criteria, key=lambda one: (-one.level, not one.holds, one.name))
            if one.evidence
        ],
    )
    _table(
        "Terms set by laws (not legal advice)",
        ["rule", "status", "due (UTC)", "what"],
        [
            (
                clock.key,
                clock.status,
                f"{clock.due_at:%Y-%m-%d %H:%M}" if clock.due_at else "",
                clock.rule.to.en if clock.rule else "",
            )
            for clock in room.terms
        ],
    )
    _table("Belongs to it", ["kind", "linked"], [(part.kind, part.count) for part in room.links])
    _table(
        "What happened",
        ["at (UTC)", "who", "what", "how"],
        [
            (f"{one.at:%Y-%m-%d %H:%M}", one.actor, one.kind, _told(one.data))
            for one in list(happened)[:_SHOWN]
        ],
    )


def _told(data: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in data.items() if name != "version")


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        output.console().print(
            output.table(list(columns), [list(row) for row in rows], title=title)
        )
