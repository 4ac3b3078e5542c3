"""Clocks inside cases: how fast customers are answered, how fast cases are solved."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

_DEADLINES = "A case counts once its deadline has passed, answered or not; younger ones wait."
_TURNS = "A turn counts once its deadline has passed, answered or not; younger ones wait."
_ESCALATIONS = "An escalation counts once its deadline has passed, solved or not."
_GONE = "Spam, merged and deleted cases."
_NOT_JUDGED = (
    "Spam, merged and deleted cases. Cases without a single event or message: nobody can tell. "
    "Clocks withdrawn before their deadline. Clocks that stand still until something happens have "
    "no deadline yet."
)
_POLICY = "unless a service policy says otherwise"
_VERDICT = (
    "Deadline-passed cohort, recomputed from events in the business hours of the case; "
    "Wilson (1927)"
)
_VERDICT_ALWAYS = "Deadline-passed cohort, recomputed from events, all hours count; Wilson (1927)"

CLOCKS = (
    Kpi(
        name="first_response_within_target",
        title="First response within target",
        short="First response",
        unit="share",
        better="up",
        numerator="cases_created.fr_met",
        denominator="cases_created.fr_due",
        interval="wilson",
        target=0.9,
        anchor="case created",
        doc="Share of cases in which a person answered the customer's first message publicly "
        f"within the target: 4 h, level 3 2 h, {_POLICY}.",
        formula="answered in time / cases whose first-response deadline has passed",
        exclusions=_NOT_JUDGED + " Replies by bots do not count as an answer; a case that we began "
        "counts from the customer's first message; one solved without a reply before the deadline "
        "is withdrawn.",
        maturity=_DEADLINES,
        reference=_VERDICT,
        tainted="cases_created.fr_tainted",
        waiting="cases_created.fr_waiting",
    ),
    Kpi(
        name="resolution_within_target",
        title="Resolution within target",
        short="Resolution",
        unit="share",
        better="up",
        numerator="cases_created.res_met",
        denominator="cases_created.res_due",
        interval="wilson",
        target=0.8,
        anchor="case created",
        doc=f"Share of cases first solved within 48 h, {_POLICY}.",
        formula="first solved in time / cases whose resolution deadline has passed",
        exclusions=_NOT_JUDGED,
        maturity=_DEADLINES,
        reference=_VERDICT,
        tainted="cases_created.res_tainted",
        waiting="cases_created.res_waiting",
    ),
    Kpi(
        name="next_response_within_target",
        title="Next response within target",
        short="Next response",
        unit="share",
        better="up",
        numerator="clocks_started.next_response_met",
        denominator="clocks_started.next_response_due",
        interval="wilson",
        target=0.9,
        anchor="customer wrote again",
        doc="Share of later customer turns (from the oldest unanswered message) that a person "
        f"answered publicly within 24 h, {_POLICY}. A case may have several.",
        formula="turns answered in time / turns whose deadline has passed",
        exclusions=_NOT_JUDGED
        + " A turn that ended because the case was solved before its deadline is withdrawn.",
        maturity=_TURNS,
        reference=_VERDICT,
        tainted="clocks_started.next_response_tainted",
    ),
    Kpi(
        name="vip_live_within_target",
        title="VIP answered live within target",
        short="VIP live",
        unit="share",
        better="up",
        numerator="clocks_started.vip_response_met",
        denominator="clocks_started.vip_response_due",
        interval="wilson",
        target=0.9,
        anchor="customer wrote",
        doc="Share of turns of platinum, diamond and black customers on chat or phone that a "
        f"person answered within 15 s, {_POLICY}. The tier is that at the moment of the message.",
        formula="turns answered in time / turns whose deadline has passed",
        exclusions=_NOT_JUDGED,
        maturity=_TURNS,
        reference=_VERDICT,
        tainted="clocks_started.vip_response_tainted",
    ),
    Kpi(
        name="marketplace_within_2h",
        title="Marketplace answered within 2 h",
        short="Marketplace 2 h",
        unit="share",
        better="up",
        numerator="clocks_started.marketplace_response_met",
        denominator="clocks_started.marketplace_response_due",
        interval="wilson",
        target=0.9,
        anchor="customer wrote",
        doc="Share of customer turns on a marketplace that a person answered within our own 2 h, "
        f"{_POLICY}. Nights and weekends count.",
        formula="turns answered in time / turns whose deadline has passed",
        exclusions=_NOT_JUDGED + " Turns marked as needing no reply.",
        maturity=_TURNS,
        reference=_VERDICT_ALWAYS,
        tainted="clocks_started.marketplace_response_tainted",
    ),
    Kpi(
        name="marketplace_within_24h",
        title="Marketplace answered within 24 h",
        short="Marketplace 24 h",
        unit="share",
        better="up",
        numerator="clocks_started.marketplace_platform_met",
        denominator="clocks_started.marketplace_platform_due",
        interval="wilson",
        target=0.95,
        anchor="customer wrote",
        doc=f"The same turns against the platform's 24 h, {_POLICY}. Nights and weekends count; "
        "solving the case is no answer to the platform.",
        formula="turns answered in time / turns whose deadline has passed",
        exclusions=_NOT_JUDGED + " Turns marked as needing no reply.",
        maturity=_TURNS,
        reference=_VERDICT_ALWAYS,
        tainted="clocks_started.marketplace_platform_tainted",
    ),
    Kpi(
        name="solution_within_target",
        title="Escalations with a solution in time",
        short="Escalations",
        unit="share",
        better="up",
        numerator="clocks_started.solution_met",
        denominator="clocks_started.solution_due",
        interval="wilson",
        target=0.9,
        anchor="case escalated",
        doc="Share of escalations for which a solution was proposed (or the case solved) within "
        f"48 h, {_POLICY}.",
        formula="solutions in time / escalations whose deadline has passed",
        exclusions=_NOT_JUDGED,
        maturity=_ESCALATIONS,
        reference=_VERDICT,
        tainted="clocks_started.solution_tainted",
    ),
    Kpi(
        name="paused_while_waiting",
        title="Paused while the customer waited",
        short="Paused waiting",
        unit="share",
        better="down",
        numerator="cases_created.paused",
        denominator="cases_created.judged",
        interval="wilson",
        target=None,
        anchor="case created",
        doc="Share of cases whose clock was paused at some moment although a message of the "
        "customer was waiting for an answer. A pause then hides time that the customer felt.",
        formula="cases paused while a customer message waited / cases with a target",
        exclusions=f"{_GONE} Cases without a single event or message.",
        maturity="Final once cases are solved; younger ones may still be paused.",
        reference="Pause audit: pauses are legitimate only while we wait for the customer; "
        "Wilson (1927)",
        tainted="cases_created.judged_tainted",
    ),
)
