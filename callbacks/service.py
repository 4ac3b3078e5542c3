"""What the Service screen does: the next hours, the backlog, languages, marketplaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from dash import ClientsideFunction, Dash, Input, Output

from dashboard import panel_state, rows
from dashboard import service as shapes
from dashboard.figures.age_bars import age_bars
from dashboard.figures.parity_dots import parity_dots
from dashboard.ids import Service, Shell
from dashboard.service_outlook import (
    Outlook,
    by_clock,
    by_group,
    of_clock,
    staffed_by,
    telling,
    whole,
)
from dashboard.today import ended_on, today
from dashboard.url_filter import View, decode, period
from dashboard.wording import service_backlog as backlog_words
from dashboard.wording import service_due as due_words
from dashboard.wording import service_markets as market_words
from dashboard.wording import service_parity as parity_words
from data_access.browse import due_soon
from data_access.browse.service_marketplaces import marketplaces
from data_access.browse.service_oldest import oldest_open
from data_access.browse.service_roster import PACE_DAYS, pace, roster
from data_access.metrics import Query
from data_access.metrics.parity import ALERT, largest, parity
from data_access.rollups.days import end_of_day

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    choices = (
        (Service.DUE_PANEL, (Service.WITHIN, Service.BY, Service.CLOCK)),
        (Service.AGES_PANEL, (Service.AGE,)),
        (Service.PARITY_PANEL, (Service.KPI, Service.REFERENCE)),
    )
    for panel, controls in choices:
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("afterwatch", "keepChoice"),
            Output(panel, "data-kept"),
            *[Input(control, "value") for control in controls],
            prevent_initial_call=True,
        )
    app.callback(
        Output(Service.DUE_PANEL, "className"),
        Output(Service.DUE, "data-rows"),
        Output(Service.CLOCKS, "data-rows"),
        Output(Service.DUE_TITLE, "children"),
        Output(Service.DUE_NOTE, "children"),
        Output(Service.QUEUE_PANEL, "className"),
        Output(Service.QUEUE, "data-rows"),
        Output(Service.QUEUE_TITLE, "children"),
        Output(Service.ALL, "href"),
        Output(Service.EXPORT, "href"),
        Output(Service.ANSWER, "children"),
        *VIEW,
        Input(Service.WITHIN, "value"),
        Input(Service.BY, "value"),
        Input(Service.CLOCK, "value"),
    )(lambda query, _version, *asked: due(services, query or "", *asked))
    app.callback(
        Output(Service.AGES_PANEL, "className"),
        Output(Service.AGES, "figure"),
        Output(Service.AGES_TITLE, "children"),
        Output(Service.AGES_NOTE, "children"),
        Output(Service.AGES_SUMMARY, "children"),
        Output(Service.AGES_TABLE, "data-rows"),
        Output(Service.OLDEST_PANEL, "className"),
        Output(Service.OLDEST, "data-rows"),
        *VIEW,
        Input(Service.AGE, "value"),
    )(lambda query, _version, by: backlog(services, query or "", by))
    app.callback(
        Output(Service.PARITY_PANEL, "className"),
        Output(Service.PARITY, "figure"),
        Output(Service.PARITY_TITLE, "children"),
        Output(Service.PARITY_NOTE, "children"),
        Output(Service.PARITY_SUMMARY, "children"),
        Output(Service.PARITY_TABLE, "data-rows"),
        Output(Service.REFERENCE, "options"),
        *VIEW,
        Input(Service.KPI, "value"),
        Input(Service.REFERENCE, "value"),
    )(lambda query, _version, kpi, with_: languages(services, query or "", kpi, with_))
    app.callback(
        Output(Service.MARKETS_PANEL, "className"),
        Output(Service.MARKETS, "data-rows"),
        Output(Service.MARKETS_TITLE, "children"),
        Output(Service.MARKETS_NOTE, "children"),
        *VIEW,
    )(lambda query, _version: markets(services, query or ""))


def due(
    services: Services, query: str, within: object, by: str | None, clock: str | None
) -> tuple[Any, ...]:
    """What falls due in the next hours, who is there, the queue, and the answer."""
    view, _ignored = decode(query)
    split, chosen = shapes.chosen_split(by), shapes.chosen_clock(clock)
    now = services.clock()
    found, usual = roster(services.warehouse, now), pace(services.warehouse, now)
    outlook = Outlook(
        due=of_clock(_due(services, view, now), chosen),
        crew=staffed_by(found, view.filter),
        now=now,
        minutes=shapes.chosen_horizon(within),
        per_hour=usual.per_hour,
    )
    minutes = outlook.minutes
    groups, every = by_group(outlook, split), whole(outlook)
    sooner, count = outlook.within, every[f"due_{minutes}"]
    return (
        panel_state.of(outlook.due.height),
        due_words.demand_table(
            groups.head(shapes.GROUPS_SHOWN), every, split, minutes, query, chosen
        ),
        due_words.clock_table(by_clock(outlook.due, outlook.now), minutes, split, query),
        due_words.title(count, minutes),
        due_words.note(
            outlook.now,
            _zone(services, view),
            every["here"],
            usual,
            days=PACE_DAYS,
            unfiltered=due_words.unfiltered(view.filter),
            silent=split == "language" and outlook.rostered and not telling(found),
            roster_ends=None if outlook.rostered else found.ends,
        ),
        panel_state.of(sooner.height),
        rows.items(due_words.queue(sooner.head(shapes.QUEUE_SHOWN), query)),
        due_words.queue_title(min(sooner.height, shapes.QUEUE_SHOWN), sooner.height),
        due_words.all_link(minutes, query),
        due_words.export_link(minutes, chosen, query),
        _answer(services, outlook, split, _zone(services, view)),
    )


def _due(services: Services, view: View, now: datetime) -> pl.DataFrame:
    return due_soon(
        services.warehouse,
        view.filter,
        as_of=now,
        horizon=timedelta(minutes=shapes.HORIZONS[-1]),
        limit=shapes.MOST_DUE,
    )


def _answer(services: Services, outlook: Outlook, split: str, zone: str) -> str:
    ended = ended_on(services)
    if ended is not None or services.metrics.fresh_at() is None:
        return due_words.unknown_data(ended)
    # Agents have no level: the sentence tells of languages then.
    by = split if split in shapes.STAFFED else shapes.STAFFED[0]
    due = pl.col(f"due_{outlook.minutes}")
    named = by_group(outlook, by).filter(due > 0, pl.col("group") != "").with_columns(due=due)
    every = whole(outlook)
    return due_words.answer(
        every[f"due_{outlook.minutes}"],
        outlook.minutes,
        named.row(0, named=True) if named.height else None,
        by,
        every["here"],
        roster_ends=None if outlook.rostered else outlook.crew.ends,
        zone=zone,
    )


def backlog(services: Services, query: str, by: str | None) -> tuple[Any, ...]:
    """Open cases by age, now and a week ago; the oldest of them."""
    view, _ignored = decode(query)
    split, zone, day = shapes.chosen_split(by), _zone(services, view), today(services, view)
    # Of data that are history the last day is looked at, not today.
    at = min(services.metrics.as_of(), end_of_day(day, zone))
    where = replace(view.filter, start=None, end=day)
    asked = Query("backlog", by=("age_bucket", split), where=where, zone=view.zone)
    earlier = replace(asked, where=replace(where, end=day - shapes.WEEK), as_of=at - shapes.WEEK)
    frame = shapes.ages(
        services.metrics.kpi(asked), services.metrics.kpi(earlier), split, backlog_words.OTHERS
    )
    waiting = oldest_open(services.warehouse, view.filter, as_of=at, limit=shapes.OLDEST_SHOWN)
    span = (_first_day(waiting, day), day)
    title = backlog_words.title(frame)
    return (
        panel_state.of(frame.filter(pl.max_horizontal("value", "before") > 0).height),
        age_bars(
            backlog_words.bars(frame, split, query, span),
            backlog_words.bucket_names(),
            height=shapes.AGES_HEIGHT,
            view=f"{query}&{split}",
        ),
        title,
        backlog_words.note(at, at - shapes.WEEK, zone),
        title,
        backlog_words.table(frame, split, query, span),
        panel_state.of(waiting.height),
        rows.items(backlog_words.oldest(waiting, query)),
    )


def _first_day(waiting: pl.DataFrame, day: date) -> date:
    """The day before the oldest open case, in whatever zone days are cut."""
    return waiting["created_at"][0].date() - timedelta(days=1) if waiting.height else day


def languages(
    services: Services, query: str, kpi: str | None, chosen: str | None
) -> tuple[Any, ...]:
    """Every language beside the reference, as if all had its mix of topics and channels."""
    view, _ignored = decode(query)
    span = period(view, today(services, view))
    name = shapes.PARITY[shapes.chosen_parity(kpi)]
    topic = "reason" if services.metrics.values("reason") else "category"
    counts = services.metrics.kpi(
        Query(
            name,
            by=("language", topic, "channel"),
            where=replace(span.now, language=()),
            zone=view.zone,
        )
    )
    known = counts.filter(pl.col("denominator") > 0)["language"].drop_nulls().unique().to_list()
    reference = chosen if chosen in known else largest(counts, "language")
    frame = shapes.surest_first(
        parity(counts, "language", [topic, "channel"], reference or ""), reference or ""
    )
    alike, below = parity_words.marks()
    options = parity_words.reference_options(chosen or "", known)
    return (
        panel_state.of(frame.height if frame.height > 1 else 0),
        parity_dots(
            parity_words.dots(frame, name, query),
            alert=ALERT,
            alike=alike,
            below=below,
            view=f"{query}&{name}&{reference}",
        ),
        parity_words.title(frame, reference or ""),
        parity_words.note(name, span, reference or "", topic, unsplit=bool(view.filter.language)),
        parity_words.summary(frame, name, reference or ""),
        parity_words.table(frame, name, reference or "", query),
        [{"label": label, "value": value} for value, label in options.items()],
    )


def markets(services: Services, query: str) -> tuple[Any, ...]:
    """Both promises of every marketplace."""
    view, _ignored = decode(query)
    span = period(view, today(services, view))
    frame = marketplaces(
        services.warehouse,
        span.now,
        as_of=services.metrics.as_of(),
        now=services.clock(),
        zone=_zone(services, view),
    )
    return (
        panel_state.of(frame.height),
        market_words.table(frame, query),
        market_words.title(frame),
        market_words.note(span),
    )


def _zone(services: Services, view: View) -> str:
    return view.zone or services.settings.time_zone
