"""Drills: any playbook on something replayed or made up, by its own clock, told to the sandbox."""

from alerts.drills.model import Inject, Scenario
from alerts.drills.rows import Drill, drills, load, of_crisis, running

__all__ = ["Drill", "Inject", "Scenario", "drills", "load", "of_crisis", "running"]
