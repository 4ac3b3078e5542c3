"""A kind of report as a file: what it is called, what period it covers, which sections it has.

Files ship in `templates/`; one of the same name in `HOME/reports/templates/` replaces it, one of a
new name adds a report. Options of a section are checked by the section.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from alerts import strict_yaml
from alerts.library.reading import Strict, read
from dashboard.reports.periods import Grain
from dashboard.reports.sections import SECTIONS, options_of

_SHIPPED = files("dashboard.reports") / "templates"
_OWN = Path("reports") / "templates"


class TemplateError(Exception):
    """A template cannot be used; the message names file, line, field and what to do."""


class Title(Strict):
    """A title in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class SectionSpec(Strict):
    """One section: which builder, and what it is told."""

    section: str
    title: Title | None = None
    options: Mapping[str, Any] = Field(default_factory=dict)


class Body(Strict):
    """What a template file says."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    title: Title
    period: Grain
    lead: str | None = None
    """The section whose first sentence is the headline; None: the rules choose among all."""
    sections: tuple[SectionSpec, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Template:
    """A template and the text it was read from, which every report keeps."""

    body: Body
    text: str
    origin: str
    """`shipped`, or the path of the file."""

    @property
    def id(self) -> str:
        """Its name."""
        return self.body.id

    @property
    def sha256(self) -> str:
        """Of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shown_kpis(template: Template) -> tuple[str, ...]:
    """The KPIs that a report shows weeks and months of, in their order."""
    told = [spec.options for spec in template.body.sections if spec.section == "kpis"]
    return tuple(dict.fromkeys(name for options in told for name in options.get("kpis", ())))


def parse(text: str, origin: str) -> Template:
    """Read a template.

    Raises:
        TemplateError: one line per fault.
    """
    try:
        body = read(Body, "report template", _faults, text, origin)
    except Exception as error:
        raise TemplateError(str(error)) from error
    return Template(body, text, origin)


def _faults(body: Body) -> list[tuple[strict_yaml.Place, str]]:
    found: list[tuple[strict_yaml.Place, str]] = []
    named = [spec.section for spec in body.sections]
    if body.lead is not None and body.lead not in named:
        listed = ", ".join(named)
        found.append((("lead",), f"{body.lead!r} is none of its sections; use one of: {listed}."))
    for index, spec in enumerate(body.sections):
        place: strict_yaml.Place = ("sections", index)
        if spec.section not in SECTIONS:
            known = ", ".join(sorted(SECTIONS))
            found.append(
                ((*place, "section"), f"there is no section {spec.section!r}; known: {known}.")
            )
            continue
        try:
            options_of(spec.section).model_validate(spec.options)
        except ValidationError as error:
            found.extend(
                ((*place, "options", *one["loc"]), f"{one['msg']} (given: {one['input']!r}).")
                for one in error.errors()
            )
    return found


def shipped() -> dict[str, Template]:
    """The templates that ship, by name."""
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in _SHIPPED.iterdir()
        if path.name.endswith(".yaml")
    }
    found = [parse(texts[name], "shipped") for name in sorted(texts)]
    return {template.id: template for template in found}


def templates(home: Path) -> dict[str, Template]:
    """All templates of a home by name, those that ship first.

    Raises:
        TemplateError: a file of the home cannot be used.
    """
    found = shipped()
    for path in sorted((home / _OWN).glob("*.yaml")):
        one = parse(strict_yaml.read_text(path, TemplateError), str(path))
        found[one.id] = one
    return found


def template(home: Path, name: str) -> Template:
    """One template.

    Raises:
        TemplateError: there is none of that name, or its file cannot be used.
    """
    found = templates(home)
    if name not in found:
        raise TemplateError(f"There is no report {name!r}. Known: {', '.join(found)}.")
    return found[name]
