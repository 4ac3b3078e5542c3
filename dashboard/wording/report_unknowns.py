"""What is not known yet, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.languages import _, ngettext
from dashboard.reports.values import KpiName, Number
from dashboard.wording.report_kpis import Raw, Sentence, Shown, kpis_of, whole
from data_access.metrics import CATALOGUE


def _reviews(shown: Shown, _raw: Raw) -> str:
    return _(
        "Reviews of this period’s orders: {seen} of about {expected} are in so far. Half come "
        "within {median} days of the order, nine in ten within {most}.",
        **shown,
    )


def _returns(shown: Shown, _raw: Raw) -> str:
    return _(
        "Returns of this period’s orders: {seen} of about {expected} are requested so far. Half "
        "are requested within {median} days of the order, nine in ten within {most}.",
        **shown,
    )


def _rule(raw: Raw) -> str:
    """When the rows of a KPI count, as the catalogue says."""
    kpi = raw["kpi"]
    return _(CATALOGUE[kpi.name].maturity) if isinstance(kpi, KpiName) else ""


def _young(shown: Shown, raw: Raw) -> str:
    share = raw["share"]
    if isinstance(share, Number) and not share.value:
        text = _("{kpi}: nothing can be judged yet. {rule}")
    else:
        text = _("{kpi}: only {share} can be judged so far. {rule}")
    return text.format(kpi=shown["kpi"], share=shown["share"], rule=_rule(raw))


def _following(shown: Shown, raw: Raw) -> str:
    return _("{kpi} is not final. {rule}", kpi=shown["kpi"], rule=_rule(raw))


def _small(_shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Fewer than {least} rows, too few to judge: {kpis}.",
        "Fewer than {least} rows each, too few to judge: {kpis}.",
        whole(raw, "count"),
        least=whole(raw, "least"),
        kpis=kpis_of(raw),
    )


def _tainted(shown: Shown, _raw: Raw) -> str:
    return _("{kpi}: {tainted} of the {n} rows behind it have data problems.", **shown)


SENTENCES: Mapping[str, Sentence] = {
    "unknown_reviews": _reviews,
    "unknown_returns": _returns,
    "unknown_young": _young,
    "unknown_following": _following,
    "unknown_unfinished": lambda shown, _raw: _(
        "{kpi}: the period was not over when this was made.", kpi=shown["kpi"]
    ),
    "unknown_never": lambda _shown, raw: _(
        "Not recorded here, so not counted: {kpis}.", kpis=kpis_of(raw)
    ),
    "unknown_gap": lambda _shown, raw: _("No rows in this period: {kpis}.", kpis=kpis_of(raw)),
    "unknown_small": _small,
    "unknown_tainted": _tainted,
    "unknown_week_53": lambda _shown, _raw: _(
        "The year before had no week 53: there is no prior year to compare with."
    ),
    "unknown_no_year": lambda _shown, _raw: _(
        "There are no data from the year before, so nothing is compared with it."
    ),
    "unknown_no_prior": lambda _shown, raw: _(
        "Not comparable with the year before: {kpis}.", kpis=kpis_of(raw)
    ),
    "nothing_known": lambda _shown, _raw: _(
        "Nothing is recorded for this period, so nothing is known about it."
    ),
    "all_known": lambda _shown, _raw: _("Every figure on this page is final."),
}
