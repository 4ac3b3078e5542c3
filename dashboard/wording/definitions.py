"""What the catalogue declares about a KPI, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.languages import _
from data_access.metrics import CATALOGUE


@dataclass(frozen=True)
class Definition:
    """Texts of one KPI."""

    formula: str
    anchor: str
    exclusions: str
    maturity: str
    interval: str
    reference: str


def definition(kpi: str) -> Definition:
    """The declaration of a KPI for a reader."""
    declared = CATALOGUE[kpi]
    return Definition(
        formula=_(declared.formula),
        anchor=_(declared.anchor),
        exclusions=_(declared.exclusions),
        maturity=_(declared.maturity),
        interval=interval_name(declared.interval),
        reference=_(declared.reference),
    )


def interval_name(method: str) -> str:
    """How the 95 % interval of a number is made."""
    names = {
        "none": _("None: this is a count or an amount, not an estimate."),
        "wilson": _("95%, Wilson's score interval for shares."),
        "byar": _("95%, Byar's approximation to the exact Poisson interval."),
        "nps": _("95%, normal, with variance p + d − (p − d)²."),
        "mean": _("95%, normal, for a mean; rows count as independent."),
        "order_statistics": _("95%, by the binomial ranks around the quantile."),
        "greenwood": _("95%, from the band of the Kaplan–Meier curve (Greenwood, log-log)."),
    }
    return names.get(method, method)
