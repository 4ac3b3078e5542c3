"""Tasks of a crisis room: mine first, then what is overdue, then by phase; each as one card.

A card is data with a digest. The browser tells which it holds, and gets those that differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from alerts.crisis_room import Room
from alerts.runs import StepState, StepView
from alerts.runs.model import WORRIES
from dashboard import formats
from dashboard.formats import iso_utc
from dashboard.ids import Crisis
from dashboard.languages import _, ngettext
from dashboard.url_filter import link
from dashboard.wording.crises import act_data
from dashboard.wording.crisis_names import PHASES, phase_name, role_title, told
from dashboard.wording.crisis_step_acts import step_acts

STATUS: Mapping[StepState, str] = {
    StepState.WAITING: "none",
    StepState.READY: "info",
    StepState.RUNNING: "info",
    StepState.DONE: "ok",
    StepState.SKIPPED: "none",
    StepState.FAILED: "breach",
    StepState.UNKNOWN: "breach",
    StepState.BLOCKED: "breach",
    StepState.CANCELLED: "none",
}
"""State of a step to the status class beside its word."""


def state_name(step: StepView) -> str:
    """Where a step stands, and whom it waits for."""
    if step.state is StepState.READY:
        if step.undecided:
            return _("Does it apply?")
        if step.waits_for == "worker":
            return _("The worker does it")
        if step.waits_for == "clock":
            return _("Waits for the time")
        return _("To be signed") if step.kind == "approval" else _("To do")
    if step.state is StepState.RUNNING:
        return _("The worker is at it") if step.waits_for == "worker" else _("In hand")
    return {
        StepState.WAITING: _("Not yet"),
        StepState.DONE: _("Done"),
        StepState.SKIPPED: _("Left out"),
        StepState.FAILED: _("Failed"),
        StepState.UNKNOWN: _("Did it happen?"),
        StepState.BLOCKED: _("Stuck"),
        StepState.CANCELLED: _("Cancelled"),
    }[step.state]


def note(room: Room, actor: str) -> str:
    """How much is done, and how much waits for the reader."""
    if not room.steps:
        return ""
    done = sum(not step.waits_for for step in room.steps)
    told_ = [
        _(
            "{done} of {count} done",
            done=formats.number(done),
            count=formats.number(len(room.steps)),
        )
    ]
    mine = sum(step.mine(actor) for step in room.steps)
    overdue = sum(step.overdue for step in room.steps)
    if actor:
        told_.append(ngettext("{count} waits for you", "{count} wait for you", mine))
    if overdue:
        told_.append(ngettext("{count} overdue", "{count} overdue", overdue))
    return " · ".join(told_)


def empty(room: Room) -> str:
    """Why there are no tasks."""
    if room.declared:
        return _("No playbook leads this topic at this level; write down what you do.")
    if room.is_open:
        return _("Playbooks begin when a person declares the crisis.")
    return _("It ended before a playbook began.")


def shown(
    room: Room, actor: str, held: Mapping[str, str], zone: str, query: str, done: str
) -> str | None:
    """JSON of the tasks for `data-rows`; None when the browser holds exactly these.

    Args:
        room: the crisis.
        actor: who looks; empty: nobody said.
        held: digest of each card that the browser holds, and at "" the press it knows was done.
        zone: of the reader.
        query: of the address.
        done: token of the press that was just done.
    """
    cards = list(_cards(room, actor, zone, query))
    order = [(card["key"], _digest(card)) for card in cards]
    known = [(key, digest) for key, digest in held.items() if key]
    if known == order and held.get("", "") == done:
        return None
    data = {
        "kind": "crisis-tasks",
        "id": "crisis-step",
        "store": str(Crisis.PRESSED),
        "held": str(Crisis.HELD),
        "done": done,
        "required": _("Fill this in first."),
        "order": order,
        "cards": {
            card["key"]: card
            for card, (key, digest) in zip(cards, order, strict=True)
            if held.get(key) != digest
        },
    }
    return orjson.dumps(data).decode()


def _digest(card: Mapping[str, Any]) -> str:
    return hashlib.blake2b(orjson.dumps(card), digest_size=4).hexdigest()


def _cards(room: Room, actor: str, zone: str, query: str) -> Iterable[dict[str, Any]]:
    """Headings and cards in the order shown."""
    names = {(step.run_id, step.key): step.title for step in room.steps}
    maker = _Maker(room, actor, zone, query, names, many=len(room.runs) > 1)
    mine = [step for step in room.steps if step.mine(actor)]
    taken = {(step.run_id, step.key) for step in mine}
    late = [step for step in room.steps if step.overdue and (step.run_id, step.key) not in taken]
    taken |= {(step.run_id, step.key) for step in late}
    if mine:
        yield _group("mine", _("Yours"), str(len(mine)))
        yield from map(maker.card, sorted(mine, key=_urgency))
    if late:
        yield _group("late", _("Overdue"), str(len(late)))
        yield from map(maker.card, sorted(late, key=_urgency))
    for phase in PHASES:
        steps = [step for step in room.steps if step.phase == phase]
        if not steps:
            continue
        rest = [step for step in steps if (step.run_id, step.key) not in taken]
        active = [step for step in rest if step.waits_for not in ("", "needs")]
        coming = [step for step in rest if step.waits_for == "needs"]
        over = [step for step in rest if not step.waits_for]
        done = sum(not step.waits_for for step in steps)
        count = _("{done} of {count}", done=done, count=len(steps))
        yield _group(f"phase-{phase}", phase_name(phase), count)
        yield from map(maker.card, sorted(active, key=_urgency))
        yield from map(maker.brief, coming)
        if over:
            fold = f"done-{phase}"
            words = ngettext("Show {count} that is over", "Show {count} that are over", len(over))
            yield {
                **_group(f"fold-{phase}", ""),
                "fold": fold,
                "show": words,
                "hide": _("Hide what is over"),
            }
            yield from (maker.brief(step, fold) for step in over)


def _group(key: str, title: str, count: str = "") -> dict[str, Any]:
    return {"key": key, "group": True, "title": title, "count": count}


def _urgency(step: StepView) -> tuple[bool, str, int]:
    """What only a person leads out of, then by deadline."""
    return step.state not in WORRIES, iso_utc(step.due_at) if step.due_at else "9", step.run_id


class _Maker:
    """Makes the cards of one answer."""

    def __init__(
        self,
        room: Room,
        actor: str,
        zone: str,
        query: str,
        names: Mapping[tuple[int, str], Any],
        *,
        many: bool,
    ) -> None:
        self.room, self.actor, self.zone, self.query = room, actor, zone, query
        self.names, self.many = names, many
        self.playbooks = {run.id: told(run.title) for run in room.runs}

    def card(self, step: StepView) -> dict[str, Any]:
        """A step that somebody can do something about."""
        row = self._row(step)
        if step.text is not None:
            row["text"] = told(step.text)
        results = list(self._results(step))
        if results:
            row["results"] = results
        acts = step_acts(self.room, step, self.actor)
        pressing = step.mine(self.actor) or step.overdue or step.state in WORRIES
        if acts:
            row["acts"] = [
                act_data(act if pressing else replace(act, primary=False)) for act in acts
            ]
        return row

    def brief(self, step: StepView, fold: str = "") -> dict[str, Any]:
        """A step that is over or cannot begin yet, in one line."""
        row = {**self._row(step), "brief": True}
        if fold:
            row["fold"] = fold
            row.pop("due", None)
            results = list(self._results(step))
            if results:
                row["results"] = results
            if step.done_at is not None:
                row["side"] = formats.moment(step.done_at, self.zone)
        return row

    def _row(self, step: StepView) -> dict[str, Any]:
        row: dict[str, Any] = {
            "key": f"{step.run_id}:{step.key}",
            "anchor": f"step-{step.key}",
            "subject": f"step/{step.run_id}/{step.key}",
            "version": step.version,
            "state": str(step.state),
            "status": STATUS[step.state],
            "word": state_name(step),
            "title": told(step.title),
            "label": told(step.title),
            "notes": list(self._notes(step)),
        }
        if step.due_at is not None and step.waits_for:
            row["due"] = iso_utc(step.due_at)
            row["when"] = formats.moment(step.due_at, self.zone)
        return row

    def _notes(self, step: StepView) -> Iterable[dict[str, Any]]:
        if self.many:
            yield {"text": self.playbooks.get(step.run_id, "")}
        role = told(step.role_title) or role_title(self.room.levels, step.role)
        if step.owner and step.waits_for:
            yield {"text": _("{name} has it", name=step.owner)}
        elif role and step.waits_for:
            people = ", ".join(step.people[:3])
            yield {"text": f"{role}: {people}" if people else _("{role}: nobody", role=role)}
        for key in step.needs[:3]:
            yield {"text": _("after “{step}”", step=told(self.names.get((step.run_id, key)), key))}
        if len(step.needs) > 3:
            yield {"text": _("and {count} more", count=len(step.needs) - 3)}
        if step.undecided:
            yield {
                "text": _("not known: {names}", names=", ".join(step.undecided)),
                "status": "watch",
            }
        if step.missing:
            roles = ", ".join(role_title(self.room.levels, role) for role in step.missing)
            yield {"text": _("still to sign: {roles}", roles=roles)}

    def _results(self, step: StepView) -> Iterable[dict[str, Any]]:
        for signature in step.signatures:
            role = role_title(self.room.levels, signature.role)
            at = formats.moment(signature.at, self.zone)
            if signature.decision == "approved":
                words = _(
                    "Approved by {name} ({role}), {time}", name=signature.by, role=role, time=at
                )
                yield {"text": words}
            else:
                words = _(
                    "Rejected by {name} ({role}), {time}: {note}",
                    name=signature.by, role=role, time=at, note=signature.note,
                )  # fmt: skip
                yield {"text": words, "status": "breach"}
        yield from self._leads_to(step)
        by = step.done_by if step.done_by != "worker" else _("the worker")
        if step.state is StepState.DONE and step.kind != "approval":
            line = _("Done by {name}", name=by or formats.NONE)
            yield {"text": f"{line}: {step.note}" if step.note else line}
        elif step.state is StepState.SKIPPED:
            why = step.note or _("it does not apply")
            yield {"text": _("Left out: {reason}", reason=why), "status": "none"}
        elif step.state in (StepState.FAILED, StepState.BLOCKED) and step.note:
            yield {"text": step.note, "status": "breach"}
        elif step.note and step.waits_for:
            yield {"text": step.note, "status": "watch"}
        if step.state is StepState.UNKNOWN:
            asked = _("The worker died while it did this. Look whether it happened, then say so.")
            proof = told(step.proof)
            yield {"text": f"{asked} {proof}" if proof else asked, "status": "watch"}

    def _leads_to(self, step: StepView) -> Iterable[dict[str, Any]]:
        """Where people do the rest: the statements or the batch."""
        result = step.result
        if step.kind == "approval" and step.refs:
            refs = step.refs
            kind = step.subject
        else:
            refs = tuple(result.get("statements") or ())
            kind = "statements" if refs else ""
            if result.get("batch"):
                refs, kind = (int(result["batch"]),), "batch"
        if kind == "statements":
            for ref in refs[:6]:
                yield {
                    "text": _("Statement {number}", number=ref),
                    "status": "info",
                    "href": link(f"/statements/{ref}", self.query),
                    "link": _("Read and sign"),
                }
        elif kind == "batch":
            yield {
                "text": _("Compensation batch {number}", number=refs[0]),
                "status": "info",
                "href": link(f"/compensation/{refs[0]}", self.query),
                "link": _("Look at the rows"),
            }
