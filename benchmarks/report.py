"""How long a weekly report takes and how much memory it needs, by number of cases.

    python -m benchmarks.report --home DIR [--home DIR …]

Each way to make the report runs in a process of its own, so that memory can be told apart:

* issued as of the refresh: sums come from the rollups; then laid out in every form;
* the same document with every sum taken from the rows of the marts: the baseline, whose text must
  be the same;
* issued late, as of a day after the week's end: nothing precomputed holds then;
* made again from its stored inputs.

Homes are made by `benchmarks.synthetic`; reports of an earlier run are forgotten first, and files
go to a folder that is thrown away. Writes `benchmarks/results/report.md` and `report.json`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from benchmarks.machine import RESULTS, described
from benchmarks.synthetic import AS_OF
from dashboard.languages import SUPPORTED
from dashboard.reports import files, store
from dashboard.reports.building import build
from dashboard.reports.document import fingerprint
from dashboard.reports.forms import FORMS
from dashboard.reports.inputs import context_of, take
from dashboard.reports.issuing import issue
from dashboard.reports.periods import Period, last_ended
from dashboard.reports.rebuild import rebuild
from dashboard.reports.template import template
from dashboard.services import Services, open_services
from dashboard.settings import Settings
from data_access.metrics import Query
from data_access.rollups.cohorts import COHORTS
from data_access.state.engine import open_state, writing
from data_access.state.schema import report, report_file

TEMPLATE = "weekly"
WAYS = ("rollups", "rows", "late", "rebuild")
TITLES = {
    "rollups": "issued as of the refresh (rollups)",
    "rows": "the same document from rows (baseline)",
    "late": "issued late, as of a day after the week (rows)",
    "rebuild": "made again and compared, all files included",
}
_ABOUT = (
    "The shipped weekly page for {week}, each way in a process that begins cold. The baseline "
    "takes every sum from the rows of the marts; its document is compared with the one from "
    "rollups, to the byte. The made-up company has no incidents, crises or decisions on record: "
    "their sections are short. On a machine with more load than cores, processor time tells more "
    "than the clock."
)
_WEEK: Period = last_ended("week", AS_OF, "UTC")


def measure(home: Path, folder: Path, way: str) -> dict[str, Any]:
    """One way in this process: seconds, peak memory, and of forms also bytes."""
    services = _services(home, folder)
    if way == "rebuild":
        return _rebuilt(services)
    if way == "rows":
        return _from_rows(services)
    as_of = AS_OF if way == "rollups" else None
    seconds, made = _timed(lambda: _issued(services, as_of))
    told = {
        **seconds,
        "peak": _peak(),
        "sha256": made.document_sha256,
        "document_bytes": len(made.document_json.encode()),
    }
    if way == "late":
        return told
    forms = {
        f"{form} {language}": _form(services, made.id, language, form)
        for form in FORMS
        for language in SUPPORTED
    }
    return told | {"forms": forms, "peak": _peak(), "id": made.id, "cases": _cases(services)}


def _from_rows(services: Services) -> dict[str, Any]:
    def made() -> str:
        inputs = take(
            services, template(services.settings.home, TEMPLATE), _WEEK, now=AS_OF, as_of=AS_OF
        )
        context = context_of(inputs, services, from_rows=COHORTS)
        return fingerprint(build(context, company=inputs.company))

    seconds, sha256 = _timed(made)
    return {**seconds, "peak": _peak(), "sha256": sha256}


def _rebuilt(services: Services) -> dict[str, Any]:
    last = store.newest(services.engine, TEMPLATE, _WEEK.name)
    assert last is not None
    seconds, found = _timed(lambda: rebuild(services, last.id))
    if not found.same:
        raise SystemExit(f"The rebuilt report is not the same: {found.why}")
    return {**seconds, "peak": _peak()}


def _issued(services: Services, as_of: datetime | None) -> store.Report:
    kind = template(services.settings.home, TEMPLATE)
    issued = issue(services, kind, _WEEK, by="benchmark", now=AS_OF, as_of=as_of)
    return store.load(services.engine, issued.report_id)


def _form(services: Services, report_id: int, language: str, form: str) -> dict[str, Any]:
    seconds, content = _timed(lambda: files.made(services, report_id, language, form))
    return {**seconds, "bytes": len(content)}


def _services(home: Path, folder: Path) -> Services:
    """A home whose files of reports lie in another folder."""
    settings = Settings(
        home=folder,
        state_url=f"sqlite:///{home / 'state.db'}",
        warehouse=str(home / "warehouse"),
        currency="USD",
    )
    return open_services(settings, clock=lambda: AS_OF)


def _forget(home: Path) -> None:
    """Remove the reports of an earlier run."""
    engine = open_state(f"sqlite:///{home / 'state.db'}")
    with writing(engine) as connection:
        connection.execute(delete(report_file))
        connection.execute(delete(report))
    engine.dispose()


def _cases(services: Services) -> int:
    return int(services.metrics.kpi(Query("contacts"))["n"].item())


def _timed(run: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """Seconds by the clock, and of processor time over all threads; and what was made."""
    wall, processor = time.perf_counter(), time.process_time()
    made = run()
    told = {"seconds": time.perf_counter() - wall, "processor": time.process_time() - processor}
    return told, made


def _peak() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def all_ways(home: Path) -> dict[str, dict[str, Any]]:
    """Every way, each in a process of its own; checks that rows and rollups say the same."""
    found: dict[str, dict[str, Any]] = {}
    _forget(home)
    with tempfile.TemporaryDirectory(prefix="afterwatch-report-") as name:
        folder = Path(name)
        for way in ("rollups", "rebuild", "rows", "late"):
            command = [sys.executable, "-m", "benchmarks.report", "--way", way]
            command += ["--folder", str(folder), "--home", str(home)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            found[way] = json.loads(done.stdout.splitlines()[-1])
    _compare(found)
    return found


def _compare(found: dict[str, dict[str, Any]]) -> None:
    if found["rollups"]["sha256"] != found["rows"]["sha256"]:
        raise SystemExit("The document from rows is not the one from rollups.")


def page(measured: list[dict[str, dict[str, Any]]]) -> str:
    """The page as Markdown."""
    lines = [
        "# The weekly report",
        "",
        _ABOUT.format(week=_WEEK.name),
        "",
        described("typst", "xlsxwriter"),
        "",
        "| way | cases | seconds | of processor time | peak memory of the process, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for way in WAYS:
        for one in measured:
            told = one[way]
            lines.append(
                f"| {TITLES[way]} | {one['rollups']['cases']:,} | {told['seconds']:.2f} "
                f"| {told['processor']:.2f} | {told['peak']:.0f} |"
            )
    lines += ["", "Peak memory of the first way includes all forms.", ""]
    lines += ["| form | cases | seconds | of processor time | KB |", "|---|---:|---:|---:|---:|"]
    for form in measured[0]["rollups"]["forms"]:
        for one in measured:
            told = one["rollups"]["forms"][form]
            lines.append(
                f"| {form} | {one['rollups']['cases']:,} | {told['seconds']:.2f} "
                f"| {told['processor']:.2f} | {told['bytes'] / 1024:.0f} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    parser.add_argument("--way", choices=WAYS, help="measure one way in this process")
    parser.add_argument("--folder", type=Path, help="of the copied state, with --way")
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.home[0], given.folder, given.way)))
        return
    measured = [all_ways(home) for home in given.home]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "report.json").write_text(
        json.dumps({"on": described("typst", "xlsxwriter"), "homes": measured}, indent=1) + "\n",
        encoding="utf-8",
    )
    text = page(measured)
    (RESULTS / "report.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
