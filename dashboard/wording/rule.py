"""What the page of one rule says: where it stands, what the gate says, what can be done with it."""

from __future__ import annotations

from datetime import datetime

from alerts.gate import BUDGET, BUDGET_ALONE, GATE_DAYS, Finding, Gate
from alerts.rule_pages import Happened, RulePage
from alerts.rule_store import StoredRule
from alerts.stages import StageError, Why
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import Rule
from dashboard.languages import _, current
from dashboard.rules import ACTIONS, rule_path
from dashboard.wording.rules import STATUS_OF_STAGE, reason_words, stage_name


def answer(page: RulePage) -> str:
    """Where the shown version stands, and which one is live where it is another."""
    shown, live = page.shown, page.live
    reason = reason_words(shown.reason, backtested=page.backtest is not None)
    stands = {
        "draft": _("Version {n} is a draft: nothing runs.", n=shown.n),
        "tested": _("Version {n} is tested and does not run yet.", n=shown.n),
        "shadow": _("Version {n} runs in shadow: it judges every day and tells nobody.", n=shown.n),
        "live": _("Version {n} is live.", n=shown.n),
        "retired": _("Version {n} is retired.", n=shown.n),
    }[shown.stage]
    parts = [stands]
    if live is not None and live.version_id != shown.version_id:
        parts.append(_("Live is version {n}.", n=live.n))
    if reason and shown.stage in {"live", "shadow"}:
        parts.append(_("Why: {reason}.", reason=reason))
    return (" " if current() == "en" else "").join(parts)


def unknown() -> str:
    """That the address names no rule."""
    return _("There is no such rule")


def unsaved() -> str:
    """What to do with a rule that is not saved yet."""
    return _("Write it, check it, save it. Nothing runs before it passed its backtest.")


def asked_words(stored: StoredRule) -> str:
    """What the worker is still to do with a version."""
    return {
        "backtest": _("a backtest, with the worker's next turn"),
        "live": _("to live, once its backtest passes the gate"),
    }.get(stored.asks or "", "")


def facts(page: RulePage, zone: str) -> str:
    """Where the shown version stands, since when, by whom."""
    shown = page.shown
    rule = shown.version.rule
    asks = asked_words(shown)
    told = [
        rows.Fact(
            _("Stage"),
            stage_name(shown.stage),
            sub=reason_words(shown.reason, backtested=page.backtest is not None),
            status=STATUS_OF_STAGE[shown.stage],
        ),
        rows.Fact(
            _("Since"), formats.moment(shown.staged_at, zone) if shown.staged_at else formats.NONE
        ),
        *([rows.Fact(_("Waits for"), asks, status="info")] if asks else []),
        rows.Fact(_("Owner"), rule.owner or formats.NONE),
        rows.Fact(
            _("Version"),
            _("{n} of {all}", n=shown.n, all=len(page.versions)),
            sub=origin_words(shown),
        ),
        rows.Fact(_("Known by"), shown.version.sha256[:12]),
    ]
    return rows.facts(told)


def origin_words(stored: StoredRule) -> str:
    """Where a version comes from."""
    if stored.origin == "shipped":
        return _("ships with Afterwatch")
    if stored.origin == "file":
        return _("from a file of this home")
    return _("saved on screen by {name}", name=stored.created_by)


def untested() -> tuple[str, str]:
    """Titles of the backtest's sections where there is none."""
    return _("What it would have told"), _("Episodes a week")


def gate(found: Gate) -> str:
    """What the gate says of the shown version, in words."""
    own, together = formats.number(found.own, 1), formats.number(found.own + found.others, 1)
    match found.finding:
        case Finding.NO_BACKTEST:
            return _(
                "The gate: it was never backtested. A version may live after a backtest of at "
                "least {days} days.",
                days=GATE_DAYS,
            )
        case Finding.HISTORY_SHORT:
            return _(
                "The gate: its backtest could judge {judged} days; {days} are needed.",
                judged=formats.number(found.days),
                days=GATE_DAYS,
            )
        case Finding.NOISY:
            return _(
                "The gate: it would send a manager {own} messages a day; one rule may send "
                "{budget}.",
                own=own,
                budget=formats.number(BUDGET_ALONE),
            )
        case Finding.CROWDED:
            return _(
                "The gate: with it a manager would get {together} messages a day from all rules; "
                "the budget is {budget}.",
                together=together,
                budget=formats.number(BUDGET),
            )
        case Finding.PASSED:
            return _(
                "The gate is open: over {judged} days it would send a manager {own} messages a "
                "day, {together} with the other live rules; the budget is {budget}.",
                judged=formats.number(found.days),
                own=formats.number(found.own, 2),
                together=together,
                budget=formats.number(BUDGET),
            )


def offered(page: RulePage, done: str = "") -> str:
    """What can be done with the shown version."""
    shown = page.shown
    passes = page.gate.passes
    reason = Field(
        "reason",
        _("Why, in your own words"),
        "text",
        note=_("The log keeps it with your name."),
        required=not passes,
    )
    optional = Field("reason", _("Why, in your own words"), "text")
    usual = _usual(page)
    known = {
        "test": Act("test", _("Run its tests"), primary=usual == "test"),
        "backtest": Act("backtest", _("Backtest"), primary=usual == "backtest"),
        "shadow": Act("shadow", _("Run in shadow"), (optional,), primary=usual == "shadow"),
        "live": Act("live", _("Let it live"), (reason,), primary=usual == "live")
        if not passes
        else Act("live", _("Let it live"), primary=usual == "live"),
        "retire": Act("retire", _("Retire"), (optional,)),
    }
    offered_now = [
        known[name]
        for name in ACTIONS[shown.stage]
        if not (name == "backtest" and shown.asks == "backtest")
    ]
    return actions(
        offered_now,
        id="rule-act",
        store=Rule.PRESSED,
        subject=shown.version_id,
        version=shown.n,
        done=done,
    )


def _usual(page: RulePage) -> str:
    """What is usually done next."""
    shown = page.shown
    if shown.stage == "draft":
        return "test"
    if page.backtest is None:
        return "backtest"
    return "live" if page.gate.passes else "shadow"


def done(action: str) -> str:
    """That an action was done."""
    return {
        "test": _("Its text is valid and its tests pass. It is tested now."),
        "backtest": _("Asked for. The worker does it with its next turn; the result comes here."),
        "shadow": _("It runs in shadow from the worker's next turn on."),
        "live": _("It is live from the worker's next turn on and judges the last 14 days anew."),
        "retire": _("Retired; its open alerts are ended."),
    }.get(action, _("Done."))


def refused(error: StageError) -> str:
    """Why an action was not done, and what to do."""
    if error.why is Why.GATE and error.gate is not None:
        space = " " if current() == "en" else ""
        return gate(error.gate) + space + _("Give a reason to let it live all the same.")
    elsewhere = _("Somebody was faster: the version stands elsewhere by now. See below.")
    return {
        Why.NAME_NEEDED: _("Give your name first; it is written beside what you do."),
        Why.UNKNOWN: _("This version is not there any more; reload the page."),
        Why.ALREADY: elsewhere,
        Why.NO_WAY: elsewhere,
        Why.RETIRED: _("This version is retired. Save its text as a new version to use it again."),
        Why.TESTS_FAILED: _("Its tests fail: {first}", first=str(error).splitlines()[0]),
    }.get(error.why, str(error))


def versions(page: RulePage, zone: str) -> str:
    """Every version, the newest first."""
    columns = [
        rows.Column(_("Version")),
        rows.Column(_("Stage")),
        rows.Column(_("Since")),
        rows.Column(_("Comes from")),
        rows.Column(_("Written down")),
    ]
    return rows.table(columns, [_version(one, zone) for one in page.versions])


def _version(one: StoredRule, zone: str) -> rows.Row:
    def at(when: datetime | None) -> str:
        return formats.moment(when, zone) if when else formats.NONE

    return rows.Row(
        (
            rows.Cell(_("Version {n}", n=one.n), href=rule_path(one.version.rule.id, one.n)),
            rows.Cell(
                stage_name(one.stage),
                status=STATUS_OF_STAGE[one.stage],
                sub=reason_words(one.reason),
            ),
            rows.Cell(at(one.staged_at)),
            rows.Cell(origin_words(one)),
            rows.Cell(at(one.created_at)),
        )
    )


def history(page: RulePage, zone: str) -> str:
    """What happened to the rule, the newest first."""
    columns = [rows.Column(_("When")), rows.Column(_("Who")), rows.Column(_("What"))]
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(formats.moment(one.at, zone)),
                    rows.Cell(_("Worker") if one.actor == "worker" else one.actor),
                    rows.Cell(happened(one), sub=str(one.payload.get("note", ""))),
                )
            )
            for one in page.history
        ],
    )


def happened(one: Happened) -> str:
    """One event of a rule in words."""
    told = one.payload
    n = told.get("n", "")
    if one.kind == "rule_staged":
        return _staged(one)
    return {
        "rule_version_added": _("Version {n} was written down", n=n),
        "rule_asked": _("The worker was asked for a backtest of version {n}", n=n),
        "rule_file_removed": _("Its file was removed"),
        "rule_file_restored": _("Its file is back"),
        "slots_skipped": _("{slots} days were skipped after a pause", slots=told.get("slots", "")),
        "evaluation_failed": _(
            "A day could not be evaluated: {message}", message=told.get("message", "")
        ),
    }.get(one.kind, one.kind)


def _staged(one: Happened) -> str:
    told = one.payload
    named = {
        "n": told["n"],
        "old": stage_name(told["from"]),
        "new": stage_name(told["to"]),
        "reason": reason_words(told["reason"]),
    }
    if told["from"] == told["to"]:
        return _("Version {n} stays {new}: {reason}", **named)
    return _("Version {n}: from {old} to {new}, {reason}", **named)
