"""What the sources themselves claim, kept beside our own numbers."""

from __future__ import annotations

from data_access.metrics.catalogue.kpi import Kpi

VENDOR = (
    Kpi(
        name="vendor_sla_met",
        title="SLA met, as the source says",
        short="Source's SLA",
        unit="share",
        better="up",
        numerator="cases_created.vendor_met",
        denominator="cases_created.vendor_n",
        interval="wilson",
        target=None,
        anchor="case created",
        doc="Share of cases whose own system calls its SLA met. Their definition, not ours: shown "
        "to compare and to check an import.",
        formula="cases flagged as met / cases with a flag",
        exclusions="Spam, merged and deleted cases; cases whose source gives no flag.",
        maturity="As final as the source's flag.",
        reference="The source's own verdict; Wilson (1927)",
    ),
)
