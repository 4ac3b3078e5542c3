"""What the page of one report says around its document."""

from __future__ import annotations

from dashboard import formats, vocabulary
from dashboard.languages import _, current, ngettext
from dashboard.report_archive import Listed
from dashboard.report_page import Opened
from dashboard.reports import showing
from dashboard.reports.diff import INPUTS, Difference, amount
from dashboard.reports.document import Block, ChangeBlock, Panel, SayBlock, TableBlock
from dashboard.reports.values import Code, Number, Say, Value
from dashboard.wording.reports_screen import maker

_PARTS = 3
_STILL = 0.995
"""Above it nothing is said of how much has come in."""


def title(opened: Opened) -> str:
    """`Weekly page 2026-W47`."""
    english, chinese = opened.title
    return f"{chinese if current() == 'zh_Hans' else english} {opened.listed.period}"


def meta(opened: Opened) -> str:
    """Days, as of when, zone, issue."""
    document = opened.document
    parts = [
        formats.days(document.first, document.last),
        _(
            "as known {time} ({zone})",
            time=formats.moment(document.as_of, document.zone),
            zone=document.zone,
        ),
        _("amounts in {currency}", currency=document.currency),
    ]
    if document.company:
        parts.insert(0, document.company)
    return " · ".join(parts)


def made(opened: Opened) -> str:
    """Which issue, when it was made, and its fingerprint."""
    one = opened.listed
    at = formats.moment(one.created_at, opened.document.zone)
    return _(
        "Issue {n}, made {time} by {name}; fingerprint {sha256}",
        n=one.n,
        time=at,
        name=maker(one),
        sha256=opened.sha256[:12],
    )


def tone(opened: Opened) -> str:
    """How good or bad the headline is."""
    return showing.word(Code(group="tone", value=opened.document.headline_tone))


def incomplete() -> str:
    """What stands above what was missing."""
    return _("Incomplete: these data were late when it was made")


def to_decide(block: Block, zone: str) -> str:
    """What a block of decisions asks for in a few words; empty where it asks for nothing."""
    match block:
        case TableBlock(key="needed", lead=Say() as lead):
            return showing.sentence(lead, zone)
        case SayBlock(says=(first, *asked)) if first.code == "decisions_proposed":
            return ngettext(
                "The numbers propose {count}.", "The numbers propose {count}.", len(asked)
            )
    return ""


# ---- blocks ----


def standing(panel: Panel) -> str:
    """Against the target: `Target met (90%)`."""
    word = standing_word(panel.standing)
    if panel.target is None:
        return word
    aim = showing.with_unit(showing.figure_text(panel.target, panel.now.unit), panel.now.unit)
    return _("{word} ({target})", word=word, target=aim)


def standing_word(name: str) -> str:
    """A word for a standing."""
    return showing.word(Code(group="standing", value=name))


def precision(number: Number) -> str:
    """Interval and n, small beside a value."""
    parts = [showing.interval_text(number)]
    if number.n is not None:
        parts.append(_("n = {n}", n=formats.number(number.n)))
    return " · ".join(part for part in parts if part)


def against(panel: Panel) -> str:
    """The change against the week before and the same week of the year before."""
    parts = []
    for other, words in ((panel.before, _("the week before")), (panel.prior, _("a year ago"))):
        change = difference(panel.now, other)
        if change[:1] in ("+", "−"):
            parts.append(_("{change} against {what}", change=change, what=words))
        elif change:
            parts.append(_("as {what}", what=words))
    return " · ".join(parts)


def difference(now: Number, before: Number | None) -> str:
    """The signed difference of two numbers; empty where one is not known."""
    if before is None:
        return ""
    return formats.change(now.value, before.value, now.unit)


def footing(panel: Panel) -> str:
    """How sure it is: what is still to come, rows with problems."""
    parts = []
    if panel.maturity is not None and panel.maturity < _STILL:
        share = formats.percent(panel.maturity, 0)
        parts.append(_("Still young: {share} of what will count counts already", share=share))
    if panel.tainted:
        parts.append(
            ngettext(
                "{count} row has data problems", "{count} rows have data problems", panel.tainted
            )
        )
    return " · ".join(parts)


def change_title(block: ChangeBlock) -> str:
    """What changed by how much: `Contact rate: +46.7 by market`."""
    unit = "points" if block.unit == "share" else block.unit
    total = showing.figure_text(block.total, unit, signed=True)
    return _(
        "{kpi}: {change}, by {dimension}",
        kpi=showing.kpi_title(block.kpi),
        change=showing.with_unit(total, unit),
        dimension=vocabulary.dimension_name(block.by),
    )


def all_in_full() -> str:
    """What folds the panels of a page without exceptions."""
    return _("All measures in full")


def others_in_full(count: int) -> str:
    """What folds the panels that are no exceptions."""
    return ngettext("{count} other measure in full", "{count} other measures in full", count)


def all_others() -> str:
    """The segments beyond the largest."""
    return _("All others")


def kind_of(kind: str) -> str:
    """`(new)` or `(gone)` beside a segment."""
    return {"new": _("(new)"), "lost": _("(gone)")}.get(kind, "")


def more(count: int) -> str:
    """How many rows are left out."""
    return ngettext("{count} more is left out", "{count} more are left out", count)


def figure_name(key: str) -> str:
    """What a figure is called: `The numbers: Contact rate`."""
    section, _slash, rest = key.partition("/")
    part = showing.word(Code(group="section", value=section))
    names = [
        showing.kpi_title(piece) if place == 0 else vocabulary.dimension_name(piece)
        for place, piece in enumerate(rest.split("/")[:_PARTS])
        if piece
    ]
    return f"{part}: {', '.join(names)}" if names else part


# ---- issues and comparison ----


def differences_title(opened: Opened) -> str:
    """How many figures differ from the issue before."""
    found = opened.differences
    if found is None:
        return _("This is the first issue of its period")
    count = sum(one.section != INPUTS for one in found)
    return ngettext(
        "{count} figure differs from the issue before",
        "{count} figures differ from the issue before",
        count,
    )


def difference_row(one: Difference, zone: str) -> tuple[str, str, str, str]:
    """What, before, after, change."""
    return (
        difference_name(one),
        _shown(one.before, zone),
        _shown(one.after, zone),
        _by_how_much(one),
    )


def difference_name(one: Difference) -> str:
    """What a key means: `Contact rate, week of 16 Nov 2026`."""
    if one.section == INPUTS:
        return _("Made from: {what}", what=input_name(one.key.removeprefix(f"{INPUTS}/")))
    if one.section == "opening":
        return _("Headline and summary")
    section, *rest = one.key.split("/")
    part = showing.word(Code(group="section", value=section))
    return " · ".join([part, *[_piece(piece) for piece in rest]])


def input_name(name: str) -> str:
    """One of the things a report is made from."""
    first, _slash, rest = name.partition("/")
    known = {
        "as_of": _("as known when"),
        "zone": _("time zone"),
        "currency": _("currency"),
        "company": _("company"),
        "template": _("template"),
        "target": _("target"),
        "definition": _("definition of a KPI"),
        "rate": _("exchange rate"),
        "rates": _("exchange rates"),
        "import": _("newest import"),
        "refresh": _("refresh"),
        "code": _("version of the program"),
        "record": _("what was recorded"),
        "missing": _("late data"),
    }.get(first, first)
    if not rest:
        return known
    kpi, _second, field = rest.partition("/")
    return f"{known}, {' '.join(part for part in (showing.kpi_title(kpi), field) if part)}"


def _piece(piece: str) -> str:
    known = {
        "now": _("now"),
        "before": _("before"),
        "prior": _("a year ago"),
        "target": _("Target"),
        "week": _("week"),
        "month": _("month"),
        "segment": "",
        "says": _("sentence"),
        "standing": _("State"),
    }
    if piece in known:
        return known[piece]
    named = showing.kpi_title(piece)
    return named if named.casefold() != piece.replace("_", " ").casefold() else piece


def _shown(value: Value | None, zone: str) -> str:
    if value is None:
        return formats.NONE
    text = showing.text_of(value, zone)
    return text if len(text) <= 120 else f"{text[:117]}…"


def _by_how_much(one: Difference) -> str:
    before, after = one.before, one.after
    if one.kind != "changed":
        return _("new") if one.kind == "new" else _("gone")
    if isinstance(before, Number) and isinstance(after, Number):
        return formats.change(after.value, before.value, after.unit)
    if one.absolute is not None and amount(before):
        return f"{formats.signed(100 * (one.relative or 0), 1)}%"
    return _("changed")


def beside_title(opened: Opened) -> str:
    """The comparison's heading."""
    if opened.other is None:
        return _("Beside another week")
    return _("{one} beside {other}", one=opened.listed.period, other=opened.other.listed.period)


def beside_none() -> str:
    """That the other report is not there."""
    return _("There is no such report of this kind to compare with; choose one below.")


def issue_name(one: Listed) -> str:
    """`2026-W46` or, of a later issue, `2026-W46 (issue 2)`."""
    return _("{period} (issue {n})", period=one.period, n=one.n) if one.n > 1 else one.period
