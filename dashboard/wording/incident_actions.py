"""What can be done about an incident in its present state, as buttons with their forms."""

from __future__ import annotations

from alerts.handling.model import RANK
from alerts.inbox import IncidentPage
from dashboard.acting import Act, Field, actions
from dashboard.ids import Alert
from dashboard.languages import _
from dashboard.market_time import TOMORROW, zone_of
from dashboard.wording.case import place
from dashboard.wording.incident_names import severity_name, verdict_names


def offered(page: IncidentPage, reporting_zone: str, done: str = "") -> str:
    """Buttons for `data-rows`; `done` is the token of the press that was just done."""
    return actions(
        acts(page, zone_of(page.labels, reporting_zone)),
        id="alert-act",
        store=Alert.PRESSED,
        subject=page.row["group_id"],
        version=page.row["version"],
        done=done,
    )


def acts(page: IncidentPage, zone: str) -> list[Act]:
    """What a person may do now, the usual next thing first; `zone` is the market's."""
    row = page.row
    handling = row["handling"]
    if handling == "closed":
        return [
            Act("reopen", _("Reopen"), (_why(),)),
            _close(page, _("Change the verdict")),
            _comment(),
        ]
    shown: list[Act] = []
    if handling == "open":
        shown.append(Act("acknowledge", _("Acknowledge"), primary=True))
    shown.append(_assign(page))
    if row["mute_kind"] == "snoozed":
        shown.append(Act("wake", _("End the snooze")))
    elif handling != "awaiting_verdict":
        shown.append(Act("snooze", _("Snooze"), (_span(zone),)))
    if row["mute_kind"] == "silence":
        shown.append(Act("expire", _("End the silence"), values={"silence": row["mute_what"]}))
    elif handling != "awaiting_verdict":
        shown.append(_silence(zone))
    shown += [_comment(), _close(page, _("Close with a verdict"))]
    if handling == "acknowledged":
        shown.append(Act("unacknowledge", _("Give back")))
    if handling != "awaiting_verdict":
        shown.append(_severity(page))
    return shown


def _assign(page: IncidentPage) -> Act:
    given = page.row["assignee"] or ""
    who = Field(
        "assignee",
        _("Who looks after it"),
        "person",
        value=given,
        note=_("Leave empty to take the assignment away."),
    )
    return Act("assign", _("Assign"), (who,))


def _span(zone: str) -> Field:
    return Field(
        "for",
        _("How long"),
        "choice",
        options=(
            ("1h", _("1 hour")),
            ("4h", _("4 hours")),
            (TOMORROW, _("until tomorrow 08:00 ({place} time)", place=place(zone))),
        ),
    )


def _silence(zone: str) -> Act:
    reason = Field(
        "note",
        _("Why"),
        "line",
        required=True,
        note=_("No message goes out about this incident and what lies inside it."),
    )
    return Act("silence", _("Silence"), (_span(zone), reason))


def _comment() -> Act:
    return Act("comment", _("Comment"), (Field("note", _("Comment"), "text", required=True),))


def _why() -> Field:
    return Field("note", _("Why"), "line")


def _close(page: IncidentPage, label: str) -> Act:
    goes_on = page.row["firing"] and page.row["handling"] != "closed"
    note = Field(
        "note",
        _("Why close it while it goes on") if goes_on else _("What was it"),
        "text",
        required=bool(goes_on),
        value=page.row["verdict_note"] or "",
    )
    verdict = Field(
        "verdict",
        _("Verdict"),
        "choice",
        options=(("", _("Choose …")), *verdict_names().items()),
        value=page.row["verdict"] or "",
        required=True,
    )
    began = Field(
        "true_start",
        _("When it really began"),
        "date",
        note=_("If you know: it tells how late the warning came."),
    )
    primary = page.row["handling"] == "awaiting_verdict"
    return Act("close", label, (verdict, began, note), submit=label, primary=primary)


def _severity(page: IncidentPage) -> Act:
    now = page.row["severity"]
    others = [name for name in sorted(RANK, key=lambda name: -RANK[name]) if name != now]
    options = tuple(
        (f"{'raise' if RANK[name] > RANK[now] else 'lower'}:{name}", severity_name(name))
        for name in others
    )
    to = Field("severity", _("New severity"), "choice", options=options)
    why = Field("note", _("Why"), "line", required=True)
    return Act("severity", _("Severity"), (to, why))
