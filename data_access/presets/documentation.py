"""`docs/presets.md`, written from `PRESETS`.

`python -m data_access.presets.documentation --write` rewrites the page; without it drift fails.
"""

from __future__ import annotations

import sys
from pathlib import Path

from data_access.presets.catalogue import PRESETS
from data_access.presets.definition import (
    METRICS,
    RESOLUTIONS,
    RESPONSES,
    STATUS_TIMES,
    Definition,
    Preset,
)
from data_access.presets.reconciling import CAUSES

PAGE = Path(__file__).parents[2] / "docs" / "presets.md"

_INTRODUCTION = """# Presets: the same times as other products define them

<!-- Written by `python -m data_access.presets.documentation --write`; do not edit. -->

`afterwatch kpi first_response --preset zendesk` measures a time by Zendesk's definition,
`afterwatch reconcile first_response --left zendesk --right gorgias` and the Reconcile screen take
the gap between two definitions apart, by cause. Nothing of it is read from what a product shows:
every time is counted anew from events and messages.

- A definition is a handful of **choices**, below one row each. What a product does not write
  down is *assumed* and marked so; correct it in `data_access/presets/products/`.
- A preset counts in the hours that its product shows by default. `zendesk:calendar`,
  `intercom:business` and so on choose the other ones, where the product has them.
- Both sides measure the **same cases**: those created in the period. Products that put a case
  into the period of its reply or its solve show other cases under the same month.
- An **agent-started** case was created by an agent, or our side wrote within a minute of creation
  and before the customer. A public opening message is never the reply to itself, except where a
  product counts it so.
- **Clocks that still run** are left out by the products, which flatters young periods. Ours count
  as running (Kaplan–Meier); a mean then reaches to the longest time seen.
- A business **calendar that is not known** leaves the case out by name (`calendar_missing`); a
  case that names none is counted round the clock.

## How a gap is taken apart

The definitions are turned into each other choice by choice. What a choice changes depends on
those made before, so its effect is averaged over all orders (Shapley 1953); with more than six
choices over the order of the table below and its reverse. The effects add up to the gap exactly,
and asked the other way round every sign turns. Orders that pass a state in which no case is left
are skipped.

| cause | choice |
|---|---|
"""

_RECORDED = """
Beside these a comparison with the **source's own figure** (`recorded`: the `vendor_*_min` columns
of `cases`) knows *not_reproduced* (the recorded minutes differ by more than a minute from the
product's own definition) and *other_cases* (only one side has a figure). `afterwatch reconcile
METRIC --vendor` counts how many agree and lists the others.

## The source's SLA flag

`afterwatch reconcile first_resolution --flag` sets `vendor_sla_met` beside our resolution clock
in a 2 × 2 table. Neither the target nor the clock behind such a flag is in the data, so the
disagreements are taken away one after the other, in this order: the target of each priority
(looked for: the value under which flag and clock agree most often), closing instead of solving as
the end, weekends that do not count, the last ending instead of the first. What remains is
*unexplained* and listed.

On the public ServiceNow log (24,918 incidents) flag and clock (solved within 48 h) disagree on
3,647. Targets take away 1,320, closing 1,855, weekends 312, the last ending −4; 164 (0.7 %)
remain. The flag there falls when an incident is closed, mostly five days after it was solved: 671
of the 678 incidents of priorities 1 and 2 are flagged as missed, however fast they were solved.
"""

_CHOICES = {
    "start": (*RESPONSES, *RESOLUTIONS),
    "replies": RESPONSES,
    "agent_started": METRICS,
    "hours": METRICS,
    "schedule": METRICS,
    "after_solve": RESPONSES,
    "turns": ("next_response",),
    "stop": RESOLUTIONS,
    "solved_time": ("full_resolution",),
    "closed_counts": RESOLUTIONS,
    "statuses": ("full_resolution", *STATUS_TIMES),
    "merged": METRICS,
    "spam": METRICS,
    "deleted": METRICS,
    "open_cases": METRICS,
    "statistic": METRICS,
}
"""Choice to the metrics it says something about."""


def presets_page() -> str:
    """The page as Markdown."""
    causes = "\n".join(f"| `{cause}` | {name} |" for cause, name in CAUSES.items())
    return (
        _INTRODUCTION
        + causes
        + "\n"
        + _RECORDED
        + "\n"
        + "\n".join(map(_section, PRESETS.values()))
    )


def _section(preset: Preset) -> str:
    parts = [f"## {preset.title}", preset.note]
    parts += [_metric(name, preset.metrics[name]) for name in METRICS if name in preset.metrics]
    if preset.missing:
        missing = "\n".join(f"- `{metric}`: {why}" for metric, why in preset.missing.items())
        parts.append(f"**{preset.title} has no such metric:**\n\n{missing}")
    return "\n\n".join(parts) + "\n"


def _metric(metric: str, made: Definition) -> str:
    chosen = [name for name, metrics in _CHOICES.items() if metric in metrics]
    if made.hours == "calendar":
        chosen.remove("schedule")
    rows = "\n".join(f"| {name} | {_choice(made, name)} |" for name in chosen)
    sources = "; ".join(f"[{source.title}]({source.url})" for source in made.sources)
    return f"### {metric}\n\n{made.text}\n\n| choice | |\n|---|---|\n{rows}\n\nSource: {sources}."


def _choice(made: Definition, name: str) -> str:
    value = getattr(made, name)
    match value:
        case bool():
            text = "counted" if value else "left out"
        case tuple():
            text = ", ".join(value) or "all"
        case _:
            text = str(value).replace("_", " ")
    return f"{text} *(assumed)*" if name in made.assumed else text


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(presets_page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != presets_page():
        sys.exit(
            "docs/presets.md is out of date: python -m data_access.presets.documentation --write"
        )
