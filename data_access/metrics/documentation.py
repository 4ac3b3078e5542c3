"""`docs/metrics.md`, written from the catalogue.

`python -m data_access.metrics.documentation --write` rewrites the page, `--check` fails on drift.
"""

from __future__ import annotations

import sys
from pathlib import Path

from data_access.metrics.catalogue import CATALOGUE, Kpi
from data_access.metrics.plan import dimensions, source_of, splits

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"

_INTRODUCTION = """# Metrics

<!-- Written by `python -m data_access.metrics.documentation --write`; do not edit. -->

Every number of Afterwatch, as it is declared in `data_access/metrics/catalogue/`. Screens, alerts
and `afterwatch kpi` read the same declarations.

- **As of.** Only what was known at that instant counts: rows whose anchor lies later do not exist,
  an answer after it is no answer yet, a deadline after it has not passed.
- **Days** are cut in the reporting zone; weeks are ISO weeks, named by their Monday. A promised
  *date* is a calendar date at the destination and is never shifted. It has passed when the
  reporting zone has reached the next day.
- **n** is what a ratio divides by. With n = 0 there is no value, never 0 %.
- **Intervals** are 95 %: Wilson for shares, Byar's approximation to the exact Poisson interval for
  rates per 1,000, the normal interval with variance p + d − (p − d)² for NPS and that of a mean for
  anger, binomial order statistics for quantiles. Counts and amounts of money have none.
- **Money** is in units of the currency asked for (3.12 is € 3.12), each day at that day's rate.
- **Unknown** dimension values are a group of their own (null); `--where market=` selects it.

| KPI | unit | better | target | formula |
|---|---|---|---|---|
"""


def metrics_page() -> str:
    """The page as Markdown."""
    rows = [
        f"| [`{kpi.name}`](#{kpi.name}) | {kpi.unit} | {kpi.better} | {_target(kpi)} "
        f"| {kpi.formula} |"
        for kpi in CATALOGUE.values()
    ]
    return _INTRODUCTION + "\n".join(rows) + "\n\n" + "\n".join(map(_section, CATALOGUE.values()))


def _section(kpi: Kpi) -> str:
    facts = {
        "Formula": kpi.formula,
        "Unit": f"{kpi.unit}; better: {kpi.better}; target: {_target(kpi) or 'none'}",
        "Day": kpi.anchor,
        "Measures": " / ".join(f"`{part}`" for part in (kpi.numerator, kpi.denominator) if part),
        "Excluded": kpi.exclusions,
        "Maturity": kpi.maturity,
        "Interval": kpi.interval.replace("_", " "),
        "Dimensions": ", ".join(splits(kpi.name)),
        "Unsplit denominator": _unsplit(kpi),
        "Source": kpi.reference,
    }
    lines = [f"- {name}: {text}" for name, text in facts.items() if text]
    return f"## {kpi.name}\n\n**{kpi.title}.** {kpi.doc}\n\n" + "\n".join(lines) + "\n"


def _target(kpi: Kpi) -> str:
    if kpi.target is None:
        return ""
    return f"{kpi.target:.0%}" if kpi.unit == "share" else f"{kpi.target:g}"


def _unsplit(kpi: Kpi) -> str:
    """Dimensions that the numerator has and the denominator has not."""
    if kpi.denominator is None:
        return ""
    held = source_of(kpi.denominator)[0].dims
    missing = [name for name in dimensions(kpi.name) if name not in held]
    return f"by {', '.join(missing)}, every row is divided by all of them" if missing else ""


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(metrics_page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != metrics_page():
        sys.exit(
            "docs/metrics.md is out of date: python -m data_access.metrics.documentation --write"
        )
