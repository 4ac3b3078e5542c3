"""Templates of messages: those that ship, and a home's own in their place. Pure but for reading.

A template of a home that is broken costs nobody a message: the facts go out as plain text, and the
fault is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.notify.escaping import ESCAPES, Raw
from alerts.notify.limits import LIMITS, SUBJECT, cut

LOCALES = ("en", "zh")
NAMES = ("subject", *LIMITS, "email.html")
"""Templates of one language."""
OWN_FOLDER = Path("templates") / "notify"
"""Folder of the home that holds its own: `templates/notify/zh/slack.j2`, say."""

_LONGEST = (2000, 800, 300, 120, 60)
"""Lengths that single facts are cut to, one after the other, until the whole fits."""
_MEMBERS = (20, 10, 5, 2, 0)


@dataclass(frozen=True)
class Library:
    """A home's own templates by `locale/name`, and what is wrong with them."""

    own: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A message in words; `fault` tells of a template that could not be used."""

    subject: str
    body: str
    html: str | None = None
    fault: str | None = None


def load_own(folder: Path) -> Library:
    """A home's own templates; a file that no message uses or that cannot be read is a fault."""
    own: dict[str, str] = {}
    faults: list[str] = []
    for path in sorted(folder.rglob("*.j2")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        locale, _, kind = name.partition("/")
        if locale not in LOCALES or kind not in NAMES:
            faults.append(
                f"{path}: no message uses this template; name it LOCALE/KIND.j2 with LOCALE en or "
                f"zh and KIND one of {', '.join(NAMES)}."
            )
            continue
        try:
            source = path.read_text(encoding="utf-8-sig")
            _environment(kind).parse(source)
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{path}: cannot be read ({error}); save it as UTF-8.")
            continue
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"{path}, line {line}" if line else str(path)
            faults.append(f"{where}: {error.message}; the shipped template is used meanwhile.")
            continue
        own[name] = source
    return Library(own, tuple(faults))


def render(library: Library, kind: str, locale: str, facts: Mapping[str, Any]) -> Rendered:
    """One message for a kind of channel, within what that product takes.

    Args:
        library: the home's own templates.
        kind: kind of the channel.
        locale: `en` or `zh`.
        facts: see `alerts.notify.facts`.
    """
    try:
        return _fitted(library, kind, locale, facts)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        own = ", ".join(name for name in library.own if name.startswith(f"{locale}/"))
        fault = f"{OWN_FOLDER}/{locale}: {error} (own templates: {own or 'none'})"
        subject, body = raw_facts(facts)
        escape = ESCAPES[kind]
        return Rendered(cut(subject, SUBJECT), cut(escape(body), LIMITS[kind]), None, fault)


def raw_facts(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body without any template: every fact on a line."""
    subject = f"{facts.get('severity_text', '')}: {facts.get('title', '')}"
    lines = [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for name, value in facts.items()
        if value not in ("", None, [], ()) and not isinstance(value, bool)
    ]
    return subject, "\n".join([subject, *lines])


def _fitted(library: Library, kind: str, locale: str, facts: Mapping[str, Any]) -> Rendered:
    """Rendered with ever shorter facts until it fits; link and number are never cut."""
    limit = LIMITS[kind]
    body = ""
    for longest, members in zip(_LONGEST, _MEMBERS, strict=True):
        shortened = _shortened(facts, longest, members)
        body = _filled(library, kind, locale, kind, shortened).strip() + "\n"
        if limit.fits(body):
            break
    else:
        tail = f"\n{facts['link']}\n{facts['short_id']}\n"
        head = cut(body, type(limit)(limit.most - limit.measure(tail), limit.measure))
        body = head + tail
    subject = " ".join(_filled(library, "subject", locale, "log", facts).split())
    html = None
    if kind == "email":
        html = _filled(library, "email.html", locale, "email.html", facts)
    return Rendered(cut(subject, SUBJECT), body, html)


def _filled(library: Library, name: str, locale: str, markup: str, facts: Mapping[str, Any]) -> str:
    own = library.own.get(f"{locale}/{name}")
    environment = _environment(markup)
    if own is not None:
        return environment.from_string(own).render(facts)
    return environment.get_template(f"{locale}/{name}").render(facts)


def _shortened(facts: Mapping[str, Any], longest: int, members: int) -> dict[str, Any]:
    made = {name: _short(value, longest) for name, value in facts.items()}
    given = facts.get("members", [])
    if len(given) > members:
        made["members"] = [_short(member, longest) for member in given[:members]]
        made["more"] = str(facts["more_of"]).replace(
            "{n}", str(facts["hidden"] + len(given) - members)
        )
    return made


def _short(value: Any, longest: int) -> Any:
    if isinstance(value, Raw) or not isinstance(value, str):
        return value
    return value if len(value) <= longest else f"{value[: longest - 1].rstrip()}…"


class _Shipped(BaseLoader):
    """Templates of this package."""

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - Jinja2's signature
        template: str,
    ) -> tuple[str, str | None, Any]:
        """Source of `locale/name`."""
        file = resources.files("alerts.notify").joinpath("templates", f"{template}.j2")
        if not file.is_file():
            raise TemplateNotFound(template)
        return file.read_text(encoding="utf-8"), None, lambda: True


@cache
def _environment(markup: str) -> Environment:
    escape = ESCAPES.get(markup, ESCAPES["log"])

    def finalize(value: Any) -> str:
        text = str(value)
        return text if isinstance(value, Raw) else escape(text)

    return ImmutableSandboxedEnvironment(
        loader=_Shipped(),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # `finalize` escapes for each product, HTML too
    )
