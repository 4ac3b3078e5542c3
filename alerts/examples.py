"""Whom to read first: the cases, rows and words of customers behind an alert.

Texts are those of the facts, which are stored without addresses, numbers and names that the
importer recognises; they are cut to a few lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from alerts.judging.specs import kpi_of
from alerts.reading import Tables
from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.novelty import TERM
from data_access.metrics import Filter
from data_access.overdue import STATES, overdue_rows
from data_access.rollups.cohorts import COHORTS

SAMPLES = 5
LONGEST = 240
"""Characters of an example."""
_LOOKED_AT = 40
"""Newest cases among which those with a text are looked for."""


@dataclass(frozen=True)
class Voices:
    """Case ids, rows over their time, and examples; see `alerts.evidence`."""

    cases: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    examples: Sequence[Mapping[str, Any]] = ()


def voices(
    rule: Rule, labels: Mapping[str, str], window: Filter, slot: datetime, tables: Tables
) -> Voices:
    """Cases, reviews or answers of the slice in the window, where the rule's KPI is about them."""
    kpi = kpi_of(rule)
    if kpi is None:
        return Voices()
    mart = COHORTS[kpi.numerator.split(".")[0]].mart
    assert window.start is not None
    assert window.end is not None
    since = slot - timedelta(days=(window.end - window.start).days + 1)
    match mart:
        case "cases" | "clocks":
            newest = sample_cases(rule, labels, since, slot, tables)
            return Voices(newest[:SAMPLES], (), case_texts(newest, tables, since))
        case "parcels":
            newest = _cases_of_late(labels, window, slot, tables)
            return Voices(newest[:SAMPLES], (), case_texts(newest, tables, since))
        case "reviews":
            return Voices((), (), _reviews(labels, since, slot, tables))
        case _:
            return Voices()


def overdue_voices(
    rule: DeadlineRule, labels: Mapping[str, str], tables: Tables, *, day: date, zone: str
) -> Voices:
    """The rows that are longest over their time, and what customers wrote about them."""
    state = STATES[rule.signal.state]
    rows = overdue_rows(
        tables,
        state,
        labels,
        limit=rule.older_than,
        forget_after=rule.forget_after,
        day=day,
        zone=zone,
        most=_LOOKED_AT,
    )
    told = [
        {"kind": state.entity, "id": row["id"], "since": row["since"].isoformat()}
        for row in rows.head(SAMPLES).iter_rows(named=True)
    ]
    ids = rows["id"].to_list()
    since = datetime.combine(day - rule.forget_after, datetime.min.time(), UTC)
    if state.entity == "parcel":
        ids = _cases_about(ids, tables)
    elif state.entity != "case":
        return Voices((), told, ())
    return Voices(ids[:SAMPLES], told, case_texts(ids, tables, since))


def sample_cases(
    rule: Rule, labels: Mapping[str, str], since: datetime, slot: datetime, tables: Tables
) -> list[str]:
    """Newest cases of the slice between two instants, where the KPI counts cases."""
    kpi = kpi_of(rule)
    assert kpi is not None
    cohort = COHORTS[kpi.numerator.split(".")[0]]
    words = [labels[TERM]] if TERM in labels else []
    labels = {name: value for name, value in labels.items() if name != TERM}
    if not set(labels) <= set(cohort.dims):
        return []
    cases = COHORTS["cases_created"]
    # The slot is the end of the last day in the reporting zone; the UTC calendar is another one.
    rows = cases.prepare(tables.scan("cases", namespace="marts")).filter(
        *_inside(labels),
        *(_says(word) for word in words),
        pl.col("created_at").is_between(since, slot, closed="left"),
    )
    newest = rows.select("case_id", "created_at").sort(
        "created_at", "case_id", descending=[True, False]
    )
    ids: list[str] = newest.head(_LOOKED_AT).collect()["case_id"].to_list()
    return ids


def case_texts(ids: Sequence[str], tables: Tables, since: datetime) -> list[dict[str, Any]]:
    """What customers of some cases wrote first, or else their subjects."""
    if not ids:
        return []
    cases = (
        tables.scan("cases", namespace="marts")
        .filter(pl.col("case_id").is_in(list(ids)))
        .select("case_id", "source", "created_at", "subject", "language")
    )
    part = since.year * 100 + since.month
    said = (
        tables.scan("messages")
        .filter(
            (pl.col("part") >= part) | (pl.col("part") == 0),
            pl.col("case_id").is_in(list(ids)),
            pl.col("author_role") == "customer",
            pl.col("text").is_not_null(),
        )
        .select("case_id", "source", "at", "text", "lang")
        .sort("at")
        .group_by("case_id", "source", maintain_order=True)
        .first()
    )
    rows = (
        cases.join(said, on=["case_id", "source"], how="left")
        .with_columns(
            text=pl.coalesce("text", "subject"), lang=pl.coalesce("lang", "language"),
            at=pl.coalesce("at", "created_at"),
        )
        .filter(pl.col("text").str.strip_chars() != "")
        .sort("at", "case_id", descending=[True, False])
        .unique("text", keep="first", maintain_order=True)
        .head(SAMPLES)
        .collect()
    )  # fmt: skip
    return [_example("case", row["case_id"], row) for row in rows.iter_rows(named=True)]


def _reviews(
    labels: Mapping[str, str], since: datetime, slot: datetime, tables: Tables
) -> list[dict[str, Any]]:
    bad = tables.scan("reviews", namespace="marts").filter(
        *_inside(labels),
        pl.col("at").is_between(since, slot, closed="left"),
        pl.col("rating") <= 2,
    )
    said = tables.scan("reviews").select(
        "review_id", "source", "lang", text=pl.coalesce("text", "title")
    )
    rows = (
        bad.select("review_id", "source", "at")
        .join(said, on=["review_id", "source"], how="inner")
        .filter(pl.col("text").is_not_null())
        .sort("at", "review_id", descending=[True, False])
        .unique("text", keep="first", maintain_order=True)
        .head(SAMPLES)
        .collect()
    )
    return [_example("review", row["review_id"], row) for row in rows.iter_rows(named=True)]


def _cases_of_late(
    labels: Mapping[str, str], window: Filter, slot: datetime, tables: Tables
) -> list[str]:
    """Newest cases about parcels of the slice that missed their promise in the window."""
    kept = (pl.col("delivered_on") <= pl.col("promised_on")).fill_null(value=False)
    late = (
        tables.scan("parcels", namespace="marts")
        .filter(*_inside(labels), pl.col("promised_on").is_between(window.start, window.end), ~kept)
        .select("shipment_id", "source")
    )
    cases = tables.scan("cases", namespace="marts").select(
        "case_id", "source", "shipment_id", "created_at"
    )
    rows = (
        cases.filter(pl.col("created_at") < slot)
        .join(late, on=["shipment_id", "source"], how="semi")
        .sort("created_at", "case_id", descending=[True, False])
        .head(_LOOKED_AT)
        .collect()
    )
    ids: list[str] = rows["case_id"].to_list()
    return ids


def _cases_about(parcels: Sequence[str], tables: Tables) -> list[str]:
    rows = (
        tables.scan("cases", namespace="marts")
        .filter(pl.col("shipment_id").is_in(list(parcels)))
        .sort("created_at", "case_id", descending=[True, False])
        .select("case_id")
        .head(_LOOKED_AT)
        .collect()
    )
    ids: list[str] = rows["case_id"].to_list()
    return ids


def _says(word: str) -> pl.Expr:
    """Whether a subject holds a word."""
    return (
        pl.col("subject").str.to_lowercase().str.contains(word, literal=True).fill_null(value=False)
    )


def _inside(labels: Mapping[str, str]) -> list[pl.Expr]:
    return [pl.col(name).cast(pl.String).fill_null("") == value for name, value in labels.items()]


def _example(kind: str, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    text = " ".join(str(row["text"]).split())
    cut = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
    at = row["at"]
    return {
        "kind": kind,
        "id": name,
        "at": at.isoformat() if at is not None else None,
        "lang": row["lang"],
        "text": cut,
    }
