"""The summary for everybody: proposed from the review, redacted, hashed, put into a file. Pure."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.reviews.redaction import Redacted, redact
from alerts.reviews.review_machine import LANGUAGES

TITLES = {"en": "What happened and what we do about it", "zh": "事件经过与改进措施"}
_HEADS = {
    "en": {"happened": "What happened", "causes": "Why", "actions": "What we do about it"},
    "zh": {"happened": "事件经过", "causes": "原因", "actions": "改进措施"},
}


@dataclass(frozen=True)
class Known:
    """What redaction knows beyond the form of things.

    Attributes:
        names: people.
        keys: references that identify customers.
        keep: what may stay, such as the lot that is recalled.
    """

    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


def proposed(language: str, happened: str, causes: Sequence[str], actions: Sequence[str]) -> str:
    """A first text from what the review says; people write it anew in their words."""
    heads = _HEADS[language]
    parts = [f"{heads['happened']}\n{happened.strip()}"]
    for name, lines in (("causes", causes), ("actions", actions)):
        if lines:
            parts.append(heads[name] + "\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts)


def redacted(texts: Mapping[str, str], known: Known) -> dict[str, Redacted]:
    """The texts with persons and numbers taken out, by language."""
    return {
        language: redact(
            texts.get(language, ""), language, names=known.names, keys=known.keys, keep=known.keep
        )
        for language in LANGUAGES
    }


def sha256_of(texts: Mapping[str, str]) -> str:
    """Identity of the texts as published, in both languages."""
    body = json.dumps(
        {language: texts.get(language, "") for language in LANGUAGES},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(body.encode()).hexdigest()


def as_text(language: str, text: str, *, published: str, sha256: str) -> str:
    """A file of plain text."""
    return f"{TITLES[language]}\n{published}\n\n{text}\n\nSHA-256 {sha256}\n"


def as_html(language: str, text: str, *, published: str, sha256: str) -> str:
    """One page that needs nothing from elsewhere."""
    lang = "zh-Hans" if language == "zh" else "en"
    title = html.escape(TITLES[language])
    blocks = "\n".join(_block(block) for block in text.split("\n\n") if block.strip())
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n"
        "<style>body{font-family:sans-serif;line-height:1.5;max-width:42em;margin:2em auto;"
        "padding:0 1em;color:#1a1a1a;background:#fff}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<p>{html.escape(published)}</p>\n{blocks}\n"
        f"<p><small>SHA-256 {sha256}</small></p>\n</body>\n</html>\n"
    )


def _block(block: str) -> str:
    lines = [html.escape(line) for line in block.splitlines()]
    return "<p>" + "<br>\n".join(lines) + "</p>"
