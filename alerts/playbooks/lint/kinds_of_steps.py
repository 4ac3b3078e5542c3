"""Rules about what each kind of step must say, and what it has no use for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook, Step
from alerts.playbooks.lint.messages import finding

_NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "manual": (),
        "auto": (),
        "approval": ("of", "roles"),
        "statement": ("template", "audience", "channels"),
        "notify": ("to", "message"),
        "wait": ("for_",),
        "check": ("that",),
    }
)
_OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "manual": ("asks",),
        "auto": ("do", "with_", "effect", "proof", "asks"),
        "approval": ("of", "roles"),
        "statement": ("template", "audience", "channels", "locales", "public"),
        "notify": ("to", "message"),
        "wait": ("for_",),
        "check": ("that",),
    }
)
_ALL = sorted({field for fields in _OWN.values() for field in fields})


def needed(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Fields without which a kind of step says nothing."""
    for step in playbook.steps:
        for field in _NEEDED[step.kind]:
            if not getattr(step, field):
                yield finding(
                    "missing_field",
                    f"steps.{step.key}.{_written(field)}",
                    kind=step.kind,
                    field=_written(field),
                )


def effects(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """What the worker is to do, and whether it can."""
    for step in playbook.steps:
        if step.kind != "auto":
            continue
        if not step.do:
            yield finding("no_effect", f"steps.{step.key}.do")
        elif library.effects is not None:
            yield from _effect(step, step.do, library.effects)


def foreign(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Fields of another kind of step."""
    for step in playbook.steps:
        for field in _ALL:
            given = field in step.model_fields_set and getattr(step, field) not in (None, (), {})
            if given and field not in _OWN[step.kind]:
                yield finding(
                    "foreign_field",
                    f"steps.{step.key}.{_written(field)}",
                    kind=step.kind,
                    field=_written(field),
                )


def proofs(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """What must not be done twice, without a way to see whether it was done."""
    for step in playbook.steps:
        if step.effect == "at_most_once" and step.proof is None:
            yield finding("no_proof", f"steps.{step.key}.proof")


def owners(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Work of people that is nobody's."""
    for step in playbook.steps:
        if step.kind in ("manual", "approval", "statement", "auto") and step.role is None:
            yield finding("no_role", f"steps.{step.key}.role")


def _effect(step: Step, name: str, known: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    if name not in known:
        listed = ", ".join(sorted(known))
        yield finding("unknown_effect", f"steps.{step.key}.do", name=name, known=listed)
        return
    for param in step.with_:
        if param not in known[name]:
            yield finding(
                "unknown_param",
                f"steps.{step.key}.with.{param}",
                effect=name,
                name=param,
                known=", ".join(sorted(known[name])) or "—",
            )


def _written(field: str) -> str:
    return field.rstrip("_")
