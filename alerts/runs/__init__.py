"""Playbooks at work: durable runs, step by step, whatever dies meanwhile.

The state of a run is rows: a worker that dies loses nothing, and what it had begun is done once,
or asked of a person. `alerts.runs.machine` says what can follow what.
"""

from alerts.runs.acting import act, cancel, continue_, set_variables, update_sent
from alerts.runs.boards import RunBoard, RunView, StepView, board
from alerts.runs.cadences import Beat
from alerts.runs.model import Action, Do, Kind, Refused, RunStatus, StepState, Why
from alerts.runs.rows import anchor, finish_step, raise_level, start

__all__ = [
    "Action",
    "Beat",
    "Do",
    "Kind",
    "Refused",
    "RunBoard",
    "RunStatus",
    "RunView",
    "StepState",
    "StepView",
    "Why",
    "act",
    "anchor",
    "board",
    "cancel",
    "continue_",
    "finish_step",
    "raise_level",
    "set_variables",
    "start",
    "update_sent",
]
