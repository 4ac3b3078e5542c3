"""What the facts of a crisis measure: each number with the rows that it was counted from. Pure.

What cannot be told is None, not zero: a criterion over it says neither yes nor no.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from alerts.crisis.facts import Facts
from alerts.crisis.selection import Selection
from alerts.crisis.signals import Signal, surging

SHOWN = 5
"""Rows named as evidence of a measure, the foremost first."""


@dataclass(frozen=True)
class Measured:
    """One measure.

    Attributes:
        value: None: it cannot be told.
        evidence: `n` (rows looked at), `rows` (the foremost: kind, source, ref), and what else
            tells how it came about.
    """

    value: int | float | None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the crisis row keeps it."""
        return {"value": self.value, "evidence": dict(self.evidence)}


def measure(
    signals: Sequence[Signal], facts: Facts, chosen: Selection
) -> dict[str, dict[str, Any]]:
    """Every measure of a crisis as JSON, by name: {value, evidence}.

    Args:
        signals: alerts of its incidents.
        facts: rows of its selection.
        chosen: the selection.
    """
    found = {
        **_surges(signals),
        **_cases(facts, chosen),
        **_lots(facts, chosen),
        **_voices(facts, chosen),
        **_disputes(facts),
    }
    return {name: measured.as_json() for name, measured in found.items()}


def _surges(signals: Sequence[Signal]) -> dict[str, Measured]:
    alerts = sorted({signal.rule_id for signal in signals if signal.firing})
    markets, channels = surging(signals, "market"), surging(signals, "channel")
    # A surge that names no market is one of at least one market.
    unnamed = any(signal.firing and signal.kind in _KINDS for signal in signals)
    return {
        "surge_markets": Measured(
            max(len(markets), int(unnamed)), {"markets": markets, "rules": alerts}
        ),
        "surge_channels": Measured(
            max(len(channels), int(unnamed)), {"channels": channels, "rules": alerts}
        ),
    }


_KINDS = frozenset({"surge", "proportion", "novelty"})


def _cases(facts: Facts, chosen: Selection) -> dict[str, Measured]:
    cases = facts.cases
    window = {"since": chosen.since.isoformat(), "until": chosen.until.isoformat()}
    if not chosen.narrow:
        return dict.fromkeys(("cases", "repeat_complaints", "vip_black"), Measured(None))
    black = cases.filter(pl.col("vip_tier") == "black")
    again = (
        cases.drop_nulls("customer_key")
        .group_by("source", "customer_key")
        .agg(pl.len().alias("n"), pl.col("case_id").first(), pl.col("created_at").max())
        .filter(pl.col("n") > 1)
        .sort("n", "created_at", "case_id", descending=[True, True, False])
    )
    return {
        "cases": Measured(
            cases.height, {**_evidence(cases, "case", "case_id"), **window, **_of(facts)}
        ),
        "repeat_complaints": Measured(again.height, _evidence(again, "case", "case_id")),
        "vip_black": Measured(black.height, _evidence(black, "case", "case_id")),
    }


def _lots(facts: Facts, chosen: Selection) -> dict[str, Measured]:
    if not chosen.lots:
        return {"lot_cases": Measured(None), "lot_rate": Measured(None)}
    trouble = facts.lots.filter(pl.col("kind") != "sold")
    by_lot = (
        trouble.group_by("lot")
        .agg(pl.len().alias("rows"), pl.struct("source", "order_id").n_unique().alias("orders"))
        .join(facts.lots.filter(kind="sold").group_by("lot").len("sold"), on="lot", how="left")
        .sort("rows", "lot", descending=[True, False])
    )
    if not by_lot.height:
        sold = facts.lots.height
        return {"lot_cases": Measured(0, {"n": sold}), "lot_rate": Measured(0.0, {"n": sold})}
    worst = by_lot.row(0, named=True)
    rows = trouble.filter(pl.col("lot") == worst["lot"])
    evidence = {
        "lot": worst["lot"],
        "n": worst["sold"],
        "rows": rows.head(SHOWN).select("kind", "source", "ref").to_dicts(),
    }
    rate = worst["orders"] / worst["sold"] if worst["sold"] else None
    return {
        "lot_cases": Measured(worst["rows"], evidence),
        "lot_rate": Measured(rate, {**evidence, "orders": worst["orders"]}),
    }


def _voices(facts: Facts, chosen: Selection) -> dict[str, Measured]:
    if not chosen.narrow:
        names = ("safety_injury", "mention_reach_max", "media_reach_max", "anger_max", "nps_min")
        return dict.fromkeys(names, Measured(None))
    texts = pl.concat(
        [
            _texts(facts.messages, "case", "case_id"),
            _texts(facts.reviews, "review", "review_id"),
            *([] if facts.mentions is None else [_texts(facts.mentions, "mention", "mention_id")]),
        ]
    )
    alarming = texts.filter("alarming").sort("at", "source", "ref", descending=[True, False, False])
    angry = texts.drop_nulls("anger").sort(
        "anger", "at", "source", "ref", descending=[True, True, False, False]
    )
    detractors = facts.surveys.sort("score", "at", "response_id", descending=[False, True, False])
    return {
        "safety_injury": Measured(alarming.height, {"n": texts.height, "rows": _rows(alarming)}),
        "anger_max": Measured(
            angry["anger"][0] if angry.height else None,
            {"n": angry.height, "rows": _rows(angry)},
        ),
        "nps_min": Measured(
            detractors["score"][0] if detractors.height else None,
            _evidence(detractors, "survey", "response_id"),
        ),
        **_reach(facts.mentions),
    }


def _reach(mentions: pl.DataFrame | None) -> dict[str, Measured]:
    if mentions is None:
        return {"mention_reach_max": Measured(None), "media_reach_max": Measured(None)}
    widest = mentions.drop_nulls("reach").sort(
        "reach", "at", "mention_id", descending=[True, True, False]
    )
    media = widest.filter(pl.col("author_kind") == "media")
    return {
        name: Measured(
            frame["reach"][0] if frame.height else 0, _evidence(frame, "mention", "mention_id")
        )
        for name, frame in (("mention_reach_max", widest), ("media_reach_max", media))
    }


def _disputes(facts: Facts) -> dict[str, Measured]:
    disputes = {
        "disputes": Measured(
            facts.disputes.height, _evidence(facts.disputes, "dispute", "dispute_id")
        )
    }
    if facts.marketplace is None:
        unknown = ("marketplace_disputes", "marketplace_dispute_rate")
        return {**disputes, **dict.fromkeys(unknown, Measured(None))}
    orders, disputed = facts.marketplace.row(0)
    evidence = {"n": orders, "disputed": disputed}
    rate = disputed / orders if orders else None
    return {
        **disputes,
        "marketplace_disputes": Measured(disputed, evidence),
        "marketplace_dispute_rate": Measured(rate, evidence),
    }


def _texts(frame: pl.DataFrame, kind: str, key: str) -> pl.DataFrame:
    return frame.select(
        pl.lit(kind).alias("kind"),
        "source",
        pl.col(key).alias("ref"),
        "at",
        pl.col("anger").cast(pl.Float64),
        "alarming",
    )


def _evidence(frame: pl.DataFrame, kind: str, key: str) -> dict[str, Any]:
    named = frame.head(SHOWN).select(pl.lit(kind).alias("kind"), "source", pl.col(key).alias("ref"))
    return {"n": frame.height, "rows": named.to_dicts()}


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    unique = frame.unique(["kind", "source", "ref"], keep="first", maintain_order=True)
    return unique.head(SHOWN).select("kind", "source", "ref").to_dicts()


def _of(facts: Facts) -> dict[str, Any]:
    """The snapshots that the rows were read from."""
    return {"snapshots": dict(facts.snapshots)}
