"""Rules about who does it: roles, who stands in, who is told. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook
from alerts.playbooks.lint.messages import finding


def unknown_roles(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Roles that are not declared."""
    for where, role in _named(playbook):
        if role not in playbook.roles:
            yield finding("unknown_role", where, name=role)
    for step in playbook.steps:
        for name in step.to:
            if not name.startswith("#") and name not in playbook.roles:
                yield finding("unknown_recipient", f"steps.{step.key}.to", name=name)


def fallbacks(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Stand-ins that lead back to who they stand in for."""
    for role in playbook.roles:
        if role in _stand_ins(playbook, role):
            yield finding("fallback_cycle", f"roles.{role}.fallback", name=role)


def unheld(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Roles that nobody holds, and nobody who stands in."""
    if library.holders is None:
        return
    for role in playbook.roles:
        if not any(library.holders.get(one) for one in (role, *_stand_ins(playbook, role))):
            yield finding("nobody_holds", f"roles.{role}", name=role)


def too_few_signers(playbook: Playbook, library: Library) -> Iterator[Finding]:
    """Signatures that nobody is left to give: each is another person's, none the maker's."""
    if library.holders is None:
        return
    for step in playbook.steps:
        made = playbook.by_key.get(step.of or "")
        if step.kind != "approval" or made is None:
            continue
        signers = [_acting(playbook, role, library.holders) for role in step.roles]
        makers: tuple[str, ...] = ("",)
        if made.kind == "manual" and made.role is not None:
            makers = _acting(playbook, made.role, library.holders) or ("",)
        if all(signers) and not any(_can_sign(signers, frozenset((maker,))) for maker in makers):
            listed = ", ".join(step.roles)
            yield finding("too_few_signers", f"steps.{step.key}.roles", roles=listed, step=made.key)


def absent(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Steps of a role that is not there yet at their level, with nobody to stand in."""
    for step in playbook.steps:
        levels = {level for level in playbook.levels if level >= step.level}
        named = [("role", step.role)] if step.role else []
        named += [("roles", role) for role in step.roles]
        for field, role in named:
            if role not in playbook.roles:
                continue
            chain = (role, *_stand_ins(playbook, role))
            there = {level for one in chain for level in playbook.roles[one].levels}
            if levels - there:
                listed = ", ".join(str(level) for level in playbook.roles[role].levels)
                yield finding(
                    "role_not_at_level",
                    f"steps.{step.key}.{field}",
                    level=min(levels),
                    name=role,
                    levels=listed,
                )


def unused_roles(playbook: Playbook, library: Library) -> Iterator[Finding]:  # noqa: ARG001
    """Roles that nothing needs."""
    used = {role for where, role in _named(playbook)}
    used |= {name for step in playbook.steps for name in step.to}
    for role in playbook.roles:
        if role not in used:
            yield finding("role_unused", f"roles.{role}")


def _named(playbook: Playbook) -> Iterator[tuple[str, str]]:
    for step in playbook.steps:
        if step.role is not None:
            yield f"steps.{step.key}.role", step.role
        for role in step.roles:
            yield f"steps.{step.key}.roles", role
    for cadence in playbook.cadence:
        if cadence.role is not None:
            yield f"cadence.{cadence.audience}.role", cadence.role
    for name, role_spec in playbook.roles.items():
        if role_spec.fallback is not None:
            yield f"roles.{name}.fallback", role_spec.fallback


def _stand_ins(playbook: Playbook, role: str) -> tuple[str, ...]:
    """Who stands in for a role, one after the other; ends where it would repeat."""
    found: list[str] = []
    following = playbook.roles[role].fallback
    while following is not None and following in playbook.roles and following not in found:
        found.append(following)
        following = playbook.roles[following].fallback
    return tuple(found)


def _acting(playbook: Playbook, role: str, holders: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Who holds a role, or the first of its stand-ins that anybody holds."""
    if role not in playbook.roles:
        return ()
    chain = (role, *_stand_ins(playbook, role))
    return next((tuple(holders[one]) for one in chain if holders.get(one)), ())


def _can_sign(signers: Sequence[Sequence[str]], busy: frozenset[str]) -> bool:
    """Whether each signature can be another person's, none of those who are busy."""
    if not signers:
        return True
    return any(_can_sign(signers[1:], busy | {one}) for one in signers[0] if one not in busy)
