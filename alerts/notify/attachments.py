"""Files that go with a message: named in its payload, read from the home when it is sent.

`payload["attachments"]` is a list of `{"name", "type", "path", "sha256", "size"}`; the path is
relative to the home. A file that is gone or was changed is left out and said so: its reader still
gets the text and the link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alerts.notify.channels.base import Attachment
from alerts.notify.escaping import html_text
from alerts.notify.words import phrase


def read(
    home: Path | None, declared: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files as they are on the disk, and the names of those that cannot be sent."""
    found, gone = [], []
    for one in declared:
        content = _content(home, str(one["path"]), str(one["sha256"]))
        if content is None:
            gone.append(str(one["name"]))
        else:
            found.append(Attachment(str(one["name"]), str(one["type"]), content))
    return tuple(found), tuple(gone)


def without(
    locale: str, names: Sequence[str], body: str, html: str | None
) -> tuple[str, str | None]:
    """Text and HTML that say which files are missing."""
    if not names:
        return body, html
    told = phrase(locale, "attachment_gone", names=", ".join(names))
    if html is not None:
        line = f"<p>{html_text(told)}</p>"
        at = html.rfind("</body>")
        html = f"{html}{line}" if at < 0 else f"{html[:at]}{line}{html[at:]}"
    return f"{body.rstrip()}\n\n{told}\n", html


def _content(home: Path | None, path: str, sha256: str) -> bytes | None:
    if home is None:
        return None
    place = (home / path).resolve()
    if not place.is_relative_to(home.resolve()):
        return None
    try:
        content = place.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None
