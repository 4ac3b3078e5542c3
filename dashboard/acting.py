"""Buttons that act, as data; drawn by `assets/js/65-actions.js`. Pure.

A press arrives in the store that the data name, as `Pressed`: what to do, to which subject in which
version, the token of this press (the same for a double click), who acts, and what the form said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson

from dashboard.languages import _

FieldKind = Literal["text", "line", "choice", "person", "date", "datetime-local"]


@dataclass(frozen=True)
class Field:
    """One field of an action's form; `options` (value, words) belong to `choice`.

    Of texts: `longest` in characters (0: 1000), `lines` shown at once (0: two).
    """

    name: str
    label: str
    kind: FieldKind
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    note: str = ""
    required: bool = False
    longest: int = 0
    lines: int = 0


@dataclass(frozen=True)
class Act:
    """One action: a button that acts at once, or opens its form when it has fields.

    Attributes:
        action: what arrives as `Pressed.action`.
        label: the button.
        fields: of the form.
        submit: the button of the form; the label where empty.
        primary: whether this is what is usually done next.
        title: for screen readers, where the label alone does not say of what.
        values: sent in place of a form.
    """

    action: str
    label: str
    fields: tuple[Field, ...] = ()
    submit: str = ""
    primary: bool = False
    title: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed; `actor` is never empty."""

    action: str
    subject: str
    version: int
    token: str
    actor: str
    fields: Mapping[str, str]


def pressed(data: Mapping[str, Any] | None) -> Pressed | None:
    """What a store holds; None when nothing was pressed, or by nobody."""
    if not data or not str(data.get("actor") or "").strip():
        return None
    return Pressed(
        action=str(data["action"]),
        subject=str(data["subject"]),
        version=int(data["version"]),
        token=str(data["token"])[:64],
        actor=str(data["actor"]).strip()[:100],
        fields={str(name): str(value) for name, value in (data.get("fields") or {}).items()},
    )


def actions(
    acts: Sequence[Act],
    *,
    id: str,  # noqa: A002
    store: str,
    subject: object,
    version: int,
    done: str = "",
) -> str:
    """JSON of a bar of buttons with their forms, for `data-rows`.

    Args:
        acts: in the order shown.
        id: prefix of the ids of the forms, unique on the page.
        store: id of the `dcc.Store` that presses arrive in.
        subject: what is acted on.
        version: of the subject as shown.
        done: token of the press that was just done, so that its form closes.
    """
    data = {
        "kind": "actions",
        "id": id,
        "store": store,
        "subject": str(subject),
        "version": version,
        "done": done,
        "required": _("Fill this in first."),
        "rows": [asdict(act) for act in acts],
    }
    return orjson.dumps(data).decode()
