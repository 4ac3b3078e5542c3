"""What the Returns screen says: findings, the table behind the chart, segments, outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.returns import Way, misleading, way
from dashboard.url_filter import Period, link, narrow
from dashboard.vocabulary import dimension_name, value_name
from dashboard.wording.standing import SMALLEST_N
from data_access.metrics.return_cohorts import ReturnCohorts
from data_access.metrics.return_ends import DAYS, OUTCOMES, ReturnEnds
from data_access.survival import Estimate


def share(value: float | None) -> str:
    """A return rate."""
    return formats.percent(value)


def answer(found: ReturnCohorts) -> str:
    """What will come back, against what came back before, and what the naive rate would say."""
    if found.weeks.is_empty():
        return _("Nothing was sold in these weeks, or nothing came back.")
    if found.young.value is None:
        return _(
            "All weeks shown have had the time to come back; of the last one {rate} did.",
            rate=share(found.last_mature),
        )
    parts = [_nowcast(found)]
    if misleading(found):
        parts.append(
            _(
                "So far only {rate} have: that looks like a fall, but the weeks are young.",
                rate=share(found.so_far),
            )
        )
    else:
        parts.append(_("So far {rate} have.", rate=share(found.so_far)))
    return ("" if current() == "zh_Hans" else " ").join(parts)


def _nowcast(found: ReturnCohorts) -> str:
    told = {
        "day": formats.day(_first_young(found)),
        "rate": share(found.young.value),
        "interval": formats.interval(found.young.low, found.young.high, "share"),
        "before": share(found.before.value),
    }
    match way(found.young, found.before):
        case "up":
            return _(
                "Returns are rising: of the lines sold since {day}, {rate} ({interval}) will come "
                "back, after {before} before.",
                **told,
            )
        case "down":
            return _(
                "Returns are falling: of the lines sold since {day}, {rate} ({interval}) will come "
                "back, after {before} before.",
                **told,
            )
        case "same":
            return _(
                "Returns are about the same: of the lines sold since {day}, {rate} ({interval}) "
                "will come back, after {before} before.",
                **told,
            )
        case _:
            return _(
                "Of the lines sold since {day}, {rate} ({interval}) will come back; no earlier "
                "week is mature enough to compare with.",
                **told,
            )


def _first_young(found: ReturnCohorts) -> date:
    day: date = found.weeks.filter(~pl.col("mature"))["week"][0]
    return day


def title(found: ReturnCohorts) -> str:
    """The finding of the chart."""
    if found.young.value is None:
        return _("What comes back, by week of the order")
    told = {"rate": share(found.young.value), "before": share(found.before.value)}
    if misleading(found):
        return _("The rate so far falls, the nowcast says {rate} after {before}", **told)
    if found.before.value is None:
        return _("The nowcast says {rate}", **told)
    return _("The nowcast says {rate} after {before}", **told)


def note(found: ReturnCohorts, strange: Sequence[str]) -> str:
    """How to read the chart, what is counted and what is left out."""
    parts = [
        _("Bars: come back so far, hatched while young"),
        _("diamonds: nowcast with its 80% interval"),
        _("line: last mature week"),
        ngettext(
            "returns within {count} week of the order week",
            "returns within {count} weeks of the order week",
            found.horizon,
        ),
    ]
    if found.unlinked:
        parts.append(
            ngettext(
                "{count} returned line without a known order is left out",
                "{count} returned lines without a known order are left out",
                found.unlinked,
            )
        )
    parts += [_("any {dimension}", dimension=dimension_name(name).lower()) for name in strange]
    return " · ".join(parts)


def week_rows(found: ReturnCohorts) -> pl.DataFrame:
    """The weeks with what the chart writes beside and over them."""
    lines = [
        {
            "label": formats.day(row["week"]),
            **{name: row[name] for name in ("rate", "expected", "low", "high", "mature")},
            "text": share(row["expected"]),
            "hover": _hover(row),
        }
        for row in found.weeks.iter_rows(named=True)
    ]
    numbers = dict.fromkeys(("rate", "expected", "low", "high"), pl.Float64)
    schema = {
        "label": pl.String, **numbers, "mature": pl.Boolean, "text": pl.String, "hover": pl.String
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)


def _hover(row: Mapping[str, Any]) -> str:
    lines = [
        _("Week of {day}: {n} lines sold", day=formats.day(row["week"]), n=_count(row["sold"])),
        _("so far {rate} ({n})", rate=share(row["rate"]), n=_count(row["seen"])),
    ]
    if not row["mature"]:
        lines.append(
            _(
                "nowcast {rate} ({interval}), {seen} of it seen",
                rate=share(row["expected"]),
                interval=formats.interval(row["low"], row["high"], "share"),
                seen=formats.percent(row["share_seen"], 0),
            )
        )
    return "<br>".join(lines)


def week_table(found: ReturnCohorts) -> str:
    """The table behind the chart, the youngest week first."""
    columns = [
        rows.Column(_("Week of the order")),
        rows.Column(_("Lines sold"), num=True),
        rows.Column(_("So far"), num=True, title=_("Come back so far: the naive rate")),
        rows.Column(_("Nowcast"), num=True, title=_("What it will come to, with its 80% interval")),
        rows.Column(_("Seen"), num=True, title=_("Share of what will come back that has")),
    ]
    lines = [
        rows.Row(
            (
                rows.Cell(
                    formats.day(row["week"]), sub="" if row["mature"] else _("Immature").lower()
                ),
                rows.Cell(_count(row["sold"])),
                rows.Cell(share(row["rate"]), sub=_count(row["seen"])),
                rows.Cell(
                    share(row["expected"]),
                    sub="" if row["mature"] else formats.interval(row["low"], row["high"], "share"),
                ),
                rows.Cell(formats.percent(row["share_seen"], 0)),
            ),
            small=row["sold"] < SMALLEST_N,
        )
        for row in found.weeks.reverse().iter_rows(named=True)
    ]
    return rows.table(columns, lines)


def split_table(found: ReturnCohorts, by: str, query: str) -> str:
    """Segments of the young weeks, the largest first."""
    columns = [
        rows.Column(dimension_name(by)),
        rows.Column(_("Lines sold"), num=True),
        rows.Column(_("So far"), num=True, title=_("Come back so far: the naive rate")),
        rows.Column(_("Nowcast"), num=True, title=_("What it will come to, with its 80% interval")),
        rows.Column(_("Before"), num=True, title=_("As many mature weeks just before")),
        rows.Column(_("Change")),
    ]
    lines = []
    for row in found.split.iter_rows(named=True):
        turn = _turn(row)
        lines.append(
            rows.Row(
                (
                    rows.Cell(value_name(by, row["segment"] or "")),
                    rows.Cell(_count(row["sold"])),
                    rows.Cell(share(row["rate"])),
                    rows.Cell(
                        share(row["expected"]),
                        sub=formats.interval(row["low"], row["high"], "share"),
                    ),
                    rows.Cell(
                        share(row["before"]),
                        sub=formats.interval(row["before_low"], row["before_high"], "share"),
                    ),
                    rows.Cell(way_name(turn), status=_STATUS[turn]),
                ),
                href=link("/rows/returns", narrow(query, **{by: row["segment"] or ""})),
                small=row["sold"] < SMALLEST_N,
            )
        )
    return rows.table(columns, lines)


def _turn(row: Mapping[str, Any]) -> Way:
    now = Estimate(row["expected"], row["low"], row["high"])
    return way(now, Estimate(row["before"], row["before_low"], row["before_high"]))


_STATUS: Mapping[Way, str] = {"up": "watch", "down": "ok", "same": "none", "unknown": "none"}


def way_name(turn: Way) -> str:
    """A change in a word."""
    names = {"up": _("Rising"), "down": _("Falling"), "same": _("About the same")}
    return names.get(turn, _("Nothing to compare"))


def split_title(found: ReturnCohorts, by: str) -> str:
    """The segment that rises furthest with certainty."""
    judged = found.split.filter(
        (pl.col("low") > pl.col("before_high")) & (pl.col("sold") >= SMALLEST_N)
    ).sort(pl.col("expected") - pl.col("before"), "segment", descending=[True, False])
    if judged.is_empty():
        return _("Nothing rises for certain")
    row = judged.row(0, named=True)
    return _(
        "{segment} rises most: {rate} after {before}",
        segment=value_name(by, row["segment"] or ""),
        rate=share(row["expected"]),
        before=share(row["before"]),
    )


def outcome_name(outcome: str) -> str:
    """What became of a return."""
    names = {
        "received": _("Received"),
        "rejected": _("Refused"),
        "expired": _("Never sent, expired"),
        "closed": _("Closed without the goods"),
        "waiting": _("Under way"),
    }
    return names.get(outcome, outcome)


def ends_table(found: ReturnEnds) -> str:
    """Share of the returns that came to each outcome within some days."""
    columns = [
        rows.Column(_("Outcome")),
        *(rows.Column(_("{d} d", d=days), num=True) for days in DAYS),
    ]
    told = {(row["outcome"], row["days"]): row for row in found.shares.iter_rows(named=True)}
    lines = [
        rows.Row(
            (
                rows.Cell(outcome_name(outcome)),
                *(_share_cell(told[outcome, days]) for days in DAYS),
            )
        )
        for outcome in (*OUTCOMES, "waiting")
    ]
    return rows.table(columns, lines)


def _share_cell(row: Mapping[str, Any]) -> rows.Cell:
    return rows.Cell(
        formats.percent(row["value"], 0), sub=formats.interval(row["low"], row["high"], "share")
    )


def ends_title(found: ReturnEnds) -> str:
    """How many have arrived after a month, and how many never will."""
    month = {
        row["outcome"]: row["value"] for row in found.shares.filter(days=30).iter_rows(named=True)
    }
    if not found.n or month["received"] is None:
        return _("What becomes of requested returns")
    never = sum(month[outcome] for outcome in OUTCOMES if outcome != "received")
    return _(
        "After 30 days {received} have arrived, {never} never will",
        received=formats.percent(month["received"], 0),
        never=formats.percent(never, 0),
    )


def ends_note(found: ReturnEnds, span: Period) -> str:
    """What is counted over which time; those that nobody timed."""
    parts = [
        _("Returned lines asked for {days}", days=formats.days(span.first, span.last)),
        _("n = {n}", n=_count(found.n)),
        _("{n} under way", n=_count(found.under_way)),
        _("intervals: 95%"),
    ]
    if found.untimed:
        parts.append(_("{n} ended nobody knows when: left out", n=_count(found.untimed)))
    return " · ".join(parts)


def _count(number: float) -> str:
    return formats.number(number)
