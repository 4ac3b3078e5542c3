"""What stands on the paper form of a report around its content."""

from __future__ import annotations

from babel import dates

from dashboard import formats
from dashboard.languages import _, locale, ngettext
from dashboard.reports.document import Document
from dashboard.reports.forms import Issue


def heads() -> dict[str, str]:
    """Words of the layout by name."""
    return {
        "measure": _("Measure"),
        "weeks": _("6 weeks"),
        "months": _("12 months"),
        "now": _("This period"),
        "before": _("Against the one before"),
        "prior": _("Against last year"),
        "target": _("Target"),
        "contents": _("Further pages"),
        "incomplete": _("Incomplete"),
        "segment": _("Segment"),
        "change": _("Change"),
        "rate": _("Rate"),
        "mix": _("Mix"),
        "page": _("page {number}"),
        "pages": _("Page {number} of {count}"),
    }


def period(document: Document) -> str:
    """`Week 47, 2026 · 16–22 Nov 2026`."""
    span = formats.days(document.first, document.last)
    name = document.period
    if "-W" in name:
        year, number = name.split("-W")
        return f"{_('Week {number}, {year}', number=int(number), year=year)} · {span}"
    if "-Q" in name:
        year, number = name.split("-Q")
        return f"{_('Quarter {number}, {year}', number=number, year=year)} · {span}"
    return dates.format_skeleton("yMMMM", document.first, locale=locale())


def as_of(document: Document) -> str:
    """What was known when."""
    when = formats.moment(document.as_of, document.zone)
    return _("As known on {when} ({zone})", when=when, zone=document.zone)


def issue_line(issue: Issue) -> str:
    """Which issue this is."""
    return _("Issue {n} of report {number}", n=issue.n, number=issue.number)


def document_line(issue: Issue) -> str:
    """The hash that every form of the document names."""
    return _("Document {sha256}", sha256=issue.sha256[:12])


def more_rows(count: int) -> str:
    """Rows that a table leaves out."""
    return ngettext("and {count} more row", "and {count} more rows", count)


def before_short() -> str:
    """Head of a column: the period before."""
    return _("Before")


def now_short() -> str:
    """Head of a column: this period."""
    return _("Now")


def total() -> str:
    """The row that adds a table up."""
    return _("Together")


def script(name: str) -> str:
    """What characters are called that no font here has."""
    names = {
        "Arabic": _("Arabic"),
        "Hangul": _("Korean"),
        "Han": _("rare Chinese"),
        "Hebrew": _("Hebrew"),
        "Thai": _("Thai"),
        "emoji": _("emoji"),
        "symbols": _("symbols"),
        "others": _("other scripts"),
    }
    return names.get(name, name)


def mature(share: float) -> str:
    """How much of a number is there already."""
    return _("{share} of what will count is there", share=formats.percent(share, 0))


def tainted(count: int) -> str:
    """Rows with findings of data quality."""
    return ngettext(
        "{count} row with a data-quality finding", "{count} rows with a data-quality finding", count
    )


def chart_of(kpi: str) -> str:
    """What a chart shows, for who cannot see it."""
    return _("Six weeks and twelve months of {kpi}", kpi=kpi)


def unset(count: int, names: str) -> str:
    """The footnote of characters that no font has a sign for."""
    return ngettext(
        "{mark} stands for a character that the fonts of this file cannot set ({names}). The "
        "screen and the HTML form show it; a font put into reports/fonts of the home prints it.",
        "{mark} stands for {count} characters that the fonts of this file cannot set ({names}). "
        "The screen and the HTML form show them; a font put into reports/fonts of the home prints "
        "them.",
        count,
        mark="〓",
        names=names,
    )
