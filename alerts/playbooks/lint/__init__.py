"""What parsing cannot tell of a playbook: whether people can be led by it. Pure.

A playbook without an error can be finished from every state that its run can reach.
"""

from __future__ import annotations

from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook
from alerts.playbooks.lint import kinds_of_steps, order, people, references, rest, words
from alerts.playbooks.lint.messages import MESSAGES

RULES = (
    order.unknown_steps,
    order.cycles,
    order.unreachable,
    order.higher_levels,
    order.due_times,
    order.waits,
    order.signing,
    order.no_due,
    kinds_of_steps.needed,
    kinds_of_steps.effects,
    kinds_of_steps.foreign,
    kinds_of_steps.proofs,
    kinds_of_steps.owners,
    references.statements,
    references.policy,
    references.clocks,
    references.evidence,
    references.flags,
    people.unknown_roles,
    people.fallbacks,
    people.unheld,
    people.too_few_signers,
    people.absent,
    people.unused_roles,
    words.undeclared,
    words.unused,
    words.conditions,
    words.never_known,
    words.defaults,
    words.languages,
    rest.cadences,
    rest.metrics,
    rest.remedy,
    rest.drills,
    rest.review,
)


def lint(playbook: Playbook, library: Library) -> list[Finding]:
    """Every finding, errors first; each kind in the order of the rules and of the file.

    Args:
        playbook: as parsed.
        library: all other documents in force, effects, people; `Library()` knows nothing of them,
            so that whatever is referred to is missing.
    """
    found = [finding for rule in RULES for finding in rule(playbook, library)]
    return sorted(found, key=lambda one: one.severity != "error")


__all__ = ["MESSAGES", "RULES", "lint"]
