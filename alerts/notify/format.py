"""What `alerting.yaml` may say. `docs/notification.md` explains every field.

Models hold the shape; what one part says of another is checked in `alerts.notify.checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from alerts.muting.format import Inhibition, Matcher, MuteCalendar
from alerts.notify.channel_format import AnyChannel, Log, Strict
from alerts.oncall.format import Escalation, LocalTime, Name, Rota, Wait
from data_access.time_zones import known_zone

Locale = Literal["en", "zh"]
Severity = Literal["info", "warning", "critical"]
ReceiverKind = Literal["rota", "person", "channel", "escalation"]
MOST_ROUTES = 500


class Person(Strict):
    """Somebody who is told.

    `addresses` by channel: a mailbox for e-mail; in a chat the name or number to mention. `via`
    names the channels to use, all of `addresses` if it is left out. `roles` are what they may sign
    and do in a crisis (`crisis_lead`, `legal` …), `languages` (BCP-47) those they may proofread.
    """

    locale: Locale = "en"
    zone: str = "UTC"
    addresses: dict[str, str] = Field(default_factory=dict)
    via: tuple[str, ...] | None = None
    roles: tuple[Name, ...] = ()
    languages: tuple[str, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if not known_zone(zone):
            raise ValueError("there is no such time zone; write it as Europe/Berlin")
        return zone

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels over which the person is told."""
        return tuple(self.addresses) if self.via is None else self.via


class Receiver(Strict):
    """Whom a route tells: the one on call of a rota, a person, a channel, or an escalation."""

    kind: ReceiverKind
    name: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def _receiver(value: object) -> object:
    """`{rota: emea}` as kind and name."""
    if isinstance(value, Receiver) or (isinstance(value, dict) and set(value) == {"kind", "name"}):
        return value
    kinds = ("rota", "person", "channel", "escalation")
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in kinds:
        raise ValueError(
            "write one of {rota: NAME}, {person: NAME}, {channel: NAME} or {escalation: NAME}"
        )
    ((kind, name),) = value.items()
    return {"kind": kind, "name": name}


OneReceiver = Annotated[Receiver, BeforeValidator(_receiver)]


class Route(Strict):
    """One branch of the tree. What it leaves out is as in the branch above.

    The first of `routes` that matches takes the incident, with `continue` the next one is asked
    too. An incident that none of them takes stays here.
    """

    name: Name
    match: tuple[Matcher, ...] = ()
    receivers: tuple[OneReceiver, ...] | None = Field(default=None, min_length=1)
    continue_: bool = Field(default=False, alias="continue")
    group_wait: Wait | None = None
    group_interval: Wait | None = None
    repeat_interval: Wait | None = None
    locale: Locale | None = None
    routes: tuple[Route, ...] = ()

    def walk(self, above: tuple[Route, ...] = ()) -> Iterator[tuple[Route, ...]]:
        """Every branch with those above it, from the root down."""
        path = (*above, self)
        yield path
        for route in self.routes:
            yield from route.walk(path)


class Throttle(Strict):
    """A budget: what goes beyond it waits. `spare` names severities that never wait."""

    channel: str | None = None
    per: Literal["channel", "recipient"] = "recipient"
    messages_per_hour: int = Field(ge=1, le=10_000)
    spare: tuple[Severity, ...] = ("critical",)


class Bundle(Strict):
    """Several messages for one recipient become one, from `at_least` within `window` on."""

    at_least: int = Field(default=4, ge=2, le=1000)
    window: Wait = timedelta(minutes=2)


class Deadlines(Strict):
    """How long delivery is tried, by severity."""

    critical: Wait = timedelta(hours=1)
    warning: Wait = timedelta(hours=6)
    info: Wait = timedelta(hours=24)

    @model_validator(mode="after")
    def _long_enough(self) -> Deadlines:
        for name in ("critical", "warning", "info"):
            if getattr(self, name) < timedelta(minutes=5):
                raise ValueError(f"{name} is below 5m; a server that restarts takes longer")
        return self

    def of(self, severity: str) -> timedelta:
        """The deadline of a severity; of one that is not known the shortest."""
        found: timedelta = getattr(self, severity, self.critical)
        return found


class Sandbox(Strict):
    """Where messages of a drill go: `channel`, or what `instead_of` names for a real channel."""

    channel: str = "log"
    instead_of: dict[str, str] = Field(default_factory=dict)


def _throttles() -> tuple[Throttle, ...]:
    return (Throttle(per="recipient", messages_per_hour=30),)


def _everything_to_the_log() -> Route:
    return Route(name="everything", receivers=(Receiver(kind="channel", name="log"),))


class Digest(Strict):
    """What is open, late or lost, once a day at a local time.

    `locale` is the language of rooms that have none of their own; people get theirs.
    """

    at: LocalTime
    zone: str
    to: tuple[OneReceiver, ...] = Field(min_length=1)
    locale: Locale | None = None

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if not known_zone(zone):
            raise ValueError("there is no such time zone; write it as Europe/Berlin")
        return zone


class Body(Strict):
    """The whole file."""

    schema_version: Literal[1] = 1
    people: dict[str, Person] = Field(default_factory=dict)
    channels: dict[Name, AnyChannel] = Field(default_factory=dict)
    rotas: dict[Name, Rota] = Field(default_factory=dict)
    escalations: dict[Name, Escalation] = Field(default_factory=dict)
    route: Route = Field(default_factory=_everything_to_the_log)
    inhibitions: tuple[Inhibition, ...] = ()
    calendars: tuple[MuteCalendar, ...] = ()
    throttles: tuple[Throttle, ...] = Field(default_factory=_throttles)
    bundle: Bundle = Bundle()
    deadlines: Deadlines = Deadlines()
    dead_letters: tuple[OneReceiver, ...] = ()
    digest: Digest | None = None
    sandbox: Sandbox = Sandbox()

    @model_validator(mode="before")
    @classmethod
    def _log_is_always_there(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("channels", {}), dict):
            channels = dict(value.get("channels", {}))
            channels.setdefault("log", Log(kind="log"))
            return {**value, "channels": channels}
        return value
