"""How grave what a KPI shows is: what leads a page, and what is told first. Pure."""

from __future__ import annotations

from dashboard.reports.signals import Judged

MET = 0.5
"""An exception weighs half while the target is met all the same."""

GOOD = 0.1
"""Good news comes after bad news, however big."""

STRONGEST = 4.0
"""Beyond this a signal is not any graver."""


def severity(judged: Judged) -> float:
    """0 without signals; from about 1 on it is worth a headline.

    The strength of the strongest signal, which is 1 at the limit and 2 twice as far from the
    usual; halved while the target is met, a tenth of it if it is good news; a little more for the
    worst week of the year.
    """
    strongest = judged.strongest
    if strongest is None:
        return 0.0
    found = min(strongest.strength, STRONGEST)
    if judged.standing == "met":
        found *= MET
    if judged.has("worst_of_year"):
        found *= 1.25
    return found if strongest.verdict == "bad" else found * GOOD
