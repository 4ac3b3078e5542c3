"""What the conditions of a playbook's steps ask, and what a run answers. Pure.

The names are those of `alerts.playbooks.names`: variables, `level`, `drill`, `labels.<label>` of
the crisis, `results.<step>` (how it ended) and `results.<step>.<field>` (of what it yielded).
Whatever is not known makes a condition unknown, and then a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alerts.expressions import Expression, parse
from alerts.playbooks.names import Names
from alerts.runs.values import fitted

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook
    from alerts.runs.model import Run


def variables(playbook: Playbook, run: Run) -> dict[str, Any]:
    """What is known of the playbook's variables; what is not is None.

    A variable is what the run was given, else the label of its name, else its default.
    """
    found: dict[str, Any] = {}
    for name, variable in playbook.variables.items():
        given = (run.variables.get(name), run.labels.get(name), variable.default)
        fitting = (fitted(variable.type, value) for value in given)
        found[name] = next((value for value in fitting if value is not None), None)
    return found


class Values(Mapping[str, Any]):
    """What a run answers to a condition: None for everything that it does not know."""

    def __init__(self, playbook: Playbook, run: Run) -> None:
        self._run = run
        self._known = variables(playbook, run) | {
            "level": run.level,
            "drill": run.drill is not None,
        }

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            value = self._known[name]
            return tuple(value) if isinstance(value, list) else value
        first, _, rest = name.partition(".")
        if first == "labels":
            return self._run.labels.get(rest)
        return self._result(rest) if first == "results" else None

    def _result(self, rest: str) -> Any:
        key, _, field = rest.partition(".")
        one = self._run.steps.get(key)
        if one is None or not one.ended:
            return None
        if not field:
            return str(one.state)
        value = (one.result or {}).get(field)
        return None if value is None else str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def holds(playbook: Playbook, when: str | None, run: Run) -> bool | None:
    """Whether a condition holds for a run; None: something it needs is not known."""
    if not when:
        return True
    return expression(playbook, when).value(Values(playbook, run))


def missing(playbook: Playbook, when: str | None, run: Run) -> list[str]:
    """What of a condition nobody knows."""
    if not when:
        return []
    known = Values(playbook, run)
    return sorted(name for name in expression(playbook, when).names if known[name] is None)


def expression(playbook: Playbook, text: str) -> Expression:
    """A condition of a playbook's step."""
    return parse(text, Names(playbook))
