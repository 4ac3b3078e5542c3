"""What is said in a crisis: templates in many languages, checks, signatures, sending."""

from alerts.statements.acting import act, draft_by_hand
from alerts.statements.drafting import draft, order
from alerts.statements.machine import Action, Do, Refused, Status, Why
from alerts.statements.reading import StatementPage, exists, of_crisis, page

__all__ = [
    "Action",
    "Do",
    "Refused",
    "StatementPage",
    "Status",
    "Why",
    "act",
    "draft",
    "draft_by_hand",
    "exists",
    "of_crisis",
    "order",
    "page",
]
