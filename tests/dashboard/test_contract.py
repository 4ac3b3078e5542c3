"""Every callback meets its components: what Dash's own validation would say, for all screens.

The application suppresses Dash's validation (it would call every layout on the first request);
this takes its place and checks more: duplicate outputs and circles as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from dash import Dash
from dash.development.base_component import Component

from dashboard.app import CALLBACKS, SCREENS
from dashboard.services import Services
from dashboard.shell import shell

WILDCARDS = ("data-", "aria-")


def pieces(layout: Component) -> Iterator[Component]:
    yield layout
    yield from layout._traverse()


def key(component_id: Any) -> str:
    """An id as text; the values of a pattern id do not matter, its keys do."""
    if isinstance(component_id, str) and component_id.startswith("{"):
        component_id = json.loads(component_id)
    if isinstance(component_id, dict):
        parts = {
            name: "*" if isinstance(value, list) or name in {"kpi", "index"} else value
            for name, value in component_id.items()
        }
        return json.dumps(parts, sort_keys=True)
    return str(component_id)


@pytest.fixture
def components(app: Dash, fake_services: Services) -> dict[str, dict[str, Component]]:
    """Screen to id to component; the shell is one more screen."""
    found: dict[str, dict[str, Component]] = defaultdict(dict)
    with app.server.test_request_context("/"):
        layouts = {"shell": shell(fake_services, SCREENS)}
        layouts |= {screen.PATH: screen.layout() for screen in SCREENS}
    for name, layout in layouts.items():
        exact = set()
        for piece in pieces(layout):
            piece_id = getattr(piece, "id", None)
            if piece_id is None:
                continue
            text = json.dumps(piece_id, sort_keys=True) if isinstance(piece_id, dict) else piece_id
            assert text not in exact, f"{text} stands twice on {name}"
            exact.add(str(text))
            found[name][key(piece_id)] = piece
    return found


def wiring(app: Dash) -> list[dict[str, Any]]:
    """Outputs, inputs and states of every callback of ours."""
    listed = []
    for spec in app._callback_list:
        outputs = spec["output"].strip(".").split("...")
        pairs = [
            (part.rpartition(".")[0], part.rpartition(".")[2].split("@")[0], "@" in part)
            for part in outputs
        ]
        if any(name.startswith("_pages") for name, _prop, _twice in pairs):
            continue
        listed.append(
            {
                "outputs": pairs,
                "inputs": [(part["id"], part["property"]) for part in spec["inputs"]],
                "state": [(part["id"], part["property"]) for part in spec["state"]],
            }
        )
    return listed


def test_every_screen_has_its_callbacks_and_the_other_way_round() -> None:
    pages = {screen.__name__.split(".")[-1] for screen in SCREENS}  # type: ignore[attr-defined]
    modules = {module.__name__.split(".")[-1] for module in CALLBACKS}
    assert modules - {"shell"} <= pages


def test_no_id_stands_on_two_screens(components: dict[str, dict[str, Component]]) -> None:
    seen: dict[str, str] = {}
    for screen, found in components.items():
        for name in found:
            assert name not in seen, f"{name} stands on {seen.get(name)} and {screen}"
            seen[name] = screen


def test_every_callback_meets_a_component_with_the_property(
    app: Dash, components: dict[str, dict[str, Component]]
) -> None:
    known = {name: piece for found in components.values() for name, piece in found.items()}
    checked = 0
    for spec in wiring(app):
        ends = [(name, prop) for name, prop, _twice in spec["outputs"]]
        for name, prop in [*ends, *spec["inputs"], *spec["state"]]:
            if key(name) == "_pages_location":
                continue
            piece = known.get(key(name))
            assert piece is not None, f"no layout has {name} (property {prop})"
            allowed = prop in piece.available_properties or prop.startswith(WILDCARDS)
            assert allowed, f"{type(piece).__name__} {name} has no property {prop}"
            checked += 1
    assert checked > 20


def test_no_output_has_two_writers(app: Dash) -> None:
    writers: dict[tuple[str, str], int] = defaultdict(int)
    for spec in wiring(app):
        for name, prop, said_so in spec["outputs"]:
            writers[(name, prop)] += 0 if said_so else 1
    assert {end: count for end, count in writers.items() if count > 1} == {}


def test_a_screen_listens_to_itself_and_the_shell_only(
    app: Dash, components: dict[str, dict[str, Component]]
) -> None:
    home = {name: screen for screen, found in components.items() for name in found}
    for spec in wiring(app):
        ends = {key(name) for name, _prop, _twice in spec["outputs"]}
        ends |= {key(name) for name, _prop in [*spec["inputs"], *spec["state"]]}
        screens = {home[name] for name in ends if name in home} - {"shell"}
        assert len(screens) <= 1, f"{sorted(ends)} spans {sorted(screens)}"


def test_nothing_runs_in_a_circle(app: Dash) -> None:
    follows: dict[str, set[str]] = defaultdict(set)
    for spec in wiring(app):
        targets = {f"{key(name)}.{prop}" for name, prop, said_so in spec["outputs"] if not said_so}
        for name, prop in spec["inputs"]:
            follows[f"{key(name)}.{prop}"] |= targets
    for start in list(follows):
        reached: set[str] = set()
        edge = {start}
        while edge:
            edge = {after for end in edge for after in follows.get(end, ())} - reached
            reached |= edge
        assert start not in reached, f"{start} triggers itself"
