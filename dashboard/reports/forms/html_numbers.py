"""Every KPI of a report in one table: line, figure, interval, change, target. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard import formats
from dashboard.reports.charts import spark
from dashboard.reports.charts.palette import SCREEN
from dashboard.reports.charts.weeks import target_text
from dashboard.reports.document import Panel
from dashboard.reports.forms import outline
from dashboard.reports.forms.markup import Html, el, join
from dashboard.reports.showing import interval_text, kpi_title, number_text, word

SIGNS = {"met": "●", "missed": "▲", "unsure": "◌", "no_data": "–"}
"""The shape of a standing, beside its word."""


def numbers(panels: Sequence[Panel], heads: Mapping[str, str]) -> Html:
    """The table; `heads` as `report_paper.heads` names its columns."""
    names = ("measure", "weeks", "months", "now", "before", "prior", "target")
    top = (el("th", heads[name], scope="col", class_=f"m-{name}") for name in names)
    whole = el(
        "table",
        el("thead", el("tr", *top)),
        el("tbody", *(_row(panel) for panel in panels)),
        class_="numbers",
    )
    label = heads["measure"]
    return el("div", whole, class_="scroll", tabindex="0", role="region", aria_label=label)


def _row(panel: Panel) -> Html:
    signals = [word(code) for code in panel.exception[:1]]
    interval = interval_text(panel.now)
    changes = (outline.change_text(panel.now, other) for other in (panel.before, panel.prior))
    before, prior = (change or formats.NONE for change in changes)
    return el(
        "tr",
        el(
            "th",
            kpi_title(panel.kpi),
            *(el("small", signal, class_=f"chip--{panel.standing}") for signal in signals),
            scope="row",
            class_="m-measure loud" if signals else "m-measure",
        ),
        el("td", Html(spark.weeks(panel, SCREEN)), class_="m-weeks"),
        el("td", Html(spark.months(panel, SCREEN)), class_="m-months"),
        el(
            "td",
            el("b", number_text(panel.now)),
            el("small", interval) if interval else None,
            class_="n m-now",
        ),
        el("td", before, class_="n m-before"),
        el("td", prior, class_="n m-prior"),
        el("td", _target(panel), class_=f"n m-target chip--{panel.standing}"),
    )


def _target(panel: Panel) -> Html | str:
    if panel.target is None:
        return formats.NONE
    return join(
        el("span", f"{SIGNS.get(panel.standing, '')} ", aria_hidden="true"),
        el("span", f"{outline.standing(panel)} ", class_="visually-hidden"),
        target_text(panel.target, panel.now.unit),
    )
