"""Drills: any playbook on something replayed or made up, by its own clock, told to the sandbox."""

from alerts.drills.model import FASTEST, SLOWEST, Inject, Scenario
from alerts.drills.playing import DrillReport, end, inject, run_due
from alerts.drills.report import made as report
from alerts.drills.rows import Drill, drills, load, of_crisis, running
from alerts.drills.scenarios import Prepared, of_playbook, replay_crisis, replay_known
from alerts.drills.starting import Started, Why, crisis_of, playbook_version, start

__all__ = [
    "FASTEST",
    "SLOWEST",
    "Drill",
    "DrillReport",
    "Inject",
    "Prepared",
    "Scenario",
    "Started",
    "Why",
    "crisis_of",
    "drills",
    "end",
    "inject",
    "load",
    "of_crisis",
    "of_playbook",
    "playbook_version",
    "replay_crisis",
    "replay_known",
    "report",
    "run_due",
    "running",
    "start",
]
