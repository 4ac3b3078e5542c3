"""What a report keeps of languages: who speaks them, and which statement texts are checked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from alerts import library
from alerts.crisis.people import speakers
from alerts.notify.config import Config
from alerts.statements.locales import LOCALES

PART = "languages"


def read(connection: Connection, config: Config) -> list[dict[str, Any]]:
    """By locale of statements: people who may proofread it, texts, texts that wait for a native.

    Returns:
        `locale`, `speakers`, `texts`, `waiting`, sorted by locale.
    """
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
