"""What the frame does: addresses become views, the version tells screens when to ask again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from alerts import inbox
from dashboard import filter_bar, pulse
from dashboard.formats import iso_utc, moment
from dashboard.ids import DIMENSION_CONTROLS, LOCATION, Shell
from dashboard.languages import _
from dashboard.today import data_to
from dashboard.url_filter import IN_BAR, UNKNOWN, Ignored, decode, encode

if TYPE_CHECKING:
    from dashboard.services import Services

CONTROLS = (
    (Shell.RANGE, "value"),
    (Shell.FROM, "data-value"),
    (Shell.TO, "data-value"),
    (Shell.COMPARE, "value"),
    *[(control, "value") for control in DIMENSION_CONTROLS.values()],
    (Shell.CURRENCY, "value"),
    (Shell.ZONE, "value"),
)
"""Controls of the filter bar and the property that holds their value."""


def register(app: Dash, services: Services) -> None:
    """Bind the frame's callbacks."""

    def clientside(name: str, *wiring: Any, **options: Any) -> None:
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("afterwatch", name), *wiring, **options
        )

    clientside(
        "askedView",
        Output(Shell.ASKED, "data"),
        Input(LOCATION, "pathname"),
        Input(LOCATION, "search"),
        State(Shell.QUERY, "data"),
    )
    app.callback(
        Output(Shell.QUERY, "data"),
        Output(Shell.NOTES, "children"),
        *[Output(control, value) for control, value in CONTROLS],
        Input(Shell.ASKED, "data"),
        State(Shell.QUERY, "data"),
        prevent_initial_call=True,
    )(lambda asked, present: restore(services, asked, present))
    clientside(
        "collectView",
        Output(Shell.QUERY, "data", allow_duplicate=True),
        *[Input(control, value) for control, value in CONTROLS],
        State(Shell.QUERY, "data"),
        prevent_initial_call=True,
    )
    clientside(
        "showView",
        Output(Shell.FILTERS, "data-shown"),
        Input(Shell.QUERY, "data"),
        *[State(control, "options") for control in DIMENSION_CONTROLS.values()],
        prevent_initial_call=True,
    )
    clientside(
        "keepActor",
        Output(Shell.ACTOR, "data"),
        Input(Shell.ACTOR_NAME, "value"),
        State(Shell.ACTOR, "data"),
        prevent_initial_call=True,
    )
    clientside(
        "showActor",
        Output(Shell.ACTOR_NAME, "value", allow_duplicate=True),
        Input(Shell.ACTOR, "data"),
        State(Shell.ACTOR_NAME, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Shell.VERSION, "data"),
        Output(Shell.STAMP, "className"),
        Output(Shell.STAMP_TIME, "data-utc"),
        Output(Shell.STAMP_TIME, "children"),
        Output(Shell.WORKER, "className"),
        Output(Shell.WORKER, "children"),
        Output(Shell.NEWS, "data"),
        Output(Shell.NEEDS, "children"),
        Input(Shell.REFRESH, "n_intervals"),
        State(Shell.VERSION, "data"),
        State(Shell.NEWS, "data"),
    )(lambda _ticks, version, news: poll(services, version, news))


def restore(services: Services, asked: str, present: str | None) -> tuple[Any, ...]:
    """The view that an opened address names: canonical query, note, value of every control."""
    known = {name: filter_bar.known_values(services, name) for name in IN_BAR}
    view, ignored = decode(asked or "", {name: values for name, values in known.items() if values})
    query = encode(view)
    settings = services.settings
    dates = (view.filter.start, view.filter.end)
    return (
        no_update if query == present else query,
        note(ignored),
        view.range,
        *[day.isoformat() if day else "" for day in dates],
        view.compare,
        *[[value or UNKNOWN for value in getattr(view.filter, name)] for name in IN_BAR],
        view.currency or settings.currency,
        view.zone or settings.time_zone,
    )


def note(ignored: tuple[Ignored, ...]) -> str:
    """What of an address was left out, in a sentence; empty when all was understood."""
    if not ignored:
        return ""
    parts = [f"{part.key} = {part.value}" for part in ignored[:3]]
    more = _(" and {count} more", count=len(ignored) - 3) if len(ignored) > 3 else ""
    return _(
        "Left out of the filter, because the data do not have it: {parts}.",
        parts=", ".join(parts) + more,
    )


def poll(services: Services, version: str | None, news: str | None) -> tuple[Any, ...]:
    """What changed (only when it did), how fresh the data are, who works, what needs somebody."""
    now: datetime = services.clock()
    current = services.metrics.version()
    fresh = data_to(services)
    stale = pulse.is_stale(fresh, now, services.settings.stale_after_minutes)
    worker = pulse.worker(services.engine, now)
    told = inbox.news(services.engine)
    needs = inbox.needing(services.engine, now)
    return (
        no_update if current == version else current,
        "aw-stamp is-stale" if stale else "aw-stamp",
        iso_utc(fresh) if fresh else "",
        moment(fresh, services.settings.time_zone) if fresh else _("none yet"),
        f"aw-status aw-status--{worker}",
        pulse.worker_name(worker),
        no_update if told == news else told,
        str(needs) if needs else "",
    )
