"""Who may be named as acting, assigned or on call: the people that `alerting.yaml` lists."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "alerting.yaml"


def people(home: Path) -> list[str]:
    """Names in the order of the file; none without a file, or with one that cannot be read.

    A file that is wrong is told by the worker and the command that checks it; here it must not
    keep anybody from acting.
    """
    path = home / FILE
    if not path.exists():
        return []
    try:
        from alerts.notify.config import load  # noqa: PLC0415 - only where there is a file
    except ImportError:
        return []
    try:
        return [str(name) for name in load(path).people]
    except Exception:
        log.warning("%s names no people: it cannot be read", path, exc_info=True)
        return []
