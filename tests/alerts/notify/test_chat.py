"""Slack, Teams, WeCom, DingTalk and Feishu: addresses, answers, and what broke on the way."""

from __future__ import annotations

import json
from typing import Any

import apprise.plugins.slack
import pytest
import requests

from alerts.notify.channel_format import ChatKind
from alerts.notify.channels.chat import AddressError, ChatChannel, plugin_for
from tests.alerts.notify.examples import NOW, outgoing
from tests.alerts.notify.fault_server import PEM, Answer, FaultServer, fault_server

PATHS: dict[ChatKind, str] = {
    "slack": "/services/T0AAAAAAA/B0BBBBBBB/abcdefghijklmnopqrstuvwx",
    "teams": "/workflows/643e69f83c8944/triggers/manual/paths/invoke?api-version=2016-06-01"
    "&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu",
    "wecom": "/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "/robot/send?access_token=abcdef0123456789",
    "feishu": "/open-apis/bot/v2/hook/0a1b2c3d-4e5f",
}
KINDS = list(PATHS)
GOOD: dict[ChatKind, str] = {
    "slack": "ok",
    "teams": "",
    "wecom": '{"errcode":0,"errmsg":"ok"}',
    "dingtalk": '{"errcode":0,"errmsg":"ok"}',
    "feishu": '{"code":0,"msg":"success","data":{}}',
}


def channel(kind: ChatKind, base: str, **given: Any) -> ChatChannel:
    return ChatChannel(kind, base + PATHS[kind], timeout_s=0.5, clock=lambda: NOW, **given)


def message(**given: Any) -> Any:
    return outgoing(**{"address": "", "recipient": "#room", **given})


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_answer_is_ok_and_goes_where_the_address_says(
    server: FaultServer, kind: ChatKind
) -> None:
    server.answers.append(Answer(202 if kind == "teams" else 200, GOOD[kind]))
    assert channel(kind, server.url).send(message()).outcome == "ok"
    (request,) = server.requests
    wanted = PATHS[kind].split("?")[0]
    assert request.path.split("?")[0].rstrip("/") == wanted
    assert request.headers["idempotency-key"] == "a" * 64


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (302, "permanent"),
        (400, "permanent"),
        (401, "permanent"),
        (403, "permanent"),
        (404, "permanent"),
        (408, "retry"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ],
)
def test_every_status_has_its_class_and_is_asked_once(
    server: FaultServer, kind: ChatKind, status: int, outcome: str
) -> None:
    """apprise takes 400 and 500 alike and tries both again; here neither happens."""
    server.answers.append(Answer(status, "no", {"Location": f"{server.url}/elsewhere"}))
    delivery = channel(kind, server.url).send(message())
    assert (delivery.outcome, delivery.http_status) == (outcome, status)
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("header", "seconds"), [("30", 30), ("Sat, 14 Mar 2026 08:00:45 GMT", 45)])
def test_it_waits_as_long_as_it_is_told(
    server: FaultServer, kind: ChatKind, header: str, seconds: float
) -> None:
    server.answers.append(Answer(429, headers={"Retry-After": header}))
    assert channel(kind, server.url).send(message()).retry_after_s == seconds


@pytest.mark.parametrize(
    ("kind", "answer", "outcome"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "permanent"),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "retry"),
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, "retry"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "permanent"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, "retry"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "permanent"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "retry"),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success"}, "ok"),
    ],
)
def test_an_error_inside_a_200_is_an_error(
    server: FaultServer, kind: ChatKind, answer: dict[str, Any], outcome: str
) -> None:
    """apprise takes each of these for delivered."""
    server.answers.append(Answer(200, json.dumps(answer)))
    assert channel(kind, server.url).send(message()).outcome == outcome


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["hang", "cut_after", "garbage"])
def test_a_break_after_the_body_leaves_it_unknown(
    server: FaultServer, kind: ChatKind, fault: Any
) -> None:
    server.answers.append(Answer(fault=fault))
    assert channel(kind, server.url).send(message()).outcome == "unknown"
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_listens(kind: ChatKind) -> None:
    with fault_server() as gone:
        url = gone.url
    assert channel(kind, url).send(message()).outcome == "retry"


def test_a_certificate_nobody_trusts_is_permanent() -> None:
    with fault_server(tls=True) as server:
        assert channel("slack", server.url).send(message()).outcome == "permanent"
        assert channel("slack", server.url, verify=str(PEM)).send(message()).outcome == "ok"


def test_dingtalk_signs_when_it_has_a_secret(server: FaultServer) -> None:
    server.answers.append(Answer(200, GOOD["dingtalk"]))
    channel("dingtalk", server.url, secret="SEC0123456789").send(message())
    query = server.requests[0].path.split("?")[1]
    assert "timestamp=" in query
    assert "sign=" in query


def test_dingtalk_mentions_who_is_told(server: FaultServer) -> None:
    channel("dingtalk", server.url).send(message(address="13800000000"))
    assert json.loads(server.requests[0].body)["at"]["atMobiles"] == ["13800000000"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("url", ["https://shop.example/", "https://shop.example/services/x"])
def test_an_address_of_something_else_is_told(kind: ChatKind, url: str) -> None:
    with pytest.raises(AddressError, match=f"no address of {kind}; it looks like https://"):
        plugin_for(kind, url, secret=None, mention="")
    delivery = ChatChannel(kind, url, clock=lambda: NOW).send(message())
    assert delivery.outcome == "permanent"


def test_teams_addresses_of_power_automate_keep_their_way(server: FaultServer) -> None:
    path = "/powerautomate/automations/direct/cu/12/workflows/643e69/triggers/manual/paths/invoke"
    url = f"{server.url}{path}?api-version=1&sig=KODuebWb"
    server.answers.append(Answer(202))
    assert ChatChannel("teams", url, timeout_s=1, clock=lambda: NOW).send(message()).outcome == "ok"
    assert server.requests[0].path.split("?")[0] == path


def test_outside_a_call_of_ours_apprise_works_as_ever(server: FaultServer) -> None:
    channel("slack", server.url).send(message())
    door: Any = vars(apprise.plugins.slack)["requests"]
    assert door.codes is requests.codes
    assert door.post(f"{server.url}/plain", timeout=1).status_code == 200
    assert "idempotency-key" not in server.requests[1].headers


@pytest.mark.parametrize("kind", KINDS)
def test_what_broke_is_told_without_the_secret_address(server: FaultServer, kind: ChatKind) -> None:
    with fault_server() as gone:
        nowhere = gone.url
    server.answers.append(Answer(fault="hang"))
    server.answers.append(Answer(fault="cut_after"))
    https = server.url.replace("http:", "https:")
    for base in (nowhere, server.url, server.url, https):
        detail = channel(kind, base).send(message()).detail
        assert detail
        for secret in ("abcdefghijklmnopqrstuvwx", "KODueb", "693a91f6", "abcdef0123", "0a1b2c3d"):
            assert secret not in detail
