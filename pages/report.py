"""One report: what changed, why, what was decided, what is not known; built once per document."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import report_keys
from dashboard.components.attributes import attributes
from dashboard.components.page import section
from dashboard.components.panel import message, panel
from dashboard.components.rows import rows
from dashboard.components.words import icon, status
from dashboard.ids import ReportPage
from dashboard.languages import SUPPORTED, _
from dashboard.report_page import Opened, open_report
from dashboard.reports import showing
from dashboard.reports.document import Block, Document, SayBlock, Section
from dashboard.reports_download import DOWNLOADED, download_path
from dashboard.wording import reports_page as words
from pages import report_blocks, report_compare
from pages.report_panel import sentences

PATH = "/reports/<report_id>"
TITLE = "Report"
ICON = None
VIEW = False
POLLED = 2_000
"""Milliseconds between two looks while the report is being built again."""
DECISIONS = "decisions"
"""The section beside which the decisions of today stand."""


def layout(report_id: str = "", **query: str) -> html.Div:
    """The document as a page; only what people say of it arrives by callback."""
    opened = open_report(report_id, query.get("with", ""))
    keys = [key for key, _part, _kpi in report_keys.keys(opened.document)] if opened else []
    return html.Div(
        [
            dcc.Store(id=ReportPage.ASKED, data={"report": report_id, "keys": keys}),
            dcc.Store(id=ReportPage.PRESSED),
            dcc.Store(id=ReportPage.CHANGED),
            dcc.Interval(id=ReportPage.TICK, interval=POLLED, disabled=True),
            dcc.Link(
                [icon("chevron-left"), _("All reports")],
                id=ReportPage.BACK,
                href="/reports",
                className="aw-back",
            ),
            dcc.Link(id=ReportPage.NEWER, href="/reports", className="aw-report__newer"),
            _missing() if opened is None else _page(opened),
            html.Div(_talk(opened), hidden=opened is None, className="aw-report__talk"),
        ],
        className="aw-report",
    )


def _missing() -> html.Div:
    """An address that leads to no report."""
    way_out = dcc.Link(_("All reports"), href="/reports", className="aw-button")
    advice = _("It may be mistyped; every report that was made is in the archive.")
    return html.Div(
        html.Div(
            message(
                "error",
                _("There is no report of this number"),
                [advice, html.Br(), html.Br(), way_out],
                role="alert",
            ),
            className="aw-panel is-error",
        ),
        className="aw-page aw-page--missing",
    )


def _page(opened: Opened) -> html.Div:
    document = opened.document
    parts: list[Any] = [_head(opened)]
    if opened.other is not None or opened.no_such_other:
        parts.append(_beside(opened))
    for part in document.sections:
        if part.key == DECISIONS:
            parts.append(_decided(document, part))
        else:
            parts.append(report_blocks.section(document, part))
    return html.Div(parts, className="aw-page")


# ---- the head ----


def _head(opened: Opened) -> html.Header:
    document = opened.document
    kind = report_blocks.TONES[document.headline_tone]
    return html.Header(
        [
            html.Div(
                [html.H1(words.title(opened), className="aw-page__title"), _neighbours(opened)],
                className="aw-report__top",
            ),
            html.P(
                [
                    status(kind, words.tone(opened)),  # type: ignore[arg-type]
                    html.Span(
                        showing.sentence(document.headline, document.zone),
                        className="aw-report__headline",
                    ),
                ],
                className="aw-page__answer",
            ),
            sentences(document.summary, document.zone, "aw-report__summary"),
            _incomplete(opened),
            _to_decide(document),
            html.P(words.meta(opened), className="aw-report__meta"),
            _downloads(opened),
        ],
        className="aw-page__head aw-report__head",
    )


def _to_decide(document: Document) -> Any:
    """What the page asks of its reader, as the first thing below the summary."""
    for part in document.sections:
        if part.key != DECISIONS:
            continue
        told = [words.to_decide(block, document.zone) for block in part.blocks]
        known = [text for text in told if text]
        if known:
            link = html.A(_("Decisions needed"), href=f"#{ReportPage.DECISIONS_TITLE}")
            return html.P([link, " ", " ".join(known)], className="aw-report__to-decide")
    return ""


def _neighbours(opened: Opened) -> html.Nav:
    """The period before and the period after."""
    links: list[Any] = []
    if opened.earlier is not None:
        links.append(
            dcc.Link(
                [icon("chevron-left"), opened.earlier.period],
                href=f"/reports/{opened.earlier.id}",
                className="aw-link",
            )
        )
    if opened.later is not None:
        links.append(
            dcc.Link(
                [opened.later.period, icon("chevron-right")],
                href=f"/reports/{opened.later.id}",
                className="aw-link",
            )
        )
    return html.Nav(links, className="aw-report__near", **attributes(aria_label=_("Other periods")))


def _incomplete(opened: Opened) -> Any:
    document = opened.document
    if document.complete:
        return ""
    return html.Div(
        [
            html.P(status("watch", words.incomplete())),
            sentences(document.missing, document.zone),
        ],
        className="aw-report__incomplete",
    )


def _downloads(opened: Opened) -> html.Div:
    one = opened.listed
    languages = [
        html.Span(
            [
                html.Span(name, className="aw-report__language"),
                *[
                    html.A(
                        form.upper(),
                        href=download_path(one.id, one.template, one.period, language, form),
                        download="",
                        className="aw-link",
                        **attributes(
                            aria_label=_(
                                "Download as {form}, {language}", form=form.upper(), language=name
                            )
                        ),
                    )
                    for form in DOWNLOADED
                ],
            ],
            className="aw-report__files",
        )
        for language, name in SUPPORTED.items()
    ]
    printed = html.Button(
        [icon("printer"), _("Print")],
        type="button",
        className="aw-report__print",
        **attributes(data_print=""),
    )
    return html.Div([icon("download"), *languages, printed], className="aw-report__downloads")


# ---- decisions, comments, issues ----


def _decided(document: Document | None, part: Section | None) -> html.Section:
    """The decisions of today, what the numbers ask for, and what the page said of decisions."""
    asked: list[Any] = []
    issued: list[Any] = []
    if document is not None and part is not None:
        for block in part.blocks:
            shown = report_blocks.block(document, part, block)
            (asked if _asks(block) else issued).append(shown)
    return section(
        _("Decisions needed"),
        html.P(id=ReportPage.OUTCOME, className="aw-outcome", role="status"),
        panel(
            ReportPage.DECISIONS_PANEL,
            rows(ReportPage.DECISIONS, _("Decisions needed")),
            skeleton="text",
            empty=(
                _("No decision is open"),
                _("Raise one, with who decides and by which day; it stands in every report then."),
            ),
        ),
        html.Div(asked, className="aw-report__asked") if asked else "",
        html.Div(
            rows(ReportPage.DECISIONS_BAR, _("Actions")), className="aw-learn aw-report__acts"
        ),
        html.Details(
            [html.Summary(_("As this page said when it was made")), *issued],
            className="aw-behind aw-report__issued",
        )
        if issued
        else "",
        title_id=ReportPage.DECISIONS_TITLE,
        note=_("As of today; open ones go on into every later report"),
    )


def _asks(block: Block) -> bool:
    """Whether it holds what the numbers propose: nobody has raised that, so it is not folded."""
    return isinstance(block, SayBlock) and block.says[0].code == "decisions_proposed"


def _talk(opened: Opened | None) -> list[Any]:
    """What changes; decisions stand with their section where the template has one."""
    has_own = opened is not None and any(one.key == DECISIONS for one in opened.document.sections)
    return [
        *([] if has_own else [_decided(None, None)]),
        _comments(),
        section(
            words.differences_title(opened) if opened else _("Issues"),
            html.P(words.made(opened), className="aw-report__meta") if opened else "",
            html.Div(rows(ReportPage.ISSUES, _("Issues")), className="aw-reports__list"),
            _differences(opened) if opened else "",
            title_id="report-issues-title",
            note=_("A report is never overwritten: what changes is a new issue"),
        ),
        _again(),
        _others(opened) if opened else "",
    ]


def _comments() -> html.Section:
    return section(
        _("Comments"),
        html.P(id=ReportPage.COMMENTS_OUTCOME, className="aw-outcome", role="status"),
        panel(
            ReportPage.COMMENTS_PANEL,
            rows(ReportPage.COMMENTS, _("Comments")),
            skeleton="text",
            empty=(
                _("Nobody has said anything yet"),
                _("Comment on the whole report here, or on a figure beside it."),
            ),
        ),
        html.Div(rows(ReportPage.COMMENTS_BAR, _("Actions")), className="aw-learn aw-report__acts"),
        title_id=ReportPage.COMMENTS_TITLE,
    )


def _differences(opened: Opened) -> Any:
    if not opened.differences:
        return ""
    zone = opened.document.zone
    heads = [_("What"), _("Before"), _("Now"), _("Change")]
    cells = [list(words.difference_row(one, zone)) for one in opened.differences[:_MOST]]
    left = len(opened.differences) - len(cells)
    return html.Details(
        [
            html.Summary(_("Figure by figure")),
            report_blocks.plain_table(heads, cells, numeric=(1, 2, 3)),
            html.P(words.more(left), className="aw-report__more") if left else "",
        ],
        className="aw-behind",
        open=len(opened.differences) <= _SHOWN,
    )


_MOST = 200
_SHOWN = 12
"""Fewer differences than this are shown at once."""


def _again() -> html.Section:
    return section(
        _("Can it be made again?"),
        html.P(id=ReportPage.REBUILD_OUTCOME, className="aw-outcome", role="status"),
        rows(ReportPage.REBUILD, _("Build again and compare")),
        html.Div(rows(ReportPage.REBUILD_BAR, _("Actions")), className="aw-learn aw-report__acts"),
        title_id="report-again-title",
        note=_("From the same data, definitions and rates; compared byte by byte"),
    )


def _others(opened: Opened) -> html.Section:
    links = [
        html.Li(
            dcc.Link(
                words.issue_name(one),
                href=f"/reports/{opened.listed.id}?with={one.id}",
                className="aw-link",
            )
        )
        for one in opened.others
    ]
    return section(
        _("Compare with another period"),
        html.Ul(links, className="aw-report__others")
        if links
        else html.P(_("There is no other period yet."), className="aw-report__nothing"),
        title_id="report-others-title",
    )


def _beside(opened: Opened) -> html.Section:
    back = dcc.Link(_("Close"), href=f"/reports/{opened.listed.id}", className="aw-link")
    if opened.other is None:
        body: Any = html.P(words.beside_none(), className="aw-report__nothing")
    else:
        body = report_compare.compared(opened.listed, opened.document, opened.other)
    return section(
        words.beside_title(opened),
        body,
        title_id="report-beside-title",
        actions=back,
    )
