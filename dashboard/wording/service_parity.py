"""What the Service screen says about languages: who is served as the reference is, and who not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _
from dashboard.url_filter import Period, link, narrow
from dashboard.vocabulary import dimension_name, kpi_short, value_name
from dashboard.wording.tiles import BEHIND
from data_access.metrics.parity import ALERT, FEWEST, LEAST_COVERED

WHOLE = 0.995
"""A smaller part of the reference's mix is named."""


def reference_options(chosen: str, languages: Sequence[str] = ()) -> dict[str, str]:
    """What languages can be compared with: the largest of them, or one by name."""
    named = sorted({*languages, *([chosen] if chosen else [])})
    return {"": _("The largest language"), **{tag: value_name("language", tag) for tag in named}}


def verdict(row: Mapping[str, Any], reference: str) -> tuple[str, str]:
    """Status and word for one language."""
    if row["group"] == reference:
        return "info", _("Reference")
    if not row["enough"] or row["ratio"] is None:
        other = row["n"] >= FEWEST and row["covered"] < LEAST_COVERED
        return "none", _("Other mix") if other else _("Too few to say")
    if row["ratio"] < ALERT:
        sure = row["ratio_high"] is not None and row["ratio_high"] < ALERT
        word = _("Below {limit}") if sure else _("Perhaps below {limit}")
        return "breach" if sure else "watch", word.format(limit=_limit())
    if row["difference_high"] < 0:
        return "watch", _("Served worse")
    return "ok", _("Served better") if row["difference_low"] > 0 else _("No clear difference")


def title(frame: pl.DataFrame, reference: str) -> str:
    """The finding: the language that is certainly served worst."""
    worse = frame.filter(
        pl.col("enough"), pl.col("group") != reference, pl.col("difference_high") < 0
    ).sort("ratio", "group", nulls_last=True)
    name = value_name("language", reference)
    if worse.height:
        row = worse.row(0, named=True)
        return _(
            "{language} gets {ratio} of what {reference} gets",
            language=value_name("language", row["group"]),
            ratio=formats.percent(row["ratio"], 0),
            reference=name,
        )
    judged = frame.filter(pl.col("enough"), pl.col("group") != reference).height
    if not judged:
        return _("No language has enough cases to compare with {reference}", reference=name)
    return _("No language is certainly served worse than {reference}", reference=name)


def note(kpi: str, span: Period, reference: str, topic: str, *, unsplit: bool) -> str:
    """What is compared, over which days, how it is made comparable."""
    parts = [
        f"{kpi_short(kpi)}, {formats.days(span.first, span.last)}",
        _(
            "weighted as {reference} cases are spread over {topic} and {channel}",
            reference=value_name("language", reference),
            topic=dimension_name(topic).lower(),
            channel=dimension_name("channel").lower(),
        ),
        _("fewer than {n} cases: too few to say", n=FEWEST),
    ]
    if unsplit:
        parts.append(_("any {dimension}", dimension=dimension_name("language").lower()))
    return " · ".join(parts)


def marks() -> tuple[str, str]:
    """Words at the two hairlines: alike, and the limit of parity."""
    return _("alike"), _("limit {limit}", limit=_limit())


def dots(frame: pl.DataFrame, kpi: str, query: str) -> pl.DataFrame:
    """Names, texts and addresses for the figure."""
    told = [
        {
            "name": value_name("language", row["group"]),
            "hover": _hover(row),
            "href": behind(row["group"], kpi, query),
        }
        for row in frame.iter_rows(named=True)
    ]
    texts = pl.DataFrame(told, schema={"name": pl.String, "hover": pl.String, "href": pl.String})
    apart = (pl.col("difference_high") < 0) | (pl.col("difference_low") > 0)
    return frame.select(
        "ratio",
        "enough",
        low="ratio_low",
        high="ratio_high",
        certain=(apart & pl.col("enough")).fill_null(value=False),
    ).hstack(texts)


def _hover(row: Mapping[str, Any]) -> str:
    lines = [f"<b>{value_name('language', row['group'])}</b>"]
    if row["ratio"] is not None:
        interval = formats.span(row["ratio_low"], row["ratio_high"], 2)
        lines.append(
            _("{ratio} of the reference", ratio=formats.number(row["ratio"], 2))
            + (f" ({interval})" if interval else "")
        )
    lines.append(_("n = {n}", n=formats.number(row["n"])))
    if row["covered"] < WHOLE:
        lines.append(
            _("compared over {share} of the mix", share=formats.percent(row["covered"], 0))
        )
    if not row["enough"]:
        lines.append(_("Too few in common to say"))
    return "<br>".join(lines)


def table(frame: pl.DataFrame, kpi: str, reference: str, query: str) -> str:
    """Every language: its share as if it had the reference's mix, difference, ratio, verdict."""
    columns = [
        rows.Column(dimension_name("language")),
        rows.Column(_("Alike?")),
        rows.Column(_("Ratio"), num=True, title=_("To the reference, with 95% interval")),
        rows.Column(
            _("Points"),
            num=True,
            title=_("Difference to the reference in percentage points, with 95% interval"),
        ),
        rows.Column(_("Same mix"), num=True, title=_("The share, weighted; smaller: as it is")),
    ]
    lines = []
    for row in frame.iter_rows(named=True):
        kind, word = verdict(row, reference)
        other = row["group"] != reference
        lines.append(
            rows.Row(
                (
                    rows.Cell(
                        value_name("language", row["group"]),
                        sub=_("n = {n}", n=formats.number(row["n"])),
                    ),
                    rows.Cell(word, status=kind),
                    rows.Cell(
                        formats.number(row["ratio"], 2),
                        sub=formats.span(row["ratio_low"], row["ratio_high"], 2),
                    )
                    if other
                    else rows.Cell(formats.number(1, 2)),
                    rows.Cell(*_difference(row)) if other else rows.Cell(formats.NONE),
                    rows.Cell(formats.percent(row["value"]), sub=formats.percent(row["raw"])),
                ),
                href=behind(row["group"], kpi, query),
                small=not row["enough"],
            )
        )
    return rows.table(columns, lines)


def summary(frame: pl.DataFrame, kpi: str, reference: str) -> str:
    """The figure for someone who cannot see it."""
    judged = frame.filter(pl.col("enough"), pl.col("group") != reference)
    below = judged.filter(pl.col("ratio") < ALERT).height
    text = _(
        "{kpi}: {below} of {judged} languages with enough cases are below {limit} of {reference}.",
        kpi=kpi_short(kpi),
        below=below,
        judged=judged.height,
        limit=_limit(),
        reference=value_name("language", reference),
    )
    return f"{title(frame, reference)}. {text}"


def behind(language: str, kpi: str, query: str) -> str:
    """The rows of one language that the KPI counts against it."""
    path, own = BEHIND[kpi]
    return link(path, narrow(query, language=language), own)


def _difference(row: Mapping[str, Any]) -> tuple[str, str]:
    if row["difference"] is None:
        return formats.NONE, ""
    low, high = row["difference_low"], row["difference_high"]
    return (
        formats.signed(100 * row["difference"], 1),
        formats.span(100 * low, 100 * high, 1),
    )


def _limit() -> str:
    return formats.number(ALERT, 1)
