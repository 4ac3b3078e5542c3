"""What the Service screen says about the backlog: how old it is, against a week ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.languages import _, ngettext
from dashboard.url_filter import case_link, link, narrow, spanning
from dashboard.vocabulary import dimension_name, value_name
from data_access.metrics.backlog import AGE_BUCKETS

OTHERS = "\x00others"
"""Stands for all groups beyond the largest; no source names a group so."""

_OLD = ("2-7d", ">7d")


def bucket_names() -> dict[str, str]:
    """Age of a case to what readers call it."""
    names = (_("under 4 h"), _("4–24 h"), _("1–2 d"), _("2–7 d"), _("over 7 d"))
    return dict(zip(AGE_BUCKETS, names, strict=True))


def group_name(by: str, group: str) -> str:
    """The name of a group, or of all others together."""
    return _("All others") if group == OTHERS else value_name(by, group)


def bars(ages: pl.DataFrame, by: str, query: str, span: tuple[date, date]) -> pl.DataFrame:
    """Names, texts and addresses for the figure.

    Args:
        ages: `group`, `bucket`, `value`, `before`, `total`.
        by: what groups are values of.
        query: the present view, kept in links.
        span: days of creation that hold every open case.
    """
    called = bucket_names()
    told = [_bar(row, by, query, span, called) for row in ages.iter_rows(named=True)]
    texts = {"name": pl.String, "label": pl.String, "hover": pl.String, "href": pl.String}
    return pl.concat(
        [ages.select("bucket", "value", "before"), pl.DataFrame(told, schema=texts)],
        how="horizontal",
    )


def _bar(
    row: Mapping[str, Any],
    by: str,
    query: str,
    span: tuple[date, date],
    called: Mapping[str, str],
) -> dict[str, str]:
    name = group_name(by, row["group"])
    some = row["value"] or row["before"]
    return {
        "name": f"{name} · {formats.number(row['total'])}",
        "label": formats.number(row["value"]) if some else "",
        "hover": f"<b>{name}, {called[row['bucket']]}</b><br>"
        + _(
            "{now} open, {before} a week ago",
            now=formats.number(row["value"]),
            before=formats.number(row["before"]),
        ),
        "href": open_cases(row["group"], by, query, span),
    }


def open_cases(group: str | None, by: str, query: str, span: tuple[date, date]) -> str:
    """The list of open cases of a group, whenever created."""
    everything = group is None or group == OTHERS
    narrowed = query if everything else narrow(query, **{by: group or ""})
    return link("/cases", spanning(narrowed, *span), {"view": "open"})


def title(ages: pl.DataFrame) -> str:
    """The finding: how many are open, how many of them are old, against a week ago."""
    now, before = (int(ages[name].sum()) for name in ("value", "before"))
    old = int(ages.filter(pl.col("bucket").is_in(_OLD))["value"].sum())
    head = ngettext("{count} case is open", "{count} cases are open", now)
    if now == before:
        change = _("as many as a week ago")
    elif now > before:
        change = _("{n} more than a week ago", n=formats.number(now - before))
    else:
        change = _("{n} fewer than a week ago", n=formats.number(before - now))
    return _(
        "{head}, {change}; {old} are older than 2 days",
        head=head,
        change=change,
        old=formats.number(old),
    )


def note(at: datetime, before: datetime, zone: str) -> str:
    """Which two instants are compared."""
    return _(
        "Open at {now}; grey mark: at {before}",
        now=formats.moment(at, zone),
        before=formats.moment(before, zone),
    )


def table(ages: pl.DataFrame, by: str, query: str, span: tuple[date, date]) -> str:
    """The table behind: a row per group, a column per age, the week before beside it."""
    columns = [rows.Column(dimension_name(by)), rows.Column(_("Open"), num=True)]
    columns += [
        rows.Column(name, num=True, title=_("Smaller: a week ago"))
        for name in bucket_names().values()
    ]
    lines = []
    for (group,), part in ages.group_by("group", maintain_order=True):
        counts = part.sort(pl.col("bucket").cast(pl.Enum(AGE_BUCKETS)))
        cells = [
            rows.Cell(formats.number(row["value"]), sub=formats.number(row["before"]))
            for row in counts.iter_rows(named=True)
        ]
        whole = rows.Cell(
            formats.number(float(counts["value"].sum())),
            sub=formats.number(float(counts["before"].sum())),
        )
        lines.append(
            rows.Row(
                (rows.Cell(group_name(by, str(group))), whole, *cells),
                href=open_cases(str(group), by, query, span),
            )
        )
    return rows.table(columns, lines)


def oldest(frame: pl.DataFrame, query: str) -> list[rows.Item]:
    """The cases that wait longest; a click opens one."""
    return [
        rows.Item(
            title=f"{row['case_id']} · {row['subject'] or _('No subject')}",
            href=case_link(row["case_id"], row["source"], query),
            note=" · ".join(
                value_name(name, str(row[name]))
                for name in ("language", "team", "level")
                if row[name]
            ),
            side=formats.duration(3600 * row["age_hours"]),
        )
        for row in frame.iter_rows(named=True)
    ]
