"""The built-in rules on real data, day by day, each day with what was known at its end.

    python -m benchmarks.replay --data DIR [--rule ID …] [--source NAME …]

DIR (or `AFTERWATCH_REAL_DATA`) holds the folders `olist`, `servicenow` and `online_retail`. Every
rule runs through the backtest that also guards its way to live: same reading, same judgement, same
signal machine as the worker's. The page tells which of the incidents that are known to be in the
data were told, when, and how many other episodes there were.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from alerts.backtest.result import Backtest
from alerts.backtest.running import run
from alerts.backtest.walking import Found
from alerts.rules import RuleVersion, builtin
from benchmarks.machine import RESULTS, described
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from data_access.importing import import_path
from data_access.marts import refresh
from data_access.sources import registry
from data_access.sources.base import SourceOptions


@dataclass(frozen=True)
class Incident:
    """Something that is known to have happened.

    An episode tells of it if its rule is one of `rules` and it is open on a day between `first` and
    `last`; `worst` is the day from which it was in full swing.
    """

    title: str
    rules: tuple[str, ...]
    first: date
    last: date
    worst: date


@dataclass(frozen=True)
class Company:
    """A source, its folder, the days that are replayed, and what is known to have happened."""

    source: str
    folder: str
    zone: str
    first: date
    last: date
    incidents: tuple[Incident, ...]


LATE_PARCELS = ("late-parcel-surge", "delivery-promise-missed")
COMPANIES = (
    Company(
        "olist",
        "olist",
        "America/Sao_Paulo",
        date(2017, 6, 1),
        date(2018, 8, 31),
        (
            Incident(
                "promises missed, February to April 2018",
                LATE_PARCELS,
                date(2018, 2, 12),
                date(2018, 4, 22),
                date(2018, 4, 2),
            ),
            Incident(
                "low reviews three to four weeks later",
                ("low-reviews",),
                date(2018, 2, 19),
                date(2018, 5, 20),
                date(2018, 4, 2),
            ),
            Incident(
                "promises missed after Black Friday of 24 November 2017",
                LATE_PARCELS,
                date(2017, 11, 27),
                date(2018, 1, 7),
                date(2017, 12, 11),
            ),
        ),
    ),
    Company(
        "servicenow",
        "servicenow",
        "UTC",
        date(2016, 3, 1),
        date(2016, 5, 31),
        (
            Incident(
                "service targets missed, weeks of 29 February and 7 March 2016",
                ("first-response-missed", "case-backlog-old", "escalations-overdue"),
                date(2016, 2, 29),
                date(2016, 3, 31),
                date(2016, 3, 7),
            ),
        ),
    ),
    Company(
        "online-retail",
        "online_retail",
        "Europe/London",
        date(2010, 12, 1),
        date(2011, 12, 9),
        (
            Incident(
                "giant cancellation of 18 January 2011",
                ("return-surge", "return-value-surge"),
                date(2011, 1, 18),
                date(2011, 1, 31),
                date(2011, 1, 18),
            ),
            Incident(
                "giant cancellation of 9 December 2011",
                ("return-surge", "return-value-surge"),
                date(2011, 12, 9),
                date(2011, 12, 9),
                date(2011, 12, 9),
            ),
        ),
    ),
)


def imported(company: Company, data: Path, home: Path) -> Services:
    """A home with the company's data, read and counted."""
    services = open_services(load_settings(home=home, time_zone=company.zone))
    now = datetime.now(UTC)
    options = SourceOptions(
        zone=None, mapping=None, source_name=None, hash_key=services.settings.hash_key(), now=now
    )
    folder = data / company.folder
    archives = sorted(folder.glob("*.zip"))
    import_path(
        registry.get(company.source),
        archives[0] if archives else folder,
        warehouse=services.warehouse,
        engine=services.engine,
        options=options,
        now=now,
    )
    refresh(services.warehouse, services.engine, now, zone=company.zone)
    return services


def tells(episode: Found, incident: Incident) -> bool:
    """Whether an episode is open while the incident goes on."""
    ended = episode.closed or date.max
    return episode.opened <= incident.last and ended >= incident.first


def told_of(made: Sequence[Backtest], incident: Incident) -> list[tuple[str, Found]]:
    """Episodes of the incident's rules that tell of it, the first one first."""
    found = [
        (backtest.rule_id, episode)
        for backtest in made
        if backtest.rule_id in incident.rules
        for episode in backtest.episodes
        if tells(episode, incident)
    ]
    return sorted(found, key=lambda pair: (pair[1].opened, pair[0]))


def incident_row(company: Company, made: Sequence[Backtest], incident: Incident) -> str:
    """When the incident was told first, against when it was worst."""
    told = told_of(made, incident)
    if not told:
        return f"| {company.source} | {incident.title} | {incident.worst} | not told | – | – |"
    rule, first = told[0]
    before = (incident.worst - first.opened).days
    when = f"{before} days before" if before > 0 else f"{-before} days after" if before else "then"
    where = ", ".join(f"{k} {v}" for k, v in first.labels.items()) or "everything"
    return (
        f"| {company.source} | {incident.title} | {incident.worst} | {first.opened}, {when} |"
        f" {rule}: {where} | {len(told)} |"
    )


def rule_row(company: Company, backtest: Backtest) -> str:
    """How often one rule spoke, and how often of something else."""
    known = [i for i in company.incidents if backtest.rule_id in i.rules]
    other = [e for e in backtest.episodes if not any(tells(e, i) for i in known)]
    opened = ", ".join(
        f"{e.opened:%d %b %y} {'/'.join(e.labels.values())}".strip() for e in other[:6]
    )
    more = f" and {len(other) - 6} more" if len(other) > 6 else ""
    return (
        f"| {company.source} | {backtest.rule_id} | {backtest.days} | {backtest.segments} |"
        f" {len(backtest.episodes)} | {len(other)} | {opened}{more} |"
    )


def replay(
    company: Company, data: Path, home: Path, rules: Sequence[RuleVersion]
) -> tuple[list[Backtest], list[str]]:
    """All rules over the company's days, and what each rule that cannot be judged says."""
    services = imported(company, data, home)
    made, refused = [], []
    for version in rules:
        started = time.monotonic()
        try:
            backtest = run(
                version,
                services.metrics,
                services.engine,
                first=company.first,
                last=company.last,
                zone=company.zone,
                tables=services.warehouse,
            )
        except (ValueError, LookupError, RuntimeError) as error:
            refused.append(f"{company.source}, {version.rule.id}: {error}")
            continue
        seconds = time.monotonic() - started
        print(f"{company.source} {version.rule.id}: {len(backtest.episodes)} ({seconds:.0f} s)")
        if backtest.days:
            made.append(backtest)
        else:
            refused.append(f"{company.source}, {version.rule.id}: nothing to judge in these data")
    services.engine.dispose()
    return made, refused


def page(data: Path, rules: Sequence[RuleVersion], companies: Sequence[Company]) -> str:
    """The page, in Markdown."""
    incidents, others, silent = [], [], []
    for company in companies:
        with tempfile.TemporaryDirectory() as folder:
            made, refused = replay(company, data, Path(folder), rules)
        incidents += [incident_row(company, made, incident) for incident in company.incidents]
        others += [rule_row(company, backtest) for backtest in made]
        silent += refused
    periods = "; ".join(f"{c.source} {c.first} to {c.last}" for c in companies)
    lines = [
        "# Replay of real data",
        "",
        described("scipy"),
        "",
        f"The built-in rules as they ship, day by day: {periods}.",
        "Each day is judged with what was known at its end.",
        "",
        "## Incidents known to be in the data",
        "",
        "| data | incident | worst from | first told | by | episodes |",
        "|---|---|---|---|---|---|",
        *incidents,
        "",
        "## Every rule",
        "",
        "*Others* are episodes that overlap no known incident of that rule: some are false, some",
        "are true and nobody wrote them down.",
        "",
        "| data | rule | judged days | segments | episodes | others | which |",
        "|---|---|---|---|---|---|---|",
        *others,
        "",
    ]
    if silent:
        lines += ["## Not judged", "", *(f"- {text}" for text in silent), ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("AFTERWATCH_REAL_DATA"))
    parser.add_argument("--rule", action="append", help="only this built-in rule")
    parser.add_argument("--source", action="append", help="only this source")
    given = parser.parse_args()
    if given.data is None:
        parser.error("say where the data are: --data DIR or AFTERWATCH_REAL_DATA")
    rules = [v for name, v in sorted(builtin().items()) if not given.rule or name in given.rule]
    companies = [c for c in COMPANIES if not given.source or c.source in given.source]
    text = page(given.data, rules, companies)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "replay.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
