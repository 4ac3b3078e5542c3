from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.settings import CONFIG_NAME, KEY_NAME, Settings, SettingsError, load_settings
from dashboard.settings_documentation import PAGE, settings_page


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AFTERWATCH_{name.upper()}", raising=False)


def test_every_setting_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"AFTERWATCH_{name.upper()}" in page
    assert page == settings_page()


def test_option_beats_variable_beats_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / CONFIG_NAME).write_text('currency = "USD"\nport = 1111\ntick_seconds = 7\n')
    monkeypatch.setenv("AFTERWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("AFTERWATCH_PORT", "2222")
    settings = load_settings(port=3333)
    assert (settings.port, settings.currency, settings.tick_seconds) == (3333, "USD", 7)
    assert load_settings().port == 2222


def test_defaults_live_in_the_home(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'state.db'}"
    assert settings.warehouse_root == tmp_path / "warehouse"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"time_zone": "Mars/Olympus"}, "IANA name"),
        ({"currency": "euro"}, "AFTERWATCH_CURRENCY"),
        ({"port": 70000}, "AFTERWATCH_PORT"),
        ({"language": "de"}, "AFTERWATCH_LANGUAGE"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(home=tmp_path, **given)


def test_unknown_key_in_the_file_is_named_with_what_is_known(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_text('curency = "USD"\n')
    with pytest.raises(SettingsError, match=r"no setting 'curency'.*currency"):
        load_settings(home=tmp_path)


def test_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_bytes(b"currency = \xff")
    with pytest.raises(SettingsError, match=CONFIG_NAME):
        load_settings(home=tmp_path)


def test_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings.hash_key(), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    path = tmp_path / "new" / KEY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [KEY_NAME]


def test_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, customer_key="s3kret")
    assert settings.hash_key() == b"s3kret"
    assert "s3kret" not in repr(settings)
    assert not (tmp_path / KEY_NAME).exists()
