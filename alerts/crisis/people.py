"""Who holds which role in a crisis, as `alerting.yaml` says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.notify.config import Config


def holders(config: Config, role: str) -> tuple[str, ...]:
    """People who hold a role, in the order of the file."""
    return tuple(name for name, person in config.body.people.items() if role in person.roles)


def speakers(config: Config, locale: str) -> tuple[str, ...]:
    """People who may proofread a language. `zh` speaks `zh-Hans` and `zh-CN` too."""
    return tuple(
        name
        for name, person in config.body.people.items()
        if any(locale == spoken or locale.startswith(f"{spoken}-") for spoken in person.languages)
    )


def may(config: Config, person: str, role: str, assigned: Mapping[str, str] | None = None) -> bool:
    """Whether a person may act in a role: it is assigned to them in this crisis, or theirs by file.

    Args:
        config: what is in force.
        person: name of whoever acts.
        role: key of the role.
        assigned: `crisis.roles_json`: role to person.
    """
    return (assigned or {}).get(role) == person or person in holders(config, role)
