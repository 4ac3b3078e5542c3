"""Answers to questions about KPIs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from threading import Lock

import numpy as np
import polars as pl
from sqlalchemy import Engine

from data_access.marts.continents import continents
from data_access.marts.state import RefreshState, read_state
from data_access.metrics.backlog import backlog
from data_access.metrics.change import COLUMNS, decompose, largest
from data_access.metrics.explanation import Explanation, explain
from data_access.metrics.filters import (
    DIMENSIONS,
    GRAINS,
    Filter,
    Query,
    QueryError,
    UnknownDimension,
)
from data_access.metrics.follow_ups import FollowUp, follow_ups
from data_access.metrics.money import Basis, basis, money_amount, money_ratio
from data_access.metrics.numbers import Numbers, Pin
from data_access.metrics.plan import AGE, HOUR, Plan, dimensions, find, plan, source_of
from data_access.metrics.quantiles import quantile
from data_access.metrics.ranking import ranked
from data_access.metrics.ratios import counts, valued
from data_access.metrics.return_cohorts import ReturnCohorts, return_cohorts
from data_access.metrics.return_ends import ReturnEnds, return_ends
from data_access.metrics.waiting import waiting_quantile
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import GRAINS as STEPS
from data_access.rollups.days import AsOf
from data_access.warehouse import Warehouse

_KEPT_ANSWERS = 512
_NO_BATCH = 0


class Metrics:
    """Built once per process; safe to share between threads.

    Answers come from the last finished refresh; a newer one is noticed with the next question.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        engine: Engine,
        *,
        zone: str = "UTC",
        currency: str = "EUR",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Nothing is read before the first question.

        Args:
            warehouse: marts and rollups.
            engine: state database, which names the snapshots to read.
            zone: reporting zone, for questions without one.
            currency: reporting currency, likewise.
            clock: tells `as_of` as long as nothing was ever refreshed.
        """
        self._warehouse = warehouse
        self._engine = engine
        self._zone = zone
        self._currency = currency
        self._clock = clock
        self._lock = Lock()
        self._pinned: RefreshState | None = None
        self._numbers: Numbers | None = None
        self._answers: OrderedDict[tuple[Query, str, datetime], pl.DataFrame] = OrderedDict()

    def pinned(
        self,
        state: RefreshState,
        *,
        zone: str | None = None,
        currency: str | None = None,
        from_rows: Collection[str] = (),
    ) -> Metrics:
        """Metrics that answer from the snapshots of one refresh for ever.

        A newer refresh changes nothing; what was declared since is taken from the rows of the old
        marts where they have the columns for it, else the question is refused.

        Args:
            state: of the refresh.
            zone: for questions without one; None: that of the refresh.
            currency: likewise; None: that of these metrics.
            from_rows: cohorts whose rollups are not to be used, as they were summed by another
                definition than today's.

        Raises:
            PinnedError: from the questions, when a snapshot is gone or lacks a column.
        """
        made = Metrics(
            self._warehouse,
            self._engine,
            zone=zone or state.zone,
            currency=currency or self._currency,
            clock=self._clock,
        )
        made._pinned = state
        made._numbers = Numbers(self._warehouse, state, pin=Pin(frozenset(from_rows)))
        return made

    def kpi(self, query: Query) -> pl.DataFrame:
        """One row per combination of `query.by`, sorted by them.

        Columns: the dimensions, value, n, low, high, unit, as_of, fresh_at, numerator,
        denominator, tainted (rows of the denominator, or of a count, that a data-quality check has
        something to say about; 0 where no check reaches the KPI), maturity (share of what the
        denominator will be once all deadlines have passed; null where what counts, counts at once);
        KPIs of money add `excluded`, lines left out for want of an exchange rate, and where the
        value is an amount its `currency`.
        Without `by` there is exactly one row. Where n is 0 a ratio has no value. Split by a period
        alone, periods without rows inside the range are there with n = 0.

        Raises:
            QueryError: the question cannot be answered; the message says what can.
        """
        numbers = self._current()
        key = (query, numbers.state.version, numbers.state.as_of)
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return found
        with numbers.reading():
            answer = self._answer(numbers, query)
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > _KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer

    def money_basis(self, query: Query) -> Basis:
        """Which days' rates the amounts of a question are converted at, and what has no rate.

        Raises:
            QueryError: the KPI is not about money, or the question cannot be answered.
        """
        if not find(query.kpi).money:
            raise QueryError(f"{query.kpi} is not about money.")
        numbers = self._current()
        return basis(numbers, plan(query, numbers.state.known, self._zone, self._currency))

    def explain(self, query: Query) -> Explanation:
        """Take the number of a question without a split apart.

        Raises:
            QueryError: the question is split, or cannot be answered.
        """
        if query.by:
            raise QueryError("One number is explained at a time: leave the split out.")
        numbers = self._current()
        asked = plan(query, numbers.state.known, self._zone, self._currency)
        return explain(numbers, asked, query, self.kpi(query).row(0, named=True))

    def movers(
        self,
        kpi: str,
        by: str,
        now_: Filter,
        before: Filter,
        *,
        limit: int = 5,
        as_of: datetime | None = None,
        zone: str | None = None,
        currency: str | None = None,
    ) -> pl.DataFrame:
        """The segments that moved a KPI most between two periods.

        Columns: segment, kind (common, new, lost, rest), value_now, value_before, n_now, n_before,
        rate_effect, mix_effect, effect. Effects are in the unit of the value and add up to the
        total change: what is beyond `limit` is one row of kind `rest`. They are null where one of
        the periods has nothing to compare. `as_of`, `zone` and `currency` are those of `Query`.

        Raises:
            QueryError: for quantiles, or a name the KPI does not know.
        """
        declared = find(kpi)
        if declared.quantile is not None:
            raise QueryError(f"{kpi} is a quantile: it does not split into segments that add up.")
        if by not in dimensions(kpi):
            raise UnknownDimension(kpi, by, dimensions(kpi))
        after, earlier = (
            self.kpi(Query(kpi, (by,), where, as_of, zone, currency)).select(
                pl.col(by).cast(pl.String).alias("segment"), "numerator", "denominator"
            )
            for where in (now_, before)
        )
        shared = None
        if declared.denominator is None:
            shared = (1, 1)
        elif by not in source_of(declared.denominator)[0].dims:
            shared = tuple(
                self.kpi(Query(kpi, (), where, as_of, zone, currency))["denominator"].item()
                for where in (now_, before)
            )
        rows = decompose(after, earlier, scale=declared.scale, shared=shared)
        return largest(rows, limit).select(*COLUMNS)

    def ranked(
        self,
        kpi: str,
        by: str,
        where: Filter,
        *,
        limit: int | None = None,
        zone: str | None = None,
    ) -> pl.DataFrame:
        """The rows of `kpi` split by one dimension, the surest misses first.

        Besides the columns of `kpi`: shrunk, shrunk_low and shrunk_high, the share drawn towards
        what segments are like, and its 95 % interval.

        Raises:
            QueryError: the KPI is no share, or a name the KPI does not know.
        """
        declared = find(kpi)
        if declared.interval != "wilson":
            raise QueryError(f"{kpi} is no share of cases or parcels: it cannot be ranked so.")
        return ranked(self.kpi(Query(kpi, (by,), where, zone=zone)), declared, by, limit)

    def return_cohorts(
        self,
        where: Filter,
        *,
        rng: np.random.Generator,
        by: str | None = None,
        weeks: int = 26,
        zone: str | None = None,
    ) -> ReturnCohorts:
        """What was sold in the last weeks that are over, what came back and what is to come.

        A filter on what order lines do not have (the reason of a return) is not applied.

        Raises:
            QueryError: a name that is no dimension of order lines.
        """
        held = COHORTS["sales_returned"].dims
        if by is not None and by not in held:
            raise UnknownDimension("return_rate_lines", by, held)
        numbers = self._current()
        query = Query("return_rate_lines", (), where, zone=zone)
        asked = plan(query, numbers.state.known, self._zone, self._currency)
        return return_cohorts(numbers, asked, by=by, weeks=weeks, rng=rng)

    def return_ends(
        self, where: Filter, *, as_of: datetime | None = None, zone: str | None = None
    ) -> ReturnEnds:
        """What became of the return lines asked for in a period, and after how long.

        Raises:
            QueryError: a name that is no dimension of return lines.
        """
        numbers = self._current()
        query = Query("return_rate_lines", (), where, as_of=as_of, zone=zone)
        return return_ends(numbers, plan(query, numbers.state.known, self._zone, self._currency))

    def follow_ups(
        self, first: date, last: date, *, as_of: datetime, zone: str | None = None
    ) -> list[FollowUp]:
        """Reviews and returns that are to follow the orders of some days, and what is in."""
        numbers = self._current()
        known = AsOf(as_of.astimezone(UTC), zone or self._zone)
        with numbers.reading():
            return follow_ups(numbers, known, first, last)

    def version(self) -> str:
        """Changes whenever a mart or rollup changed; "none" before the first refresh."""
        state = self._state()
        return "none" if state is None else state.version

    def fresh_at(self) -> datetime | None:
        """When the newest import in these numbers was made; None before the first refresh."""
        state = self._state()
        return None if state is None else state.fresh_at

    def newest_day(self) -> date | None:
        """The last day of the reporting zone that anything was recorded on, whenever imported.

        None as long as there are no rows. Promised days do not count: they may lie ahead.
        """
        return self._current().newest_day([COHORTS[name] for name in _RECORDING])

    def as_of(self) -> datetime:
        """The instant that numbers without an own `as_of` hold for.

        Raises:
            QueryError: nothing was ever refreshed and there is no clock.
        """
        state = self._state()
        return self._now() if state is None else state.as_of

    def values(self, dimension: str) -> list[str]:
        """The values a dimension takes anywhere, sorted; unknown is not among them.

        Raises:
            QueryError: there is no such dimension.
        """
        if dimension not in DIMENSIONS:
            raise QueryError(f"There is no dimension {dimension!r}: {', '.join(DIMENSIONS)}.")
        if dimension == "continent":
            table = continents()
            return sorted({table[market] for market in self.values("market") if market in table})
        numbers = self._current()
        found: set[str] = set()
        for cohort in map(COHORTS.__getitem__, _TELLING):
            if dimension in cohort.dims:
                found |= set(numbers.values(cohort, dimension))
        return sorted(found)

    def _state(self) -> RefreshState | None:
        return self._pinned or read_state(self._engine)

    def _current(self) -> Numbers:
        """The numbers of the last finished refresh, or of the pinned one."""
        state = self._state()
        if state is None:
            return Numbers(self._warehouse, _nothing_yet(self._now(), self._zone))
        with self._lock:
            if self._numbers is None or self._numbers.state != state:
                self._numbers = Numbers(self._warehouse, state, self._numbers)
            return self._numbers

    def _now(self) -> datetime:
        if self._clock is None:
            raise QueryError("There are no numbers yet: import something first.")
        return self._clock()

    def _answer(self, numbers: Numbers, query: Query) -> pl.DataFrame:
        asked = plan(query, numbers.state.known, self._zone, self._currency)
        rows = _rows(numbers, asked)
        return (rows.sort(list(asked.by), nulls_last=True) if asked.by else rows).select(
            *(_text_age(name) for name in asked.by),
            "value",
            "n",
            "low",
            "high",
            unit=pl.lit(asked.kpi.unit),
            as_of=pl.lit(asked.as_of.instant, dtype=pl.Datetime("us", "UTC")),
            fresh_at=pl.lit(numbers.state.fresh_at, dtype=pl.Datetime("us", "UTC")),
            numerator="numerator",
            denominator="denominator",
            tainted=_tainted(rows),
            maturity=_maturity(rows),
            **({"excluded": pl.col("excluded")} if asked.kpi.money else {}),
            **({"currency": pl.lit(asked.currency)} if asked.kpi.in_currency else {}),
        )


_RECORDING = (
    "orders_placed",
    "cases_created",
    "return_lines_requested",
    "reviews_written",
    "surveys_csat",
    "surveys_nps",
)
"""Cohorts whose rows are there because something happened on that day."""

_TELLING = (
    "orders_placed",
    "cases_created",
    "parcels_promised",
    "return_lines_requested",
    "costs_incurred",
)
"""Cohorts that between them know every value of every dimension."""


def _rows(numbers: Numbers, asked: Plan) -> pl.DataFrame:
    kpi = asked.kpi
    if kpi.stock:
        return backlog(numbers, asked)
    if kpi.interval == "greenwood":
        return _filled(waiting_quantile(numbers, asked), asked, ("n", "numerator"))
    if kpi.quantile is not None:
        return _filled(quantile(numbers, asked), asked, ("n", "numerator"))
    if HOUR in asked.by and set(asked.by) - {HOUR, "continent", *GRAINS}:
        raise QueryError("hour_of_week can be split by continent and period only.")
    if kpi.money:
        amounts = ("n", "numerator", "denominator", "excluded")
        found = (money_amount if kpi.in_currency else money_ratio)(numbers, asked)
        return _filled(found, asked, amounts)
    found = counts(numbers, asked)
    sums = [name for name in found.columns if name not in asked.by]
    return valued(_filled(found, asked, sums), kpi)


def _filled(rows: pl.DataFrame, asked: Plan, sums: Sequence[str]) -> pl.DataFrame:
    """Rows for periods in which nothing happened, where the split is by period alone."""
    if asked.grain is None or len(asked.by) > 1 or rows.is_empty():
        return rows
    first, last = rows[asked.grain].min(), rows[asked.grain].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    every = pl.date_range(first, last, interval=STEPS[asked.grain], eager=True)
    return (
        pl.DataFrame({asked.grain: every})
        .join(rows, on=asked.grain, how="left")
        .with_columns(pl.col(name).fill_null(0) for name in sums)
    )


def _maturity(rows: pl.DataFrame) -> pl.Expr:
    """Share of the eventual denominator that counts already; null where nothing ripens."""
    if "waiting" not in rows.columns:
        return pl.lit(None, dtype=pl.Float64)
    whole = pl.col("n") + pl.col("waiting")
    return pl.when(whole > 0).then(pl.col("n") / whole)


def _tainted(rows: pl.DataFrame) -> pl.Expr:
    if "tainted" not in rows.columns:
        return pl.lit(0, dtype=pl.Int64)
    return pl.col("tainted").fill_null(0).cast(pl.Int64)


def _text_age(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String) if name == AGE else pl.col(name)


def _nothing_yet(now: datetime, zone: str) -> RefreshState:
    return RefreshState(_NO_BATCH, now, zone, rules="", fresh_at=None)
