"""Reports that people ask for on the screen, made or built again by the worker."""

from __future__ import annotations

from dashboard.reports import issuing, requests
from dashboard.reports.periods import parse
from dashboard.reports.rebuild import rebuild
from dashboard.reports.template import template
from dashboard.services import Services


def by_hand(services: Services) -> int:
    """Make what people asked for on the screen; how many were settled."""

    def make(name: str, period: str, by: str) -> requests.Made:
        kind = template(services.settings.home, name)
        made = issuing.issue(
            services, kind, parse(period, kind.body.period), by=by, now=services.clock()
        )
        facts = {"n": made.n, "new": made.new, "differences": len(made.differences)}
        return requests.Made(made.report_id, facts)

    def again(report_id: int) -> requests.Made:
        found = rebuild(services, report_id)
        facts = {
            "same": found.same,
            "document_same": found.document_same,
            "files": len(found.files),
            "files_same": sum(one.same and one.disk == "same" for one in found.files),
            "differences": len(found.differences),
            "why": [
                {
                    "kind": one.kind,
                    "about": one.about,
                    "detail": one.detail,
                    "before": one.before,
                    "after": one.after,
                }
                for one in found.why
            ],
        }
        return requests.Made(report_id, facts)

    return requests.run_due(services.engine, make, again, services.clock)
