"""What the Alerts screens are made of, as declarations: views and their names."""

from __future__ import annotations

from alerts.inbox import VIEWS, View
from dashboard.languages import _

FIRST_VIEW: View = "needs_me"


def view_names() -> dict[str, str]:
    """View to what readers call it, in the order of the control."""
    names = {
        "needs_me": _("Needs me"),
        "mine": _("Mine"),
        "acknowledged": _("Acknowledged"),
        "awaiting_verdict": _("Awaiting verdict"),
        "muted": _("Muted"),
        "closed": _("Closed"),
    }
    return {view: names[view] for view in VIEWS}
