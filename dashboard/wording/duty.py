"""What is said of rotas: who is on call, who takes over, what is left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.notify.config import Config
from alerts.oncall.rota import Duty, Finding, Override
from alerts.overrides import LONGEST, OverrideError, Wanted
from alerts.roster import OnDuty
from dashboard import formats, rows
from dashboard.acting import Act, Field
from dashboard.acting import actions as buttons
from dashboard.ids import Delivery
from dashboard.languages import _, ngettext
from dashboard.wording.case import place

if TYPE_CHECKING:
    from dashboard.duty_actions import Checked


def on_duty(shown: Sequence[OnDuty], zone: str) -> str:
    """Who is on call per rota and until when: the same instant by three clocks; who comes next."""
    columns = [
        rows.Column(_("Rota")),
        rows.Column(_("On call")),
        rows.Column(_("Next handover"), title=_("When somebody else is on call")),
        rows.Column("UTC"),
        rows.Column(_("There")),
        rows.Column(_("Yours ({zone})", zone=place(zone))),
        rows.Column(_("Then")),
    ]
    return rows.table(columns, [_on_duty(one, zone) for one in shown])


def _on_duty(one: OnDuty, zone: str) -> rows.Row:
    at = one.following.starts_at if one.following else None
    if one.duty is None:
        who = rows.Cell(_("nobody"), status="breach")
    else:
        sub = _("takes over") if one.duty.override_id is not None else one.duty.layer
        who = rows.Cell(one.duty.person, sub=sub)
    times = [
        rows.Cell(formats.moment(at, clock), sub=sub) if at else rows.Cell(formats.NONE)
        for clock, sub in (("UTC", ""), (one.zone, place(one.zone)), (zone, ""))
    ]
    return rows.Row(
        (
            rows.Cell(one.rota),
            who,
            rows.Cell(formats.moment(at, zone), at=at) if at else rows.Cell(_("never")),
            *times,
            rows.Cell(one.following.person if one.following else formats.NONE),
        )
    )


def overrides(config: Config, kept: Mapping[str, Sequence[Override]], zone: str) -> str:
    """Who takes over, now or later, in the rota's time and in the reader's."""
    listed = sorted(
        (each for several in kept.values() for each in several),
        key=lambda each: (each.starts_at, each.id),
    )
    if not listed:
        nobody = rows.Row((rows.Cell(_("Nobody: the rotas stand as they are")),))
        return rows.table([rows.Column(_("Takes over"))], [nobody])
    columns = [
        rows.Column(_("Takes over")),
        rows.Column(_("Rota")),
        rows.Column(_("From")),
        rows.Column(_("Until")),
        rows.Column(_("Yours ({zone})", zone=place(zone))),
    ]
    lines = []
    for each in listed:
        there = _zone(config, each.rota)
        mine = f"{formats.moment(each.starts_at, zone)} – {formats.moment(each.ends_at, zone)}"
        lines.append(
            rows.Row(
                (
                    rows.Cell(each.person),
                    rows.Cell(each.rota, sub=place(there)),
                    rows.Cell(formats.moment(each.starts_at, there)),
                    rows.Cell(formats.moment(each.ends_at, there)),
                    rows.Cell(mine),
                )
            )
        )
    return rows.table(columns, lines)


def actions(
    config: Config,
    kept: Mapping[str, Sequence[Override]],
    checked: Checked | None,
    *,
    newest: int,
    done: str,
    now: datetime,
) -> str:
    """Buttons: take over (checked first), save what was checked, take an override back."""
    acts: list[Act] = []
    if checked is not None:
        acts += [
            Act("save", _("Save"), primary=True, values=asdict(checked)),
            Act("discard", _("Discard")),
        ]
    if config.body.rotas:
        acts.append(Act("check", _("Take over"), _fields(config, now), submit=_("Check")))
    acts += [
        Act(
            "withdraw",
            _("Take back: {person} for {rota}", person=each.person, rota=each.rota),
            values={"override": str(each.id)},
        )
        for several in kept.values()
        for each in several
    ]
    return buttons(
        acts,
        id="delivery-act",
        store=Delivery.PRESSED,
        subject="override",
        # A wish that was saved, taken back and wished again is another one.
        version=newest,
        done=done,
    )


def _fields(config: Config, now: datetime) -> tuple[Field, ...]:
    zones = {name: place(rota.zone) for name, rota in config.body.rotas.items()}
    first = next(iter(config.body.rotas.values())).zone
    starts = formats.as_zone(now, first).replace(minute=0, second=0, microsecond=0)
    starts += timedelta(hours=1)
    return (
        Field(
            "rota",
            _("Rota"),
            "choice",
            tuple((name, f"{name} ({zone})") for name, zone in zones.items()),
        ),
        Field(
            "person",
            _("Who takes over"),
            "choice",
            tuple((name, name) for name in config.body.people),
        ),
        Field("starts", _("From (by the rota's clocks)"), "datetime-local",
              value=f"{starts:%Y-%m-%dT%H:%M}", required=True),
        Field("ends", _("Until (by the rota's clocks)"), "datetime-local",
              value=f"{starts + timedelta(hours=8):%Y-%m-%dT%H:%M}", required=True),
    )  # fmt: skip


def checked(wanted: Wanted, planned: Sequence[Duty], zone: str) -> str:
    """What an override would change, before it is saved."""
    relieved = list(dict.fromkeys(duty.person for duty in planned if duty.person != wanted.person))
    names = ", ".join(relieved) or _("nobody: it fills a gap")
    return _(
        "{person} would be on call for {rota} from {start} to {end} ({zone}), instead of {names}. "
        "Nothing is saved yet.",
        person=wanted.person,
        rota=wanted.rota,
        start=formats.moment(wanted.starts_at, zone),
        end=formats.moment(wanted.ends_at, zone),
        zone=place(zone),
        names=names,
    )


def saved(wanted: Wanted, zone: str) -> str:
    """That an override was saved."""
    return _(
        "Saved: {person} is on call for {rota} from {start} to {end} ({zone}).",
        person=wanted.person,
        rota=wanted.rota,
        start=formats.moment(wanted.starts_at, zone),
        end=formats.moment(wanted.ends_at, zone),
        zone=place(zone),
    )


def saved_before() -> str:
    """That a press came twice."""
    return _("That was saved already; pressing twice is one action.")


def withdrawn(done: bool) -> str:
    """What came of taking an override back."""
    return _("Taken back: the rota counts again.") if done else _("It was over or taken back.")


def discarded() -> str:
    """That nothing was saved."""
    return _("Nothing was changed.")


def not_understood() -> str:
    """That a form held what cannot be read."""
    return _("Choose a rota, a person, a start and an end.")


def refused(error: OverrideError) -> str:
    """Why an override cannot be."""
    return {
        "no_rota": _("There is no such rota any more; reload the page."),
        "no_person": _("There is no such person in alerting.yaml any more; reload the page."),
        "backwards": _("It ends before it begins; choose a later end."),
        "over": _("It is over already; who was on call is not changed afterwards."),
        "too_long": ngettext(
            "It is longer than {count} day; change the rota in alerting.yaml instead.",
            "It is longer than {count} days; change the rota in alerting.yaml instead.",
            LONGEST.days,
        ),
        "on_call_anyway": _("This person is on call all that time anyway."),
        "no_name": _("Say at the top who you are: the log names whoever changes a rota."),
        "not_found": _("There is no such override."),
    }[error.why]


def resent(number: int) -> str:
    """That a message goes out again."""
    return _("Message {number} was written and goes out with the next round.", number=number)


def not_resent() -> str:
    """That a message needs no sending again."""
    return _("It was not sent again: it is no longer among those that failed.")


def findings_title(found: Sequence[tuple[str, Finding]], *, rotas: int) -> str:
    """What the rotas leave open, in a sentence."""
    gaps = sum(finding.kind == "gap" for _rota, finding in found)
    if gaps:
        return ngettext(
            "In the next 400 days {count} stretch has nobody on call",
            "In the next 400 days {count} stretches have nobody on call",
            gaps,
        )
    if found:
        return ngettext(
            "The next 400 days are covered; {count} thing to know",
            "The next 400 days are covered; {count} things to know",
            len(found),
        )
    return _("The next 400 days are covered") if rotas else _("The next 400 days")


def findings(config: Config, found: Sequence[tuple[str, Finding]], *, most: int = 20) -> str:
    """Each with its rota and its times by the rota's clocks."""
    columns = [
        rows.Column(_("Rota")),
        rows.Column(_("What")),
        rows.Column(_("From")),
        rows.Column(_("Until")),
        rows.Column(_("Which")),
    ]
    return rows.table(columns, [_finding(config, *one) for one in found[:most]])


def _finding(config: Config, rota: str, finding: Finding) -> rows.Row:
    zone = _zone(config, rota)
    words, status = {
        "gap": (_("nobody on call"), "breach"),
        "overlap": (_("two at once: the first layer counts"), "watch"),
        "unknown_person": (_("nobody of that name is declared"), "breach"),
        "no_official_list": (_("no official holiday list yet: workdays may change"), "watch"),
        "handover_in_gap": (_("the clocks jump over this time: it is moved"), "info"),
    }[finding.kind]
    times = [
        rows.Cell(formats.moment(at, zone), sub=place(zone)) if at else rows.Cell(formats.NONE)
        for at in (finding.starts_at, finding.ends_at)
    ]
    cells = (rows.Cell(rota), rows.Cell(words, status=status), *times, rows.Cell(finding.what))
    return rows.Row(cells)


def _zone(config: Config, rota: str) -> str:
    known = config.body.rotas.get(rota)
    return known.zone if known else "UTC"
