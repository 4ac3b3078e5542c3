"""What the worker can do for a step by itself, and how it stays done once.

`prepare` runs outside of any transaction and may be repeated after a crash, unless the step is
`at_most_once`: then it is called once, after *started* was committed, and a crash leaves the step
*unknown* for a person to settle. `commit` runs in the transaction that makes the step done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alerts.notify.config import Config
    from data_access.metrics import Metrics
    from data_access.warehouse import Warehouse


class EffectError(Exception):
    """The effect could not be had; the message says why and what a person can do."""


class EffectUnknownError(EffectError):
    """Nobody can tell whether it happened: the other side was reached and did not answer."""


@dataclass(frozen=True)
class StepContext:
    """All that an effect may know and use.

    Attributes:
        engine: state database.
        warehouse: facts.
        metrics: numbers; its snapshots are those of the last refresh.
        home: where files lie.
        config: `alerting.yaml` in force.
        run_id: the run.
        step_key: the step; `f"{run_id}:{step_key}"` is the key of whatever it does.
        crisis_id: the crisis.
        params: `with` of the step, with the run's variables filled in.
        variables: the run's variables.
        labels: labels of the crisis (market, category, product, lot, topic …).
        level: level of the crisis.
        now: the clock of the crisis.
        wall: the wall clock.
        drill: id of the drill, None in earnest.
        actor: `worker`, or who pressed.
    """

    engine: Engine
    warehouse: Warehouse
    metrics: Metrics
    home: Path
    config: Config
    run_id: int
    step_key: str
    crisis_id: int
    params: Mapping[str, Any]
    variables: Mapping[str, Any]
    labels: Mapping[str, str]
    level: int
    now: datetime
    wall: datetime
    drill: int | None
    actor: str = "worker"


@dataclass(frozen=True)
class Effect:
    """One thing the worker can do.

    Attributes:
        name: as playbooks name it in `do`.
        params: parameters it takes, with what each means; the linter knows no others.
        prepare: work outside of a transaction; raises `EffectError`.
        commit: work inside the finishing transaction; gives the step's result, which must be JSON.
            A result with `"waits": True` leaves the step ready: people finish it (statements to be
            signed, a batch to be approved) through `alerts.runs.rows.finish_step`.
    """

    name: str
    params: Mapping[str, str]
    prepare: Callable[[StepContext], Any]
    commit: Callable[[Connection, StepContext, Any], Mapping[str, Any]]
