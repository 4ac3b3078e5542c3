"""What customers say: surveys and reviews."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

VOICE = (
    Kpi(
        name="csat",
        title="Satisfied customers",
        short="CSAT",
        unit="share",
        better="up",
        numerator="surveys_csat.top",
        denominator="surveys_csat.n",
        interval="wilson",
        target=0.8,
        anchor="survey answered",
        doc="Share of answers that are 4 or 5 of 5.",
        formula="answers 4 or 5 / answers",
        exclusions="Surveys without an answer.",
        maturity="Final at once; silent customers are not in it.",
        reference="Top-two-box share; Wilson (1927)",
    ),
    Kpi(
        name="nps",
        title="Net promoter score",
        short="NPS",
        unit="score",
        better="up",
        numerator="surveys_nps.net",
        denominator="surveys_nps.n",
        interval="nps",
        target=None,
        anchor="survey answered",
        doc="Promoters (9, 10) minus detractors (0 to 6), in points from −100 to 100.",
        formula="100 × (promoters − detractors) / answers",
        exclusions="Surveys without an answer.",
        maturity="Final at once; silent customers are not in it.",
        reference="Normal interval with variance p + d − (p − d)²",
    ),
    Kpi(
        name="low_review_share",
        title="Low reviews",
        short="Low reviews",
        unit="share",
        better="down",
        numerator="reviews_written.low",
        denominator="reviews_written.n",
        interval="wilson",
        target=None,
        anchor="review written",
        doc="Share of reviews with one or two stars.",
        formula="reviews of 1 or 2 stars / reviews with stars",
        exclusions="Reviews without a rating.",
        maturity="Final at once; reviews follow deliveries by weeks.",
        reference="Wilson (1927)",
    ),
)
