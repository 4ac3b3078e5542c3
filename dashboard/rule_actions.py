"""What a pressed button on a rule's page asks for, done once; and its text, checked and saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import no_update

from alerts import evaluation
from alerts.actions import take_token
from alerts.rule_store import save_draft, versions_of
from alerts.rules import RuleError, RuleVersion, load
from alerts.stages import StageError, ask, move
from dashboard import ids, rows
from dashboard.acting import pressed
from dashboard.rules import NEW, STAGE_OF, rule_path
from dashboard.wording import rule as words
from dashboard.wording import rule_text as text_words
from data_access.state.engine import writing

if TYPE_CHECKING:
    from dashboard.services import Services

_CLASS = "aw-outcome aw-status aw-status--{}"


def act(services: Services, data: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """Move or backtest the version; gives the token, what to say of it, and its class."""
    asked = pressed(data)
    if asked is None:
        return no_update, no_update, no_update
    engine, now = services.engine, services.clock()
    with writing(engine) as connection:
        subject = f"rule version {asked.subject}"
        fresh = take_token(
            connection, asked.token, actor=asked.actor, kind=asked.action, subject=subject, now=now
        )
    if not fresh:
        return no_update, no_update, no_update
    version_id = int(asked.subject)
    reason = asked.fields.get("reason", "")
    try:
        if asked.action == "backtest":
            ask(engine, version_id, "backtest", actor=asked.actor, now=now)
        else:
            stage = STAGE_OF[asked.action]
            home = services.settings.home
            move(engine, version_id, stage, actor=asked.actor, now=now, reason=reason, home=home)
    except StageError as error:
        return asked.token, words.refused(error), _CLASS.format("breach")
    return asked.token, words.done(asked.action), _CLASS.format("ok")


def edit(
    services: Services, text: str | None, asked: Mapping[str, str], actor: str | None
) -> tuple[Any, ...]:
    """Check the text, and keep it as a draft if that was pressed."""
    from dash import ctx  # noqa: PLC0415 - tells which button; absent outside of a request

    return edited(services, text or "", asked, actor or "", save=ctx.triggered_id == ids.Rule.SAVE)


def edited(
    services: Services, text: str, asked: Mapping[str, str], actor: str, *, save: bool
) -> tuple[Any, ...]:
    """The verdict on a text with its class, its faults by line, and the link to a saved draft."""
    try:
        version = load(text, where="")
        evaluation.check(version)
    except RuleError as error:
        faults = text_words.faults(str(error))
        return (
            text_words.faulty(len(faults)),
            _CLASS.format("breach"),
            rows.items(faults),
            "",
            "/rules",
        )
    refusal = _refusal(services, version, asked, actor, save=save)
    if refusal:
        return refusal, _CLASS.format("watch"), "", "", "/rules"
    if not save:
        return text_words.good(version.rule.id), _CLASS.format("ok"), "", "", "/rules"
    stored = save_draft(services.engine, version, text, actor=actor, now=services.clock())
    return (
        text_words.saved(stored.n),
        _CLASS.format("ok"),
        "",
        text_words.saved_link(stored.n),
        rule_path(version.rule.id, stored.n),
    )


def _refusal(
    services: Services, version: RuleVersion, asked: Mapping[str, str], actor: str, *, save: bool
) -> str:
    """Why a good text is not to be saved here; empty: nothing stands against it."""
    rule_id = version.rule.id
    if rule_id == NEW:
        return text_words.reserved(NEW)
    known = versions_of(services.engine, rule_id)
    if asked["rule_id"] == NEW and known:
        return text_words.taken(rule_id)
    if asked["rule_id"] != NEW and asked["rule_id"] != rule_id:
        return text_words.renamed(asked["rule_id"], rule_id)
    same = next((one for one in known if one.version.sha256 == version.sha256), None)
    if same is not None:
        return text_words.unchanged(same.n)
    if save and not actor.strip():
        return text_words.nameless()
    return ""
