"""What a call of apprise really did on the wire.

apprise 2.2 answers yes or no. It says 400 and 500 alike, keeps `Retry-After` to itself, and takes
any 200 for success, though WeCom, DingTalk and Feishu answer 200 with an error code inside. Its
plug-ins post through the name `requests` of their module; here that name is a door that, during a
call of ours, posts through a session of ours and remembers the answer. Outside such a call the door
is `requests` itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

_MOST_ANSWER = 4_000


@dataclass
class Wire:
    """One call: where it goes, how long it may take, what came back."""

    base: str
    """Scheme and host of the address that the product gave; apprise knows the usual one only."""
    timeout_s: float
    key: str
    verify: bool | str = True
    status: int | None = None
    retry_after: str | None = None
    answer: str = ""
    error: Exception | None = None
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    """Address and body of every request."""

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        """Send as asked, but to `base`, once, without redirects, within the timeout."""
        target = urlunsplit((*urlsplit(self.base)[:2], *urlsplit(url)[2:]))
        body = given.get("data") or b""
        self.sent.append((target, body if isinstance(body, bytes) else body.encode()))
        headers = {**(given.get("headers") or {}), "Idempotency-Key": self.key}
        try:
            with requests.Session() as session:  # which repeats nothing by itself
                answer = session.request(
                    method,
                    target,
                    params=given.get("params"),
                    data=body,
                    headers=headers,
                    timeout=(self.timeout_s, self.timeout_s),
                    verify=self.verify,
                    allow_redirects=False,
                    stream=True,
                )
                self.status = answer.status_code
                self.retry_after = answer.headers.get("Retry-After")
                self.answer = _read(answer)
        except requests.RequestException as error:
            self.error = error
            raise
        return answer


def _read(answer: requests.Response) -> str:
    """The beginning of the answer; apprise reads the rest from memory, if there is one."""
    said = b""
    with contextlib.suppress(requests.RequestException, OSError):
        said = next(answer.iter_content(_MOST_ANSWER), b"")
    answer._content = said  # noqa: SLF001 - so that reading it again does not reach for the network
    answer._content_consumed = True  # noqa: SLF001
    return said.decode("utf-8", "replace")


_CURRENT: ContextVar[Wire | None] = ContextVar("afterwatch_wire", default=None)


class _Door:
    """Stands in a plug-in's module where `requests` stood."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    @staticmethod
    def post(url: str, **given: Any) -> requests.Response:
        """As `requests.post`."""
        return _Door.request("POST", url, **given)

    @staticmethod
    def get(url: str, **given: Any) -> requests.Response:
        """As `requests.get`."""
        return _Door.request("GET", url, **given)

    @staticmethod
    def request(method: str, url: str, **given: Any) -> requests.Response:
        """As `requests.request`."""
        wire = _CURRENT.get()
        if wire is None:
            return requests.request(method, url, **given)  # noqa: S113 - as the caller asked
        return wire.request(method, url, **given)


@contextlib.contextmanager
def through(wire: Wire, plugin: ModuleType) -> Iterator[Wire]:
    """Let every request of a plug-in module go through `wire`, in this thread only."""
    if not isinstance(vars(plugin)["requests"], _Door):
        vars(plugin)["requests"] = _Door()
    token = _CURRENT.set(wire)
    try:
        yield wire
    finally:
        _CURRENT.reset(token)
