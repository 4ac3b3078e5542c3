"""What is said in a crisis: templates in many languages, checks, signatures, sending."""

from alerts.statements.machine import Action, Do, Refused, Status, Why

__all__ = ["Action", "Do", "Refused", "Status", "Why"]
