"""What a backtest says: what the rule would have told, what it costs, what it missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from alerts.backtest import Backtest, Detection, Difference
from alerts.backtest.result import DayCount
from alerts.backtest.walking import Found
from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.vocabulary import value_name
from dashboard.wording.incident_names import verdict_names

MOST_LANES = 8
"""Segments drawn one by one; the table behind the figure has all."""
SPANS = {
    "lane": pl.String(),
    "first": pl.Date(),
    "last": pl.Date(),
    "kind": pl.String(),
    "hover": pl.String(),
}


def segment(labels: Mapping[str, str]) -> str:
    """A slice in words."""
    named = [value_name(name, value) for name, value in labels.items()]
    return " · ".join(named) or _("All together")


def title(made: Backtest) -> str:
    """How often it would have spoken."""
    if not made.days:
        return _("No day could be judged: its history is too short")
    count = len(made.episodes)
    if not count:
        return _("In {days} days it would have said nothing", days=formats.number(made.days))
    return ngettext(
        "In {days} days it would have spoken once",
        "In {days} days it would have spoken {count} times",
        count,
        days=formats.number(made.days),
    )


def note(made: Backtest) -> str:
    """Which days, over how many segments."""
    return " · ".join(
        [
            formats.days(made.first, made.last),
            ngettext("{count} segment", "{count} segments", made.segments),
            _("each day as it was known then, nobody acting"),
        ]
    )


def cost(made: Backtest) -> str:
    """What the rule costs, and how often it would have been wrong as far as people said."""
    verdicts = made.verdicts.by_verdict
    words = verdict_names()
    told = sum(verdicts.values())
    facts = [
        rows.Fact(_("Episodes a week"), formats.number(made.episodes_per_week, 2)),
        rows.Fact(
            _("Messages a day, per manager"),
            formats.number(made.per_manager_day, 2),
            sub=_("after grouping, reminders left out"),
        ),
        rows.Fact(_("Relapses"), formats.number(made.flaps)),
        rows.Fact(_("Near misses"), formats.number(made.near_misses)),
        rows.Fact(_("Most on one weekday"), _weekday(made)),
        *_places(made),
        rows.Fact(
            _("With a verdict"),
            _("{told} of {all}", told=formats.number(told), all=formats.number(len(made.episodes))),
            sub=", ".join(f"{words[name]}: {count}" for name, count in verdicts.items()),
        ),
    ]
    return rows.facts(facts)


def _weekday(made: Backtest) -> str:
    counts = made.by_weekday
    if not made.episodes:
        return formats.NONE
    most = max(range(7), key=lambda day: counts[day])
    names = [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ]
    return f"{names[most]} ({counts[most]})"


def _places(made: Backtest) -> list[rows.Fact]:
    """Which values of its first dimension speak most."""
    if not made.episodes or not made.episodes[0].labels:
        return []
    name = "market" if "market" in made.episodes[0].labels else next(iter(made.episodes[0].labels))
    counts = list(made.by_label(name).items())[:3]
    told = ", ".join(f"{value_name(name, value)} {count}" for value, count in counts)
    return [rows.Fact(_("Speaks most of"), told)]


def days(made: Backtest) -> pl.DataFrame:
    """Rows of the figure's upper half: counts, or how many episodes were open where none add up."""
    counted = any(one.y is not None for one in made.daily)
    return pl.DataFrame(
        {
            "day": pl.Series([one.day for one in made.daily], dtype=pl.Date),
            "y": pl.Series(
                [one.y if counted else one.open for one in made.daily], dtype=pl.Float64
            ),
            "mu": pl.Series([one.mu for one in made.daily], dtype=pl.Float64),
            "hover": [_day_hover(one) for one in made.daily],
        }
    )


def _day_hover(one: DayCount) -> str:
    parts = [formats.day(one.day, year=True)]
    if one.y is not None:
        parts.append(_("{count} counted", count=formats.number(one.y)))
    if one.mu is not None:
        parts.append(_("{count} expected", count=formats.number(one.mu)))
    if one.open:
        parts.append(ngettext("{count} episode open", "{count} episodes open", one.open))
    return "<br>".join(parts)


def spans(made: Backtest) -> pl.DataFrame:
    """Rows of the figure's lower half: what people know of first, then segments."""
    found = [_known_span(one, made.last) for one in made.detections]
    often = Counter(segment(one.labels) for one in made.episodes)
    lanes = [name for name, _count in often.most_common(MOST_LANES)]
    shown = [one for one in made.episodes if segment(one.labels) in lanes]
    found += [
        (
            segment(one.labels),
            one.opened,
            one.closed or made.last,
            "episode",
            "<br>".join([segment(one.labels), _span_words(one), _size(one)]),
        )
        for one in sorted(shown, key=lambda one: (lanes.index(segment(one.labels)), one.opened))
    ]
    return pl.DataFrame(found, schema=SPANS, orient="row")


def _known_span(one: Detection, last: date) -> tuple[str, date, date, str, str]:
    kind = "missed" if one.detected is None else "known"
    hover = f"{one.title}<br>{detected(one)}"
    return (_("Known incidents"), one.began, min(one.ended or one.began, last), kind, hover)


def detected(one: Detection) -> str:
    """Whether and how soon it was told."""
    delay = one.delay_days
    if delay is None:
        return _("missed")
    if delay == 0:
        return _("told on its first day")
    return ngettext("told after {count} day", "told after {count} days", delay)


def _span_words(one: Found) -> str:
    if one.closed is None:
        return _("from {first}, still open", first=formats.day(one.opened, year=True))
    return formats.days(one.opened, one.closed)


def _size(one: Found) -> str:
    if one.y is None or one.mu is None:
        return ""
    return _("{y} where {mu} were expected", y=formats.number(one.y), mu=formats.number(one.mu, 1))


def episode_table(episodes: Sequence[Found]) -> str:
    """Episodes, the newest first."""
    columns = [
        rows.Column(_("Segment")),
        rows.Column(_("Days")),
        rows.Column(_("On its worst day")),
        rows.Column(_("Relapses"), num=True),
    ]
    newest = sorted(episodes, key=lambda one: one.opened, reverse=True)
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(segment(one.labels)),
                    rows.Cell(_span_words(one)),
                    rows.Cell(_size(one) or formats.NONE),
                    rows.Cell(formats.number(one.flaps)),
                )
            )
            for one in newest
        ],
    )


def known_table(made: Backtest) -> str:
    """Incidents that people know of, the missed ones first."""
    columns = [rows.Column(_("Incident")), rows.Column(_("Began")), rows.Column(_("Told"))]
    ranked = sorted(made.detections, key=lambda one: (one.detected is not None, one.began))
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(one.title),
                    rows.Cell(formats.day(one.began, year=True)),
                    rows.Cell(detected(one), status="ok" if one.detected else "breach"),
                )
            )
            for one in ranked
        ],
    )


def weeks(made: Backtest, live: Backtest | None) -> pl.DataFrame:
    """Episodes by the week they opened in, with those of the live version where it is another."""
    first = made.first - timedelta(days=made.first.weekday())
    mondays = [
        first + timedelta(weeks=number) for number in range((made.last - first).days // 7 + 1)
    ]
    ours, theirs = (
        Counter(one.opened - timedelta(days=one.opened.weekday()) for one in found.episodes)
        if found
        else None
        for found in (made, live)
    )
    assert ours is not None
    return pl.DataFrame(
        {
            "monday": pl.Series(mondays, dtype=pl.Date),
            "this": pl.Series([ours[monday] for monday in mondays], dtype=pl.Int64),
            "live": pl.Series(
                [None if theirs is None else theirs[monday] for monday in mondays], dtype=pl.Int64
            ),
            "hover": [
                _week_hover(monday, ours[monday], theirs[monday] if theirs else None)
                for monday in mondays
            ],
        }
    )


def _week_hover(monday: date, this: int, live: int | None) -> str:
    parts = [
        _("Week of {day}", day=formats.day(monday, year=True)),
        ngettext("{count} episode", "{count} episodes", this),
    ]
    if live is not None:
        parts.append(_("{count} of the live version", count=formats.number(live)))
    return "<br>".join(parts)


def weeks_title(made: Backtest, live: Backtest | None) -> str:
    """Episodes a week, against the live version's where there is one."""
    now = formats.number(made.episodes_per_week, 2)
    if live is None or live.episodes_per_week is None:
        return _("{count} episodes a week", count=now)
    return _(
        "{count} episodes a week, the live version {live}",
        count=now,
        live=formats.number(live.episodes_per_week, 2),
    )


def week_table(weeks_shown: pl.DataFrame) -> str:
    """The weeks with episodes."""
    compared = weeks_shown["live"].null_count() < weeks_shown.height
    columns = [rows.Column(_("Week of")), rows.Column(_("Episodes"), num=True)]
    if compared:
        columns.append(rows.Column(_("Live version"), num=True))
    busy = weeks_shown.filter((pl.col("this") > 0) | (pl.col("live").fill_null(0) > 0))
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(formats.day(row["monday"], year=True)),
                    rows.Cell(formats.number(row["this"])),
                    *([rows.Cell(formats.number(row["live"]))] if compared else []),
                )
            )
            for row in busy.iter_rows(named=True)
        ],
    )


def difference_title(found: Difference | None) -> str:
    """How the two versions differ over the days that both were tested on."""
    if found is None:
        return _("Against the live version")
    return _(
        "Episodes in both: {both}, only here: {new}, only in the live version: {old}",
        both=formats.number(len(found.both)),
        new=formats.number(len(found.only_new)),
        old=formats.number(len(found.only_old)),
    )


def difference_table(found: Difference | None) -> str:
    """Episodes that only one of the two has."""
    if found is None:
        return ""
    columns = [
        rows.Column(_("Segment")),
        rows.Column(_("Days")),
        rows.Column(_("Only in")),
        rows.Column(_("On its worst day")),
    ]
    told = [(one, _("this version"), "watch") for one in found.only_new]
    told += [(one, _("the live version"), "info") for one in found.only_old]
    told.sort(key=lambda part: part[0].opened, reverse=True)
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(segment(one.labels)),
                    rows.Cell(_span_words(one)),
                    rows.Cell(name, status=status),
                    rows.Cell(_size(one) or formats.NONE),
                )
            )
            for one, name, status in told
        ],
    )
