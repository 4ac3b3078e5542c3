"""All that an action on a statement is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.approvals import who_may
from alerts.crisis.people import may
from alerts.notify.config import Config
from alerts.statements import chain, rows
from alerts.statements.machine import Action, Refused, Status, Why
from alerts.statements.rows import Statement, Surroundings
from alerts.statements.templates import Template


@dataclass(frozen=True)
class Case:
    """All that an action is judged by."""

    connection: Connection
    config: Config
    one: Statement
    template: Template
    around: Surroundings
    actor: str
    action: Action
    after: Status
    now: datetime
    wall: datetime

    @property
    def slots(self) -> tuple[chain.Slot, chain.Slot, chain.Slot]:
        """The signatures that the text needs."""
        return rows.chain_of(self.template, self.one)

    def need(self, roles: Sequence[str]) -> None:
        """Refuse who holds none of the roles."""
        need(self.config, self.actor, roles, self.around)


def need(config: Config, actor: str, roles: Sequence[str], around: Surroundings) -> None:
    """Refuse who holds none of the roles; says who does."""
    if not any(may(config, actor, role, around.roles) for role in roles):
        who = who_may(config, roles, around.roles)
        raise Refused(Why.NOT_IN_ROLE, data={"role": roles[0], "who": list(who)})
