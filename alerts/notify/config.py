"""The configuration of delivery: `alerting.yaml` in the home, or what holds without it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from alerts import strict_yaml
from alerts.notify.checks import faults
from alerts.notify.format import Body
from alerts.notify.texts import Library
from alerts.strict_yaml import line_of

FILE_NAME = "alerting.yaml"


class ConfigError(Exception):
    """`alerting.yaml` cannot be used; one line per fault: file, line, field, value, remedy."""


@dataclass(frozen=True)
class Config:
    """What is in force.

    Attributes:
        body: the file.
        where: its name in messages; empty when there is none.
        public_url: address under which people reach Afterwatch; empty: links are paths only.
        texts: templates of messages.
        home: folder that files of secrets are looked for in.
    """

    body: Body
    where: str = ""
    public_url: str = ""
    texts: Library = field(default_factory=Library)
    home: Path | None = None

    @cached_property
    def sha256(self) -> str:
        """Identity of the file's contents, however it is laid out."""
        body = self.body.model_dump(mode="json", by_alias=True)
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def link(self, path: str) -> str:
        """Address of a page, such as `/alerts/7`."""
        return f"{self.public_url.rstrip('/')}{path}"


def default(*, public_url: str = "", texts: Library | None = None) -> Config:
    """Without a file: everything goes to the log."""
    return Config(Body.model_validate({}), "", public_url, texts or Library())


def load(
    source: Path | str,
    *,
    where: str = FILE_NAME,
    public_url: str = "",
    texts: Library | None = None,
) -> Config:
    """Read a configuration from a file, or from YAML text (then `where` names it in messages).

    Raises:
        ConfigError: naming file, line, field, value and what to do; one line per fault.
    """
    if isinstance(source, Path):
        where = str(source)
        source = strict_yaml.read_text(source, ConfigError)
    given, lines = strict_yaml.parse(source, where, ConfigError)
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise ConfigError(f"{where}: the file must be a mapping of fields such as people, route.")
    if given and "schema_version" not in given:
        raise ConfigError(f"{where}, line 1: schema_version is missing; write schema_version: 1.")
    try:
        body = Body.model_validate(given)
    except ValidationError as error:
        known = ", ".join(Body.model_fields)
        told = strict_yaml.explain(error, lines, where, known=known, silent_below="channels")
        raise ConfigError("\n".join(told)) from error
    found = faults(body)
    if found:
        raise ConfigError(
            "\n".join(
                f"{where}, line {line_of(fault.place, lines)}: "
                f"{'.'.join(str(part) for part in fault.place)}: {fault.message}."
                for fault in found
            )
        )
    return Config(body, where, public_url, texts or Library())
