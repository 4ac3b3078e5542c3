"""How long the server takes for every callback of every screen, by number of cases.

    python -m benchmarks.pages --home DIR [--home DIR …]

Posts what a browser posts (`benchmarks.browser_requests`) to the application in this process, from
request to compressed answer: the layouts, the frame and every callback of every screen, under the
views below. No answer is kept from one question to the next (the first who asks after a refresh is
measured), every run filters by other values and sets the controls of the screen (KPI, dimension,
list view …) to the next choice. The homes take turns call by call, so that a busy minute hits all
of them. Homes are made by `benchmarks.synthetic`; writes `benchmarks/results/pages.md`.
"""

from __future__ import annotations

import argparse
import logging
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import browser_requests as browser
from benchmarks.browser_requests import UPDATE, Callback, Components, Fetch, Screen
from benchmarks.heatmap import bare_polars
from benchmarks.machine import Cost, cost, described, percentile, spin, spread, write_page
from benchmarks.synthetic import AS_OF, CARRIERS, CATEGORIES, CHANNELS, LANGUAGES, MARKETS
from dashboard import panel_state
from dashboard.app import SCREENS, create_app
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from data_access.metrics import Query

GOAL_MS = 100.0
GOAL_GROWTH = 1.5
RUNS = 20
VARIABLES = {"case_id": "k202610-7?feed=synthetic", "kind": "parcels"}
"""What stands for the variables of paths."""

VALUES = {
    "market": MARKETS,
    "category": CATEGORIES,
    "channel": CHANNELS,
    "language": LANGUAGES,
    "carrier": CARRIERS,
}


@dataclass(frozen=True)
class View:
    """A setting of the filter bar."""

    title: str
    period: str
    filters: tuple[str, ...] = ()
    routed: bool = True
    """Whether a rollup holds all its dimensions and days; else the rows themselves are read."""

    def query(self, run: int) -> str:
        """Address of the view; other values (and where days are named, other days) in each run."""
        values = {name: VALUES[name][run % len(VALUES[name])] for name in self.filters}
        chosen = [f"{name}={value.replace(' ', '%20')}" for name, value in values.items()]
        if self.period == "past":
            last = (AS_OF - timedelta(days=100 + run)).date()
            days = [f"from={last - timedelta(days=27)}", f"to={last}"]
            return "&".join(["range=custom", *days, *chosen])
        return "&".join([f"range={self.period}", *chosen])


VIEWS = (
    View("28 days", "28d"),
    View("12 months", "12m"),
    View("28 days, one market", "28d", ("market",)),
    View("12 months, one market", "12m", ("market",)),
    View("28 days, market and category", "28d", ("market", "category")),
    View("12 months, market and category", "12m", ("market", "category")),
    View("28 days three months ago", "past", routed=False),
    View("28 days, channel and carrier", "28d", ("channel", "carrier"), routed=False),
    View("12 months, channel and carrier", "12m", ("channel", "carrier"), routed=False),
)


class Failures(logging.Handler):
    """Counts callbacks that raised: their panels show an error, which would be answered fast."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, _record: logging.LogRecord) -> None:
        """One more."""
        self.count += 1


class Application:
    """The application over one home, in this process, at the time the home was made for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.services: Services = open_services(load_settings(home=home), clock=lambda: AS_OF)
        self._client = create_app(self.services).server.test_client()
        self.cases = int(self.services.metrics.kpi(Query("contacts"))["n"].item())

    def fetch(self, path: str, body: Any) -> bytes:
        """What the server answers, uncompressed."""
        return self._checked(path, body, {})

    def ask(self, body: Any) -> int:
        """Post a callback as a browser does; gives the bytes that would travel."""
        # The first who asks after a refresh is measured, not those who get the kept answer.
        self.services.metrics._answers.clear()  # noqa: SLF001
        return len(self._checked(UPDATE, body, {"Accept-Encoding": "gzip, br"}))

    def _checked(self, path: str, body: Any, headers: dict[str, str]) -> bytes:
        method = "GET" if body is None else "POST"
        answer = self._client.open(
            path, method=method, json=body, headers=headers, base_url="http://127.0.0.1"
        )
        if answer.status_code not in {200, 204}:
            raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:500]}")
        return bytes(answer.data)


@dataclass(frozen=True)
class Job:
    """One callback of one screen (or of the frame), ready to be asked under any view."""

    screen: str
    name: str
    callback: Callback
    present: Components
    page: Screen | None

    def body(self, query: str, run: int) -> dict[str, Any]:
        """The request; the controls of the screen take turns."""
        given = browser.viewed(query)
        if self.page is not None:
            for control, options in browser.choices(self.callback, self.page).items():
                given[control] = options[run % len(options)]
        return browser.request_of(self.callback, self.present, given)


def opened(fetch: Fetch) -> list[Screen]:
    """Every screen of the application."""
    known = browser.callbacks(fetch)
    titles = {screen.PATH: screen.TITLE for screen in SCREENS}
    return [
        browser.open_screen(fetch, known, address, titles[template])
        for template, address in browser.addresses(titles, VARIABLES).items()
    ]


def jobs(fetch: Fetch) -> list[Job]:
    """Everything the application can be asked for."""
    known, around = browser.callbacks(fetch), browser.frame(fetch)
    listed = [Job("frame", one.name, one, around, None) for one in browser.of_frame(known, around)]
    for screen in opened(fetch):
        present = {**around, **screen.components}
        listed += [
            Job(screen.title, one.name, one, present, screen)
            for one in browser.of_screen(known, screen, around)
        ]
    asked = {job.callback.output for job in listed}
    missed = [one.name for one in known if one.output not in asked and one != browser.router(known)]
    if missed:
        raise SystemExit(f"No screen was found for {', '.join(missed)}: fill in VARIABLES?")
    return listed


def layouts(fetch: Fetch) -> Iterator[tuple[str, dict[str, Any]]]:
    """Title of every screen and the request for its layout."""
    known = browser.callbacks(fetch)
    for screen in opened(fetch):
        yield screen.title, browser.layout_request(known, screen.address)


Key = tuple[str, str, str]
"""Screen, callback, view."""


@dataclass
class Taken:
    """What was measured."""

    costs: dict[Key, dict[int, list[Cost]]]
    """By number of cases."""
    first: dict[tuple[str, str], dict[int, Cost]]
    """The first time each callback was asked anything, rollups still on disk."""
    size: dict[tuple[str, str], int]
    scans: dict[int, list[Cost]]
    busy: list[float]


def measure(applications: list[Application], runs: int) -> Taken:
    """Ask everything; the homes take turns."""
    taken = Taken(defaultdict(lambda: defaultdict(list)), defaultdict(dict), {}, {}, [])
    scans = {one.cases: bare_polars(one.home) for one in applications}
    taken.scans = {cases: [] for cases in scans}
    listed = jobs(applications[0].fetch)
    for job in listed:
        _warm(job, applications, taken)
    for run in range(runs):
        taken.busy.append(spin())
        for cases, scan in scans.items():
            taken.scans[cases].append(cost(lambda: scan(run)))  # noqa: B023
        for title, body in layouts(applications[0].fetch):
            for one in applications:
                taken.costs[title, "layout", "any"][one.cases].append(cost(lambda: one.ask(body)))  # noqa: B023
        for view in VIEWS:
            for job in listed:
                body = job.body(view.query(run), run)
                for one in applications:
                    spent = cost(lambda: taken.size.__setitem__(_name(job), one.ask(body)))  # noqa: B023
                    taken.costs[job.screen, job.name, view.title][one.cases].append(spent)
    return taken


def _name(job: Job) -> tuple[str, str]:
    return job.screen, job.name


def _warm(job: Job, applications: list[Application], taken: Taken) -> None:
    """Ask once for every choice and view; the very first time is kept."""
    longest = max(
        (len(options) for options in browser.choices(job.callback, job.page).values())
        if job.page
        else [],
        default=1,
    )
    for turn in range(longest):
        for view in VIEWS if turn == 0 else VIEWS[:1]:
            body = job.body(view.query(RUNS + turn), turn)
            for one in applications:
                spent = cost(lambda: one.ask(body))  # noqa: B023
                taken.first[_name(job)].setdefault(one.cases, spent)


def _all(taken: Taken, job: tuple[str, str], cases: int, *, routed: bool = True) -> list[Cost]:
    return [
        spent
        for view in VIEWS
        if view.routed is routed
        for spent in taken.costs[*job, view.title][cases]
    ]


def table(taken: Taken, sizes: list[int]) -> list[str]:
    """One line per callback."""
    small, large = sizes[0], sizes[-1]
    lines = [
        (
            f"| screen | callback | p50 / p95 ms, {small:,} | p50 / p95 ms, {large:,}"
            f" | processor p50 / p95 ms, {large:,} | growth p50 (processor) | kB | first ms |"
        ),
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for job in taken.size:
        few, many = _all(taken, job, small), _all(taken, job, large)
        lines.append(
            f"| {job[0]} | `{job[1]}` | {_pair([c.wall for c in few])}"
            f" | {_pair([c.wall for c in many])} | {_pair([c.processor for c in many])}"
            f" | {growth(few, many, 'wall'):.2f} ({growth(few, many, 'processor'):.2f})"
            f" | {taken.size[job] / 1000:.1f} | {taken.first[job][large].wall:.0f} |"
        )
    return lines


def growth(few: list[Cost], many: list[Cost], kind: str) -> float:
    """Median of the one over the median of the other."""
    medians = [statistics.median(getattr(c, kind) for c in costs) for costs in (few, many)]
    return medians[1] / max(medians[0], 0.001)


def view_table(taken: Taken, cases: int) -> list[str]:
    """The whole screen under each view: the sum of the medians of its callbacks."""
    lines = ["| view | screen | sum of p50 ms | slowest callback p95 ms (processor) |"]
    lines += ["|---|---|---:|---|"]
    screens = dict.fromkeys(screen for screen, _ in taken.size)
    for view in VIEWS:
        for screen in screens:
            costs = {
                name: taken.costs[screen, name, view.title][cases]
                for found, name in taken.size
                if found == screen
            }
            total = sum(statistics.median(c.wall for c in one) for one in costs.values())
            name, worst = max(
                costs.items(), key=lambda item: percentile([c.wall for c in item[1]], 0.95)
            )
            lines.append(
                f"| {view.title} | {screen} | {total:.0f} | `{name}`"
                f" {percentile([c.wall for c in worst], 0.95):.0f}"
                f" ({percentile([c.processor for c in worst], 0.95):.0f}) |"
            )
    return lines


def _pair(values: list[float]) -> str:
    return f"{percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f}"


def verdict(taken: Taken, sizes: list[int]) -> list[str]:
    """Whether the goals are met, and by how much not."""
    small, large = sizes[0], sizes[-1]
    lines = []
    for kind, words in (("wall", "by the clock"), ("processor", "of processor time")):
        over = {
            job: value
            for job in taken.size
            if (value := percentile([getattr(c, kind) for c in _all(taken, job, large)], 0.95))
            > GOAL_MS
        }
        named = ", ".join(f"`{job[1]}` {value:.0f} ms" for job, value in over.items())
        lines.append(
            f"- p95 within {GOAL_MS:.0f} ms {words} at {large:,} cases: "
            + (f"missed by {named}." if over else f"met by all {len(taken.size)} callbacks.")
        )
    if small != large:
        rates = {
            job: growth(_all(taken, job, small), _all(taken, job, large), "processor")
            for job in taken.size
        }
        over = {job: rate for job, rate in rates.items() if rate > GOAL_GROWTH}
        named = ", ".join(f"`{job[1]}` {rate:.1f} ×" for job, rate in over.items())
        lines.append(
            f"- growth of the median processor time from {small:,} to {large:,} cases within"
            f" {GOAL_GROWTH} ×: "
            + (f"missed by {named}." if over else f"met by all {len(rates)} callbacks.")
        )
    return lines


def page(taken: Taken, sizes: list[int], runs: int) -> list[str]:
    """The page of results."""
    scans = "; ".join(
        f"{cases:,} cases {spread([c.wall for c in costs])} ms,"
        f" processor {spread([c.processor for c in costs])} ms"
        for cases, costs in taken.scans.items()
    )
    routed = ", ".join(view.title for view in VIEWS if view.routed)
    apart = "; ".join(view.title for view in VIEWS if not view.routed)
    large = sizes[-1]
    free = [
        f"| {job[0]} | `{job[1]}` | "
        + " | ".join(
            f"{_pair([c.wall for c in found])}"
            f" ({percentile([c.processor for c in found], 0.5):.0f})"
            for found in (_all(taken, job, cases, routed=False) for cases in (sizes[0], large))
        )
        + " |"
        for job in taken.size
    ]
    shown = [
        f"| {screen} | {_pair([c.wall for c in found[large]])}"
        f" | {_pair([c.processor for c in found[large]])} |"
        for (screen, name, _view), found in taken.costs.items()
        if name == "layout"
    ]
    return [
        "# Pages",
        "",
        "Server time of every callback, from request to compressed answer, in the process of the",
        "application. No answer is kept from one question to the next: this is what the first who",
        "asks after a refresh waits for; the same question again is answered from memory.",
        "",
        described("dash", "plotly"),
        "",
        (
            "Other programs ran on the machine: a loop that only computes took"
            f" {spread(taken.busy, 1)} times its processor time by the clock (1.0 on an idle"
            " machine). Where the clock and the processor time differ, the processor time (all"
            " threads added up) is nearer to what an idle machine shows."
        ),
        "",
        (
            "Median (least–most) of one plain scan in the same run, category × market of 90 days"
            f" with Polars straight over the Parquet files: {scans}."
        ),
        "",
        *verdict(taken, sizes),
        "",
        "## By callback",
        "",
        (
            f"{runs} runs of each of these views: {routed}. `first`: the first answer of all, the"
            " rollups still on disk."
        ),
        "",
        *table(taken, sizes),
        "",
        "## By view",
        "",
        f"At {large:,} cases.",
        "",
        *view_table(taken, large),
        "",
        "## Views that read rows",
        "",
        (
            f"{apart}: no rollup holds both dimensions, or the age of the backlog on a day that is"
            " over; p50 / p95 ms, in brackets the median processor time."
        ),
        "",
        f"| screen | callback | {sizes[0]:,} | {large:,} |",
        "|---|---|---:|---:|",
        *free,
        "",
        "## Layouts",
        "",
        f"| screen | p50 / p95 ms, {large:,} | processor |",
        "|---|---:|---:|",
        *shown,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    failures = Failures()
    logging.getLogger(panel_state.__name__).addHandler(failures)
    applications = [Application(home) for home in given.home]
    taken = measure(applications, given.runs)
    if failures.count:
        raise SystemExit(
            f"{failures.count} callbacks failed: nothing is measured before they work."
        )
    write_page("pages", page(taken, [one.cases for one in applications], given.runs))


if __name__ == "__main__":
    main()
