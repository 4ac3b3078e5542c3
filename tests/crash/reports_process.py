"""A process that plans, issues and hands over a report a week, until it is killed.

Every other report goes out without a feed, which comes a little later: so corrections are made too.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from tests.dashboard.reports import planned

PLAN = f"{planned.PLAN}    late_feed: {{policy: send_incomplete}}\n"


def main(url: str, folder: Path) -> None:
    own = planned.home(url, folder, PLAN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for week in range(max(0, len(own.slots()) - 1), 100_000):
        now = planned.NOW + timedelta(weeks=week)
        own.late = (planned.LATE,) if week % 2 else ()
        own.run(now)
        # The numbers change with every refresh: what is made anew would be another issue.
        own.late, own.contact_rate = (), own.contact_rate + 1
        own.run(now + timedelta(hours=1))
        sys.stdout.write(f"{week}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
