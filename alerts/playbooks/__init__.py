"""Playbooks: how a company leads itself through a kind of crisis, as strict YAML. Pure."""

from alerts.playbooks.format import ANCHORS, PHASES, Playbook, Step
from alerts.playbooks.lint import lint

__all__ = ["ANCHORS", "PHASES", "Playbook", "Step", "lint"]
