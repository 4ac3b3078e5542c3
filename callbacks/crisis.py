"""What a crisis room does: one look at it that sends only what differs, and what is pressed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from alerts.crisis_room import choices, news_of, room, timeline
from alerts.notify.current import Current
from alerts.overrides import active
from alerts.roster import on_duty
from dashboard import panel_state
from dashboard.crises import PAGE
from dashboard.crisis_actions import answer
from dashboard.ids import Crisis, Shell
from dashboard.languages import current
from dashboard.url_filter import decode, link
from dashboard.wording import crisis as words
from dashboard.wording import crisis_parts, crisis_tasks, crisis_timeline

if TYPE_CHECKING:
    from dashboard.services import Services

_DIGITS = 19
"""A longer number is none that a database gives."""
EVERYTHING = (
    (Crisis.BACK, "href"),
    (Crisis.CLOCK, "data-clock"),
    (Crisis.BANNER, "data-rows"),
    (Crisis.ANSWER, "children"),
    (Crisis.HEAD_PANEL, "className"),
    (Crisis.HEAD, "data-rows"),
    (Crisis.ACTIONS, "data-rows"),
    (Crisis.TASKS_PANEL, "className"),
    (Crisis.TASKS_NOTE, "children"),
    (Crisis.TASKS_EMPTY, "children"),
    (Crisis.TASKS, "data-rows"),
    (Crisis.DUE_PANEL, "className"),
    (Crisis.DUE, "data-rows"),
    (Crisis.LEVEL_PANEL, "className"),
    (Crisis.LEVEL_NOTE, "children"),
    (Crisis.LOWERING, "children"),
    (Crisis.LEVEL, "data-rows"),
    (Crisis.LEVEL_ACTIONS, "data-rows"),
    (Crisis.PEOPLE_PANEL, "className"),
    (Crisis.PEOPLE, "data-rows"),
    (Crisis.PEOPLE_ACTIONS, "data-rows"),
    (Crisis.STATEMENTS_PANEL, "className"),
    (Crisis.STATEMENTS_TITLE, "children"),
    (Crisis.STATEMENTS, "data-rows"),
    (Crisis.BATCHES_PANEL, "className"),
    (Crisis.BATCHES, "data-rows"),
    (Crisis.EVIDENCE_PANEL, "className"),
    (Crisis.EVIDENCE, "data-rows"),
    (Crisis.LINKS_PANEL, "className"),
    (Crisis.LINKS_TITLE, "children"),
    (Crisis.LINKS, "data-rows"),
    (Crisis.LINKS_ACTIONS, "data-rows"),
    (Crisis.TIMELINE_PANEL, "className"),
    (Crisis.TIMELINE_NOTE, "children"),
    (Crisis.TIMELINE, "data-rows"),
    (Crisis.MORE, "hidden"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "visibleTick"),
        Output(Crisis.WATCHED, "data"),
        Input(Crisis.TICK, "n_intervals"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Crisis.STAMP, "data"),
        Input(Crisis.WATCHED, "data"),
        Input(Shell.NEWS, "data"),
        State(Crisis.ASKED, "data"),
        State(Crisis.STAMP, "data"),
        prevent_initial_call=True,
    )(lambda _tick, _news, asked, known: stamped(services, asked, known))
    app.callback(
        Output(Crisis.CHANGED, "data"),
        Output(Crisis.OUTCOME, "children"),
        Output(Crisis.OUTCOME, "className"),
        Input(Crisis.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: pressed(services, data))
    app.callback(
        Output(Crisis.SHOWN, "data"),
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Crisis.STAMP, "data"),
        Input(Crisis.ASKED, "data"),
        Input(Crisis.CHANGED, "data"),
        Input(Shell.ACTOR, "data"),
        Input(Crisis.TIMELINE_OF, "value"),
        Input(Crisis.MORE, "n_clicks"),
        State(Crisis.HELD, "data"),
        State(Crisis.SHOWN, "data"),
    )(
        lambda query, _stamp, asked, done, actor, of, more, held, known: refreshed(
            services,
            View(query or "", asked, done or "", actor or "", of or "all", more or 0),
            held or {},
            known or {},
        )
    )


@dataclass(frozen=True)
class View:
    """What of a room is asked for, and by whom."""

    query: str
    asked: str
    done: str = ""
    actor: str = ""
    of: str = "all"
    more: int = 0


def number(asked: str) -> int:
    """The crisis that an address names; 0 where it names none."""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _DIGITS else 0


def stamped(services: Services, asked: str, known: str | None) -> Any:
    """Whether anything of the crisis may have changed; nothing is sent where it has not."""
    found = news_of(services.engine, number(asked), services.clock())
    return no_update if found == known else found


def pressed(services: Services, data: Any) -> tuple[str, str, str]:
    """Do what was pressed."""
    found = answer(services, data)
    return found.token, found.text, found.style


def refreshed(
    services: Services, view: View, held: Mapping[str, str], known: Mapping[str, str]
) -> tuple[Any, ...]:
    """The room as it stands; parts that the page shows already are left out.

    Args:
        services: what is looked at.
        view: what is asked for.
        held: digest of each task that the page holds.
        known: digest of each part that it shows.

    Returns:
        The digests, then the parts in the order of `EVERYTHING`.
    """
    parts = shown(services, view, held)
    digests: dict[str, str] = {}
    sent: list[Any] = []
    for (part, prop), value in zip(EVERYTHING, parts, strict=True):
        if value is no_update:
            sent.append(no_update)
            continue
        if part is Crisis.TASKS:
            sent.append(value)  # tells the page what differs from what it holds
            continue
        name = f"{part.removeprefix('crisis-')}.{prop[0]}"
        digests[name] = hashlib.blake2b(str(value).encode(), digest_size=4).hexdigest()
        sent.append(no_update if known.get(name) == digests[name] else value)
    return (no_update if digests == known else digests, *sent)


def shown(services: Services, view: View, held: Mapping[str, str]) -> tuple[Any, ...]:
    """Every part of the room, in the order of `EVERYTHING`."""
    wall = services.clock()
    config = Current(services.settings.home).config()
    found = room(services.engine, number(view.asked), wall, config)
    if found is None:
        return _missing(view.query)
    chosen, _ignored = decode(view.query)
    zone = chosen.zone or services.settings.time_zone
    query, done = view.query, view.done
    tasks = crisis_tasks.shown(found, view.actor, held, zone, query, done)
    entries, count = timeline(
        services.engine, found.crisis.id, of=view.of, limit=PAGE * (1 + view.more)
    )
    called = {
        one.duty.person: one.rota
        for one in on_duty(config, active(services.engine, wall), wall)
        if one.duty is not None and one.duty.person
    }
    due = crisis_parts.deadlines(found, zone, done)
    criteria = words.criteria(found, zone)
    people = crisis_parts.people(found, config, called)
    evidence = crisis_parts.evidence(found, zone, query)
    return (
        link("/crises", query),
        words.clock(found),
        words.banner(found, query),
        words.answer(found, zone),
        panel_state.READY,
        words.head(found, zone, query),
        words.offered(found, done, choices(services.engine, found.crisis, current())),
        panel_state.of(len(found.steps)),
        crisis_tasks.note(found, view.actor),
        crisis_tasks.empty(found),
        no_update if tasks is None else tasks,
        panel_state.of(len(due)),
        due,
        panel_state.of(len(criteria)),
        words.level_note(found, zone),
        words.lowering(found, zone),
        criteria,
        words.level_acts(found, zone, done),
        panel_state.of(len(people)),
        people,
        crisis_parts.people_acts(found, done),
        panel_state.of(len(found.statements)),
        crisis_parts.statements_title(found),
        crisis_parts.statements(found, zone, query),
        panel_state.of(len(found.batches)),
        crisis_parts.batches(found, zone, query),
        panel_state.of(len(evidence)),
        evidence,
        panel_state.of(len(found.links)),
        crisis_parts.links_title(found),
        crisis_parts.links(found, query),
        crisis_parts.links_acts(found, done),
        panel_state.of(count),
        crisis_timeline.note(len(entries), count, zone),
        crisis_timeline.moments(entries, found, zone),
        len(entries) >= count,
    )


def _missing(query: str) -> tuple[Any, ...]:
    """That there is no such crisis: the head's panel says so, all others are empty."""
    kinds = {"className": panel_state.EMPTY, "href": link("/crises", query), "hidden": True}
    return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
