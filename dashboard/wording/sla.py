"""What the SLA screen says: countries in rank, hours of the week, levels, the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.sla import LATE_LIST, LATE_VIEW, LEVEL_KPIS
from dashboard.targets import judged, target_of
from dashboard.url_filter import Period, link, narrow
from dashboard.vocabulary import dimension_name, kpi_short, kpi_title, value_name
from dashboard.wording.standing import SMALLEST_N, against_target
from data_access.metrics import CATALOGUE


def kpi_choices() -> dict[str, str]:
    """The promises as the toggle names them."""
    return {
        "first_response": _("First response"),
        "resolution": _("Resolution"),
        "delivery": _("On-time delivery"),
    }


def answer(whole: Mapping[str, Any], ranked: pl.DataFrame, kpi: str) -> str:
    """Where the promise is broken, in a sentence or two."""
    declared = judged(kpi)
    if whole["value"] is None:
        return _("No promise has fallen due in this selection.")
    parts = [
        _(
            "{kpi}: {share}, target {target}.",
            kpi=kpi_title(kpi),
            share=formats.percent(whole["value"]),
            target=formats.percent(declared.target, 0),
        )
    ]
    sure = surely_below(ranked, kpi)
    if sure.height:
        named = [formats.country(market) for market in sure["market"].to_list()[:3]]
        parts.append(
            ngettext(
                "{count} country is certainly below: {names}.",
                "{count} countries are certainly below, first {names}.",
                sure.height,
                names=("、" if current() == "zh_Hans" else ", ").join(named),
            )
        )
    else:
        parts.append(_("No country is certainly below it."))
    return ("" if current() == "zh_Hans" else " ").join(parts)


def surely_below(ranked: pl.DataFrame, kpi: str) -> pl.DataFrame:
    """Countries with enough cases whose whole interval lies below the target."""
    target = target_of(kpi) or 0.0
    return ranked.filter(pl.col("high") < target, pl.col("n") >= SMALLEST_N, pl.col("market") != "")


def map_title(ranked: pl.DataFrame, kpi: str) -> str:
    """The finding of the map."""
    sure = surely_below(ranked, kpi)
    if not sure.height:
        return _("No country is certainly below target")
    worst = sure.row(0, named=True)
    return _(
        "{country} is furthest below target: {share}",
        country=formats.country(worst["market"]),
        share=formats.percent(worst["value"]),
    )


def map_note(span: Period, kpi: str, strange: Sequence[str] = ()) -> str:
    """What is counted over which time; which filters do not apply to it."""
    parts = [
        kpi_title(kpi),
        formats.days(span.first, span.last),
        _("grey: fewer than {n}", n=SMALLEST_N),
    ]
    if strange:
        names = ("、" if current() == "zh_Hans" else ", ").join(map(dimension_name, strange))
        parts.append(_("not filtered by {names}, which parcels do not have", names=names))
    return " · ".join(parts)


def map_summary(ranked: pl.DataFrame, kpi: str) -> str:
    """The map for someone who cannot see it."""
    judged = ranked.filter(pl.col("n") >= SMALLEST_N)
    return _(
        "{below} of {judged} countries with enough cases are certainly below the target of "
        "{target}. The table beside the map has every value.",
        below=surely_below(ranked, kpi).height,
        judged=judged.height,
        target=formats.percent(target_of(kpi), 0),
    )


def href(query: str, market: str, kpi: str) -> str:
    """The late cases or parcels of one country."""
    return link(LATE_LIST[kpi], narrow(query, market=market), {"view": LATE_VIEW[kpi]})


def rank_table(ranked: pl.DataFrame, kpi: str, query: str) -> str:
    """Countries as `Metrics.ranked` orders them: the surest misses first."""
    declared = CATALOGUE[kpi]
    columns = [
        rows.Column(_("Country")),
        rows.Column(
            kpi_short(kpi),
            num=True,
            title=_("What was measured, with its interval"),
        ),
        rows.Column(
            _("Expected"),
            num=True,
            title=_(
                "The share drawn towards what countries are like, the more the fewer cases it has. "
                "The list goes by the upper end of its interval, so that few cases do not lead."
            ),
        ),
        rows.Column(_("n"), num=True),
        rows.Column(_("Verdict")),
    ]
    lines = []
    for row in ranked.iter_rows(named=True):
        standing = against_target(declared, row["value"], row["n"] or 0, row["low"], row["high"])
        lines.append(
            rows.Row(
                (
                    rows.Cell(value_name("market", row["market"])),
                    rows.Cell(
                        formats.percent(row["value"]),
                        sub=formats.interval(row["low"], row["high"], "share"),
                    ),
                    rows.Cell(formats.percent(row["shrunk"])),
                    rows.Cell(formats.number(row["n"])),
                    rows.Cell(_verdict(standing.kind), status=standing.kind),
                ),
                href=href(query, row["market"], kpi),
                small=(row["n"] or 0) < SMALLEST_N,
            )
        )
    return rows.table(columns, lines)


def _verdict(kind: str) -> str:
    return {
        "ok": _("Met"),
        "watch": _("Near"),
        "breach": _("Below"),
    }.get(kind, _("Too few"))


def level_table(frames: Mapping[str, pl.DataFrame], levels: Sequence[int], query: str) -> str:
    """Levels L1 to L5: n, attainment with interval and target, for both clocks of a case."""
    columns = [rows.Column(_("Level"))]
    for kpi in LEVEL_KPIS:
        target = formats.percent(target_of(kpi), 0)
        columns.append(rows.Column(f"{kpi_short(kpi)} ≥ {target}", num=True))
        columns.append(rows.Column(_("n"), num=True))
    known = {
        kpi: {int(row["level"]): row for row in frame.iter_rows(named=True) if row["level"]}
        for kpi, frame in frames.items()
    }
    lines = []
    for level in levels:
        cells = [rows.Cell(level_name(level))]
        for kpi in LEVEL_KPIS:
            row = known[kpi].get(level, {})
            share, n = row.get("value"), row.get("n") or 0
            low, high = row.get("low"), row.get("high")
            meter = None if share is None else (share, low, high, target_of(kpi))
            standing = against_target(judged(kpi), share, n, low, high)
            cells.append(
                rows.Cell(
                    formats.percent(share),
                    sub=formats.interval(low, high, "share"),
                    status=standing.kind if share is not None else "",
                    meter=meter,
                )
            )
            cells.append(rows.Cell(formats.number(n)))
        most = max((known[kpi].get(level, {}).get("n") or 0) for kpi in LEVEL_KPIS)
        lines.append(
            rows.Row(
                tuple(cells),
                href=link("/cases", narrow(query, level=str(level))),
                small=most < SMALLEST_N,
            )
        )
    return rows.table(columns, lines)


def level_name(level: int) -> str:
    """What a level asks for: 1 is a restart, 5 a recall."""
    names = {
        1: _("L1 · quick help"),
        2: _("L2 · needs work"),
        3: _("L3 · urgent"),
        4: _("L4 · safety or legal"),
        5: _("L5 · recall"),
    }
    return names.get(level, f"L{level}")


def levels_finding(frames: Mapping[str, pl.DataFrame]) -> str:
    """The level furthest below target with certainty."""
    found = []
    for kpi, frame in frames.items():
        target = target_of(kpi) or 0.0
        below = frame.filter(
            pl.col("high") < target, pl.col("n") >= SMALLEST_N, pl.col("level").is_not_null()
        )
        found += [(row["high"] - target, row, kpi) for row in below.iter_rows(named=True)]
    if not found:
        return _("No level is certainly below target")
    _gap, worst, kpi = min(found, key=lambda entry: entry[0])
    return _(
        "Level {level} is furthest below: {kpi} {share}",
        level=worst["level"],
        kpi=kpi_short(kpi),
        share=formats.percent(worst["value"]),
    )
