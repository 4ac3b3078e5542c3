"""Who may be named as acting, assigned or on call: the people that `alerting.yaml` lists."""

from __future__ import annotations

import logging
from pathlib import Path

from alerts.notify.config import FILE_NAME, ConfigError, load

log = logging.getLogger(__name__)


def people(home: Path) -> list[str]:
    """Names in the order of the file; none without a file, or with one that cannot be read.

    A file that is wrong is told by the worker and by the command that checks it; here it must not
    keep anybody from acting.
    """
    path = home / FILE_NAME
    if not path.exists():
        return []
    try:
        return list(load(path).body.people)
    except ConfigError as error:
        log.warning("%s names no people: %s", path, error)
        return []
