"""How long customers wait, those who wait still included."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi, Unit

_WATCHED = (
    "Spam, merged and deleted cases. Cases without a single event or message: nobody can tell. "
    "Cases that we began count from the customer's first message. A wait that ended otherwise "
    "(solved without a reply, merged, no reply needed) is watched until then."
)
_OPEN = (
    "Waits that go on count with the time they have taken so far, so young periods are not "
    "flattered. A percentile that lies beyond what was watched has no value yet."
)
_METHOD = (
    "Kaplan & Meier (1958) over log-buckets of 2 %, read between their edges; interval by "
    "inverting the log-log band of Greenwood's variance (Brookmeyer & Crowley 1982)"
)


def _percentile(cohort: str, kind: str, title: str, what: str, unit: Unit, q: float) -> Kpi:
    median = q == 0.5
    rank = "half" if median else "nine in ten"
    return Kpi(
        name=f"{kind}_p{q * 100:g}",
        title=f"{title}, median" if median else f"{title}, 90th percentile",
        short=f"{title} P{q * 100:g}",
        unit=unit,
        better="down",
        numerator=f"{cohort}.ended",
        denominator=None,
        interval="greenwood",
        target=None,
        anchor="case created",
        doc=f"{unit.capitalize()} after which {rank} of the customers have {what}, by the clock "
        "on the wall: nights and weekends count. Cases that wait still are included.",
        formula=f"time at which the survival curve of the wait falls to {1 - q:.0%}",
        exclusions=_WATCHED,
        maturity=_OPEN,
        reference=_METHOD,
        tainted=f"{cohort}.tainted",
        quantile=q,
    )


_ANSWER = ("first_responses", "first_response", "First response time", "a person's first answer")
_SOLUTION = ("resolutions", "resolution", "Resolution time", "their case solved for the first time")

WAITING = (
    _percentile(*_ANSWER, "hours", 0.5),
    _percentile(*_ANSWER, "hours", 0.9),
    _percentile(*_SOLUTION, "hours", 0.5),
    _percentile(*_SOLUTION, "hours", 0.9),
)
