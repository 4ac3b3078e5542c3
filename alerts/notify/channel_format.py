"""What `alerting.yaml` may say of channels. A secret stands in the environment or in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data_access.time_zones import known_zone

ChatKind = Literal["slack", "teams", "wecom", "dingtalk", "feishu"]
SECRETS = ("password", "secret", "token", "key", "api_key", "webhook", "access_token")
"""Fields under which people write secrets; each is refused with the field to use instead."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+")


class Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def refuse_secrets(value: Any, *, url_is_secret: bool) -> Any:
    """Refuse a secret written into the file itself, and say where it belongs."""
    if not isinstance(value, Mapping):
        return value
    for name in (*SECRETS, *(("url",) if url_is_secret else ())):
        if name in value:
            raise ValueError(
                f"{name} is a secret and must not stand in this file; put it into an environment "
                f"variable and write {name}_env: NAME, or into a file and write {name}_file: PATH"
            )
    url = value.get("url")
    if isinstance(url, str) and urlsplit(url).password:
        raise ValueError(
            "url holds a password; put the whole address into an environment variable and write "
            "url_env: NAME"
        )
    for name, given in value.items():
        if name.endswith("_env") and not (isinstance(given, str) and _VARIABLE.fullmatch(given)):
            raise ValueError(
                f"{name} must be the name of an environment variable, such as SMTP_KEY"
            )
    return value


def one_source(value: Any, name: str, *, needed: bool) -> None:
    """A secret comes from one place: `NAME_env` or `NAME_file`."""
    env, file = getattr(value, f"{name}_env"), getattr(value, f"{name}_file")
    if env and file:
        raise ValueError(f"give {name}_env or {name}_file, not both")
    if needed and not (env or file):
        raise ValueError(f"give {name}_env: NAME (an environment variable) or {name}_file: PATH")


class _Channel(Strict):
    timeout_seconds: float = Field(default=15, ge=1, le=120)
    locale: Literal["en", "zh"] | None = None
    """Language of messages to the channel itself; those to a person are in the person's."""
    zone: str = "UTC"
    """Zone of the times in messages to the channel itself."""

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if not known_zone(zone):
            raise ValueError("there is no such time zone; write it as Europe/Berlin")
        return zone


class Email(_Channel):
    """Mail over SMTP. `security`: `starttls` (port 587), `tls` (port 465) or `none`."""

    kind: Literal["email"]
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str
    user: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    to: str | None = None
    """Mailbox that the channel itself stands for, such as a team's."""

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, value: Any) -> Any:
        return refuse_secrets(value, url_is_secret=False)

    @model_validator(mode="after")
    def _consistent(self) -> Email:
        one_source(self, "password", needed=self.user is not None)
        for name in ("sender", "to"):
            given = getattr(self, name)
            if given is not None and not is_mailbox(given):
                raise ValueError(f"{name} is not an address such as alerts@shop.example")
        if self.security == "none" and self.user is not None:
            raise ValueError("a password would travel unencrypted; set security to starttls or tls")
        return self

    @property
    def smtp_port(self) -> int:
        """The port given, or the usual one."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class Webhook(_Channel):
    """JSON posted to an address of your own, signed when a secret is given."""

    kind: Literal["webhook"]
    url: str | None = None
    url_env: str | None = None
    url_file: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, value: Any) -> Any:
        return refuse_secrets(value, url_is_secret=False)

    @model_validator(mode="after")
    def _consistent(self) -> Webhook:
        one_source(self, "url", needed=self.url is None)
        one_source(self, "secret", needed=False)
        if self.url is not None:
            if self.url_env or self.url_file:
                raise ValueError("give url or url_env or url_file, not two of them")
            fault = address_fault(self.url)
            if fault:
                raise ValueError(fault)
        return self


class Chat(_Channel):
    """A room of a chat product, by the address its incoming webhook or robot was given.

    That address is the secret. `secret_…` signs for DingTalk robots that ask for it.
    """

    kind: ChatKind
    url_env: str | None = None
    url_file: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secrets(cls, value: Any) -> Any:
        return refuse_secrets(value, url_is_secret=True)

    @model_validator(mode="after")
    def _consistent(self) -> Chat:
        one_source(self, "url", needed=True)
        one_source(self, "secret", needed=False)
        if (self.secret_env or self.secret_file) and self.kind != "dingtalk":
            raise ValueError("only dingtalk robots sign with a secret; remove it")
        return self


class Log(_Channel):
    """Lines in the worker's log: always there, so that nothing is told to nobody."""

    kind: Literal["log"]


AnyChannel = Annotated[Email | Webhook | Chat | Log, Field(discriminator="kind")]


def is_mailbox(text: str) -> bool:
    """`a@b` or `Name <a@b>`, on one line."""
    if "\n" in text or "\r" in text:
        return False
    inner = re.fullmatch(r"[^<>]*<([^<>]+)>", text)
    return bool(_MAILBOX.fullmatch(inner[1] if inner else text))


def address_fault(url: str) -> str | None:
    """What is wrong with an address to post to; None if nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"not an address ({error})"
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "write the whole address, such as https://hooks.shop.example/alerts"
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        return "http is read by anybody on the way; use https"
    return None
