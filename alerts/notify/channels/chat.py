"""Slack, Teams, WeCom, DingTalk and Feishu: apprise writes their payloads, we judge their answers.

apprise's own retry is off: what is tried again is decided by the outbox. DingTalk and Teams and
Slack read markup; the robots of WeCom and Feishu get plain text from apprise 2.2, and it does not
sign for Feishu: protect such a robot by a keyword or an address list.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import SplitResult, parse_qs, urlsplit

import apprise
import requests
from apprise.common import NotifyFormat
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot
from apprise.plugins.workflows import NotifyWorkflows

from alerts.notify.channel_format import ChatKind
from alerts.notify.channels.base import Delivery, Outgoing, of_status
from alerts.notify.channels.wire import Wire, through

_TITLED = frozenset({"teams", "dingtalk"})
"""Products that show a title of its own; the others' templates begin with it."""
_MARKED_UP = frozenset({"slack", "teams", "dingtalk"})

_BUSY: Mapping[str, frozenset[int]] = {
    "wecom": frozenset({-1, 45009, 45033}),
    "dingtalk": frozenset({-1, 130101, 410100}),
    "feishu": frozenset({11232, 99991400}),
}
"""Error codes inside a 200 that say: later. All others say: not like this."""


class AddressError(ValueError):
    """An address that is none of the product's; the message says what one looks like."""


class ChatChannel:
    """One room of one product."""

    def __init__(
        self,
        kind: ChatKind,
        url: str,
        *,
        secret: str | None = None,
        timeout_s: float = 15,
        clock: Callable[[], datetime],
        verify: bool | str = True,
    ) -> None:
        self._kind = kind
        self._url = url
        self._secret = secret
        self._timeout_s = timeout_s
        self._clock = clock
        self._verify = verify

    def send(self, message: Outgoing) -> Delivery:
        """Post one message to the room."""
        try:
            plugin = plugin_for(self._kind, self._url, secret=self._secret, mention=message.address)
        except AddressError as error:
            return Delivery("permanent", detail=str(error))
        parts = urlsplit(self._url)
        wire = Wire(
            f"{parts.scheme}://{parts.netloc}", self._timeout_s, message.key, verify=self._verify
        )
        with through(wire, sys.modules[type(plugin).__module__]):
            plugin.send(
                body=message.body,
                title=message.subject if self._kind in _TITLED else "",
                notify_type=_look(message),
                body_format=_format(self._kind),
            )
        return judge(self._kind, wire, self._clock())


def judge(kind: ChatKind, wire: Wire, now: datetime) -> Delivery:
    """What became of a call, from what the wire saw."""
    if wire.error is not None:
        return _of_error(wire.error)
    if wire.status is None:
        return Delivery("permanent", detail="apprise sent nothing")
    detail = " ".join(wire.answer.split())[:200]
    delivery = of_status(wire.status, wire.retry_after, now, f"{wire.status} {detail}".strip())
    if delivery.outcome != "ok" or kind not in _BUSY:
        return delivery
    code = _error_code(wire.answer)
    if code in (0, None):
        return delivery
    return Delivery("retry" if code in _BUSY[kind] else "permanent", wire.status, None, detail)


def plugin_for(kind: ChatKind, url: str, *, secret: str | None, mention: str) -> NotifyBase:
    """The plug-in of apprise that writes to the room behind an address.

    Made directly: to look an address up apprise would load all its hundred plug-ins.

    Raises:
        AddressError: it is none of that product's.
    """
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    try:
        made = _MAKERS[kind](path, query, parts, secret, mention)
    except (KeyError, IndexError, ValueError, TypeError) as error:  # apprise's own is a TypeError
        raise AddressError(_expected(kind)) from error
    made.request_rate_per_sec = 0
    return made


def _made(plugin: Callable[..., NotifyBase], **given: object) -> NotifyBase:
    return plugin(asset=_ASSET, **given)


def _slack(path: list[str], *_: object) -> NotifyBase:
    first, second, third = path[path.index("services") + 1 :]
    return _made(
        NotifySlack,
        token_a=first,
        token_b=second,
        token_c=third,
        include_image=False,
        include_footer=False,
    )


def _teams(path: list[str], query: dict[str, str], parts: SplitResult, *_: object) -> NotifyBase:
    return _made(
        NotifyWorkflows,
        workflow=path[path.index("workflows") + 1],
        signature=query["sig"],
        power_automate="powerautomate" in path,
        routing_id=path[path.index("cu") + 1] if "cu" in path else None,
        version=query.get("api-version"),
        include_image=False,
        host=parts.hostname,
        port=parts.port,
    )


def _wecom(_path: list[str], query: dict[str, str], *_: object) -> NotifyBase:
    return _made(NotifyWeComBot, key=query["key"])


def _dingtalk(
    _path: list[str],
    query: dict[str, str],
    _parts: SplitResult,
    secret: str | None,
    mention: str,
) -> NotifyBase:
    return _made(
        NotifyDingTalk,
        token=query["access_token"],
        secret=secret,
        targets=mention or None,
    )


def _feishu(path: list[str], *_: object) -> NotifyBase:
    return _made(NotifyFeishu, token=path[path.index("hook") + 1])


_ASSET = apprise.AppriseAsset(
    app_id="Afterwatch", app_desc="Afterwatch", default_service_retry=0, secure_logging=True
)
_MAKERS: Mapping[str, Callable[..., NotifyBase]] = {
    "slack": _slack,
    "teams": _teams,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
}

_NOTIFY_TYPES = {
    "info": apprise.NotifyType.INFO,
    "warning": apprise.NotifyType.WARNING,
    "critical": apprise.NotifyType.FAILURE,
}

_EXAMPLES: Mapping[str, str] = {
    "slack": "https://hooks.slack.com/services/T…/B…/…",
    "teams": "https://….logic.azure.com/workflows/…/triggers/manual/paths/invoke?…&sig=…",
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=…",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/…",
}


def _look(message: Outgoing) -> apprise.NotifyType:
    """The colour; what is over is green."""
    if message.data.get("firing") is False:
        return apprise.NotifyType.SUCCESS
    return _NOTIFY_TYPES.get(message.severity, apprise.NotifyType.WARNING)


def _expected(kind: str) -> str:
    return f"this is no address of {kind}; it looks like {_EXAMPLES[kind]}"


def _format(kind: str) -> NotifyFormat:
    return NotifyFormat.MARKDOWN if kind in _MARKED_UP else NotifyFormat.TEXT


def _error_code(answer: str) -> int | None:
    """The code inside an answer: `errcode` of WeCom and DingTalk, `code` of Feishu."""
    try:
        said = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    code = said.get("errcode", said.get("code", said.get("StatusCode")))
    return code if isinstance(code, int) else None


def _of_error(error: Exception) -> Delivery:
    """What broke, and whether the message may have been handed over by then."""
    said = f"{type(error).__name__}: {_cause(error)}"[:200]
    if isinstance(error, requests.exceptions.SSLError):
        return Delivery("permanent", detail=said)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Delivery("retry", detail=said)
    if isinstance(error, requests.exceptions.ConnectionError) and "NewConnectionError" in repr(
        error
    ):
        return Delivery("retry", detail=said)
    # requests does not tell whether the body was out: it may have been.
    return Delivery("unknown", detail=said)


def _cause(error: Exception) -> str:
    """What broke, without the address: that is the secret, and `requests` writes it out."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None)
    return str(reason) if reason is not None else str(error).split(" with url:", 1)[0]
