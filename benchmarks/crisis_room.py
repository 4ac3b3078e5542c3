"""A crisis room of 200 steps that five people act in: server time and bytes of a refresh.

`python -m benchmarks.crisis_room` writes `benchmarks/results/crisis_room.json`. A refresh is what
one press of somebody else makes every open room ask for: the parts that differ, as JSON,
compressed as the application compresses its answers (brotli, quality 4).
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from dash import no_update

from alerts import runs
from callbacks.crisis import EVERYTHING, View, refreshed
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from dashboard.static import compress
from tests.alerts import rooms
from tests.alerts.runs.world import line

STEPS = 200
PEOPLE = ("Ana Weber", "Mei Chen", "Lena Fischer", "Omar Haddad", "Priya Nair")
ROLES = ("crisis_lead", "supply", "legal", "pr", "finance")
PHASES = ("contain", "compensate", "apologise", "remedy", "prove", "review")
ROUNDS = 40


def steps() -> list[str]:
    """Two hundred steps with texts of usual length; every third one needs the one before."""
    return [
        line(
            f"step-{n}", role=ROLES[n % 5], phase=PHASES[n * 6 // STEPS],
            due={"after": f"PT{30 + n}M", "anchor": "declared"},
            needs=[f"step-{n - 1}"] if n % 3 == 2 else [],
            title={"en": f"Look after part {n} of the lot and tell the team", "zh": f"处理 {n}"},
            text={"en": f"Take part {n} out of sale, look whether it is gone, write down how many.",
                  "zh": f"停售第 {n} 部分，确认已下架，并记录数量。"},
        )
        for n in range(STEPS)
    ]  # fmt: skip


def size(answer: tuple[Any, ...]) -> int:
    """Bytes of an answer as it is sent."""
    names = ["shown", *[f"{part}.{prop}" for part, prop in EVERYTHING]]
    parts = {
        name: value for name, value in zip(names, answer, strict=True) if value is not no_update
    }
    return len(compress(orjson.dumps(parts), "br", {"br": 4, "gzip": 5}))


def main() -> None:
    """Measure and write the result."""
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(load_settings(home=Path(folder)))
        result = measure(services)
        services.engine.dispose()
    text = json.dumps(result, indent=1)
    target = Path(__file__).parent / "results" / "crisis_room.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8")
    print(text)


def measure(services: Services) -> dict[str, Any]:
    """One room, five people who look, one press a round."""
    now = datetime.now(UTC) - timedelta(minutes=90)
    config = rooms.ready(services.engine, services.settings.home, now)
    rooms.led_by(services.engine, now, steps())
    rooms.opened(services.engine, config, now)
    held: dict[str, dict[str, str]] = {}
    known: dict[str, dict[str, str]] = {}
    first = []
    for person in PEOPLE:
        answer = refreshed(services, View("", "1", actor=person), {}, {})
        first.append(size(answer))
        keep(answer, person, held, known)
    seconds, sizes = [], []
    for number in range(ROUNDS):
        key = f"step-{number * 3}"
        outcome = runs.act(
            services.engine, 1, key, runs.Action(runs.Do.START), config=config,
            actor="Ana Weber", version=None, token=None, wall=services.clock(),
        )  # fmt: skip
        assert outcome.result == "done", outcome
        for person in PEOPLE:
            began = time.perf_counter()
            answer = refreshed(services, View("", "1", actor=person), held[person], known[person])
            seconds.append(time.perf_counter() - began)
            sizes.append(size(answer))
            keep(answer, person, held, known)
    seconds.sort()
    return {
        "steps": STEPS,
        "people": len(PEOPLE),
        "refreshes": len(seconds),
        "ms_median": round(1000 * statistics.median(seconds), 1),
        "ms_p95": round(1000 * seconds[int(0.95 * len(seconds))], 1),
        "bytes_first_most": max(first),
        "bytes_refresh_median": int(statistics.median(sizes)),
        "bytes_refresh_most": max(sizes),
    }


def keep(
    answer: tuple[Any, ...],
    person: str,
    held: dict[str, dict[str, str]],
    known: dict[str, dict[str, str]],
) -> None:
    """What a browser holds after an answer."""
    if answer[0] is not no_update:
        known[person] = answer[0]
    place = 1 + next(i for i, (part, _p) in enumerate(EVERYTHING) if part == "crisis-tasks")
    if answer[place] is not no_update:
        held[person] = {**dict(json.loads(answer[place])["order"]), "": ""}


if __name__ == "__main__":
    main()
