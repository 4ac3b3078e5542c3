"""`afterwatch notify`: check, route, test, outbox, resend."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from alerts.notify.outbox import enqueue
from dashboard.cli.notify import command
from data_access.state import schema
from data_access.state.engine import migrate, open_state, writing
from tests.alerts.notify.examples import CONFIG, NOW, message
from tests.alerts.notify.fault_server import Answer, fault_server

Run = Callable[..., Result]
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "alerting.yaml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "alerting.yaml").write_text(CONFIG, encoding="utf-8")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--home", str(tmp_path)])

    return invoke


def filled(home: Path) -> None:
    """Two messages, the first dead."""
    engine = open_state(f"sqlite:///{home / 'state.db'}")
    migrate(engine)
    with writing(engine) as connection:
        enqueue(connection, [message(1), message(2)], NOW)
        connection.execute(
            update(schema.outbox)
            .where(schema.outbox.c.id == 1)
            .values(state="dead", state_reason="permanent: 404 gone")
        )
    engine.dispose()


def test_a_good_file_with_its_secrets_is_good(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOM_URL", "https://oapi.dingtalk.com/robot/send?access_token=abc")
    told = run("check")
    assert told.exit_code == 0, told.output
    assert "good. 2 people, 4 channels, 2 routes, 0 rotas, 0 escalations; version" in told.output


def test_a_missing_secret_is_a_fault(run: Run) -> None:
    told = run("check")
    assert told.exit_code == 1
    assert "channel room: the environment variable ROOM_URL is not set" in told.output


def test_a_broken_file_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alerting.yaml").write_text(CONFIG + "nonsense: 1\n", encoding="utf-8")
    for arguments in (["check"], ["route", "market=PL"], ["test", "hook"]):
        told = run(*arguments)
        assert told.exit_code == 1
        assert "nonsense = 1: there is no such field" in told.output


def test_another_file_can_be_checked(run: Run) -> None:
    told = run("check", str(EXAMPLE))
    assert told.exit_code == 1, "its secrets are not here"
    assert "the environment variable SMTP_PASSWORD is not set" in told.output
    assert "gap" not in told.output
    assert run("check", "nowhere.yaml").exit_code == 1


def test_broken_templates_and_gaps_are_faults(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "notify" / "zh"
    folder.mkdir(parents=True)
    (folder / "email.j2").write_text("{{ title", encoding="utf-8")
    rota = (
        "rotas:\n  duty:\n    zone: Europe/Berlin\n    layers:\n"
        '      - {name: day, people: [Mei], shifts: [{from: "08:00", to: "20:00"}]}\n'
    )
    (tmp_path / "alerting.yaml").write_text(CONFIG + rota, encoding="utf-8")
    told = run("check", "--days", "2")
    assert told.exit_code == 1
    assert "email.j2, line 1" in told.output
    assert "rota duty: gap" in told.output


def test_without_a_file_everything_goes_to_the_log(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alerting.yaml").unlink()
    assert "no alerting.yaml: good" in run("check").output
    rows = json.loads(run("route", "market=PL", "--format", "json").output)
    assert [row["told now"] for row in rows] == ["#log via log (en)"]


def test_a_route_is_explained(run: Run) -> None:
    told = run("route", "market=PL", "severity=critical", "--format", "json")
    rows: list[dict[str, Any]] = json.loads(told.output)
    assert rows == [
        {
            "receiver": f"person {name}",
            "told now": f"{name} via mail ({locale})",
            "route": "everything > poland",
            "because": "market=PL",
            "waits": "5 min",
            "news after": "10 min",
            "repeats after": "4 h",
        }
        for name, locale in (("Mei", "zh"), ("Ana", "en"))
    ]
    assert "takes everything" in run("route", "market=DE").output
    assert run("route", "market").exit_code == 2


def test_a_channel_is_tested(run: Run, tmp_path: Path) -> None:
    with fault_server() as server:
        text = CONFIG.replace("https://hooks.shop.example/alerts", server.url)
        (tmp_path / "alerting.yaml").write_text(text, encoding="utf-8")
        told = run("test", "hook", "--to", "Mei")
        assert told.exit_code == 0, told.output
        assert "hook: ok: 200" in told.output
        body = json.loads(server.requests[0].body)
        assert body["recipient"] == "Mei"
        assert body["subject"] == "提示：渠道 hook 的测试——测试消息"
        server.answers.append(Answer(401, "who are you"))
        told = run("test", "hook")
        assert told.exit_code == 1
        assert "hook: permanent: 401 Said: who are you" in told.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pager"], "There is no channel 'pager'. Known: mail, room, hook, log."),
        (["hook", "--to", "Zoe"], "There is no person 'Zoe'. Known: Mei, Ana."),
        (["mail"], "#mail has no address for mail"),
        (["room"], "ROOM_URL is not set"),
    ],
)
def test_a_test_that_cannot_be_sent_says_why(run: Run, arguments: list[str], said: str) -> None:
    told = run("test", *arguments)
    assert told.exit_code == 1
    assert said in told.output


def test_the_outbox_is_listed(run: Run, tmp_path: Path) -> None:
    filled(tmp_path)
    rows = json.loads(run("outbox", "--format", "json").output)
    assert [(row["id"], row["state"]) for row in rows] == [(2, "pending"), (1, "dead")]
    dead = run("outbox", "--state", "dead")
    assert "404 gone" in dead.output
    assert "Subject 2" not in dead.output


def test_a_dead_letter_is_sent_again_by_name(run: Run, tmp_path: Path) -> None:
    filled(tmp_path)
    assert run("resend", "1", "--by", "Mei").output == "Message 1 goes out again as message 3.\n"
    told = run("resend", "2", "--by", "Mei")
    assert told.exit_code == 1
    assert "Message 2 is pending; only dead and dropped messages are sent again." in told.output
    assert run("resend", "1").exit_code == 2
