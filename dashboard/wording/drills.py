"""What the screens of drills say: what runs, and how those that ended went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from alerts.drills import Drill as StoredDrill
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.drills import OWN, SPEEDS, List, Page
from dashboard.ids import Drill, Drills
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import link
from dashboard.wording.cause_names import role_name, standing, where

FIGURE = {
    "name": pl.String,
    "share": pl.Float64,
    "late": pl.Boolean,
    "label": pl.String,
    "hover": pl.String,
}
_SHORT = 22


def answer(found: List) -> str:
    """Whether anybody practises now."""
    if found.running:
        return ngettext(
            "{count} drill is running. Nothing of it reaches anybody real.",
            "{count} drills are running. Nothing of them reaches anybody real.",
            len(found.running),
        )
    last = next((one for one in found.past if one.report), None)
    if last is None or last.ended_at is None:
        return _("Nobody has practised yet.")
    days = (found.now - last.ended_at).days
    return ngettext(
        "The last drill ended {count} day ago.", "The last drill ended {count} days ago.", days
    )


def bar(found: List, done: str) -> str:
    """The form that starts a drill."""
    zh = current().startswith("zh")
    playbooks = tuple((one.id, one.title.zh if zh else one.title.en) for one in found.playbooks)
    if not playbooks:
        return actions([], id="drills-act", store=Drills.PRESSED, subject="new", version=0)
    events = tuple(
        (one.value, _("Again: {title} ({day})", title=one.title, day=formats.day(one.at.date())))
        for one in found.options
    )
    scenarios = ((OWN, _("The playbook's own scenario")), *events)
    speeds = (("", _("As the scenario says")), *((str(n), f"×{n}") for n in SPEEDS))
    levels = (("", _("As the scenario says")), *((str(n), str(n)) for n in (1, 2, 3, 4)))
    fields = (
        Field("playbook", _("Playbook"), "choice", playbooks),
        Field("scenario", _("What is played"), "choice", scenarios),
        Field("title", _("Title"), "line", note=_("Left empty: that of the scenario")),
        Field(
            "speed",
            _("How fast its clock runs"),
            "choice",
            speeds,
            note=_("×60: an hour of the drill takes a minute"),
        ),
        Field("level", _("Level"), "choice", levels),
    )
    act = Act("start", _("Start a drill"), fields, submit=_("Start it now"), primary=True)
    return actions(
        [act], id="drills-act", store=Drills.PRESSED, subject="new", version=0, done=done
    )


def running_rows(found: List, zone: str, query: str) -> str:
    """Drills whose clock runs."""
    columns = [
        rows.Column(_("Drill")),
        rows.Column(_("Its clock shows")),
        rows.Column(_("Speed"), num=True),
        rows.Column(_("Room")),
    ]
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(one.title, sub=f"{one.playbook} · {where(one.scenario.labels)}"),
                    rows.Cell(formats.moment(one.now(found.now), zone), status="watch"),
                    rows.Cell(f"×{formats.number(one.clock.speed)}"),
                    rows.Cell(
                        _("To the crisis room"), href=link(f"/crises/{one.crisis_id}", query)
                    ),
                ),
                link(f"/drills/{one.id}", query),
            )
            for one in found.running
        ],
    )


def past_title(found: List) -> str:
    """How many reports there are."""
    count = sum(one.report is not None for one in found.past)
    if not count:
        return _("How drills went")
    return ngettext("{count} drill with a report", "{count} drills with a report", count)


def past_rows(found: List, zone: str, query: str) -> str:
    """Drills that are over, the newest first."""
    columns = [
        rows.Column(_("Drill")),
        rows.Column(_("When")),
        rows.Column(_("In time"), num=True),
        rows.Column(_("Not done"), num=True),
        rows.Column(_("First statement"), num=True),
    ]
    return rows.table(columns, [_past(one, zone, query) for one in found.past])


def _past(one: StoredDrill, zone: str, query: str) -> rows.Row:
    ended = formats.moment(one.ended_at, zone) if one.ended_at else formats.NONE
    head = rows.Cell(one.title, sub=one.playbook)
    if one.report is None:
        cells = (head, rows.Cell(ended), rows.Cell(_("cancelled")), rows.Cell(), rows.Cell())
        return rows.Row(cells, link(f"/drills/{one.id}", query), small=True)
    told = one.report["standings"]
    timed = told["on_time"] + told["late"]
    left = told["not_done"] + told["unknown"]
    first = one.report["first_statement_s"]
    return rows.Row(
        (
            head,
            rows.Cell(ended),
            rows.Cell(_("{part} of {whole}", part=told["on_time"], whole=timed)),
            rows.Cell(formats.number(left), status="breach" if left else "ok"),
            rows.Cell(formats.duration(first) if first is not None else formats.NONE),
        ),
        link(f"/drills/{one.id}", query),
    )


# ---- one drill ----


def drill_answer(page: Page, zone: str) -> str:
    """That it is a drill, and how it went."""
    drill = page.drill
    if drill.running:
        return _(
            "DRILL, running: its clock shows {time}, {speed} times as fast as the wall's.",
            time=formats.moment(drill.now(page.now), zone),
            speed=formats.number(drill.clock.speed),
        )
    if drill.report is None:
        return _("DRILL, cancelled: it has no report.")
    told = drill.report["standings"]
    return _(
        "DRILL, ended: {on_time} of {due} steps that were due were done in time.",
        on_time=told["on_time"],
        due=told["on_time"] + told["late"] + told["not_done"] + told["unknown"],
    )


def drill_facts(page: Page, zone: str) -> str:
    """What was played, by whom, and the numbers of the report."""
    drill, report = page.drill, page.drill.report
    kind = _("made up") if drill.scenario.kind == "injected" else _("replayed")
    shown = [
        rows.Fact(_("Playbook"), f"{drill.playbook} v{drill.playbook_n}", href=_playbook(drill)),
        rows.Fact(_("Scenario"), kind, sub=where(drill.scenario.labels)),
        rows.Fact(_("Level"), formats.number(drill.scenario.level)),
        rows.Fact(
            _("Started by"), drill.started_by, sub=formats.moment(drill.clock.real_start, zone)
        ),
        rows.Fact(_("Speed"), f"×{formats.number(drill.clock.speed)}"),
    ]
    if report is not None:
        first, took = report["first_statement_s"], report["median_took_s"]
        shown += [
            rows.Fact(
                _("Length"),
                formats.duration(report["masked_seconds"]),
                sub=_("{time} in reality", time=formats.duration(report["real_seconds"])),
            ),
            rows.Fact(
                _("First statement"),
                formats.duration(first) if first is not None else formats.NONE,
                sub="" if first is not None else _("none was sent"),
                status="" if first is not None else "breach",
            ),
            rows.Fact(
                _("Median time of a step"),
                formats.duration(took) if took is not None else formats.NONE,
                sub=_("n = {n}, steps of people", n=report["timed"]),
            ),
        ]
    return rows.facts(shown)


def _playbook(drill: StoredDrill) -> str:
    return f"/playbooks/{drill.playbook}"


def drill_bar(page: Page, done: str) -> str:
    """What whoever leads it can do."""
    acts: list[Act] = []
    if page.drill.running:
        text = Field(
            "text",
            _("What happens now"),
            "text",
            required=True,
            note=_("“T+20 min: a journalist calls”"),
        )
        reason = Field("reason", _("Reason"), "line")
        acts = [
            Act("inject", _("Let something happen"), (text,)),
            Act("end", _("End the drill"), primary=True),
            Act("cancel", _("Cancel without a report"), (reason,)),
        ]
    return actions(
        acts,
        id="drill-act",
        store=Drill.PRESSED,
        subject=page.drill.id,
        version=page.drill.version,
        done=done,
    )


def _title(step: Mapping[str, Any]) -> str:
    title: str = step["title"]["zh" if current().startswith("zh") else "en"]
    return title


def chart_frame(page: Page) -> pl.DataFrame:
    """Steps of people for the figure, in the order of the playbook."""
    report = page.drill.report or {"steps": []}
    made = []
    for step in report["steps"]:
        due = step["due_after_s"]
        if not due or due <= 0 or step["standing"] in ("not_reached", "skipped"):
            continue
        word, _kind = standing(step["standing"])
        done = step["done_after_s"]
        waited = done if done is not None else due + (step["late_s"] or 0)
        times = f"{formats.duration(waited)} / {formats.duration(due)}"
        title = _title(step)
        made.append(
            {
                "name": _short(title),
                "share": waited / due,
                "late": step["standing"] in ("late", "not_done", "unknown"),
                "label": times if done is not None else f"{word} · {formats.duration(due)}",
                "hover": f"{title}<br>{word}, {times}",
            }
        )
    return pl.DataFrame(made, schema=FIGURE)


def _short(title: str) -> str:
    """As much of a title as a phone has room for; a Chinese character is as wide as two letters."""
    width = 0
    for place, char in enumerate(title):
        width += 1 if char.isascii() else 2
        if width > _SHORT:
            return f"{title[:place]}…"
    return title


def chart_title(page: Page) -> str:
    """What the figure shows."""
    report = page.drill.report
    if report is None:
        return _("Steps against their targets")
    late = report["median_late_s"]
    if late is None:
        return _("No step was late")
    return _(
        "{n} steps late, by {time} at the median",
        n=report["standings"]["late"],
        time=formats.duration(late),
    )


def chart_table(page: Page) -> str:
    """Every step with its numbers."""
    columns = [
        rows.Column(_("Step")),
        rows.Column(_("How it went")),
        rows.Column(_("Done after the start"), num=True),
        rows.Column(_("Due after the start"), num=True),
        rows.Column(_("Took"), num=True),
        rows.Column(_("Who")),
    ]
    shown = []
    for step in (page.drill.report or {"steps": []})["steps"]:
        word, kind = standing(step["standing"])
        shown.append(
            rows.Row(
                (
                    rows.Cell(_title(step), sub=role_name(step["role"])),
                    rows.Cell(word, status=kind),
                    rows.Cell(_length(step["done_after_s"])),
                    rows.Cell(_length(step["due_after_s"])),
                    rows.Cell(_length(step["took_s"])),
                    rows.Cell(step["who"] or formats.NONE),
                )
            )
        )
    return rows.table(columns, shown)


def _length(seconds: float | None) -> str:
    return formats.NONE if seconds is None else formats.duration(seconds)


def chain(page: Page) -> str:
    """Statements with the time to the last signature."""
    columns = [
        rows.Column(_("Statement")),
        rows.Column(_("Signatures"), num=True),
        rows.Column(_("To the last one"), num=True),
        rows.Column(_("Until sent"), num=True),
    ]
    found = (page.drill.report or {"statements": []})["statements"]
    shown = []
    for one in found:
        who = ", ".join(f"{role_name(role)}: {by}" for role, by, _at in one["signed"])
        shown.append(
            rows.Row(
                (
                    rows.Cell(one["template"], sub=formats.language_name(one["locale"])),
                    rows.Cell(formats.number(len(one["signed"])), sub=who),
                    rows.Cell(_length(one["chain_s"])),
                    rows.Cell(_length(one["sent_s"])),
                )
            )
        )
    return rows.table(columns, shown)


def missing_title(page: Page) -> str:
    """How many roles were missing."""
    found = (page.drill.report or {"missing": []})["missing"]
    if not found:
        return _("Who was missing")
    return ngettext("{count} role was missing", "{count} roles were missing", len(found))


def missing(page: Page) -> str:
    """Roles whose steps were left."""
    columns = [
        rows.Column(_("Role")),
        rows.Column(_("Played by")),
        rows.Column(_("Steps left"), num=True),
    ]
    return rows.table(
        columns,
        [
            rows.Row(
                (
                    rows.Cell(role_name(one["role"])),
                    rows.Cell(
                        ", ".join(one["acted"]) or one["who"] or _("nobody"),
                        status="" if one["acted"] else "breach",
                    ),
                    rows.Cell(formats.number(len(one["steps"]))),
                )
            )
            for one in (page.drill.report or {"missing": []})["missing"]
        ],
    )


def last_title(page: Page) -> str:
    """Against which drill."""
    last = (page.drill.report or {}).get("last")
    if not last:
        return _("Against the last drill")
    return _("Against drill {n}", n=last["drill"])


def last_rows(page: Page) -> str:
    """Steps that were done both times."""
    last = (page.drill.report or {}).get("last") or {"steps": []}
    titles = {step["key"]: _title(step) for step in (page.drill.report or {"steps": []})["steps"]}
    columns = [
        rows.Column(_("Step")),
        rows.Column(_("This time"), num=True),
        rows.Column(_("Last time"), num=True),
        rows.Column(_("Change"), num=True),
    ]
    shown = []
    for one in last["steps"]:
        change = one["took_s"] - one["before_s"]
        sign = "+" if change > 0 else "−"
        shown.append(
            rows.Row(
                (
                    rows.Cell(titles.get(one["key"], one["key"])),
                    rows.Cell(_length(one["took_s"])),
                    rows.Cell(_length(one["before_s"])),
                    rows.Cell(
                        f"{sign}{formats.duration(abs(change))}" if change else _("the same"),
                        status="ok" if change < 0 else "watch" if change > 0 else "",
                    ),
                )
            )
        )
    return rows.table(columns, shown)


def events(page: Page, zone: str) -> str:
    """What happened in it."""
    columns = [rows.Column(_("When")), rows.Column(_("What")), rows.Column(_("Who"))]
    zh = current().startswith("zh")
    shown = []
    for one in page.events:
        after = formats.duration(one["after_s"]) if one["after_s"] else "0"
        by = _("the scenario") if one["by"] == "worker" else one["by"]
        shown.append(
            rows.Row(
                (
                    rows.Cell(f"T+{after}", sub=formats.clock(one["at"], zone)),
                    rows.Cell(one["zh"] if zh and one["zh"] else one["en"]),
                    rows.Cell(by),
                )
            )
        )
    return rows.table(columns, shown)


def chart_summary(page: Page) -> str:
    """The finding as text."""
    return chart_title(page)
