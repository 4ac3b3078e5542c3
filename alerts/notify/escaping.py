"""Values of data inside a product's markup: they show as they are and command nothing. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])")
_LINE_START = re.compile(r"(?m)^(\s*)([#+>-]|\d+\.)(?=\s)")


def plain(text: str) -> str:
    """As it is; control characters become spaces."""
    return "".join(sign if sign >= " " or sign in "\n\t" else " " for sign in text)


def slack(text: str) -> str:
    """Slack reads `<!channel>`, mentions and links between angle brackets."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def markdown(text: str) -> str:
    """Markdown of Teams and DingTalk."""
    return _LINE_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", plain(text)))


class Raw(str):
    """Text that is not escaped: a link we made ourselves."""

    __slots__ = ()


def html_text(text: str) -> str:
    """Text inside HTML."""
    return html.escape(plain(text))


ESCAPES: Mapping[str, Callable[[str], str]] = {
    "email": plain,
    "email.html": html_text,
    "log": plain,
    "webhook": plain,
    "slack": slack,
    "teams": markdown,
    "dingtalk": markdown,
    "wecom": plain,
    "feishu": plain,
}
