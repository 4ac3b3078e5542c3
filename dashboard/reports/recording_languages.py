"""What a report keeps of languages: who speaks them, and which statement texts are checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from alerts import library
from alerts.crisis.people import speakers
from alerts.notify.config import Config
from alerts.statements.locales import LOCALES
from dashboard.reports.periods import Period

PART = "languages"


def gather(
    engine: Engine,
    config: Config,
    period: Period,  # noqa: ARG001 - every part is asked alike
    zone: str,  # noqa: ARG001
    cut: datetime,  # noqa: ARG001
) -> list[dict[str, Any]]:
    """By locale of statements: people who may proofread it, texts, texts that wait for a native.

    As it is when the report is made: neither people nor documents are kept by instant.

    Returns:
        `locale`, `speakers`, `texts`, `waiting`, sorted by locale.
    """
    with engine.connect() as connection:
        known = library.snapshot(connection)
    held = [known.get("statement", name) for name in known.names("statement")]
    templates = [one for one in held if one is not None]
    found = []
    for locale in sorted(LOCALES):
        texts = [one.locales[locale] for one in templates if locale in one.locales]
        waiting = sum(text.status == "needs_native_review" for text in texts)
        spoken = len(speakers(config, locale))
        row = {"locale": locale, "speakers": spoken, "texts": len(texts), "waiting": waiting}
        found.append(row)
    return found
