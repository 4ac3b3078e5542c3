"""What a person can do with one step, as buttons with their forms; the usual one first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.crisis_room import Room
from alerts.runs import Do, StepState, StepView
from alerts.runs.boards import Asked
from dashboard.acting import Act, Field, FieldKind
from dashboard.languages import _
from dashboard.wording.crisis_names import role_title, told

FIELD_PREFIX = "asks."
"""Names of fields that hold what a step asks for: `asks.TYPE.NAME`."""


def step_acts(room: Room, step: StepView, actor: str) -> list[Act]:
    """Offered to whoever may; before anybody said who they are, what anybody could do."""
    can = step.can(actor) if actor else step.possible
    makers: Mapping[Do, Callable[[Room, StepView, str], Act | None]] = {
        Do.START: _start,
        Do.DONE: _done,
        Do.APPROVE: _approve,
        Do.REJECT: _reject,
        Do.ANSWER: _answer,
        Do.RETRY: _retry,
        Do.SKIP: _skip,
        Do.ASSIGN: _assign,
        Do.COMMENT: _comment,
    }
    made = [makers[do](room, step, told(step.title)) for do in can if do in makers]
    return [act for act in made if act is not None]


def _start(_room: Room, step: StepView, title: str) -> Act:
    label = _("It applies") if step.undecided else _("Take it")
    return Act("start", label, primary=True, title=_titled(label, title))


def _reject(room: Room, step: StepView, title: str) -> Act | None:
    if not step.sha256:
        return None
    label = _("Reject")
    return Act(
        "reject",
        label,
        (*_role(room, step), _why(_("Why not"))),
        title=_titled(label, title),
        values={"seen": step.sha256},
    )


def _answer(_room: Room, step: StepView, title: str) -> Act:
    label = _("Did it happen?")
    options = (("", _("Choose …")), ("yes", _("Yes, it happened")), ("no", _("No, it did not")))
    fields = (
        Field("happened", label, "choice", options=options, required=True),
        Field("note", _("How you know"), "line", required=True, note=told(step.proof)),
    )
    return Act(
        "answer", label, fields, submit=_("Answer"), primary=True, title=_titled(label, title)
    )


def _retry(_room: Room, _step: StepView, title: str) -> Act:
    label = _("Try again")
    return Act("retry", label, primary=True, title=_titled(label, title))


def _skip(_room: Room, _step: StepView, title: str) -> Act:
    label = _("Leave out")
    return Act("skip", label, (_why(),), title=_titled(label, title))


def _assign(_room: Room, step: StepView, title: str) -> Act:
    label = _("Assign")
    field = Field("assignee", _("Who does it"), "person", value=step.owner or "")
    return Act("assign", label, (field,), title=_titled(label, title))


def _comment(_room: Room, _step: StepView, title: str) -> Act:
    label = _("Comment")
    field = Field("note", label, "text", required=True)
    return Act("step_comment", label, (field,), title=_titled(label, title))


def _titled(label: str, title: str) -> str:
    return f"{label}: {title}"


def _why(label: str = "") -> Field:
    return Field("note", label or _("Why"), "line", required=True)


def _done(_room: Room, step: StepView, title: str) -> Act:
    by_hand = step.kind != "manual" or step.state in (StepState.FAILED, StepState.BLOCKED)
    asked = tuple(_asked(one) for one in step.asks)
    needed = by_hand or bool(step.evidence)
    note = Field(
        "note",
        _("What was done instead") if by_hand else _("What came of it"),
        "line",
        required=needed,
        note=_("It proves: {items}", items=", ".join(step.evidence)) if step.evidence else "",
    )
    label = _("Done by hand") if by_hand else _("Done")
    primary = step.state is StepState.RUNNING and not by_hand
    return Act(
        "done", label, (*asked, note), submit=label, primary=primary, title=_titled(label, title)
    )


def _asked(one: Asked) -> Field:
    """What a step asks for, in a field of its type; the name carries the type along."""
    name, title = f"{FIELD_PREFIX}{one.type}.{one.name}", told(one.title)
    known = "" if one.value is None else str(one.value)
    if one.type == "boolean":
        options = (("", _("Choose …")), ("true", _("Yes")), ("false", _("No")))
        return Field(name, title, "choice", options, known.lower(), required=True)
    kinds: Mapping[str, FieldKind] = {"date": "date", "datetime": "datetime-local"}
    return Field(name, title, kinds.get(one.type, "line"), value=known, required=True)


def _approve(room: Room, step: StepView, title: str) -> Act | None:
    if not step.sha256:
        return None
    label = _("Sign")
    roles = _role(room, step)
    note = Field("note", _("Note"), "line")
    return Act(
        "approve", label, (*roles, note), submit=_("I approve it"), primary=True,
        title=_titled(label, title), values={"seen": step.sha256},
    )  # fmt: skip


def _role(room: Room, step: StepView) -> tuple[Field, ...]:
    if len(step.roles) < 2:
        return ()
    options = tuple((role, role_title(room.levels, role)) for role in step.missing or step.roles)
    return (Field("role", _("As"), "choice", options=(("", _("my role")), *options)),)
