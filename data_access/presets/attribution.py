"""Which of several changes makes how much of a difference, adding up exactly.

Shapley, "A value for n-person games", 1953: a change's effect is averaged over all orders in which
the changes can be made one after the other. Orders that pass a state without a value (no case is
left) are skipped. With many changes there would be too many states, so only the documented order
and its reverse are averaged. Either way the effects add up to the whole difference, and turning
the question around turns every sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

MOST_IN_ALL_ORDERS = 6
"""Up to this many changes all orders are averaged: at most 64 states."""

Value = Callable[[frozenset[str]], float | None]


def effects(changes: Sequence[str], value: Value) -> dict[str, float] | None:
    """Effect of each change on `value`, a function of the set of changes made.

    None where a value is missing at either end, or where every order passes a state without one.
    """
    nothing, everything = frozenset[str](), frozenset(changes)
    values = {state: value(state) for state in _states(changes)}
    if values[nothing] is None or values[everything] is None:
        return None
    defined = {state: v for state, v in values.items() if v is not None}
    upwards = sorted(defined, key=lambda state: (len(state), sorted(state)))
    steps = [
        (low, low | {name}, name)
        for low in upwards
        for name in changes
        if name not in low and low | {name} in defined
    ]
    before: dict[frozenset[str], int] = {nothing: 1}
    for low, high, _name in steps:
        before[high] = before.get(high, 0) + before.get(low, 0)
    after: dict[frozenset[str], int] = {everything: 1}
    for low, high, _name in reversed(steps):
        after[low] = after.get(low, 0) + after.get(high, 0)
    orders = before.get(everything, 0)
    if not orders:
        return None
    made = dict.fromkeys(changes, 0.0)
    for low, high, name in steps:
        ways = before.get(low, 0) * after.get(high, 0)
        made[name] += (defined[high] - defined[low]) * (ways / orders)
    return made


def _states(changes: Sequence[str]) -> list[frozenset[str]]:
    if len(changes) <= MOST_IN_ALL_ORDERS:
        return [
            frozenset(name for bit, name in enumerate(changes) if number >> bit & 1)
            for number in range(1 << len(changes))
        ]
    forward = [frozenset(changes[:count]) for count in range(len(changes) + 1)]
    backward = [frozenset(changes[count:]) for count in range(len(changes) + 1)]
    return list(dict.fromkeys(forward + backward))
