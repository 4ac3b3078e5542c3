"""The text of a document, checked and saved as its next version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import no_update

from alerts import library
from alerts.notify.current import Current
from dashboard import ids
from dashboard.playbooks import parted
from dashboard.wording import playbook as words

if TYPE_CHECKING:
    from dashboard.services import Services

_CLASS = "aw-outcome aw-status aw-status--{}"


def edit(
    services: Services,
    text: str | None,
    note: str | None,
    asked: Mapping[str, str],
    seen: int | None,
    actor: str | None,
) -> tuple[Any, ...]:
    """Check the text, and save it if that was pressed."""
    from dash import ctx  # noqa: PLC0415 - tells which button; absent outside of a request

    save = ctx.triggered_id == ids.Playbook.SAVE
    return edited(services, text or "", note or "", asked, seen, actor or "", save=save)


def edited(
    services: Services,
    text: str,
    note: str,
    asked: Mapping[str, str],
    seen: int | None,
    actor: str,
    *,
    save: bool,
) -> tuple[Any, ...]:
    """The verdict with its class, faults and findings, and a token that changes when saved."""
    kind, name = parted(asked["document"])
    config, now = Current(services.settings.home).config(), services.clock()
    with services.engine.connect() as connection:
        checked = library.check(connection, kind, text, config=config, today=now.date())
    verdict, status, listed = words.checked(checked, save=save)
    if checked.usable and checked.model.id != name:
        return words.renamed(name, checked.model.id), _CLASS.format("breach"), "", no_update
    if not save or not checked.usable:
        return verdict, _CLASS.format(status), listed, no_update
    if not actor.strip():
        return words.nameless(), _CLASS.format("watch"), listed, no_update
    # A second press of the same button finds the same text in force, so it needs no token.
    done = library.save(
        services.engine,
        kind,
        text,
        actor=actor,
        note=note,
        token=None,
        now=now,
        seen=seen,
        config=config,
    )
    verdict, status = words.saved(done, services.settings.time_zone)
    version = done.version.id if done.result == "done" and done.version else no_update
    return verdict, _CLASS.format(status), listed, version
