"""What stands on the paper form of a report around its content."""

from __future__ import annotations

from dashboard import formats
from dashboard.languages import _, ngettext
from dashboard.reports.document import Document
from dashboard.reports.forms import Issue
from dashboard.reports.periods import Grain


def heads(grain: Grain) -> dict[str, str]:
    """Words of the layout by name."""
    now = {"week": _("This week"), "month": _("This month"), "quarter": _("This quarter")}
    before = {
        "week": _("On the week before"),
        "month": _("On the month before"),
        "quarter": _("On the quarter before"),
    }
    return {
        "measure": _("Measure"),
        "weeks": _("6 weeks"),
        "months": _("12 months"),
        "now": now[grain],
        "before": before[grain],
        "prior": _("On a year before"),
        "target": _("Target"),
        "incomplete": _("Incomplete"),
        "page": _("page {number}"),
        "pages": _("Page {number} of {count}"),
    }


def as_of(document: Document) -> str:
    """What was known when."""
    when = formats.moment(document.as_of, document.zone)
    return _("As known on {when} ({zone})", when=when, zone=document.zone)


def issue_line(issue: Issue) -> str:
    """Which issue this is."""
    return _("Report {number}, issue {n}", n=issue.n, number=issue.number)


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


def rate() -> str:
    """Head of a column: what the segment's own rate did."""
    return _("Rate")


def mix() -> str:
    """Head of a column: what the weights of segments did."""
    return _("Mix")


def change() -> str:
    """Head of a column: the whole effect of a segment."""
    return _("Change")


def total() -> str:
    """The row that adds a table up."""
    return _("Together")


def chart_of(kpi: str) -> str:
    """What a chart shows, for who cannot see it."""
    return _("Six weeks and twelve months of {kpi}", kpi=kpi)


def key() -> str:
    """What the key of charts is, for who cannot see it."""
    return _("What the signs in the charts mean")


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
