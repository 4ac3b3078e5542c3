"""What the warnings are worth and what they cost: precision, recall, delay, noise."""

from alerts.quality.known import Declared, declare, known_incidents, withdraw
from alerts.quality.report import BUDGET, FEWEST, QualityReport, report

__all__ = [
    "BUDGET",
    "FEWEST",
    "Declared",
    "QualityReport",
    "declare",
    "known_incidents",
    "report",
    "withdraw",
]
