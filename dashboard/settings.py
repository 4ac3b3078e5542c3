"""Settings of an Afterwatch home: one typed class, `AFTERWATCH_*` variables or `afterwatch.toml`.

What wins, from strongest to weakest: values given in code (command line options), environment
variables, `afterwatch.toml` in the home, defaults. `docs/settings.md` is written from this class.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tomllib
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from data_access.metrics.catalogue import CATALOGUE

CONFIG_NAME = "afterwatch.toml"
KEY_NAME = "customer.key"


class SettingsError(Exception):
    """The settings cannot be used; the message names the setting, its value and what to do."""


class Settings(BaseSettings):
    """Every setting of Afterwatch."""

    model_config = SettingsConfigDict(env_prefix="AFTERWATCH_", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path.home() / ".afterwatch",
        description="Folder that holds everything: state database, warehouse, keys and settings.",
    )
    state_url: str = Field(
        default="",
        description="SQLAlchemy URL of the state database and the Iceberg catalogue. "
        "Empty: SQLite in the home. Production: `postgresql+psycopg://user:password@host/name`.",
    )
    warehouse: str = Field(
        default="",
        description="Folder of the Iceberg data files. Empty: `warehouse` in the home.",
    )
    customer_key: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that customer keys are hashed with. Empty: made once and kept in "
        f"`{KEY_NAME}` in the home, readable by its owner only. Losing it makes old and new "
        "imports count the same customer twice.",
    )
    time_zone: str = Field(
        default="UTC", description="Reporting zone (IANA name): where days and weeks are cut."
    )
    currency: str = Field(
        default="EUR",
        pattern=r"^[A-Z]{3}$",
        description="Currency that money is shown in (ISO 4217).",
    )
    language: str = Field(
        default="en",
        pattern=r"^(en|zh_Hans)$",
        description="Language of a visitor who has not chosen one: `en` or `zh_Hans`.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web application listens on.")
    port: int = Field(
        default=8050, ge=0, le=65535, description="Port of the web application; 0 takes a free one."
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/].*)?$",
        description="Address under which people reach this Afterwatch, for links in messages. "
        "Empty: messages name the page only.",
    )
    tick_seconds: int = Field(
        default=20, ge=1, le=3600, description="How often the worker looks for due work."
    )
    stuck_after_minutes: int = Field(
        default=15,
        ge=1,
        description="How long the worker may stand at one step before it ends itself, so that a "
        "supervisor starts it again.",
    )
    dead_man_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="Address of an outside monitor that the worker calls after each healthy tick, "
        "and that raises the alarm when the calls stay away. Empty: nobody is called.",
    )
    stale_after_minutes: int = Field(
        default=90, ge=1, description="Age of the newest row from which the data count as stale."
    )
    keep_snapshots_hours: int = Field(
        default=72, ge=1, description="How long old table snapshots can still be read."
    )
    company: str = Field(
        default="",
        max_length=80,
        description="Name of the company, as it stands on reports. Empty: none is named.",
    )
    targets: dict[str, float] = Field(
        default_factory=dict,
        description="Own targets of KPIs, instead of those in [metrics.md](metrics.md): a table "
        '`[targets]` in the file (`csat = 0.85`), JSON in the variable (`{"csat": 0.85}`). '
        "In the unit of the value: 0.85 is 85 %.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no such time zone; use an IANA name such as Europe/Berlin")
        return name

    @field_validator("targets")
    @classmethod
    def _known_targets(cls, targets: dict[str, float]) -> dict[str, float]:
        for name, target in targets.items():
            if name not in CATALOGUE:
                raise ValueError(f"there is no KPI {name!r}; known: {', '.join(CATALOGUE)}")
            if not isfinite(target) or target < 0:
                raise ValueError(f"the target of {name} is {target}; use a number from 0 on")
            if CATALOGUE[name].unit == "share" and target > 1:
                raise ValueError(
                    f"the target of {name} is {target}, but a share is at most 1: 0.9 is 90 %"
                )
        return targets

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file; no `.env`, which would depend on the working directory."""
        return (init_settings, env_settings, _HomeFile(settings_cls, init_settings, env_settings))

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the state database."""
        return self.state_url or f"sqlite:///{(self.home / 'state.db').resolve()}"

    @property
    def warehouse_root(self) -> Path:
        """Folder of the Iceberg data files."""
        return Path(self.warehouse) if self.warehouse else self.home.resolve() / "warehouse"

    def hash_key(self) -> bytes:
        """Key for customer hashes; made and stored on first use.

        Raises:
            SettingsError: the home cannot be written.
        """
        given = self.customer_key.get_secret_value()
        if given:
            return given.encode()
        path = self.home / KEY_NAME
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _write_once(path, secrets.token_hex(32))
            return path.read_text(encoding="ascii").strip().encode()
        except OSError as error:
            raise SettingsError(
                f"Cannot keep the customer key in {path}: {error.strerror}. "
                "Make the home writable or set AFTERWATCH_CUSTOMER_KEY."
            ) from error


class _HomeFile(PydanticBaseSettingsSource):
    """`afterwatch.toml` of the home that the stronger sources name."""

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        *stronger: PydanticBaseSettingsSource,
    ) -> None:
        super().__init__(settings_cls)
        self._stronger = stronger

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Unused: all values come from `__call__`."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The file's values; a key that is no setting is refused by name."""
        home = next(
            (got["home"] for source in self._stronger if (got := source()).get("home")), None
        )
        path = Path(home or self.settings_cls.model_fields["home"].default) / CONFIG_NAME
        if not path.is_file():
            return {}
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise SettingsError(f"{path} is not readable as TOML: {error}") from error
        known = set(self.settings_cls.model_fields) - {"home"}
        for name in values:
            if name not in known:
                raise SettingsError(
                    f"{path}: there is no setting {name!r}. Known: {', '.join(sorted(known))}."
                )
        return values


def _write_once(path: Path, content: str) -> None:
    """Put `content` at `path` unless something is there already; readers never see half of it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(content)
    # A hard link fails where the name exists: of two first runs at once, one key wins.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def load_settings(**given: Any) -> Settings:
    """Read the settings; `given` (command line options) win over everything, None means not given.

    Raises:
        SettingsError: a value is wrong; the message names it and says what to do.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            reason = problem["msg"].removeprefix("Value error, ")
            lines.append(
                f"Setting {name} (AFTERWATCH_{name.upper()}) = {problem['input']!r}: {reason}"
            )
        raise SettingsError("\n".join(lines)) from error
