"""One table of counts scored on one day: the detectors of `alerts.detection` behind one shape.

Both kinds that learn an expectation are told in *bad* rows: more than expected is always worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from alerts.detection import proportion, surge
from alerts.detection.events import EventCalendar
from alerts.judging.model import Past
from alerts.judging.specs import direction_of
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule

CountRule = SurgeRule | ProportionRule


@dataclass(frozen=True, eq=False)
class Table:
    """Scores of one set of dimensions on one day, in bad rows.

    `judged` has one row per segment, sorted: dimensions, `y`, `mu`, `phi`, `p`, `q`, `increase`,
    `excess`, `breach`, `cleared`, `why`; a surge also `exposure`, a proportion `n`, `value` and
    `usual` (shares as the KPI counts them). `history` gives the days behind one of its rows.
    """

    judged: pl.DataFrame
    dims: tuple[str, ...]
    history: Callable[[int], pl.DataFrame]

    def only(self, kept: pl.Expr) -> Table:
        """The rows that meet a condition; each segment was scored by itself."""
        held = self.judged.with_row_index("_at").filter(kept)
        places = held["_at"].to_list()
        return Table(held.drop("_at"), self.dims, lambda row: self.history(places[row]))


def score_table(
    rule: CountRule,
    series: pl.DataFrame,
    dims: Sequence[str],
    day: date,
    *,
    began: date,
    past: Sequence[Past] = (),
    events: EventCalendar | None = None,
) -> Table:
    """Score the series, added up over all but `dims`, on one day.

    `past` are the episodes of exactly these dimensions: their days are not learned from.
    """
    names = list(dims) or [_WHOLE]
    measures = [name for name in ("y", "n", "exposure") if name in series.columns]
    rows = series if dims else series.with_columns(pl.lit("").alias(_WHOLE))
    added = rows.group_by([*names, "day"]).agg(pl.col(measures).sum()).sort([*names, "day"])
    episodes = _episodes(past, names)
    if isinstance(rule, ProportionRule):
        return _shares(rule, added, tuple(dims), day, began=began, episodes=episodes)
    scored = surge.score(added, rule.spec, day, began=began, episodes=episodes, events=events)
    judged = scored.judged.drop("day", *([] if dims else [_WHOLE]))
    return Table(judged, tuple(dims), lambda row: surge.history(scored, row))


def worth_telling(rule: CountRule, y: float, mu: float) -> bool:
    """Whether an excess is large enough by itself, however sure."""
    least = rule.min_increase if isinstance(rule, SurgeRule) else rule.min_relative
    return y - mu >= rule.min_excess and y >= (1 + least) * mu


def proportion_spec(rule: ProportionRule) -> proportion.ProportionSpec:
    """The numbers the detector works with."""
    return proportion.ProportionSpec(
        direction=direction_of(rule),
        window_days=rule.window_days,
        baseline_weeks=rule.baseline_weeks,
        gap_weeks=rule.gap_weeks,
        min_n=rule.min_n,
        min_points=rule.min_points,
        min_relative=rule.min_relative,
        min_excess=rule.min_excess,
        alpha=rule.alpha,
        fdr=rule.fdr,
        clear_points=rule.clear_points,
    )


_WHOLE = "_whole"


def _shares(
    rule: ProportionRule,
    added: pl.DataFrame,
    dims: tuple[str, ...],
    day: date,
    *,
    began: date,
    episodes: pl.DataFrame | None,
) -> Table:
    scored = proportion.score(added, proportion_spec(rule), day, began=began, episodes=episodes)
    falls = direction_of(rule) == "down"
    shares = scored.judged.drop("day", *([] if dims else [_WHOLE])).with_columns(
        value=pl.when(pl.col("n") > 0).then(pl.col("y") / pl.col("n")),
        usual=pl.when(pl.col("n") > 0).then(pl.col("mu") / pl.col("n")),
    )
    judged = _turned(shares) if falls else shares
    again = pl.when(pl.col("mu") > 0).then(pl.col("y") / pl.col("mu") - 1)
    judged = judged.with_columns(excess=pl.col("y") - pl.col("mu"), increase=again)

    def history(row: int) -> pl.DataFrame:
        days = proportion.history(scored, row)
        return _turned(days) if falls else days

    return Table(judged, dims, history)


def _turned(frame: pl.DataFrame) -> pl.DataFrame:
    """Hits as misses."""
    n = pl.col("n")
    return frame.with_columns(
        y=n - pl.col("y"),
        mu=n - pl.col("mu"),
        low=n - pl.col("high"),
        high=n - pl.col("low"),
    )


def _episodes(past: Sequence[Past], names: Sequence[str]) -> pl.DataFrame | None:
    rows = [
        {
            **{name: episode.labels.get(name, "") for name in names},
            "opened": episode.opened,
            "closed": episode.closed,
        }
        for episode in past
    ]
    if not rows:
        return None
    schema = {**dict.fromkeys(names, pl.String), "opened": pl.Date, "closed": pl.Date}
    return pl.DataFrame(rows, schema=schema)
