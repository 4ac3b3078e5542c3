"""What the complaints screen says about reasons: shares, their shift, and what is noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _
from dashboard.url_filter import link, narrow
from dashboard.vocabulary import dimension_name, value_name


def reason_rows(shift: pl.DataFrame, query: str) -> pl.DataFrame:
    """Reasons as the figure wants them."""
    return shift.with_columns(
        pl.Series("name", [_reason(row) for row in shift.iter_rows(named=True)], pl.String),
        pl.Series("label", [_bar_label(row) for row in shift.iter_rows(named=True)], pl.String),
        pl.Series("hover", [_bar_hover(row) for row in shift.iter_rows(named=True)], pl.String),
        pl.Series(
            "href",
            [
                link("/cases", narrow(query, reason=row["segment"] or ""))
                for row in shift.iter_rows(named=True)
            ],
            pl.String,
        ),
    )


def _reason(row: Mapping[str, Any]) -> str:
    return value_name("reason", row["segment"] or "")


def _bar_label(row: Mapping[str, Any]) -> str:
    share = formats.percent(row["share_now"], 0)
    if row["change"] is None:
        return share
    if not row["certain"]:
        return _("{share} · within noise", share=share)
    return f"{share} · {formats.change(row['share_now'], row['share_before'], 'share')}"


def _bar_hover(row: Mapping[str, Any]) -> str:
    lines = [
        f"<b>{_reason(row)}</b>",
        _(
            "{share} of contacts (n = {n})",
            share=formats.percent(row["share_now"]),
            n=formats.number(row["n_now"]),
        ),
    ]
    if row["change"] is not None:
        lines.append(
            _(
                "Before: {share}; change {change} ({interval})",
                share=formats.percent(row["share_before"]),
                change=formats.change(row["share_now"], row["share_before"], "share") or "0",
                interval=_points(row),
            )
        )
    return "<br>".join(lines)


def _points(row: Mapping[str, Any]) -> str:
    low, high = (formats.number(100 * row[end], 1) for end in ("low", "high"))
    return _("{low} to {high} pts", low=low, high=high)


def reasons_finding(shift: pl.DataFrame) -> str:
    """The reason that grew most beyond noise, else the most common one."""
    if not shift.height:
        return _("No reasons are recorded")
    grown = shift.filter(pl.col("certain").fill_null(value=False)).sort("change", descending=True)
    if grown.height and grown["change"][0] > 0:
        row = grown.row(0, named=True)
        return _(
            "“{reason}” grew from {before} to {now} of contacts",
            reason=_reason(row),
            before=formats.percent(row["share_before"], 0),
            now=formats.percent(row["share_now"], 0),
        )
    row = shift.row(0, named=True)
    return _(
        "“{reason}” is the most common reason: {share} of contacts",
        reason=_reason(row),
        share=formats.percent(row["share_now"], 0),
    )


def reasons_note(compared: str) -> str:
    """What the marks mean."""
    if not compared:
        return _("Share of contacts by reason; nothing to compare with is chosen")
    return _(
        "Share of contacts by reason; grey tick: {days}. A change counts when its 95 % interval "
        "leaves out zero",
        days=compared,
    )


def reason_table(shift: pl.DataFrame, query: str) -> str:
    """The table behind the bars."""
    columns = [
        rows.Column(dimension_name("reason")),
        rows.Column(_("Contacts"), num=True),
        rows.Column(_("Share"), num=True),
        rows.Column(_("Before"), num=True),
        rows.Column(_("Change"), num=True),
        rows.Column(_("Verdict")),
    ]
    lines = []
    for row in shift.iter_rows(named=True):
        compared = row["change"] is not None
        verdict = "" if not compared else _("changed") if row["certain"] else _("within noise")
        lines.append(
            rows.Row(
                (
                    rows.Cell(_reason(row)),
                    rows.Cell(formats.number(row["n_now"])),
                    rows.Cell(formats.percent(row["share_now"])),
                    rows.Cell(formats.percent(row["share_before"])),
                    rows.Cell(
                        formats.change(row["share_now"], row["share_before"], "share"),
                        sub=_points(row) if compared else "",
                    ),
                    rows.Cell(verdict),
                ),
                href=link("/cases", narrow(query, reason=row["segment"] or "")),
            )
        )
    return rows.table(columns, lines)
