"""Who is on call, as the configuration's rotas and the overrides in the database say."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from alerts import overrides
from alerts.notify.config import Config
from alerts.oncall.rota import Override, on_call


class Duty:
    """Asked `duty(rota, at)`; the overrides are read once, when first needed."""

    def __init__(self, connection: Connection, config: Config, now: datetime) -> None:
        self._connection = connection
        self._config = config
        self._now = now

    def __call__(self, rota: str, at: datetime) -> str | None:
        """Name of the person, None if nobody is on call or there is no such rota."""
        found = self._config.body.rotas.get(rota)
        return None if found is None else on_call(found, self._overrides.get(rota, ()), at)

    @cached_property
    def _overrides(self) -> dict[str, list[Override]]:
        return overrides.active_in(self._connection, self._now)
