"""The configuration in force, and the home's own templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.notify.channels.building import build, faults
from alerts.notify.config import default
from alerts.notify.current import KEPT_NAME, Current
from alerts.notify.facts import facts
from alerts.notify.texts import NAMES, load_own, render
from tests.alerts.notify.examples import CONFIG, NOW, config, subject
from tests.alerts.notify.test_golden import notice


def write(home: Path, text: str) -> None:
    (home / "alerting.yaml").write_text(text, encoding="utf-8")


def test_without_a_file_nothing_is_wrong(tmp_path: Path) -> None:
    current = Current(tmp_path)
    assert current.config().body == default().body
    assert current.faults == ()


def test_a_changed_file_is_in_force_at_once(tmp_path: Path) -> None:
    current = Current(tmp_path, public_url="https://watch.shop.example")
    write(tmp_path, CONFIG)
    assert "Mei" in current.config().body.people
    assert current.config().link("/alerts/7") == "https://watch.shop.example/alerts/7"
    write(tmp_path, CONFIG.replace("Ana", "Eva"))
    assert "Eva" in current.config().body.people


def test_a_broken_file_leaves_the_last_good_one_in_force_and_is_told(tmp_path: Path) -> None:
    current = Current(tmp_path)
    write(tmp_path, CONFIG)
    good = current.config()
    write(tmp_path, CONFIG + "nonsense: 1\n")
    assert current.config().body == good.body
    (told,) = current.faults
    assert "nonsense = 1: there is no such field" in told
    write(tmp_path, CONFIG)
    current.config()
    assert current.faults == ()


def test_also_after_a_restart(tmp_path: Path) -> None:
    write(tmp_path, CONFIG)
    good = Current(tmp_path).config()
    write(tmp_path, "schema_version: 1\nroute: [")
    restarted = Current(tmp_path)
    assert restarted.config().body == good.body
    assert len(restarted.faults) == 1


def test_a_file_that_is_gone_is_told_until_somebody_means_it(tmp_path: Path) -> None:
    write(tmp_path, CONFIG)
    good = Current(tmp_path).config()
    (tmp_path / "alerting.yaml").unlink()
    current = Current(tmp_path)
    assert current.config().body == good.body
    assert "the file is gone" in current.faults[0]
    (tmp_path / KEPT_NAME).unlink()
    assert Current(tmp_path).config().body == default().body


def test_a_first_file_that_is_broken_leaves_the_log(tmp_path: Path) -> None:
    write(tmp_path, "schema_version: 7\n")
    current = Current(tmp_path)
    assert [*current.config().body.channels] == ["log"]
    assert len(current.faults) == 1


def test_own_templates_stand_in_for_those_that_ship(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "notify" / "zh"
    folder.mkdir(parents=True)
    (folder / "slack.j2").write_text("哎呀 {{ title }} {{ short_id }} {{ link }}", encoding="utf-8")
    library = Current(tmp_path).config().texts
    given = facts(config(), subject(), notice("zh", "first"), "abcd1234")
    assert render(library, "slack", "zh", given).body == "哎呀 PL 包裹滞留海关 abcd1234 /alerts/7\n"
    assert "哎呀" not in render(library, "wecom", "zh", given).body


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ title", "unexpected end of template"),
        ("{% for %}", "Expected"),
    ],
)
def test_a_template_that_is_none_is_told_and_not_used(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "slack.j2").write_text(f"first\n{text}", encoding="utf-8")
    library = load_own(tmp_path)
    assert library.own == {}
    assert said in library.faults[0]
    assert "slack.j2, line 2" in library.faults[0]


@pytest.mark.parametrize("name", ["slack.j2", "de/slack.j2", "en/sms.j2"])
def test_a_template_no_message_uses_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x", encoding="utf-8")
    assert "no message uses this template" in load_own(tmp_path).faults[0]


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}",
        "{{ title.nobody }}",
        "{{ 1 / 0 }}",
        "{{ title.__class__.__mro__ }}",
        "{{ members.append(1) }}",
        "{{ range(10000000) | list }}",
        "{{ title | nofilter }}",
        "{{ title + 1 }}",
        "{% include 'en/none' %}",
    ],
)
def test_a_template_that_fails_still_sends_the_facts(tmp_path: Path, text: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "slack.j2").write_text(text, encoding="utf-8")
    library = load_own(tmp_path)
    given = facts(config(), subject(), notice("en", "first"), "abcd1234")
    made = render(library, "slack", "en", given)
    assert made.fault or library.faults
    for fact in ("Parcels held at customs in PL", "abcd1234", "/alerts/7", "41", "9.6"):
        assert fact in made.body


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_every_template_ships_in_both_languages(name: str, locale: str) -> None:
    folder = Path(__file__).parents[3] / "alerts" / "notify" / "templates" / locale
    assert (folder / f"{name}.j2").is_file()


def test_a_missing_secret_is_told_and_messages_wait(tmp_path: Path) -> None:
    ways = build(config(), lambda: NOW, environment={}, home=tmp_path)
    (told,) = faults(ways)
    assert told == "channel room: the environment variable ROOM_URL is not set"
    from tests.alerts.notify.examples import outgoing

    assert ways["room"].send(outgoing()).outcome == "retry"


def test_secrets_come_from_files_of_the_home(tmp_path: Path) -> None:
    channels = (
        "\n  mail: {kind: email, host: h, sender: a@b.c, user: me, password_file: keys/smtp}"
        "\n  hook: {kind: webhook, url_file: keys/hook}"
        "\n  room: {kind: dingtalk, url_file: keys/none}"
    )
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "smtp").write_text("secret\n", encoding="utf-8")
    (tmp_path / "keys" / "hook").write_text("http://hooks.example/\n", encoding="utf-8")
    told = faults(build(config(channels=channels), lambda: NOW, environment={}, home=tmp_path))
    assert len(told) == 2
    assert "channel hook: its address cannot be used: http is read by anybody" in told[0]
    assert "channel room: keys/none cannot be read" in told[1]
