"""What a browser posts when it opens a screen, found out from the running application.

Nothing here names a screen or a callback: the application tells which callbacks it has
(`/_dash-dependencies`) and which components stand in the frame and in each screen, with the values
they start with. A new screen is measured without a change here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dashboard.ids import Shell

Fetch = Callable[[str, Any], bytes]
"""GET of a path where the second argument is None, else POST of it as JSON; the answer's body."""

UPDATE = "/_dash-update-component"
LOCATION = "_pages_location"
FIRST_BLOCK = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}

Components = Mapping[str, Mapping[str, Any]]
"""Id, as Dash writes it, to the component's properties."""


@dataclass(frozen=True)
class Screen:
    """A screen as one address shows it."""

    address: str
    title: str
    components: Components


@dataclass(frozen=True)
class Callback:
    """A callback that runs on the server, as `/_dash-dependencies` tells it."""

    output: str
    outputs: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    state: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Id of its first output."""
        return self.outputs[0][0]

    @property
    def ids(self) -> set[str]:
        """Every component it touches."""
        return {part for part, _property in (*self.outputs, *self.inputs, *self.state)}


def callbacks(fetch: Fetch) -> list[Callback]:
    """All callbacks of the application that run on the server; the router is one of them."""
    found = []
    for spec in json.loads(fetch("/_dash-dependencies", None)):
        if spec.get("clientside_function"):
            continue
        ends = [end.rpartition(".") for end in spec["output"].strip(".").split("...")]
        found.append(
            Callback(
                spec["output"],
                tuple((part, prop.split("@")[0]) for part, _dot, prop in ends),
                tuple((end["id"], end["property"]) for end in spec["inputs"]),
                tuple((end["id"], end["property"]) for end in spec["state"]),
            )
        )
    return found


def router(known: list[Callback]) -> Callback:
    """The callback that answers with the layout of a screen."""
    return next(one for one in known if (LOCATION, "pathname") in one.inputs)


def frame(fetch: Fetch) -> Components:
    """The components around every screen."""
    return components(json.loads(fetch("/_dash-layout", None)))


def open_screen(fetch: Fetch, known: list[Callback], address: str, title: str) -> Screen:
    """Ask the router for the screen at `address` (path and query)."""
    answer = json.loads(fetch(UPDATE, layout_request(known, address)))["response"]
    return Screen(address, title, components(answer["_pages_content"]["children"]))


def layout_request(known: list[Callback], address: str) -> dict[str, Any]:
    """What a browser posts to get the layout at `address`."""
    path, mark, query = address.partition("?")
    given = {(LOCATION, "pathname"): path, (LOCATION, "search"): mark + query}
    return request_of(router(known), {}, given)


def components(layout: Any) -> dict[str, Mapping[str, Any]]:
    """Every component with an id in a layout as JSON."""
    found: dict[str, Mapping[str, Any]] = {}
    for props in _properties(layout):
        if "id" in props:
            part = props["id"]
            found[part if isinstance(part, str) else json.dumps(part, sort_keys=True)] = props
    return found


def _properties(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _properties(part)
    elif isinstance(node, dict):
        if "props" in node and "type" in node:
            yield node["props"]
        for part in node.values():
            yield from _properties(part)


def of_screen(known: list[Callback], screen: Screen, around: Components) -> list[Callback]:
    """The callbacks that run when the screen opens: all they touch stands there or in the frame."""
    ids = set(screen.components)
    return [
        one
        for one in known
        if any(_matching(part, ids) for part in one.ids)
        and all(part in around or _matching(part, ids) for part in one.ids)
    ]


def of_frame(known: list[Callback], around: Components) -> list[Callback]:
    """The callbacks of the frame alone, without the router."""
    return [
        one for one in known if all(part in around for part in one.ids) and one != router(known)
    ]


def request_of(
    callback: Callback, present: Components, given: Mapping[tuple[str, str], Any]
) -> dict[str, Any]:
    """The body that a browser posts.

    Args:
        callback: which one.
        present: the components on the page, with their properties.
        given: values (by id and property) that stand in another way than in the layout.
    """

    def end(part: str, prop: str) -> dict[str, Any]:
        missing = FIRST_BLOCK if prop == "getRowsRequest" else None
        held = present.get(part, {}).get(prop, missing)
        return {"id": _id(part), "property": prop, "value": given.get((part, prop), held)}

    def output(part: str, prop: str) -> Any:
        if "ALL" not in part:
            return {"id": _id(part), "property": prop}
        return [{"id": _id(one), "property": prop} for one in _matching(part, set(present))]

    outputs = [output(part, prop) for part, prop in callback.outputs]
    return {
        "output": callback.output,
        "outputs": outputs if callback.output.startswith("..") else outputs[0],
        "inputs": [end(part, prop) for part, prop in callback.inputs],
        "state": [end(part, prop) for part, prop in callback.state],
        "changedPropIds": [".".join(callback.inputs[0])],
    }


def choices(callback: Callback, screen: Screen) -> dict[tuple[str, str], list[Any]]:
    """The controls of the screen that the callback listens to, and what each can be set to."""
    return {
        (part, prop): [
            option["value"] if isinstance(option, dict) else option
            for option in screen.components[part]["options"]
        ]
        for part, prop in (*callback.inputs, *callback.state)
        if prop == "value" and screen.components.get(part, {}).get("options")
    }


def viewed(query: str) -> dict[tuple[str, str], Any]:
    """The values of the frame under one view."""
    return {(Shell.QUERY, "data"): query, (Shell.VERSION, "data"): "", (Shell.ASKED, "data"): query}


def addresses(templates: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Path template to an address, with the variables (and what follows them) filled in."""
    filled = {}
    for template in templates:
        address = template
        for name, value in variables.items():
            address = address.replace(f"<{name}>", quote(value, safe="?=&-_."))
        filled[template] = address
    return filled


def _matching(part: str, ids: set[str]) -> list[str]:
    """The ids that a plain id or a pattern stands for, in the order of the page."""
    if not part.startswith("{"):
        return [part] if part in ids else []
    wanted = {key: value for key, value in json.loads(part).items() if value != ["ALL"]}
    return sorted(
        one for one in ids if one.startswith("{") and wanted.items() <= json.loads(one).items()
    )


def _id(part: str) -> Any:
    return json.loads(part) if part.startswith("{") else part
